"""Today: what fans asked and got, what could not be answered, what is being imported."""

import io
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import segno
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from admin_web.place import Desk, ViewerDesk
from admin_web.ports import container_of
from conversation import service as conversation
from kernel.clock import now
from kernel.web import pages
from memory import service as memory
from memory.types import SourceState

router = APIRouter(prefix="/@{slug}/today")

_WEEK = timedelta(days=7)
_ANSWERED = ("quoted", "drafted", "taught:")
_UNANSWERED = ("declined", "locked")
_FLAGGED = ("handover", "crisis")
_BUSY = (SourceState.QUEUED, SourceState.READING)


@router.get("")
async def today_page(request: Request, desk: ViewerDesk) -> Response:
    """The page."""
    context = await _context(request, desk)
    return pages(request).page(request, "today.html", context)


@router.get("/qr.svg")
async def qr_code(request: Request, desk: ViewerDesk) -> Response:
    """The chat's address for a phone's camera."""
    picture = io.BytesIO()
    segno.make(public_url(request, desk), micro=False, error="m").save(
        picture, kind="svg", scale=8, border=3, light="#fff", dark="#1d1512"
    )
    headers = {"cache-control": "private, max-age=3600"}
    return Response(picture.getvalue(), media_type="image/svg+xml", headers=headers)


@router.get("/figures")
async def figures(request: Request, desk: ViewerDesk) -> Response:
    """The page's moving part, asked for again now and then."""
    return pages(request).page(request, "today/_live.html", await _context(request, desk))


async def _context(request: Request, desk: Desk) -> dict[str, Any]:
    container = container_of(request)
    midnight = _midnight(desk.avatar.time_zone)
    async with container.db.uow(desk.creator_id) as uow:
        today = Counter(await conversation.outcomes_since(uow, midnight))
        week = Counter(await conversation.outcomes_since(uow, now() - _WEEK))
        known = await memory.knowledge(uow)
        context: dict[str, Any] = {
            "desk": desk,
            "asked": today.total(),
            "answered": sum(n for outcome, n in today.items() if outcome.startswith(_ANSWERED)),
            "declined": sum(today[each] for each in _UNANSWERED),
            "talk": sum(n for outcome, n in today.items() if outcome.startswith("smalltalk")),
            "week": week.total(),
            "languages": sorted(
                (await conversation.languages_since(uow, now() - _WEEK)).items(), key=lambda each: -each[1]
            ),
            "recent": await conversation.recent(uow, limit=8),
            "unanswered": await conversation.recent(uow, outcomes=_UNANSWERED, limit=8),
            "flagged": await conversation.recent(
                uow, outcomes=[each for each in week if each.startswith(_FLAGGED)] or ["handover"], limit=8
            ),
            "unsettled": await conversation.unsettled(uow, limit=5),
            "knowledge": known,
        }
    context["desk_waits"] = request.state.signs[desk.avatar.id].waiting
    context["importing"] = sum(known.states.get(each, 0) for each in _BUSY)
    context["chat_url"] = public_url(request, desk)
    context["local"] = container.settings.public_url is None
    return context


def public_url(request: Request, desk: Desk) -> str:
    """Where fans find the avatar."""
    return f"{container_of(request).addresses.public()}/c/{desk.avatar.slug}"


def _midnight(zone: str) -> datetime:
    local = now().astimezone(ZoneInfo(zone))
    return datetime.combine(local.date(), time.min, ZoneInfo(zone)).astimezone(UTC)
