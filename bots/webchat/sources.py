"""Where a citation leads when its source has no address: the passage at `/s/…`, and the file it stands in.

Whether this fan may see a source is asked of the database at each request.
"""

import re
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Final

import anyio.to_thread
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bots.webchat.pictures import rendition
from bots.webchat.routes import Fan, InRoom, container_of, languages, portrait_url
from conversation.types import Room
from kernel.errors import NotFound
from kernel.web import page_lang, pages
from memory import service as memory
from memory.types import PassageInfo, SourceInfo

router = APIRouter(prefix="/s/{slug}/{passage_id}")

PassageId = Annotated[int, Path(ge=1, lt=1 << 63)]
_PAGE: Final = 50
_SPAN: Final = re.compile(r"(\d{1,7})-(\d{1,7})")
_PICTURE_WIDTH: Final = 1600
# What browsers play or open without running anything of it, by its first bytes: (offset, bytes, media type).
# A picture isn't here, as it is drawn anew; a page or a drawing with scripts has no place here at all.
_SAFE: Final = {
    "pdf": ((0, b"%PDF-", "application/pdf"),),
    "audio": (
        (0, b"ID3", "audio/mpeg"),
        (0, b"\xff\xfb", "audio/mpeg"),
        (0, b"\xff\xf3", "audio/mpeg"),
        (0, b"\xff\xf1", "audio/aac"),
        (8, b"WAVE", "audio/wav"),
        (0, b"OggS", "audio/ogg"),
        (0, b"fLaC", "audio/flac"),
        (4, b"ftyp", "audio/mp4"),
        (0, b"\x1aE\xdf\xa3", "audio/webm"),
    ),
    "video": (
        (4, b"ftyp", "video/mp4"),
        (0, b"\x1aE\xdf\xa3", "video/webm"),
        (0, b"OggS", "video/ogg"),
    ),
}
# A PDF in a sandbox stays empty in Safari and in Chromium of a few years ago; it opens in a viewer of its
# own, which has no way to this site. The styles are that viewer's: Chromium writes them into the page.
_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_PDF_POLICY: Final = f"{_POLICY}; object-src 'self'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class _Quote:
    """Where in a passage the quoted sentence stands."""

    start: int
    end: int


@router.get("")
async def source_page(
    request: Request, room: InRoom, passage_id: PassageId, q: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """A passage in its place, the quoted sentence marked, and the second at which that is spoken.

    What the fan may not see isn't there.
    """
    container = container_of(request)
    passage, source, original = await _visible(request, room, passage_id)
    async with container.db.uow(room.avatar.creator_id) as uow:
        # Those beside a page's first and last passage stand on another page.
        beside = (max(passage.ordinal - 1, 0), passage.ordinal + 1)
        near = [
            one
            for number in sorted({each // _PAGE for each in beside})
            for one in (await memory.passages(uow, source.id, page=number + 1, size=_PAGE)).items
        ]
    quote = _quoted(q, passage.text)
    context = {
        "avatar": room.avatar,
        "portrait_url": portrait_url(room),
        "source": source,
        "before": [one for one in near if one.ordinal == passage.ordinal - 1],
        "passage": memory.at_quote(passage, quote.start) if quote else passage,
        "after": [one for one in near if one.ordinal == passage.ordinal + 1],
        "quote": quote,
        "shown": original.kind
        if await anyio.to_thread.run_sync(_media_type, request, room, original)
        else "",
        "file": f"/s/{room.avatar.slug}/{passage.id}/file",
        "lang": page_lang(request, languages(room)),
    }
    return pages(request).page(request, "source.html", context)


@router.get("/file")
async def source_file(request: Request, room: InRoom, passage_id: PassageId) -> Response:
    """The file that a passage stands in, or a part of it (Range), where no browser would run it.

    Of captions, the recording beside them.

    Raises:
        NotFound: the fan may not see it, or it is of a kind that isn't shown.
    """
    _, _, source = await _visible(request, room, passage_id)
    kind = await anyio.to_thread.run_sync(_media_type, request, room, source)
    if not kind:
        raise NotFound("This file isn't shown here.")
    path = _path(request, room, source)
    policy = _PDF_POLICY if source.kind == "pdf" else f"sandbox; {_POLICY}"
    headers = {"content-security-policy": policy, "cache-control": "private, no-store"}
    if source.kind == "image":
        try:
            picture = await anyio.to_thread.run_sync(rendition, path, _PICTURE_WIDTH)
        except (OSError, ValueError, SyntaxError) as error:
            raise NotFound("This file isn't shown here.") from error
        headers["content-disposition"] = "inline"
        return Response(picture, media_type=kind, headers=headers)
    name = FilePath(source.name).name
    return FileResponse(
        path, media_type=kind, headers=headers, filename=name, content_disposition_type="inline"
    )


async def _visible(
    request: Request, room: Room, passage_id: int
) -> tuple[PassageInfo, SourceInfo, SourceInfo]:
    """A passage, its source, and the source whose file shows it."""
    container = container_of(request)
    fan = Fan(request)
    fan_id = await container.webchat.fan_id(room, fan.user_id) if fan.known else None
    tiers = await container.entitlements.tiers_of(room.avatar.creator_id, fan_id)
    async with container.db.uow(room.avatar.creator_id) as uow:
        passage = await memory.passage(uow, passage_id, tiers=tiers)
        source = await memory.get_source(uow, passage.source_id)
        recording = await memory.recording_of(uow, source, tiers=tiers)
        return passage, source, recording or source


def _path(request: Request, room: Room, source: SourceInfo) -> FilePath:
    return container_of(request).files.path(room.avatar.creator_id, source.sha256 or "")


def _media_type(request: Request, room: Room, source: SourceInfo) -> str:
    """As what a source's file is served, by what it is and not by its name; empty where not (blocking)."""
    if source.kind == "image":
        return "image/jpeg" if source.sha256 else ""
    try:
        with _path(request, room, source).open("rb") as file:
            head = file.read(16)
    except (NotFound, OSError):
        return ""
    signs = _SAFE.get(source.kind, ())
    return next((kind for at, sign, kind in signs if head[at : at + len(sign)] == sign), "")


def _quoted(span: str, text: str) -> _Quote | None:
    """The part of a text that an address names, if it is one."""
    found = _SPAN.fullmatch(span)
    if not found:
        return None
    start, end = int(found[1]), int(found[2])
    return _Quote(start, end) if start < end <= len(text) else None
