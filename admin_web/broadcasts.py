"""Broadcasts: news for the fans who have asked for them, written, shown first, sent, watched and stopped."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, UploadFile
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import Desk, ModeratorDesk
from admin_web.ports import container_of
from admin_web.setup import PORTRAIT_BYTES, keep_picture, picture_type
from conversation.errors import BadBroadcast
from conversation.service import broadcasts
from conversation.types import Segment
from kernel.chat import Medium
from kernel.db import UnitOfWork
from kernel.errors import NotFound
from kernel.ids import token
from kernel.lang import SUPPORTED, native_name
from kernel.web import page_lang, pages, told

router = APIRouter(prefix="/@{slug}/broadcasts")

_TEXT: Final = "text-"
_PLATFORMS: Final = ("telegram", "discord", "webchat")


@router.get("")
async def broadcasts_page(request: Request, desk: ModeratorDesk) -> Response:
    """What was sent, is being sent and is to be."""
    return pages(request).page(request, "broadcasts.html", await _list(request, desk))


@router.get("/live")
async def live(
    request: Request, desk: ModeratorDesk, seen: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The list, where it differs from what was `seen`: asked for again every few seconds."""
    context = await _list(request, desk)
    if context["seen"] == seen:
        return Response(status_code=204)
    return pages(request).page(request, "broadcasts/_list.html", context)


async def _list(request: Request, desk: Desk) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await broadcasts.listing(uow, desk.avatar.id)
    return {"desk": desk, "found": found, "seen": _digest(request, found)}


def _digest(request: Request, shown: object) -> str:
    told = repr((page_lang(request), shown))
    return blake2b(told.encode(errors="replace"), digest_size=12).hexdigest()


@router.get("/new")
async def new_page(request: Request, desk: ModeratorDesk) -> Response:
    """The form of a new one."""
    return await _form(request, desk)


@router.get("/{broadcast_id:int}/edit")
async def edit_page(request: Request, desk: ModeratorDesk, broadcast_id: RowId) -> Response:
    """The form of a draft.

    Raises:
        NoSuchBroadcast: not this avatar's.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        info = await broadcasts.get(uow, desk.avatar.id, broadcast_id)
    if info.state != "draft":
        return RedirectResponse(f"{desk.base}/broadcasts/{broadcast_id}", 303)
    return await _form(request, desk, info.texts, info.segment, info.picture, broadcast_id)


async def _form(
    request: Request,
    desk: Desk,
    texts: Any = None,
    segment: Segment | None = None,
    picture: Medium | None = None,
    broadcast_id: int = 0,
    *,
    error: BadBroadcast | None = None,
) -> Response:
    wanted = segment or Segment()
    async with container_of(request).db.uow(desk.creator_id) as uow:
        tags = sorted({*await broadcasts.tags(uow), *wanted.tags})
    context = {
        "desk": desk,
        "id": broadcast_id,
        "texts": texts or {},
        "segment": wanted,
        "picture": picture,
        "tags": tags,
        "tag_pairs": [(each, f"#{each}") for each in tags],
        "langs": [(each, native_name(each)) for each in SUPPORTED],
        "platforms": _PLATFORMS,
        "most": broadcasts.MOST_UNITS,
        "most_below": broadcasts.MOST_BELOW_PICTURE,
        "error": told(request, error) if error else "",
        "wrong": error.params.get("field") if error else None,
    }
    return pages(request).page(
        request, "broadcasts/edit.html", context, status=error.status if error else 200
    )


def _segment(form: FormData) -> Segment:
    """Whom a form's fields mean."""

    def chosen(name: str) -> tuple[str, ...]:
        return tuple(str(each) for each in form.getlist(name))

    return Segment(
        chosen("tags"), chosen("languages"), chosen("platforms"), _days(form, "active_days"),
        _days(form, "silent_days"), str(form.get("tier", "")).strip(),
    )  # fmt: skip


def _days(form: FormData, name: str) -> int:
    given = str(form.get(name, "")).strip() or "0"
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else -1


