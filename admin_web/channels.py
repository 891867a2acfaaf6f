"""Channels: where the avatar lives beside the web chat, what it may do there, how sending goes.

Of Telegram, and of the chats of every platform; Discord's app is `discord.py`'s.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import segno
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, Desk, ModeratorDesk
from admin_web.ports import TelegramBot, container_of
from admin_web.trying import Key, fate_of_test, send_test
from community import service as community
from community.types import ChatSettings
from conversation import service as conversation
from kernel.errors import BadInput, Conflict, UnderstudyError
from kernel.web import pages, told
from memory import service as memory

router = APIRouter(prefix="/@{slug}/channels")

Token = Annotated[str, Form(max_length=2_000)]
_SWITCHES: Final = ("answers", "comments", "welcomes", "keeps_posts")
_NUMBERS: Final = ("cool_down_s", "per_minute", "welcome_every_min", "prompts_a_day")


@router.get("")
async def channels_page(request: Request, desk: ModeratorDesk) -> Response:
    """The bot that the avatar is, or how it becomes one."""
    return await _page(request, desk)


async def _page(
    request: Request, desk: Desk, *, error: UnderstudyError | None = None, at: str = ""
) -> Response:
    """The page; `at` is the form that `error` stands in, if any."""
    container = container_of(request)
    bot = await container.telegram_checks.look(desk.creator_id, desk.avatar.id)
    context: dict[str, Any] = {
        "desk": desk,
        "bot": bot,
        "saved": request.query_params.get("saved", ""),
        "test": request.query_params.get("test", ""),
        "error": told(request, error) if error else "",
        "at": at,
        "in_use": isinstance(error, Conflict) and error.code == "bot_in_use",
        "public_url": container.settings.public_url,
        "makes_bots": container.telegram_manager.there,
        "maker_refused": container.telegram_manager.refused,
        **(await _use(request, desk, bot)),
    }
    return pages(request).page(request, "channels.html", context, status=error.status if error else 200)


async def _use(request: Request, desk: Desk, bot: TelegramBot | None) -> dict[str, Any]:
    """The chats that a bot is in, and how its sending goes."""
    if bot is None:
        return {"chats": (), "delivery": None, "known": False}
    async with container_of(request).db.uow(desk.creator_id) as uow:
        known = await community.chats(uow, desk.avatar.id)
        return {
            "chats": [
                one for one in known if one.connection_id == bot.connection_id and one.state != "moved"
            ],
            "known": await community.staff_user(uow, desk.who.signed_in.account_id, "telegram") is not None,
            "delivery": await conversation.deliveries.delivery(uow, bot.connection_id),
        }


@router.get("/checks")
async def checks(request: Request, desk: ModeratorDesk) -> Response:
    """Whether the bot can do what is expected of it: Telegram is asked, so it comes after the page."""
    found = await container_of(request).telegram_checks.examine(desk.creator_id, desk.avatar.id)
    return pages(request).page(request, "health/_findings.html", {"desk": desk, "findings": found})


@router.post("/test")
async def test(request: Request, desk: ModeratorDesk) -> Response:
    """Send a message to the chat that whoever is signed in has with the bot.

    Raises:
        Conflict: there is no bot, or it doesn't know them.
    """
    bot = await container_of(request).telegram_checks.look(desk.creator_id, desk.avatar.id)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        user = await community.staff_user(uow, desk.who.signed_in.account_id, "telegram")
    if bot is None or user is None:
        raise Conflict("Say first who you are in Telegram: the link for that is on this page.")
    return await send_test(request, desk, bot, user, f"{desk.base}/channels")


@router.get("/fate/{key}")
async def fate(request: Request, desk: ModeratorDesk, key: Key) -> Response:
    """What became of a test, asked again until that is known."""
    bot = await container_of(request).telegram_checks.look(desk.creator_id, desk.avatar.id)
    return await fate_of_test(request, desk, bot, key, f"{desk.base}/channels")


@router.post("/connect")
async def connect(
    request: Request, desk: CreatorDesk, token: Token = "", take_over: Annotated[bool, Form()] = False
) -> Response:
    """Make the avatar the bot of a pasted token."""
    joining = container_of(request).telegram_joining
    try:
        done = await joining.connect(desk.creator_id, desk.avatar.id, token, take_over=take_over)
    except UnderstudyError as error:
        return await _page(request, desk, error=error, at="connect")
    return _back(desk, "fetched" if done.notice else "connected")


@router.post("/wish")
async def wish(request: Request, desk: CreatorDesk) -> Response:
    """A link, once and for half an hour, by which Telegram makes the avatar's bot."""
    try:
        made = await container_of(request).telegram_manager.wish(desk.creator_id, desk.avatar.id)
    except UnderstudyError as error:
        return await _page(request, desk, error=error, at="wish")
    code = segno.make(made.url, error="m").svg_data_uri(scale=4, border=2, light="#fff")
    return pages(request).page(request, "channels/wish.html", {"desk": desk, "wish": made, "code": code})


