"""Working from a chat: how somebody tells the bot who they are, and what name fans read."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.place import Desk, ModeratorDesk
from admin_web.ports import container_of
from community import service as community
from kernel.web import pages

router = APIRouter(prefix="/@{slug}/in-chats")


@router.get("")
async def in_chats_page(request: Request, desk: ModeratorDesk) -> Response:
    """Whether the bots know who is signed in here."""
    return pages(request).page(request, "in_chats.html", await _context(request, desk))


async def _context(request: Request, desk: Desk, token: str = "") -> dict[str, Any]:
    container = container_of(request)
    account = desk.who.signed_in.account_id
    async with container.db.uow(desk.creator_id) as uow:
        known = await community.staff_platforms(uow, account)
        named = await community.is_named(uow, account)
    bot = await container.bot_name(desk.creator_id, desk.avatar.id)
    app = await container.discord_checks.look(desk.creator_id, desk.avatar.id)
    return {
        "desk": desk,
        "known": known,
        "named": named,
        "bot": bot,
        "app": app.name if app else "",
        "code": f"staff_{token}" if app and token else "",
        "url": f"https://t.me/{bot}?start=staff_{token}" if bot and token else "",
        "minutes": int(community.STAFF_LINK_TTL.total_seconds() // 60),
    }


@router.post("/link")
async def make_link(request: Request, desk: ModeratorDesk) -> Response:
    """Make a link for whoever is signed in, and show it, this once."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        token = await community.link_staff(uow, desk.who.signed_in.account_id)
    return pages(request).page(request, "in_chats.html", await _context(request, desk, token))


@router.post("/forget")
async def forget(request: Request, desk: ModeratorDesk) -> Response:
    """Have the bots know who is signed in here no more."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        for platform in await community.staff_platforms(uow, desk.who.signed_in.account_id):
            await community.unbind_staff(uow, desk.who.signed_in.account_id, platform)
    return RedirectResponse(f"{desk.base}/in-chats", 303)


@router.post("/name")
async def name(request: Request, desk: ModeratorDesk, named: Annotated[bool, Form()] = False) -> Response:
    """Have fans read the name of whoever is signed in above what they write, or not."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await community.set_named(uow, desk.who.signed_in.account_id, named=named)
    return RedirectResponse(f"{desk.base}/in-chats", 303)