@router.post("/reach")
async def reach(request: Request, desk: ModeratorDesk) -> Response:
    """How many fans the fields of the form mean now."""
    segment = _segment(await request.form())
    return await _reach(request, desk, segment)


async def _reach(request: Request, desk: Desk, segment: Segment) -> Response:
    container = container_of(request)
    try:
        many, error = await broadcasts.reach(container.db, container.entitlements, desk.avatar, segment), ""
    except BadBroadcast as problem:
        many, error = 0, told(request, problem)
    return pages(request).page(request, "broadcasts/_reach.html", {"many": many, "error": error})


@router.post("/save", max_body_size=8 * PORTRAIT_BYTES)
async def save(
    request: Request,
    desk: ModeratorDesk,
    broadcast_id: Annotated[int, Form(ge=0, lt=1 << 63)] = 0,
    picture: UploadFile | None = None,
) -> Response:
    """Keep a draft.

    Raises:
        NoSuchBroadcast, AlreadyDecided: there is no such draft any more.
        BadInput: the picture is none.
    """
    form = await request.form()
    texts = {
        name.removeprefix(_TEXT): str(each) for name, each in form.items() if name.startswith(_TEXT) and each
    }
    segment = _segment(form)
    before: Medium | None = None
    if broadcast_id:
        async with container_of(request).db.uow(desk.creator_id) as uow:
            before = (await broadcasts.get(uow, desk.avatar.id, broadcast_id)).picture
    shown = None if form.get("no_picture") else before
    if picture is not None and picture.filename:
        stored = await keep_picture(request, desk.creator_id, picture)
        path = container_of(request).files.path(desk.creator_id, stored.sha256)
        shown = Medium("photo", file=stored.sha256, mime=picture_type(path))
    try:
        async with container_of(request).db.uow(desk.creator_id) as uow:
            if broadcast_id:
                await broadcasts.reword(
                    uow, desk.avatar.id, broadcast_id, texts=texts, segment=segment, picture=shown
                )
            else:
                broadcast_id = await broadcasts.draft(
                    uow, desk.avatar.id, texts=texts, segment=segment, picture=shown, by=desk.staff.name
                )
    except BadBroadcast as error:
        return await _form(request, desk, texts, segment, shown, broadcast_id, error=error)
    return RedirectResponse(f"{desk.base}/broadcasts/{broadcast_id}", 303)


@router.get("/{broadcast_id:int}")
async def one_page(request: Request, desk: ModeratorDesk, broadcast_id: RowId) -> Response:
    """One, as fans get it, with how it goes.

    Raises:
        NoSuchBroadcast: not this avatar's.
    """
    return pages(request).page(request, "broadcasts/one.html", await _one(request, desk, broadcast_id))


