"""What boundaries and the crisis path have stopped: counted by rule, looked through, and corrected."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.asked import AboutMessage, about
from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, ViewerDesk
from admin_web.ports import container_of
from conversation import service as conversation
from kernel.clock import now
from kernel.db import UnitOfWork
from kernel.web import pages
from persona_engine import service as persona
from persona_engine.service import TraceInfo, boundaries

router = APIRouter(prefix="/@{slug}/boundaries/stopped")

DAYS: Final = 30
_SHOWN: Final = 30
CRISIS: Final = "crisis"
_STOPPED: Final = ("forbidden", "handover", "promise", "only", CRISIS)


async def counted(uow: UnitOfWork, avatar_id: int) -> dict[str, int]:
    """How many messages of the last `DAYS` days were stopped by what: a rule's id, "only" or "crisis"."""
    found: dict[str, int] = {}
    for outcome, count in (await conversation.outcomes(uow, avatar_id, now() - timedelta(days=DAYS))).items():
        kind, _, rule = outcome.partition(":")
        if kind in _STOPPED:
            found[rule or kind] = found.get(rule or kind, 0) + count
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def _content_stopped(trace: TraceInfo) -> str:
    """What of the content fell under a boundary, although the message didn't."""
    step = persona.stopped_by(trace.trace, trace.outcome.partition(":")[2])
    return str(step.data["text"]) if step and step.name == "content" else ""


@router.get("")
async def stopped_page(
    request: Request,
    desk: ViewerDesk,
    by: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[RowId | None, Query()] = None,
) -> Response:
    """The newest of what was stopped: by one boundary, or by any of those that are or were of late."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        rules = (await boundaries.kept.current(uow, desk.avatar.id)).document.rules
        counts = await counted(uow, desk.avatar.id)
        of = [by] if by else [*counts, *(each.id for each in rules)]
        outcomes = {each for each in of if each in _STOPPED}
        outcomes |= {f"{kind}:{each}" for each in of for kind in _STOPPED if each not in _STOPPED}
        found = await conversation.recent(
            uow, outcomes=sorted(outcomes), avatar_id=desk.avatar.id, before=before, limit=_SHOWN + 1
        )
        traces = await persona.traces_of(uow, [each.id for each in found])
    context = {
        "desk": desk,
        "days": DAYS,
        "counts": counts,
        "names": {each.id: each.name for each in rules},
        "topic": next((each for each in rules if each.kind is boundaries.Kind.ONLY and each.on), None),
        "by": by,
        "stopped": found[:_SHOWN],
        "found_in": {each: text for each, trace in traces.items() if (text := _content_stopped(trace))},
        "more": found[_SHOWN - 1].id if len(found) > _SHOWN else None,
        "saved": "saved" in request.query_params,
    }
    return pages(request).page(request, "boundaries/stopped.html", context)


@router.post("/belongs")
async def belongs(
    request: Request,
    desk: CreatorDesk,
    rule: Annotated[str, Form(max_length=40)],
    message: AboutMessage = None,
) -> Response:
    """Count a message, and what is like it, among the only topics.

    Raises:
        NoSuchMessage: it isn't there any more.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        if asked := await about(uow, desk, message, None):
            (text, *_), out_of = asked.stopped_by(rule)
            await boundaries.add_example(uow, desk.avatar.id, rule, text, message_id=out_of)
    return RedirectResponse(f"{desk.base}/boundaries/stopped?by=only&saved=1", 303)
