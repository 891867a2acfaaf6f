"""How far an avatar may go by itself: its mode and hours, what becomes of a reply, who paused what.

What waits for a person lies in `approvals.py`; the pump obeys pauses and quiet hours by `gate.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time

from conversation import autonomy_repository as repository
from conversation.disclosure import TELLING
from conversation.errors import BadMessage
from conversation.hours import NO_HOURS, Week
from conversation.types import OUTBOUND_CHANNEL
from kernel.clock import now
from kernel.db import UnitOfWork
from kernel.lang import locale
from persona_engine.service import Reply

THRESHOLD: Final = 0.7
"""A new avatar's, once it is set to Auto."""

MOST_LATE_TEXT: Final = 1_000
MOST_LATE_HOURS: Final = 168

STALE_AFTER: Final = timedelta(hours=24)
"""What has waited longer when a pause ends is dropped: its moment has gone by."""

# Fixed texts: they claim nothing that a person would have to look at.
_FIXED: Final = frozenset(
    (
        *("smalltalk", "forbidden", "handover", "only", "promise"),
        *("declined", "locked", "failed", "command", "crisis"),
    )
)
# What is never held back, wherever a person has taken over: orders, and help for who is in need.
_ALWAYS: Final = frozenset({"command", "crisis"})


class Mode(StrEnum):
    """Who has the last word: shadow (a person alone), ask (a person, on each answer), auto."""

    SHADOW = "shadow"
    ASK = "ask"
    AUTO = "auto"


class Fate(StrEnum):
    """What becomes of a reply: sent, waiting for a person, merely suggested, or kept back."""

    SEND = "send"
    WAIT = "wait"
    SUGGEST = "suggest"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Autonomy:
    """An avatar's settings. `duty` and `quiet` are in `zone`; without duty hours somebody is always there.

    `threshold` is 0..1; `off_mode` is the mode outside duty hours, None where it is the same.
    """

    mode: Mode = Mode.ASK
    threshold: float = THRESHOLD
    off_mode: Mode | None = None
    duty: Week = NO_HOURS
    quiet: Week = NO_HOURS
    zone: str = "UTC"

    def on_duty(self, moment: datetime) -> bool:
        """Whether a person is there."""
        return not self.duty or self.duty.holds(moment, self.zone)

    def mode_at(self, moment: datetime) -> Mode:
        """The mode in force."""
        return self.mode if self.off_mode is None or self.on_duty(moment) else self.off_mode

    def back_at(self, moment: datetime) -> datetime | None:
        """When a person is there again; None while one is."""
        return None if self.on_duty(moment) else self.duty.begins(moment, self.zone)

    def back_told(self, moment: datetime, lang: str) -> str | None:
        """`back_at` as a fan reads it, with its zone, as theirs may differ: "Monday 09:00 (GMT+01:00)"."""
        back = self.back_at(moment)
        if back is None:
            return None
        local, where = back.astimezone(ZoneInfo(self.zone)), locale(lang)
        day, zone = (format_datetime(local, each, locale=where) for each in ("EEEE", "ZZZZ"))
        return f"{day} {format_time(local, 'short', locale=where)} ({zone})"

    def fate(self, reply: Reply, moment: datetime, *, handed_over: bool) -> Fate:
        """What becomes of a reply."""
        kind = reply.outcome.partition(":")[0]
        if kind in _ALWAYS:
            return Fate.SEND
        if handed_over:
            return Fate.NOTHING
        mode = self.mode_at(moment)
        if mode is Mode.SHADOW:
            if reply.outcome in TELLING:
                return Fate.SEND
            return Fate.NOTHING if kind == "failed" else Fate.SUGGEST
        if kind in _FIXED or (mode is Mode.AUTO and not self.doubts(reply.confidence)):
            return Fate.SEND
        return Fate.WAIT

    @staticmethod
    def only_polite(reply: Reply) -> bool:
        """Whether a reply is a fixed text that tells nothing, nor is help for who is in need."""
        kind = reply.outcome.partition(":")[0]
        return kind in _FIXED and kind not in _ALWAYS

    @staticmethod
    def weighed(reply: Reply) -> float | None:
        """The confidence that counts; a fixed text has none."""
        return None if reply.outcome.partition(":")[0] in _FIXED else reply.confidence

    def doubts(self, confidence: float | None) -> bool:
        """Whether a confidence is too low for Auto; None is no doubt."""
        return confidence is not None and confidence < self.threshold


