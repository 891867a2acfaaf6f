"""What was said, as it is read: a thread's lines, the newest messages, how many ended how, what was lost."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from conversation import history_repository
from conversation.types import RecentMessage, Said, Tally, Transcript, Unsettled
from kernel.chat import Outbound
from kernel.db import UnitOfWork

_PAGE = 200
# How what can be found good or wrong was made: from the creator's content, by a model or not.
_POINTED = ("quoted", "drafted", "taught:", "edited")


async def transcript(uow: UnitOfWork, thread_id: int, after: str = "") -> Transcript:
    """What was said since a cursor that an earlier transcript gave; from the beginning where it is empty."""
    heard, said = _cursor(after)
    fan_rows, avatar_rows, standing = await history_repository.said_since(uow, thread_id, heard, said, _PAGE)
    lines = [
        Said(row.id, "fan", row.text, row.created_at, row.lang, row.id, client_id=row.update_id)
        for row in fan_rows
    ]
    for row in avatar_rows:
        outbound = Outbound.from_json(row.payload)
        author = outbound.by if outbound.by in ("person", "news") else "avatar"
        lines.append(
            Said(
                row.id, author, outbound.text, row.sent_at, outbound.lang, row.message_id or 0,
                outbound=outbound, opinion=_opinion(row, outbound),
            )
        )  # fmt: skip
    lines.sort(key=lambda line: (_place(line, fan_rows), line.author != "fan", line.id))
    heard = fan_rows[-1].id if fan_rows else heard
    said = avatar_rows[-1].id if avatar_rows else said
    cursor = f"{heard}.{said}"
    if standing is None:
        return Transcript(tuple(lines), typing=False, cursor=cursor, erased=True)
    return Transcript(tuple(lines), bool(standing.waiting), cursor, person=standing.person)


def _opinion(row: Any, outbound: Outbound) -> str | None:
    """What the fan thinks of an answer to the point; None of anything else, about which nobody is asked."""
    pointed = (row.outcome or "").startswith(_POINTED) and not outbound.by and outbound.citations
    return (row.opinion or "") if pointed else None


def _place(line: Said, fan_rows: Sequence[Any]) -> int:
    """The message below which a line stands: the one it answers, also where more came meanwhile.

    What quotes it came much later, and what answers none by itself: below what had been said by then.
    """
    if line.outbound is None or (line.message_id and not line.outbound.quote):
        return line.message_id
    return max((row.id for row in fan_rows if row.created_at <= line.at), default=line.message_id)


def _cursor(value: str) -> tuple[int, int]:
    heard, _, said = value.partition(".")
    if heard.isdigit() and said.isdigit() and len(value) < 40:
        return int(heard), int(said)
    return 0, 0


async def tallies(uow: UnitOfWork, since: datetime, zone: str) -> tuple[Tally, ...]:
    """How many messages since a moment ended how, by the days of a time zone; the demo's told apart."""
    rows = await history_repository.tallies(uow, since, zone)
    return tuple(Tally(row.day, row.outcome, row.lang, row.demo, row.n) for row in rows)


async def outcomes(uow: UnitOfWork, avatar_id: int, since: datetime) -> dict[str, int]:
    """How many messages to an avatar ended how: "declined", "forbidden:politics"."""
    return {row.outcome: row.n for row in await history_repository.outcomes(uow, avatar_id, since)}


async def recent(
    uow: UnitOfWork,
    *,
    outcomes: Sequence[str] | None = None,
    avatar_id: int | None = None,
    before: int | None = None,
    limit: int = 20,
) -> tuple[RecentMessage, ...]:
    """The newest messages with their answers: of these `outcomes` ("declined"), to one avatar, before one."""
    rows = await history_repository.recent_messages(
        uow, outcomes=outcomes, avatar_id=avatar_id, before=before, limit=limit
    )
    return tuple(
        RecentMessage(
            row.id, row.thread_id, row.platform, row.fan_name, row.text, row.lang, row.outcome, row.answer,
            row.created_at, row.demo, row.avatar_id,
        )
        for row in rows
    )  # fmt: skip


async def unsettled(uow: UnitOfWork, limit: int = 20) -> tuple[Unsettled, ...]:
    """Sends that failed or may have arrived, newest first."""
    rows = await history_repository.unsettled(uow, limit)
    return tuple(
        Unsettled(row.id, row.thread_id, row.state, row.text, row.error, row.created_at) for row in rows
    )
