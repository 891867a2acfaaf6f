"""The Inbox: every conversation, live; one of them, its fan, and talking in it in the avatar's place."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import Desk, ModeratorDesk, ViewerDesk, still_at
from admin_web.ports import container_of
from community import service as community
from community.types import Role
from conversation import service as conversation
from conversation.service import approvals, inbox, takeover
from kernel.ids import token
from kernel.web import ServerEvent, event_stream, pages

router = APIRouter(prefix="/@{slug}/inbox")

PageNumber = Annotated[int, Query(ge=1, le=100_000)]
Find = Annotated[str, Query(max_length=200)]
# What comes close together is shown together.
_GATHER_S: Final = 0.3
_LOOK_AGAIN_S: Final = 20.0

# As what Telegram hands such files out; nothing else is shown in a page.
_SHOWN: Final = {
    "photo": "image/jpeg", "video": "video/mp4", "video_note": "video/mp4", "animation": "video/mp4",
    "voice": "audio/ogg", "audio": "audio/mpeg",
}  # fmt: skip
_GIF: Final = "image/gif"

Context = Callable[[], Awaitable[dict[str, Any]]]


def _only(value: str) -> inbox.Only:
    """The filter that an address asks for; what it misspells counts as none."""
    return inbox.Only(value) if value in set(inbox.Only) else inbox.Only.ALL


@router.get("")
async def inbox_page(
    request: Request,
    desk: ViewerDesk,
    only: Annotated[str, Query(max_length=20)] = "",
    q: Find = "",
    page: PageNumber = 1,
) -> Response:
    """The conversations, whoever said something last first."""
    context = await _list(request, desk, _only(only), q, page)
    return pages(request).page(request, "inbox.html", context)


@router.get("/events")
async def events(
    request: Request,
    desk: ViewerDesk,
    only: Annotated[str, Query(max_length=20)] = "",
    q: Find = "",
    page: PageNumber = 1,
) -> Response:
    """The list as it changes, live (server-sent events)."""

    async def look() -> dict[str, Any]:
        return await _list(request, desk, _only(only), q, page)

    return _live(request, desk, f"{desk.creator_id}:", {"list": "inbox/_list.html"}, look)


async def _list(request: Request, desk: Desk, only: inbox.Only, find: str, page: int) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await inbox.conversations(
            uow, desk.avatar.id, only=only, find=find, account_id=desk.staff.account_id, page=page
        )
    return {
        "desk": desk,
        "found": found,
        "only": only,
        "find": find,
        "filters": list(inbox.Only),
        "shown": {"list": repr(found)},
    }


@router.get("/{thread_id:int}")
async def conversation_page(request: Request, desk: ViewerDesk, thread_id: RowId) -> Response:
    """One conversation.

    Raises:
        NothingWaits: there is none, or not any more.
    """
    context = await _one(request, desk, thread_id)
    return pages(request).page(request, "inbox/conversation.html", context)


@router.get("/{thread_id:int}/events")
async def conversation_events(request: Request, desk: ViewerDesk, thread_id: RowId) -> Response:
    """What is said in one, and who has it, live (server-sent events).

    Raises:
        NothingWaits: there is none, or not any more.
    """
    await _one(request, desk, thread_id)

    async def look() -> dict[str, Any]:
        return await _one(request, desk, thread_id)

    parts = {"lines": "inbox/_lines.html", "state": "inbox/_state.html", "news": "inbox/_news.html"}
    return _live(request, desk, f"{desk.creator_id}:{thread_id}", parts, look)


async def _one(request: Request, desk: Desk, thread_id: int) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        one, lines = await inbox.conversation(uow, desk.avatar.id, thread_id)
        holder = await takeover.holder(uow, thread_id)
        notes = await community.notes.notes(uow, one.fan_id)
        accounts = await community.linking.accounts(uow, one.fan_id)
        elsewhere = await inbox.last_threads(uow, desk.avatar.id, [each.fan_id for each in accounts])
    return {
        "desk": desk,
        "acts": desk.may(Role.MODERATOR),
        "one": one,
        "lines": lines,
        "holder": holder,
        "may_end": holder is None or takeover.may_end(holder, desk.staff),
        "mine": holder is not None and holder.account_id == desk.staff.account_id,
        "notes": notes,
        "accounts": [(each, elsewhere.get(each.fan_id)) for each in accounts],
        "most": approvals.MOST_UNITS,
        "most_note": community.notes.MOST_TEXT,
        "most_tag": community.notes.MOST_TAG,
        "minutes": int(takeover.SILENCE.total_seconds() // 60),
        "fresh": token(9),
        "shown": {
            "lines": repr(lines),
            "state": repr((holder and holder.name, one)),
            "news": repr([(line.author, line.text) for line in lines[-1:]]),
        },
    }


@router.get("/{thread_id:int}/media/{author}/{number:int}/{place:int}")
async def medium(
    request: Request,
    desk: ViewerDesk,
    thread_id: RowId,
    author: Annotated[str, Path(pattern="^(fan|ours)$")],
    number: RowId,
    place: Annotated[int, Path(ge=0, le=20)],
) -> Response:
    """A picture, a sound, a film or a file that stands beside what was said; nothing of it is kept here.

    Raises:
        NothingWaits, NotFound, TooLarge, Unavailable: it isn't there any more, or can't be had now.
    """
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        connection, found = await inbox.medium(uow, desk.avatar.id, thread_id, author, number, place)
    content = await container.said_file(desk.creator_id, connection, found, by_fan=author == "fan")
    # Some send moving pictures as films, others as they are.
    kind = _GIF if found.mime == _GIF else _SHOWN.get(found.kind)
    headers = {"cache-control": "private, max-age=600"}
    if kind is None:
        # Whatever it is, it is saved, and opened by nothing of ours.
        headers["content-disposition"] = "attachment; filename*=UTF-8''" + quote(
            found.name or "file", safe=""
        )
    return Response(content, media_type=kind or "application/octet-stream", headers=headers)


def _live(request: Request, desk: Desk, mine: str, parts: dict[str, str], look: Context) -> Response:
    """A stream of templates, by the events' names, sent anew where they show something else than before.

    The newest line (`news`), which screen readers say, is not sent to who has just opened the page.
    """

    async def changes() -> AsyncIterator[ServerEvent]:
        site, before = pages(request), dict[str, str]()
        async with container_of(request).bus.subscribe(conversation.SENT_CHANNEL) as woken:
            while True:
                context = await look()
                shown: dict[str, str] = context["shown"]
                for name, template in parts.items():
                    if before.get(name) != shown[name] and (before or name != "news"):
                        yield ServerEvent(site.html(request, template, context), name=name)
                before = shown
                heard = await woken.wait(_LOOK_AGAIN_S)
                while heard and not any(each.startswith(mine) for each in heard):
                    heard = await woken.wait(_LOOK_AGAIN_S)
                await asyncio.sleep(_GATHER_S)

    allowed = still_at(request, desk, Role.VIEWER)
    return event_stream(changes(), request.app.state.streams, allowed=allowed)


def _back(desk: Desk, thread_id: int) -> Response:
    return RedirectResponse(f"{desk.base}/inbox/{thread_id}", 303)


@router.post("/{thread_id:int}/take")
async def take(request: Request, desk: ModeratorDesk, thread_id: RowId) -> Response:
    """Talk with a fan in the avatar's place.

    Raises:
        NothingWaits, TakenOver: nothing was changed.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await takeover.take(uow, desk.avatar.id, thread_id, desk.staff)
    return _back(desk, thread_id)


