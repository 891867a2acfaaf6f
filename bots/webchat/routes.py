"""The fans' pages: the chat at `/c/{avatar}`, its live lines. (A source's page: `sources.py`.)"""

import pathlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any, Protocol, cast

import anyio.to_thread
from fastapi import APIRouter, Depends, Form, Header, Path, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bots.webchat.chat import WebChat
from bots.webchat.pictures import rendition
from community import service as community
from community.errors import NoSuchAvatar
from community.types import Entitlements
from conversation import service as conversation
from conversation.errors import BadMessage, TooManyMessages
from conversation.service import MAX_TEXT
from conversation.types import Room, Transcript
from kernel import lang
from kernel.db import Database
from kernel.errors import NotFound, TooMany
from kernel.files import FileStore
from kernel.i18n import t
from kernel.ids import token, token_hash
from kernel.web import Places, RateLimiter, ServerEvent, event_stream, page_lang, pages

TEMPLATES = pathlib.Path(__file__).parent / "templates"
STATIC = pathlib.Path(__file__).parent / "static"
FAN_COOKIE = "fan"
_YEAR_S = 365 * 86_400

router = APIRouter()
# Fans behind one address share it; each of them is held to a smaller allowance of their own.
_per_address = RateLimiter(per_minute=120, burst=60)
# Each open stream holds a connection and asks the database now and then. A school or a mobile network stands
# behind one address; a fan needs a stream for each tab. Who finds no place asks every few seconds instead.
STREAMS_PER_FAN = 4
_STREAMS = 400
_STREAMS_PER_ADDRESS = 200
_ASK_AGAIN_MS = 4000
_listeners = Places(per_key=_STREAMS_PER_ADDRESS, total=_STREAMS)
_fans = Places(per_key=STREAMS_PER_FAN, total=_STREAMS)


class Container(Protocol):
    """What the fans' pages take from `request.app.state.container`."""

    @property
    def db(self) -> Database:
        """The database."""
        ...

    @property
    def files(self) -> FileStore:
        """The file store."""
        ...

    @property
    def webchat(self) -> WebChat:
        """The web chat."""
        ...

    @property
    def entitlements(self) -> Entitlements:
        """What fans may see."""
        ...


def container_of(request: Request) -> Container:
    """The parts of this process that the pages use."""
    return cast(Container, request.app.state.container)


def _cookie(request: Request) -> str:
    return f"__Host-{FAN_COOKIE}" if request.url.scheme == "https" else FAN_COOKIE


class Fan:
    """A browser's fan: a random cookie, of which only the hash is kept."""

    def __init__(self, request: Request) -> None:
        self._request = request
        known = request.cookies.get(_cookie(request), "")
        self.known = 20 <= len(known) <= 64
        self._token = known if self.known else token()
        self.user_id = token_hash(self._token)[:40]

    def keep(self, response: Response) -> None:
        """Give a new browser its cookie."""
        if not self.known:
            response.set_cookie(
                _cookie(self._request), self._token, max_age=_YEAR_S, path="/", httponly=True,
                samesite="lax", secure=self._request.url.scheme == "https",
            )  # fmt: skip


async def room_of(request: Request, slug: str) -> Room:
    """The chat that the address names.

    Raises:
        NoSuchAvatar: nobody lives there, or the avatar is offline.
    """
    room = await container_of(request).webchat.room(slug)
    if not room.avatar.live:
        raise NoSuchAvatar("Nobody lives at this address.")
    return room


InRoom = Annotated[Room, Depends(room_of)]
Secret = Annotated[str, Path(max_length=64)]


def languages(room: Room) -> tuple[str, ...]:
    """The languages that the room's avatar speaks."""
    return room.avatar.languages or (lang.DEFAULT,)