@router.get("/{broadcast_id:int}/live")
async def one_live(
    request: Request,
    desk: ModeratorDesk,
    broadcast_id: RowId,
    seen: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """How it goes, where that differs from what was `seen`.

    Raises:
        NoSuchBroadcast: not this avatar's.
    """
    context = await _one(request, desk, broadcast_id)
    if context["seen"] == seen:
        return Response(status_code=204)
    return pages(request).page(request, "broadcasts/_progress.html", context)


async def _one(
    request: Request, desk: Desk, broadcast_id: int, error: BadBroadcast | None = None
) -> dict[str, Any]:
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        info = await broadcasts.get(uow, desk.avatar.id, broadcast_id)
    many = 0
    if info.state in ("draft", "waiting"):
        many = await broadcasts.reach(container.db, container.entitlements, desk.avatar, info.segment)
    creator = desk.avatar.creator_name
    return {
        "desk": desk,
        "one": info,
        "many": many,
        "said": [broadcasts.said(text, lang, creator) for lang, text in info.texts.items()],
        "seen": _digest(request, (info.state, info.progress, info.starts_at)),
        "tried": "tried" in request.query_params,
        "error": told(request, error) if error else "",
    }


@router.get("/{broadcast_id:int}/picture")
async def picture_of(request: Request, desk: ModeratorDesk, broadcast_id: RowId) -> Response:
    """Its picture.

    Raises:
        NoSuchBroadcast, NotFound: there is none.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        info = await broadcasts.get(uow, desk.avatar.id, broadcast_id)
    if info.picture is None:
        raise NotFound("There is no picture.")
    path = container_of(request).files.path(desk.creator_id, info.picture.file)
    return FileResponse(path, media_type=info.picture.mime)


@router.post("/{broadcast_id:int}/try")
async def try_out(request: Request, desk: ModeratorDesk, broadcast_id: RowId) -> Response:
    """Send it to whoever is signed in, where the avatar knows them.

    Raises:
        NoSuchBroadcast, NotKnownThere: it wasn't sent.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await broadcasts.try_out(uow, desk.avatar, broadcast_id, desk.staff.account_id, key=f"try:{token(9)}")
    return RedirectResponse(f"{desk.base}/broadcasts/{broadcast_id}?tried=1", 303)


@router.post("/{broadcast_id:int}/start")
async def start(
    request: Request, desk: ModeratorDesk, broadcast_id: RowId, at: Annotated[str, Form(max_length=30)] = ""
) -> Response:
    """Send it, now or at a moment of the creator's clock.

    Raises:
        NoSuchBroadcast, AlreadyDecided: there is none, or it has begun.
    """
    try:
        moment = _moment(at, desk.avatar.time_zone) if at else None
        async with container_of(request).db.uow(desk.creator_id) as uow:
            await broadcasts.start(uow, desk.avatar.id, broadcast_id, moment)
    except BadBroadcast as error:
        context = await _one(request, desk, broadcast_id, error)
        return pages(request).page(request, "broadcasts/one.html", context, status=error.status)
    return _back(desk, broadcast_id)


def _moment(given: str, zone: str) -> datetime:
    try:
        return datetime.fromisoformat(given).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise BadBroadcast("Choose a moment within the next year.", field="at") from None


Act = Callable[[UnitOfWork, int, int], Awaitable[None]]


async def _do(request: Request, desk: Desk, broadcast_id: int, act: Act) -> None:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await act(uow, desk.avatar.id, broadcast_id)


@router.post("/{broadcast_id:int}/pause")
async def pause(request: Request, desk: ModeratorDesk, broadcast_id: RowId) -> Response:
    """Send no more of it for now.

    Raises:
        NoSuchBroadcast, AlreadyDecided: nothing was changed.
    """
    await _do(request, desk, broadcast_id, broadcasts.pause)
    return _back(desk, broadcast_id)


@router.post("/{broadcast_id:int}/resume")
async def resume(request: Request, desk: ModeratorDesk, broadcast_id: RowId) -> Response:
    """Go on with it.

    Raises:
        NoSuchBroadcast, AlreadyDecided: nothing was changed.
    """
    await _do(request, desk, broadcast_id, broadcasts.resume)
    return _back(desk, broadcast_id)


@router.post("/{broadcast_id:int}/cancel")
async def cancel(request: Request, desk: ModeratorDesk, broadcast_id: RowId) -> Response:
    """Send no more of it, for good.

    Raises:
        NoSuchBroadcast, AlreadyDecided: nothing was changed.
    """
    await _do(request, desk, broadcast_id, broadcasts.cancel)
    return _back(desk, broadcast_id)


@router.post("/{broadcast_id:int}/discard")
async def discard(request: Request, desk: ModeratorDesk, broadcast_id: RowId) -> Response:
    """Delete a draft.

    Raises:
        NoSuchBroadcast, AlreadyDecided: nothing was changed.
    """
    await _do(request, desk, broadcast_id, broadcasts.discard)
    return RedirectResponse(f"{desk.base}/broadcasts", 303)


def _back(desk: Desk, broadcast_id: int) -> Response:
    return RedirectResponse(f"{desk.base}/broadcasts/{broadcast_id}", 303)
