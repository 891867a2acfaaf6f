"""Approvals: the answers and threads that wait for a person, what was decided. (How far: `autonomy.py`.)"""

from hashlib import blake2b
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.corrections import may_be_given
from admin_web.knowledge import toast
from admin_web.place import Desk, ModeratorDesk, ViewerDesk
from admin_web.ports import container_of
from community.types import Role
from conversation import service as conversation
from conversation.service import approvals
from kernel.i18n import translator
from kernel.ids import token
from kernel.web import page_lang, pages

router = APIRouter(prefix="/@{slug}/approvals")

# The service refuses what is too long for a chat; here it is only kept within bounds.
Text = Annotated[str, Form(max_length=40_000)]


def _(message: str) -> str:
    """Marks a sentence for the catalogues; it is translated when it is shown."""
    return message


@router.get("")
async def approvals_page(request: Request, desk: ViewerDesk) -> Response:
    """The page."""
    return pages(request).page(request, "approvals.html", await _context(request, desk))


@router.get("/live")
async def live(
    request: Request, desk: ViewerDesk, seen: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The lists, where they differ from what was `seen`: asked for again every few seconds."""
    context = await _context(request, desk)
    if context["seen"] == seen:
        return Response(status_code=204)
    return pages(request).page(request, "approvals/_queue.html", context)


async def _context(request: Request, desk: Desk) -> dict[str, Any]:
    avatar = desk.avatar.id
    async with container_of(request).db.uow(desk.creator_id) as uow:
        waiting = await approvals.waiting(uow, avatar)
        suggested = await approvals.waiting(uow, avatar, suggested=True)
        handed_over = await approvals.handed_over(uow, avatar)
        returned = await approvals.returned(uow, avatar)
        decided = await approvals.decided(uow, avatar)
        count = (await conversation.autonomy.signs(uow))[avatar].waiting
    shown = repr((page_lang(request), waiting, suggested, handed_over, returned, decided))
    return {
        "desk": desk,
        "acts": desk.may(Role.MODERATOR),
        "waiting": waiting,
        "suggested": suggested,
        "handed_over": handed_over,
        "returned": returned,
        "decided": decided,
        "count": count,
        "most": approvals.MOST_UNITS,
        "days": approvals.EXPIRES_AFTER.days,
        "fresh": token(9),
        "seen": blake2b(shown.encode(errors="replace"), digest_size=12).hexdigest(),
    }


async def _done(request: Request, desk: Desk, told: str) -> Response:
    """The lists as they are now, and a word about what was done, if anything; without scripts, the page."""
    if "hx-request" not in request.headers:
        return RedirectResponse(f"{desk.base}/approvals", 303)
    context = await _context(request, desk) | {"fresh_count": True}
    response = pages(request).page(request, "approvals/_queue.html", context)
    if told:
        response.headers["hx-trigger"] = toast(translator(page_lang(request)).gettext(told))
    return response


@router.post("/{approval_id:int}/send")
async def send(
    request: Request,
    desk: ModeratorDesk,
    approval_id: RowId,
    text: Annotated[str | None, Form(max_length=40_000)] = None,
) -> Response:
    """Send an answer that waits, as it is or reworded.

    Raises:
        NothingWaits, AlreadyDecided, BadMessage: it wasn't sent.
        BadAnswer: nor may it be, since it is the avatar that would say it.
    """
    by = desk.who.signed_in.account_name
    if text is not None:
        await may_be_given(request, desk, text)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await approvals.send(uow, desk.avatar.id, approval_id, by=by, text=text)
    return await _done(request, desk, _("Sent."))


@router.post("/{approval_id:int}/drop")
async def drop(request: Request, desk: ModeratorDesk, approval_id: RowId) -> Response:
    """Send nothing.

    Raises:
        NothingWaits, AlreadyDecided: nothing was changed.
    """
    by = desk.who.signed_in.account_name
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await approvals.drop(uow, desk.avatar.id, approval_id, by=by)
    return await _done(request, desk, _("Dropped: nothing is sent."))


@router.post("/threads/{thread_id:int}/answer")
async def answer(
    request: Request,
    desk: ModeratorDesk,
    thread_id: RowId,
    text: Text,
    once: Annotated[str, Form(pattern="^[A-Za-z0-9_-]{8,24}$")],
    seen: Annotated[int, Form(ge=0, lt=1 << 63)],
) -> Response:
    """Answer as a person of the creator's team.

    Raises:
        NothingWaits, AlreadyDecided, TakenOver, BadMessage: it wasn't sent.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await approvals.answer(uow, desk.avatar.id, thread_id, text, token=once, seen=seen, who=desk.staff)
    return await _done(request, desk, _("Sent."))


@router.post("/threads/{thread_id:int}/back")
async def give_back(request: Request, desk: ModeratorDesk, thread_id: RowId) -> Response:
    """Let the avatar answer in a thread again.

    Raises:
        NothingWaits: there is no such thread any more.
        TakenOver: somebody else is talking with this fan.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await conversation.takeover.release(uow, desk.avatar.id, thread_id, desk.staff)
    return await _done(request, desk, _("The avatar answers here again."))


@router.post("/threads/{thread_id:int}/seen")
async def seen(
    request: Request,
    desk: ModeratorDesk,
    thread_id: RowId,
    since: Annotated[AwareDatetime | None, Form()] = None,
) -> Response:
    """Take note of a fan who went back to the avatar at the moment that the card shows; at none, of nothing.

    Raises:
        NothingWaits: there is no such thread any more.
    """
    if since is None:  # a page that was open before its form told it: the one that comes back shows it again
        return await _done(request, desk, "")
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await approvals.see_return(uow, desk.avatar.id, thread_id, since)
    return await _done(request, desk, _("Noted."))