def _context(request: Request, room: Room, transcript: Transcript) -> dict[str, Any]:
    avatar = room.avatar
    spoken = languages(room)
    reader = page_lang(request, spoken)
    return {
        "lang": reader,
        "langs": [(tag, lang.native_name(tag)) for tag in spoken],
        "avatar": avatar,
        "tagline": avatar.tagline.get(reader) or avatar.tagline.get(lang.DEFAULT, ""),
        "samples": () if transcript.lines else avatar.samples.get(reader, ()),
        "portrait_url": portrait_url(room),
        "transcript": transcript,
        "action": f"/c/{avatar.slug}/messages",
        "opinions": f"/c/{avatar.slug}/opinions",
        "events": f"/c/{avatar.slug}/events",
        "max_text": MAX_TEXT,
        "client_id": token(12),
        "error": "",
        "draft": "",
    }


def portrait_url(room: Room) -> str:
    """Where the avatar's picture lies; empty where it has none."""
    portrait = room.avatar.portrait
    return f"/c/{room.avatar.slug}/portrait?v={portrait[:12]}" if portrait else ""


@router.get("/c/{slug}")
async def chat_page(request: Request, room: InRoom) -> Response:
    """The chat, with what was said so far."""
    fan = Fan(request)
    transcript = Transcript((), False, "")
    if fan.known:
        _, transcript = await container_of(request).webchat.transcript(room, fan.user_id)
    response = pages(request).page(request, "chat.html", _context(request, room, transcript))
    fan.keep(response)
    chosen = lang.normalise(request.query_params.get("lang"))
    if chosen in languages(room):
        response.set_cookie("lang", chosen, max_age=_YEAR_S, path="/", samesite="lax")
    return response


@router.post("/c/{slug}/messages")
async def say(
    request: Request,
    room: InRoom,
    text: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form()] = "",
) -> Response:
    """Take a message in. A script gets JSON; a plain form gets the page again."""
    script = "application/json" in request.headers.get("accept", "")
    fan = Fan(request)
    reader = page_lang(request, languages(room))
    try:
        if request.client:
            _per_address.check(request.client.host)
        received = await container_of(request).webchat.say(room, fan.user_id, text, client_id, hint=reader)
    except (BadMessage, TooManyMessages) as error:
        message = _told(error, reader)
        if script:
            headers = {"retry-after": "2"} if isinstance(error, TooManyMessages) else {}
            return JSONResponse({"error": error.code, "message": message}, error.status, headers)
        _, transcript = await container_of(request).webchat.transcript(room, fan.user_id)
        context = {**_context(request, room, transcript), "error": message, "draft": text[: MAX_TEXT * 2]}
        return pages(request).page(request, "chat.html", context, status=error.status)
    response: Response = (
        JSONResponse({"message_id": received.message_id, "duplicate": received.duplicate}, 202)
        if script
        else RedirectResponse(f"/c/{room.avatar.slug}#end", 303)
    )
    fan.keep(response)
    return response


def _told(error: BadMessage | TooManyMessages, reader: str) -> str:
    """The error in the fan's language."""
    if isinstance(error, TooManyMessages):
        return t(reader, "error.slow_down", count=max(1, round(error.retry_after)))
    if error.code == "message_too_long":
        return t(reader, "error.too_long", limit=MAX_TEXT)
    return t(reader, "smalltalk.empty.1")


@router.post("/c/{slug}/opinions")
async def think(
    request: Request, room: InRoom, opinion: Annotated[str, Form(pattern=r"^\d{1,18}:(good|flag|)$")]
) -> Response:
    """Keep what a fan thinks of an answer: its number and the opinion, or none any more."""
    if request.client:
        _per_address.check(request.client.host)
    answer, _, kind = opinion.partition(":")
    webchat, fan = container_of(request).webchat, Fan(request)
    if not fan.known or not await webchat.think(room, fan.user_id, answer, kind or None):
        raise NotFound("This answer isn't here any more.")
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    return RedirectResponse(f"/c/{room.avatar.slug}#avatar-{answer}", 303)


