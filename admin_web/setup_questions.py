"""The end of Setup: test questions from the creator's own content, what they got, and what to do about it."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, Desk
from admin_web.ports import container_of
from admin_web.trials import shown
from kernel.db import UnitOfWork
from kernel.web import pages
from memory import service as memory
from memory.types import SourceState
from persona_engine.service import trials

router = APIRouter(prefix="/@{slug}/setup/questions")

_ROUNDS: Final = 20


async def looked_at(uow: UnitOfWork, avatar_id: int) -> bool:
    """Whether somebody has looked at every answer of one round."""
    rounds = await trials.newest(uow, avatar_id, trials.Kind.SETUP, _ROUNDS)
    return any(not each.under_way and 0 < each.total == each.seen for each in rounds)


async def questions(request: Request, desk: Desk) -> dict[str, Any]:
    """The newest round, as `setup/_questions.html` shows it."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        rounds = await trials.newest(uow, desk.avatar.id, trials.Kind.SETUP)
        asked = await trials.questions(uow, rounds[0].id) if rounds else ()
        known = await memory.knowledge(uow)
    return {
        "desk": desk,
        "trial": rounds[0] if rounds else None,
        "shown": await shown(request, asked),
        "readable": known.states.get(SourceState.INDEXED, 0),
    }


@router.get("")
async def questions_part(request: Request, desk: CreatorDesk) -> Response:
    """The round's moving part, asked for again until it has ended."""
    return pages(request).page(request, "setup/_questions.html", await questions(request, desk))


@router.post("")
async def ask(request: Request, desk: CreatorDesk) -> Response:
    """Begin a round, of other content than the one before where there is other content."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        now = await trials.newest(uow, desk.avatar.id, trials.Kind.SETUP)
        if not (now and now[0].under_way):
            side = await trials.in_force(uow, desk.avatar.id)
            by = desk.who.signed_in.account_name
            await trials.begin(uow, desk.avatar.id, trials.Kind.SETUP, [side], by=by, models=True)
    return RedirectResponse(f"{desk.base}/setup#questions", 303)


@router.post("/{tried_id:int}")
async def look(
    request: Request, desk: CreatorDesk, tried_id: RowId, seen: Annotated[Literal["good", ""], Form()] = ""
) -> Response:
    """Say that an answer is good, or take that back."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await trials.look_at(uow, desk.avatar.id, tried_id, seen)
    if "hx-request" in request.headers:
        return pages(request).page(request, "setup/_questions.html", await questions(request, desk))
    return RedirectResponse(f"{desk.base}/setup#questions", 303)
