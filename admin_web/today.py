"""Today: what fans asked and got, what could not be answered, what is being imported."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import segno
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from admin_web.flagged import open_ones
from admin_web.place import Desk, ViewerDesk
from admin_web.ports import container_of
from conversation import service as conversation
from conversation.types import Tally
from kernel.clock import now
from kernel.web import pages
from memory import service as memory
from memory.types import SourceState

router = APIRouter(prefix="/@{slug}/today")

DAYS = 14
_WEEK = timedelta(days=7)
_ANSWERED = ("quoted", "drafted", "taught:", "edited")
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


@dataclass(slots=True)
class Count:
    """How many questions there were, of a day or of several, and what became of them."""

    asked: int = 0
    answered: int = 0
    declined: int = 0

    @property
    def rest(self) -> int:
        """Neither answered from the content nor declined: small talk, commands, what is left to a person."""
        return self.asked - self.answered - self.declined

    def add(self, tally: Tally) -> None:
        """Count some more."""
        self.asked += tally.count
        if tally.outcome.startswith(_ANSWERED):
            self.answered += tally.count
        elif tally.outcome in _UNANSWERED:
            self.declined += tally.count


def _days(tallies: Sequence[Tally], today: date) -> dict[date, Count]:
    """What was asked on each of the days that the page shows, oldest first."""
    days = {today - timedelta(days=ago): Count() for ago in reversed(range(DAYS))}
    for tally in tallies:
        if tally.day in days:
            days[tally.day].add(tally)
    return days


def _languages(tallies: Sequence[Tally], today: date) -> list[tuple[str, int]]:
    """The languages of this week's questions, the most frequent first."""
    found: Counter[str] = Counter()
    for tally in tallies:
        if tally.lang and tally.day > today - _WEEK:
            found[tally.lang] += tally.count
    return found.most_common()


async def _context(request: Request, desk: Desk) -> dict[str, Any]:
    container, zone = container_of(request), ZoneInfo(desk.avatar.time_zone)
    midnight = datetime.combine(now().astimezone(zone), time(), zone)
    today, first = midnight.date(), midnight - timedelta(days=DAYS - 1)
    async with container.db.uow(desk.creator_id) as uow:
        tallies = await conversation.tallies(uow, first.astimezone(UTC), zone.key)
        known = await memory.knowledge(uow)
        flagged = {each.outcome for each in tallies if each.outcome.startswith(_FLAGGED)}
        context: dict[str, Any] = {
            "desk": desk,
            "days": _days(tallies, today),
            "today": today,
            "demo": any(each.demo for each in tallies),
            "languages": _languages(tallies, today),
            "recent": await conversation.recent(uow, limit=8),
            "unanswered": await conversation.recent(uow, outcomes=_UNANSWERED, limit=8),
            "flagged": await conversation.recent(uow, outcomes=sorted(flagged), limit=8) if flagged else (),
            "unsettled": await conversation.unsettled(uow, limit=5),
            "opinions": await conversation.feedback.counted(uow, desk.avatar.id, midnight - _WEEK),
            "disliked": len(await open_ones(uow, desk.avatar.id)),
            "knowledge": known,
            "mode": (await conversation.autonomy.settings(uow, desk.avatar.id)).mode_at(now()),
        }
    context["bot"] = await container.telegram_checks.look(desk.creator_id, desk.avatar.id)
    context["discord"] = await container.discord_checks.look(desk.creator_id, desk.avatar.id)
    context["avatars"] = {each.id: each for each in request.state.avatars}
    context["desk_waits"] = request.state.signs[desk.avatar.id].waiting
    context["importing"] = sum(known.states.get(each, 0) for each in _BUSY)
    context["chat_url"] = public_url(request, desk)
    context["local"] = container.settings.public_url is None
    return context


def public_url(request: Request, desk: Desk) -> str:
    """Where fans find the avatar."""
    return f"{container_of(request).addresses.public()}/c/{desk.avatar.slug}"