@router.get("/c/{slug}/events")
async def events(
    request: Request,
    room: InRoom,
    after: Annotated[str, Query(max_length=40)] = "",
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> Response:
    """The lines that come, live (server-sent events), from a cursor or the last event that was seen.

    Where no place is free for a stream, it tells what there is, says that it is over (`later`), and ends: the
    browser comes back by itself.
    """
    fan = Fan(request)
    if not fan.known:
        # The page gives each browser its cookie: who comes without has no conversation to follow.
        return Response(status_code=204)
    streams, seen = request.app.state.streams, last_event_id or after
    try:
        ended = _place(request, fan)
    except TooMany:
        return event_stream(_once(request, room, fan.user_id, seen), streams, retry_ms=_ASK_AGAIN_MS)
    return event_stream(_live(request, room, fan.user_id, seen), streams, ended=ended)


def _place(request: Request, fan: Fan) -> Callable[[], None]:
    """A place for a stream; what comes back gives it up.

    Raises:
        TooMany: the fan, their address or this process has as many as it may.
    """
    own = _fans.take(fan.user_id)
    try:
        shared = _listeners.take(request.client.host if request.client else "")
    except TooMany:
        own()
        raise

    def give_up() -> None:
        own()
        shared()

    return give_up


async def _live(request: Request, room: Room, user_id: str, after: str) -> AsyncIterator[ServerEvent]:
    async for found in container_of(request).webchat.follow(room, user_id, after):
        for event in _told_live(request, room, found):
            yield event
    yield ServerEvent("true", name="erased")


async def _once(request: Request, room: Room, user_id: str, after: str) -> AsyncIterator[ServerEvent]:
    thread, found = await container_of(request).webchat.transcript(room, user_id, after)
    if found.erased or (thread is None and after):
        yield ServerEvent("true", name="erased")
        return
    for event in _told_live(request, room, found):
        yield event
    yield ServerEvent("true", name="later")


def _told_live(request: Request, room: Room, found: Transcript) -> Iterator[ServerEvent]:
    if found.lines:
        context = {
            "lang": page_lang(request, languages(room)),
            "avatar": room.avatar,
            "portrait_url": portrait_url(room),
            "transcript": found,
            "opinions": True,
        }
        yield ServerEvent(pages(request).html(request, "_lines.html", context), name="lines", id=found.cursor)
    yield ServerEvent("true" if found.typing else "false", name="typing")
    yield ServerEvent("true" if found.person else "false", name="person")


@router.get("/c/{slug}/portrait")
async def portrait(request: Request, room: InRoom) -> Response:
    """The avatar's picture, no larger than the page shows it."""
    if not room.avatar.portrait:
        raise NotFound("There is no portrait.")
    path = container_of(request).files.path(room.avatar.creator_id, room.avatar.portrait)
    picture = await anyio.to_thread.run_sync(rendition, path)
    return Response(picture, media_type="image/jpeg", headers={"cache-control": "public, max-age=86400"})


@router.get("/c/{slug}/export/{secret}")
async def export_page(request: Request, room: InRoom, secret: Secret) -> Response:
    """Offers the file. Looking at the page spends nothing: apps fetch links to show what is behind them."""
    async with container_of(request).db.uow(room.avatar.creator_id) as uow:
        await conversation.look_at_export(uow, secret)
    context = {
        "avatar": room.avatar,
        "portrait_url": portrait_url(room),
        "lang": page_lang(request, languages(room)),
    }
    return pages(request).page(request, "export.html", context)


@router.post("/c/{slug}/export/{secret}")
async def export_file(request: Request, room: InRoom, secret: Secret) -> Response:
    """Everything that is kept about the fan whose link it is, once."""
    async with container_of(request).db.uow(room.avatar.creator_id) as uow:
        export = await conversation.take_export(uow, secret)
    name = f"{room.avatar.slug}-about-me.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(export.to_file(), media_type="application/json", headers=headers)


@router.get("/")
async def first(request: Request) -> Response:
    """Where an address without a path leads: to the oldest avatar that is live.

    Raises:
        NoSuchAvatar: none is.
    """
    async with container_of(request).db.system_uow() as uow:
        live = [avatar for avatar in await community.avatars(uow) if avatar.live]
    if not live:
        raise NoSuchAvatar("Nobody lives at this address.")
    return RedirectResponse(f"/c/{live[0].slug}", 303)
