"""Flagged by fans: the answers that fans reported or found bad, until a person has settled them."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, ViewerDesk
from admin_web.ports import container_of
from conversation import service as conversation
from conversation.types import Judged
from kernel.db import UnitOfWork
from kernel.web import pages
from persona_engine.service import learning

router = APIRouter(prefix="/@{slug}/corrections/flagged")


async def open_ones(uow: UnitOfWork, avatar_id: int) -> tuple[Judged, ...]:
    """What fans were unhappy with and nobody has settled since."""
    found = await conversation.feedback.disliked(uow, avatar_id)
    settled = await learning.settled(uow, [each.id for each in found])
    return tuple(each for each in found if each.id not in settled)


@router.get("")
async def flagged_page(request: Request, desk: ViewerDesk) -> Response:
    """The list, whose last word is newest first."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await open_ones(uow, desk.avatar.id)
    return pages(request).page(request, "corrections/flagged.html", {"desk": desk, "found": found})


@router.post("/dismiss")
async def dismiss(request: Request, desk: CreatorDesk, message: Annotated[RowId, Form()]) -> Response:
    """Put one aside: the answer is right as it is.

    Raises:
        NoSuchMessage: its fan was erased meanwhile.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await conversation.asked_message(uow, desk.avatar.id, message)
        await learning.dismiss(uow, [message], by=desk.who.signed_in.account_name)
    return RedirectResponse(f"{desk.base}/corrections/flagged", 303)
