"""The rules of one group that act by themselves: its form, and the set that is sensible to begin with."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, Desk, ModeratorDesk
from admin_web.ports import container_of
from community import service as community
from community.errors import NoSuchChat
from community.types import ChatInfo, Role
from kernel.db import UnitOfWork
from kernel.errors import BadInput
from kernel.web import pages, told
from moderation import service as moderation
from moderation.service import CALM, LIMITS, Rules

router = APIRouter(prefix="/@{slug}/moderation/chats")

_SWITCHES: Final = ("requests", "links", "invites", "media", "warns", "despite")


@router.get("/{chat_id:int}")
async def rules_page(request: Request, desk: ModeratorDesk, chat_id: RowId) -> Response:
    """A group's rules.

    Raises:
        NoSuchChat: not this avatar's.
    """
    return await _page(request, desk, chat_id)


async def _page(
    request: Request,
    desk: Desk,
    chat_id: int,
    *,
    error: BadInput | None = None,
    given: dict[str, Any] | None = None,
) -> Response:
    """The page; `given` is what was put in, which `error` stands beside."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        chat = await _chat(request, uow, desk, chat_id)
        known = await moderation.watched(uow, chat.connection_id, chat.platform_chat_id)
    context = {
        "desk": desk,
        "chat": chat,
        "known": known,
        "it": given or known.rules.to_json(),
        "limits": LIMITS,
        "saved": "saved" in request.query_params,
        "error": told(request, error) if error else "",
        "wrong": error.params.get("field") if error else None,
        "acts": desk.may(Role.CREATOR),
    }
    return pages(request).page(
        request, "moderation/rules.html", context, status=error.status if error else 200
    )


@router.post("/{chat_id:int}")
async def save_rules(request: Request, desk: CreatorDesk, chat_id: RowId) -> Response:
    """Put them in force."""
    form = await request.form()
    given: dict[str, Any] = {name: name in form for name in _SWITCHES}
    given |= {name: str(form.get(name, ""))[:40] for name in LIMITS}
    given["captcha"] = str(form.get("captcha", ""))[:20]
    lines = (" ".join(line.split()) for line in str(form.get("phrases", ""))[:20_000].splitlines())
    given["phrases"] = tuple(line for line in lines if line)
    try:
        numbers = {name: _whole(name, given[name]) for name in LIMITS}
        await _save(request, desk, chat_id, Rules.from_json(given | numbers))
    except BadInput as error:
        return await _page(request, desk, chat_id, error=error, given=given)
    return _back(desk, chat_id)


@router.post("/{chat_id:int}/calm")
async def calm(request: Request, desk: CreatorDesk, chat_id: RowId, on: Annotated[bool, Form()]) -> Response:
    """Put the sensible set in force, or nothing."""
    await _save(request, desk, chat_id, CALM if on else Rules())
    return _back(desk, chat_id)


async def _save(request: Request, desk: Desk, chat_id: int, rules: Rules) -> None:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        chat = await _chat(request, uow, desk, chat_id)
        await moderation.save_rules(uow, chat.connection_id, chat.platform_chat_id, rules)
    container_of(request).rule_book.forget()


async def _chat(request: Request, uow: UnitOfWork, desk: Desk, chat_id: int) -> ChatInfo:
    """A group whose rules somebody can enforce: on other platforms there are none to show or save."""
    chat = await community.get_chat(uow, desk.avatar.id, chat_id)
    if chat.platform not in container_of(request).rule_book.ruled:
        raise NoSuchChat("There is no such chat.")
    return chat


def _back(desk: Desk, chat_id: int) -> Response:
    return RedirectResponse(f"{desk.base}/moderation/chats/{chat_id}?saved=1", 303)


def _whole(name: str, given: str) -> int:
    try:
        return int(given.strip())
    except ValueError:
        raise BadInput("“{value}” is no whole number.", value=given, field=name) from None
