"""Rows turned into what crosses memory's door, and the links by which a citation opens its source."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from memory.models import Source
from memory.types import Locator, PassageInfo, SourceInfo, SourceState

_YOUTUBE = frozenset(("youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be"))


def source_info(source: Source, children: int) -> SourceInfo:
    """A source as other rooms see it."""
    return SourceInfo(
        id=source.key,
        creator_id=source.creator_id,
        parent_id=source.parent_id,
        kind=source.kind,
        origin=source.origin,
        name=source.name,
        title=source.title or source.name,
        url=source.url,
        sha256=source.sha256,
        size=source.size,
        lang=source.lang,
        licence=source.licence,
        author=source.author,
        published_at=source.published_at,
        tier=source.tier,
        state=SourceState(source.state),
        progress=source.progress,
        reason_code=source.reason_code,
        reason=source.reason,
        reason_params=dict(source.reason_params),
        notes=tuple(source.notes),
        passages=source.passages,
        children=children,
        created_at=source.created_at,
        updated_at=source.updated_at,
    )


def passage_info(row: Any) -> PassageInfo:
    """A passage, from a row of `passages_repository`."""
    return PassageInfo(
        id=row.id,
        source_id=row.source_id,
        ordinal=row.ordinal,
        text=row.text,
        lang=row.lang,
        title=row.title,
        locator=Locator(row.page, row.start_s, row.end_s, row.url, row.heading, row.published_at),
        link=link(row.url or row.source_url, page=row.page, start=row.start_s),
        licence=row.licence,
        author=row.author,
        published_at=row.published_at,
        tier=row.tier,
        kind=row.kind,
    )


def link(url: str | None, *, page: int | None, start: float | None) -> str | None:
    """The address that opens a source at a page (from 1) or second; None where the source has no address.

    Pages and seconds are fragments (RFC 8118 for PDF, W3C Media Fragments for sound and video); YouTube wants
    a parameter. An address that names its own place already is left as it is.
    """
    if url is None or (page is None and start is None):
        return url
    parts = urlsplit(url)
    if parts.hostname in _YOUTUBE:
        query = parse_qsl(parts.query, keep_blank_values=True)
        if start is None or any(name in ("t", "start") for name, _ in query):
            return url
        return urlunsplit(parts._replace(query=urlencode([*query, ("t", f"{int(start)}s")])))
    if parts.fragment:
        return url
    return urlunsplit(parts._replace(fragment=f"page={page}" if page is not None else f"t={start:g}"))
