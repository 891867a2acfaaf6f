"""All SQL of what is to be done on platforms: queued, done by the connection's holder, and how that ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork


async def add(
    uow: UnitOfWork,
    *,
    case_id: int | None,
    fan_id: int | None,
    connection_id: int,
    room: str,
    verb: str,
    once: str,
    user_id: str = "",
    until: datetime | None = None,
    args: Mapping[str, Any] | None = None,
    place: str = "",
    lang: str = "en",
    undoes: bool = False,
    by: str = "",
) -> bool:
    """Queue something to be done, once for each key; whether it is new."""
    row = await uow.fetch_one(
        """
        INSERT INTO moderation_action (creator_id, case_id, fan_id, connection_id, room, place, lang, verb,
                                       user_id, until, args, undoes, by, once, state, error, not_before,
                                       attempts, fence, created_at)
        VALUES (%(creator)s, %(case)s, %(fan)s, %(connection)s, %(room)s, %(place)s, %(lang)s, %(verb)s,
                %(user)s, %(until)s, %(args)s, %(undoes)s, %(by)s, %(once)s, 'queued', '', %(now)s, 0, 0,
                %(now)s)
        ON CONFLICT (creator_id, once) DO NOTHING RETURNING id
        """,
        {
            "creator": uow.tenant, "case": case_id, "fan": fan_id, "connection": connection_id, "room": room,
            "place": place, "lang": lang, "verb": verb, "user": user_id, "until": until,
            "args": Jsonb(dict(args or {})), "undoes": undoes, "by": by, "once": once, "now": now(),
        },
    )  # fmt: skip
    return row is not None


async def claim(uow: UnitOfWork, holder: str, limit: int, each: int, busy: Sequence[int]) -> list[Any]:
    """Mark what waits on the connections that `holder` holds as being done, in order; none at a standstill.

    Of each connection `each` at most, those which waited longest first, and nothing of who is `busy`: what is
    being done elsewhere on a connection was left behind, and is done again. About one person one thing is
    done after the other.
    """
    return await uow.fetch(
        """
        UPDATE moderation_action AS action
        SET state = 'doing', attempts = attempts + 1, fence = due.fence
        FROM (
            SELECT next.id, connection.platform, connection.fence
            FROM connection CROSS JOIN LATERAL (
                SELECT waits.id FROM moderation_action AS waits
                WHERE waits.connection_id = connection.id
                  AND (waits.state = 'queued' AND waits.not_before <= %(now)s OR waits.state = 'doing')
                  AND NOT EXISTS (
                      SELECT 1 FROM moderation_action AS before
                      WHERE before.connection_id = waits.connection_id AND before.room = waits.room
                        AND before.user_id = waits.user_id AND before.id < waits.id
                        AND before.state IN ('queued', 'doing'))
                ORDER BY waits.id LIMIT %(each)s FOR UPDATE SKIP LOCKED
            ) AS next
            WHERE connection.holder = %(holder)s AND connection.lease_until > %(now)s
              AND connection.state = 'active' AND connection.id <> ALL (%(busy)s::bigint[])
              AND NOT EXISTS (SELECT 1 FROM standstill)
            ORDER BY next.id LIMIT %(limit)s
        ) AS due
        WHERE action.id = due.id
        RETURNING action.*, due.platform
        """,
        {"holder": holder, "limit": limit, "each": each, "busy": list(busy), "now": now()},
    )


async def end(uow: UnitOfWork, action_id: int, fence: int, state: str, error: str) -> bool:
    """Store how doing something ended; False where another holder has it by now."""
    row = await uow.fetch_one(
        """
        UPDATE moderation_action SET state = %(state)s, error = %(error)s
        WHERE id = %(id)s AND state = 'doing' AND fence = %(fence)s RETURNING id
        """,
        {"id": action_id, "fence": fence, "state": state, "error": error},
    )
    return row is not None


async def postpone(
    uow: UnitOfWork, action_id: int, fence: int, seconds: float, args: Mapping[str, Any] | None = None
) -> None:
    """Have something tried again later; as `args` say from then on, where it is to be done otherwise."""
    await uow.send(
        """
        UPDATE moderation_action
        SET state = 'queued', not_before = %(later)s, args = coalesce(%(args)s::jsonb, args)
        WHERE id = %(id)s AND state = 'doing' AND fence = %(fence)s
        """,
        {
            "id": action_id, "fence": fence, "later": now() + timedelta(seconds=seconds),
            "args": None if args is None else Jsonb(dict(args)),
        },
    )  # fmt: skip


async def give_up(uow: UnitOfWork, connection_id: int, error: str) -> list[Any]:
    """Let what isn't done on a connection fail: (id, case_id, undoes) of each, in order."""
    rows = await uow.fetch(
        """
        UPDATE moderation_action SET state = 'failed', error = %(error)s
        WHERE connection_id = %(connection)s AND state IN ('queued', 'doing')
        RETURNING id, case_id, undoes
        """,
        {"connection": connection_id, "error": error},
    )
    return sorted(rows, key=lambda row: row.id)


async def is_off(uow: UnitOfWork, connection_id: int) -> bool:
    """Whether the avatar has left a connection, so that nothing is done there any more."""
    row = await uow.fetch_one(
        "SELECT state = 'off' AS off FROM connection WHERE id = %(id)s", {"id": connection_id}
    )
    return row is None or bool(row.off)


async def done_as(uow: UnitOfWork, case_id: int) -> dict[str, Any]:
    """What was done in a case, as its action says now."""
    row = await uow.fetch_one(
        "SELECT args FROM moderation_action WHERE case_id = %(case)s AND NOT undoes ORDER BY id LIMIT 1",
        {"case": case_id},
    )
    return dict(row.args) if row else {}


async def undos(uow: UnitOfWork, case_id: int) -> int:
    """How often a case, which is locked, was tried to be taken back."""
    row = await uow.fetch_one(
        "SELECT count(*) AS n FROM moderation_action WHERE case_id = %(case)s AND undoes", {"case": case_id}
    )
    return int(row.n)
