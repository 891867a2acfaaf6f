"""Rows turned into what crosses memory's door, and the links by which a citation opens its source."""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter
from pathlib import PurePosixPath
from string import Formatter
from typing import Any

from kernel.i18n import Word
from memory.models import Source
from memory.notes import unpacked
from memory.readers.errors import REASONS, WORDS
from memory.readers.links import at_page, at_second
from memory.readers.sniff import promised
from memory.types import Inside, Locator, PassageInfo, ReadFrom, SourceInfo, SourceState

_EARLY_S = 1.0


def source_info(source: Source, inside: Inside) -> SourceInfo:
    """A source as other rooms see it."""
    state, progress = SourceState(source.state), source.progress
    if source.holds_files_alone and inside.files:
        state, progress = inside.state, inside.ended / inside.files
    return SourceInfo(
        id=source.key,
        creator_id=source.creator_id,
        parent_id=source.parent_id,
        kind=source.kind or promised(source.name),
        origin=source.origin,
        name=source.name,
        title=source.title or (PurePosixPath(source.name).name if source.parent_id else source.name),
        url=source.url,
        sha256=source.sha256,
        size=source.size,
        lang=source.lang,
        licence=source.licence,
        author=source.author,
        published_at=source.published_at,
        tier=source.tier,
        state=state,
        progress=progress,
        reason_code=source.reason_code,
        reason=source.reason,
        reason_params=_told(source.reason_params),
        why=_why(source),
        notes=unpacked(source.notes),
        passages=source.passages,
        inside=inside,
        looked_at=source.looked_at,
        created_at=source.created_at,
        updated_at=source.updated_at,
    )


def _why(source: Source) -> tuple[str, ...]:
    """The sentences to tell a reason by; none where another version stored it and it can't be filled in.

    The reason is then told as it was stored.
    """
    sentences = REASONS.get(source.reason_code or "", ())
    places = {place for each in sentences for _, place, _, _ in Formatter().parse(each) if place}
    return sentences if places <= source.reason_params.keys() else ()


def _told(params: Mapping[str, Any]) -> dict[str, Any]:
    """A reason's parameters, of which words are to be told in the reader's language."""
    return {name: Word(value) if value in WORDS else value for name, value in params.items()}


def passage_info(row: Any) -> PassageInfo:
    """A passage, from a row of `passages_repository`."""
    return PassageInfo(
        id=row.id,
        source_id=row.source_id,
        ordinal=row.ordinal,
        text=row.text,
        lang=row.lang,
        title=row.title,
        locator=located(row),
        source_url=row.source_url,
        link=link(row.url or row.source_url, page=row.page, start=row.start_s),
        licence=row.licence,
        author=row.author,
        published_at=row.published_at,
        tier=row.tier,
        kind=row.kind,
    )


def located(row: Any) -> Locator:
    """Where a passage stands, from its row."""
    cues = tuple((int(at), start, end) for at, start, end in row.cues or ())
    read_from = ReadFrom(row.read_from) if row.read_from else None
    return Locator(
        row.page, row.start_s, row.end_s, row.url, row.heading, row.published_at, cues, read_from, row.sure
    )


def link(url: str | None, *, page: int | None, start: float | None) -> str | None:
    """The address that opens a source at a page (from 1) or second; None where the source has no address."""
    if url is None:
        return None
    if page is not None:
        return at_page(url, page)
    return url if start is None else at_second(url, start)


def at_quote(passage: PassageInfo, begins: int) -> PassageInfo:
    """The passage of a talk as it is cited for what `begins` at a place in its text: from the second of that.

    That is where its cue begins. Within a long cue speech runs evenly enough to find a sentence, then
    opened a moment early, never before the cue. A passage read before cues were kept counts as one long cue.
    One that is cited for a quote already may be cited for another.
    """
    at = passage.locator
    if at.start is None:
        return passage
    cues = at.cues or ((0, at.start, at.start if at.end is None else at.end),)
    number = bisect_right(cues, begins, key=itemgetter(0)) - 1
    begin, start, end = cues[max(0, number)]
    stop = cues[number + 1][0] if number + 1 < len(cues) else len(passage.text)
    if begins > begin:
        spoken = start + (end - start) * (begins - begin) / (stop - begin)
        start = max(start, math.floor(spoken - _EARLY_S))
    opened = link(at.url or passage.source_url, page=at.page, start=start)
    return replace(passage, locator=replace(at, start=float(start), cues=cues), link=opened)