@router.post("/{thread_id:int}/release")
async def release(request: Request, desk: ModeratorDesk, thread_id: RowId) -> Response:
    """Have the avatar answer again.

    Raises:
        NothingWaits: there is no such conversation any more.
        TakenOver: somebody else has it, and only they or the creator end that.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await takeover.release(uow, desk.avatar.id, thread_id, desk.staff)
    return _back(desk, thread_id)


@router.post("/{thread_id:int}/say")
async def say(
    request: Request,
    desk: ModeratorDesk,
    thread_id: RowId,
    text: Annotated[str, Form(max_length=40_000)],
    once: Annotated[str, Form(pattern="^[A-Za-z0-9_-]{8,24}$")],
) -> Response:
    """Write to the fan as the person who has taken the conversation over.

    Raises:
        NothingWaits, AlreadyDecided, TakenOver, BadMessage: it wasn't sent.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await takeover.say(uow, desk.avatar.id, thread_id, text, desk.staff, token=once)
    return _back(desk, thread_id)


async def _fan(request: Request, desk: Desk, thread_id: int) -> int:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        one, _ = await inbox.conversation(uow, desk.avatar.id, thread_id)
    return one.fan_id


@router.post("/{thread_id:int}/notes")
async def note(
    request: Request, desk: ModeratorDesk, thread_id: RowId, text: Annotated[str, Form(max_length=40_000)]
) -> Response:
    """Note something about the fan.

    Raises:
        NothingWaits: there is no such conversation any more.
        BadNote: there are no words, or too many.
    """
    fan = await _fan(request, desk, thread_id)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await community.notes.note(uow, fan, text, by=desk.staff.name)
    return _back(desk, thread_id)


@router.post("/{thread_id:int}/notes/{note_id:int}/delete")
async def forget_note(request: Request, desk: ModeratorDesk, thread_id: RowId, note_id: RowId) -> Response:
    """Delete a note.

    Raises:
        NothingWaits: there is no such conversation any more.
    """
    fan = await _fan(request, desk, thread_id)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await community.notes.forget(uow, fan, note_id)
    return _back(desk, thread_id)


Tag = Annotated[str, Form(max_length=200)]


@router.post("/{thread_id:int}/tags")
async def tag(request: Request, desk: ModeratorDesk, thread_id: RowId, word: Tag) -> Response:
    """Sort the fan under a word.

    Raises:
        NothingWaits: there is no such conversation any more.
        BadNote: the word is none, or too long; or there are too many.
    """
    fan = await _fan(request, desk, thread_id)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await community.notes.tag(uow, fan, word)
    return _back(desk, thread_id)


@router.post("/{thread_id:int}/tags/delete")
async def untag(request: Request, desk: ModeratorDesk, thread_id: RowId, word: Tag) -> Response:
    """Sort the fan under a word no more.

    Raises:
        NothingWaits: there is no such conversation any more.
    """
    fan = await _fan(request, desk, thread_id)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await community.notes.untag(uow, fan, word)
    return _back(desk, thread_id)