@dataclass(frozen=True, slots=True)
class Late:
    """What a fan is told whose answer has waited so many hours for a person; nothing, without a text."""

    text: str = ""
    hours: int = 24


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when nothing is sent, and who said so."""

    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Sign:
    """What every page's frame shows of an avatar: how much waits for a person, whether it is paused."""

    waiting: int
    paused: Pause | None


def settings_of(row: Any) -> Autonomy:
    """The settings in a row that has them and the avatar's zone; Ask where there are none."""
    if row.mode is None:
        return Autonomy(zone=row.time_zone)
    return Autonomy(
        Mode(row.mode),
        row.threshold,
        Mode(row.off_mode) if row.off_mode else None,
        Week.from_json(row.duty),
        Week.from_json(row.quiet),
        row.time_zone,
    )


async def settings(uow: UnitOfWork, avatar_id: int) -> Autonomy:
    """An avatar's settings."""
    return settings_of(await repository.settings(uow, avatar_id))


async def chosen(uow: UnitOfWork, avatar_id: int) -> bool:
    """Whether somebody has chosen an avatar's settings."""
    return (await repository.settings(uow, avatar_id)).mode is not None


async def save(uow: UnitOfWork, avatar_id: int, wanted: Autonomy) -> None:
    """Put settings in force, from the next reply on; the zone is the avatar's own and stays."""
    await repository.save(
        uow,
        avatar_id,
        mode=wanted.mode,
        threshold=wanted.threshold,
        off_mode=wanted.off_mode,
        duty=wanted.duty.to_json(),
        quiet=wanted.quiet.to_json(),
    )


async def late(uow: UnitOfWork, avatar_id: int) -> Late:
    """What is said where nobody has decided in time."""
    row = await repository.late(uow, avatar_id)
    return Late(row.late_text, row.late_hours) if row else Late()


async def save_late(uow: UnitOfWork, avatar_id: int, wanted: Late) -> None:
    """Put that in force, also for what waits already.

    Raises:
        BadMessage: the text is too long.
    """
    text = wanted.text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > MOST_LATE_TEXT:
        raise BadMessage(
            "That is too long to read at once: {length} of {limit} characters.",
            code="message_too_long",
            length=len(text),
            limit=MOST_LATE_TEXT,
        )
    hours = min(max(wanted.hours, 1), MOST_LATE_HOURS)
    await repository.save_late(uow, avatar_id, text=text, hours=hours, threshold=THRESHOLD)


async def would_have_waited(uow: UnitOfWork, avatar_id: int, threshold: float, last: int) -> tuple[int, int]:
    """Of the last replies that had a confidence, how many there were and how many lay below a threshold."""
    found = await repository.confidences(uow, avatar_id, last)
    return len(found), sum(each < threshold for each in found)


async def quiet_now(uow: UnitOfWork, avatar_id: int) -> bool:
    """Whether nothing unasked may be sent now."""
    found = await settings(uow, avatar_id)
    return found.quiet.holds(now(), found.zone)


async def pause(uow: UnitOfWork, avatar_id: int, by: str) -> None:
    """Stop everything that an avatar sends, within a second of the commit; who said so first stays."""
    await repository.pause(uow, avatar_id, by, THRESHOLD)


async def resume(uow: UnitOfWork, avatar_id: int) -> None:
    """Let an avatar send again: what waits goes out, what is too old for that is dropped."""
    if await repository.resume(uow, avatar_id):
        await repository.drop_stale(uow, now() - STALE_AFTER, avatar_id)
        await uow.notify(OUTBOUND_CHANNEL)


async def pause_all(uow: UnitOfWork, by: str) -> None:
    """Stop every avatar of the instance; in a system unit of work."""
    await repository.stop(uow, by)


async def resume_all(uow: UnitOfWork) -> bool:
    """End what `pause_all` began, in a system unit of work; avatars that are paused by themselves stay so."""
    if not await repository.go(uow):
        return False
    await repository.drop_stale(uow, now() - STALE_AFTER, None)
    await uow.notify(OUTBOUND_CHANNEL)
    return True


async def standstill(uow: UnitOfWork) -> Pause | None:
    """Who stopped the whole instance, if anybody did."""
    row = await repository.standstill(uow)
    return Pause(row.created_at, row.by) if row else None


async def signs(uow: UnitOfWork) -> dict[int, Sign]:
    """What the frame shows of each of the tenant's avatars."""
    return {
        row.id: Sign(row.waiting, Pause(row.paused_at, row.paused_by) if row.paused_at else None)
        for row in await repository.signs(uow)
    }
