"""Channels, Discord: the app that the avatar is, what it may do in its servers, how sending goes."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.place import CreatorDesk, Desk, ModeratorDesk
from admin_web.ports import DiscordApp, container_of
from admin_web.trying import Key, fate_of_test, send_test
from community import service as community
from conversation import service as conversation
from kernel.errors import Conflict, UnderstudyError
from kernel.web import pages, told

router = APIRouter(prefix="/@{slug}/channels/discord")

Token = Annotated[str, Form(max_length=2_000)]


@router.get("")
async def discord_page(request: Request, desk: ModeratorDesk) -> Response:
    """The app that the avatar is, or how it becomes one."""
    return await _page(request, desk)


async def _page(
    request: Request, desk: Desk, *, error: UnderstudyError | None = None, at: str = ""
) -> Response:
    """The page; `at` is the form that `error` stands in, if any."""
    container = container_of(request)
    app = await container.discord_checks.look(desk.creator_id, desk.avatar.id)
    context: dict[str, Any] = {
        "desk": desk,
        "app": app,
        "saved": request.query_params.get("saved", ""),
        "test": request.query_params.get("test", ""),
        "error": told(request, error) if error else "",
        "at": at,
        "in_use": isinstance(error, Conflict) and error.code == "bot_in_use",
        "public_url": container.settings.public_url,
        **(await _use(request, desk, app)),
    }
    return pages(request).page(request, "discord.html", context, status=error.status if error else 200)


async def _use(request: Request, desk: Desk, app: DiscordApp | None) -> dict[str, Any]:
    """The channels that an app is in, and how its sending goes."""
    if app is None:
        return {"chats": (), "delivery": None, "known": False}
    async with container_of(request).db.uow(desk.creator_id) as uow:
        known = await community.chats(uow, desk.avatar.id)
        return {
            "chats": [one for one in known if one.connection_id == app.connection_id],
            "known": await community.staff_user(uow, desk.who.signed_in.account_id, "discord") is not None,
            "delivery": await conversation.deliveries.delivery(uow, app.connection_id),
        }


@router.get("/checks")
async def checks(request: Request, desk: ModeratorDesk) -> Response:
    """Whether the app can do what is expected of it: Discord is asked, so it comes after the page."""
    found = await container_of(request).discord_checks.examine(desk.creator_id, desk.avatar.id)
    return pages(request).page(request, "health/_findings.html", {"desk": desk, "findings": found})


@router.post("/test")
async def test(request: Request, desk: ModeratorDesk) -> Response:
    """Send a message to the private chat that whoever is signed in has with the app.

    Raises:
        Conflict: there is no app, or it doesn't know them.
    """
    container = container_of(request)
    app = await container.discord_checks.look(desk.creator_id, desk.avatar.id)
    async with container.db.uow(desk.creator_id) as uow:
        user = await community.staff_user(uow, desk.who.signed_in.account_id, "discord")
    if app is None or user is None:
        raise Conflict("Say first who you are in Discord: the link for that is on this page.")
    try:
        channel = await container.discord_checks.private_channel(desk.creator_id, desk.avatar.id, user)
    except UnderstudyError as error:
        return await _page(request, desk, error=error, at="test")
    return await send_test(request, desk, app, channel, f"{desk.base}/channels/discord")


@router.get("/fate/{key}")
async def fate(request: Request, desk: ModeratorDesk, key: Key) -> Response:
    """What became of a test, asked again until that is known."""
    app = await container_of(request).discord_checks.look(desk.creator_id, desk.avatar.id)
    return await fate_of_test(request, desk, app, key, f"{desk.base}/channels/discord")


@router.post("/connect")
async def connect(
    request: Request, desk: CreatorDesk, token: Token = "", take_over: Annotated[bool, Form()] = False
) -> Response:
    """Make the avatar the app of a pasted token."""
    return await _connect(request, desk, token, take_over=take_over, at="connect", done="connected")


@router.post("/rotate")
async def rotate(
    request: Request, desk: CreatorDesk, token: Token = "", take_over: Annotated[bool, Form()] = False
) -> Response:
    """Give the app its new token."""
    return await _connect(request, desk, token, take_over=take_over, at="rotate", done="rotated")


async def _connect(
    request: Request, desk: Desk, token: str, *, take_over: bool, at: str, done: str
) -> Response:
    joining = container_of(request).discord_joining
    try:
        await joining.connect(desk.creator_id, desk.avatar.id, token, take_over=take_over)
    except UnderstudyError as error:
        return await _page(request, desk, error=error, at=at)
    return _back(desk, done)


@router.post("/mode")
async def mode(request: Request, desk: CreatorDesk, gateway: Annotated[bool, Form()]) -> Response:
    """Have the app heard over a connection, or its commands posted here; the same again sets that up anew."""
    try:
        await container_of(request).discord_joining.switch(desk.creator_id, desk.avatar.id, gateway=gateway)
    except UnderstudyError as error:
        return await _page(request, desk, error=error, at="mode")
    return _back(desk, "mode")


@router.post("/profile")
async def profile(request: Request, desk: CreatorDesk) -> Response:
    """Have Discord told once more what the avatar is."""
    await container_of(request).discord_joining.tell_again(desk.creator_id, desk.avatar.id)
    return _back(desk, "profile")


@router.post("/remove")
async def remove(request: Request, desk: CreatorDesk) -> Response:
    """Let the app go."""
    await container_of(request).discord_joining.remove(desk.creator_id, desk.avatar.id)
    return _back(desk, "removed")


def _back(desk: Desk, what: str) -> Response:
    return RedirectResponse(f"{desk.base}/channels/discord?saved={what}", 303)