@router.post("/renew")
async def renew(request: Request, desk: CreatorDesk) -> Response:
    """Give a bot that was made by the button another token."""
    try:
        await container_of(request).telegram_manager.renew(desk.creator_id, desk.avatar.id)
    except UnderstudyError as error:
        return await _page(request, desk, error=error, at="rotate")
    return _back(desk, "rotated")


@router.post("/rotate")
async def rotate(request: Request, desk: CreatorDesk, token: Token = "") -> Response:
    """Give the bot its new token."""
    try:
        await container_of(request).telegram_joining.rotate(desk.creator_id, desk.avatar.id, token)
    except UnderstudyError as error:
        return await _page(request, desk, error=error, at="rotate")
    return _back(desk, "rotated")


@router.post("/mode")
async def mode(request: Request, desk: CreatorDesk, webhook: Annotated[bool, Form()]) -> Response:
    """Have messages posted here, or fetch them; the same again sets that up anew."""
    joining = container_of(request).telegram_joining
    try:
        await joining.switch(desk.creator_id, desk.avatar.id, webhook=webhook)
    except UnderstudyError as error:
        return await _page(request, desk, error=error, at="mode")
    return _back(desk, "mode")


@router.post("/profile")
async def profile(request: Request, desk: CreatorDesk) -> Response:
    """Have Telegram told once more what the avatar is."""
    await container_of(request).telegram_joining.tell_again(desk.creator_id, desk.avatar.id)
    return _back(desk, "profile")


@router.post("/remove")
async def remove(request: Request, desk: CreatorDesk) -> Response:
    """Let the bot go."""
    await container_of(request).telegram_joining.remove(desk.creator_id, desk.avatar.id)
    return _back(desk, "removed")


@router.get("/chats/{chat_id:int}")
async def chat_page(request: Request, desk: ModeratorDesk, chat_id: RowId) -> Response:
    """How the avatar behaves in a group or channel."""
    return await _chat(request, desk, chat_id)


async def _chat(
    request: Request,
    desk: Desk,
    chat_id: int,
    *,
    error: BadInput | None = None,
    given: Mapping[str, Any] | None = None,
) -> Response:
    """The page; `given` is what was put in, which `error` stands beside."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await community.get_chat(uow, desk.avatar.id, chat_id)
        learnt = await memory.posts_item(uow, found.platform_chat_id)
    context = {
        "desk": desk,
        "chat": found,
        "it": given or found.settings.to_json(),
        "learnt": learnt,
        "saved": "saved" in request.query_params,
        "error": told(request, error) if error else "",
        "wrong": error.params.get("field") if error else None,
    }
    return pages(request).page(request, "channels/chat.html", context, status=error.status if error else 200)


@router.post("/chats/{chat_id:int}")
async def save_chat(request: Request, desk: CreatorDesk, chat_id: RowId) -> Response:
    """Put a chat's settings in force; what its form doesn't show stays."""
    form = await request.form()
    asked = set(str(form.get("fields", "")).split())
    given: dict[str, Any] = {name: name in form for name in _SWITCHES if name in asked}
    given |= {name: str(form.get(name, ""))[:40] for name in _NUMBERS if name in asked}
    async with container_of(request).db.uow(desk.creator_id) as uow:
        given = (await community.get_chat(uow, desk.avatar.id, chat_id)).settings.to_json() | given
    try:
        numbers = {name: _whole(name, given[name]) for name in _NUMBERS if name in asked}
        async with container_of(request).db.uow(desk.creator_id) as uow:
            await community.save_chat(uow, desk.avatar.id, chat_id, ChatSettings.from_json(given | numbers))
    except BadInput as error:
        return await _chat(request, desk, chat_id, error=error, given=given)
    return RedirectResponse(f"{desk.base}/channels/chats/{chat_id}?saved=1", 303)


def _whole(name: str, given: str) -> int:
    try:
        return int(given.strip())
    except ValueError:
        raise BadInput("“{value}” is no whole number.", value=given, field=name) from None


def _back(desk: Desk, what: str) -> Response:
    return RedirectResponse(f"{desk.base}/channels?saved={what}", 303)
