"""All SQL about how far avatars may go by themselves: settings, pauses, the instance's standstill."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork


async def settings(uow: UnitOfWork, avatar_id: int) -> Any:
    """An avatar's zone, and its settings where it has some."""
    return await uow.fetch_one(
        """
        SELECT avatar.time_zone, autonomy.mode, autonomy.threshold, autonomy.off_mode, autonomy.duty,
               autonomy.quiet
        FROM avatar LEFT JOIN autonomy ON autonomy.avatar_id = avatar.id
        WHERE avatar.id = %(avatar)s
        """,
        {"avatar": avatar_id},
    )


async def save(
    uow: UnitOfWork,
    avatar_id: int,
    *,
    mode: str,
    threshold: float,
    off_mode: str | None,
    duty: dict[str, list[str]],
    quiet: dict[str, list[str]],
) -> None:
    """Store an avatar's settings; whether it is paused is left as it is."""
    await uow.fetch(
        """
        INSERT INTO autonomy (creator_id, avatar_id, mode, threshold, off_mode, duty, quiet, paused_by,
                              created_at)
        VALUES (%(creator)s, %(avatar)s, %(mode)s, %(threshold)s, %(off)s, %(duty)s, %(quiet)s, '', %(now)s)
        ON CONFLICT (avatar_id) DO UPDATE SET
            mode = excluded.mode, threshold = excluded.threshold, off_mode = excluded.off_mode,
            duty = excluded.duty, quiet = excluded.quiet
        """,
        {
            "creator": uow.tenant, "avatar": avatar_id, "mode": mode, "threshold": threshold, "off": off_mode,
            "duty": Jsonb(duty), "quiet": Jsonb(quiet), "now": now(),
        },
    )  # fmt: skip


async def late(uow: UnitOfWork, avatar_id: int) -> Any:
    """What a fan is told who has waited too long, and after how many hours; None where nothing is set."""
    return await uow.fetch_one(
        "SELECT late_text, late_hours FROM autonomy WHERE avatar_id = %(avatar)s", {"avatar": avatar_id}
    )


async def save_late(uow: UnitOfWork, avatar_id: int, *, text: str, hours: int, threshold: float) -> None:
    """Store that; the other settings stay, or begin as a new avatar's."""
    await uow.send(
        """
        INSERT INTO autonomy (creator_id, avatar_id, mode, threshold, duty, quiet, paused_by, late_text,
                              late_hours, created_at)
        VALUES (%(creator)s, %(avatar)s, 'ask', %(threshold)s, '{}', '{}', '', %(text)s, %(hours)s, %(now)s)
        ON CONFLICT (avatar_id) DO UPDATE SET late_text = excluded.late_text, late_hours = excluded.late_hours
        """,
        {
            "creator": uow.tenant, "avatar": avatar_id, "threshold": threshold, "text": text, "hours": hours,
            "now": now(),
        },
    )  # fmt: skip


async def confidences(uow: UnitOfWork, avatar_id: int, last: int) -> list[float]:
    """Of an avatar's last replies that had one, the confidence; nobody's rehearsals."""
    rows = await uow.fetch(
        """
        SELECT message.confidence FROM message JOIN thread ON thread.id = message.thread_id
        WHERE thread.avatar_id = %(avatar)s AND message.confidence IS NOT NULL
          AND NOT starts_with(thread.chat_id, 'playground:')
        ORDER BY message.id DESC LIMIT %(last)s
        """,
        {"avatar": avatar_id, "last": last},
    )
    return [row.confidence for row in rows]


async def pause(uow: UnitOfWork, avatar_id: int, by: str, threshold: float) -> None:
    """Note since when an avatar is paused and by whom; an earlier pause stays as it is."""
    await uow.fetch(
        """
        INSERT INTO autonomy (creator_id, avatar_id, mode, threshold, duty, quiet, paused_at, paused_by,
                              created_at)
        VALUES (%(creator)s, %(avatar)s, 'ask', %(threshold)s, '{}', '{}', %(now)s, %(by)s, %(now)s)
        ON CONFLICT (avatar_id) DO UPDATE SET paused_at = excluded.paused_at, paused_by = excluded.paused_by
        WHERE autonomy.paused_at IS NULL
        """,
        {"creator": uow.tenant, "avatar": avatar_id, "by": by, "threshold": threshold, "now": now()},
    )


async def resume(uow: UnitOfWork, avatar_id: int) -> bool:
    """Note that an avatar is no longer paused; False where it wasn't."""
    row = await uow.fetch_one(
        """
        UPDATE autonomy SET paused_at = NULL, paused_by = ''
        WHERE avatar_id = %(avatar)s AND paused_at IS NOT NULL RETURNING id
        """,
        {"avatar": avatar_id},
    )
    return row is not None


async def drop_stale(uow: UnitOfWork, before: datetime, avatar_id: int | None) -> None:
    """Drop what has waited to be sent since before a moment: an avatar's, or everybody's.

    Not a broadcast's: that goes on, or is ended, as a whole.
    """
    await uow.fetch(
        """
        UPDATE outbound SET state = 'dropped', error = 'waited for more than a day, until a pause ended'
        FROM connection
        WHERE connection.id = outbound.connection_id AND outbound.state = 'queued' AND broadcast_id IS NULL
          AND greatest(outbound.created_at, outbound.not_before) < %(before)s
          AND (%(avatar)s::bigint IS NULL OR connection.avatar_id = %(avatar)s)
        """,
        {"before": before, "avatar": avatar_id},
    )


async def stop(uow: UnitOfWork, by: str) -> None:
    """Bring the whole instance to a standstill; an earlier one stays as it is."""
    await uow.fetch(
        "INSERT INTO standstill (id, by, created_at) VALUES (1, %(by)s, %(now)s) ON CONFLICT DO NOTHING",
        {"by": by, "now": now()},
    )


async def go(uow: UnitOfWork) -> bool:
    """End the standstill; False where there was none."""
    return await uow.fetch_one("DELETE FROM standstill RETURNING id") is not None


async def standstill(uow: UnitOfWork) -> Any:
    """The standstill (created_at, by), if there is one."""
    return await uow.fetch_one("SELECT created_at, by FROM standstill")


async def stopped(uow: UnitOfWork, avatars: Sequence[int]) -> tuple[bool, set[int]]:
    """Whether the instance stands still, and which of these avatars are paused."""
    rows = await uow.fetch(
        """
        SELECT NULL AS avatar_id FROM standstill
        UNION ALL
        SELECT avatar_id FROM autonomy WHERE avatar_id = ANY(%(avatars)s) AND paused_at IS NOT NULL
        """,
        {"avatars": list(avatars)},
    )
    found = {row.avatar_id for row in rows}
    return None in found, found - {None}


async def signs(uow: UnitOfWork) -> list[Any]:
    """Of each avatar of the tenant: id, how much waits for a person, since when and by whom it is paused."""
    return await uow.fetch(
        """
        SELECT avatar.id, autonomy.paused_at, autonomy.paused_by,
               (SELECT count(*) FROM approval
                WHERE approval.avatar_id = avatar.id AND state = 'waiting' AND reason <> 'shadow')
               + (SELECT count(*) FROM thread
                  WHERE thread.avatar_id = avatar.id AND handed_over_at IS NOT NULL
                    AND (SELECT max(message.id) FROM message
                         WHERE message.thread_id = thread.id
                           AND NOT starts_with(coalesce(outcome, ''), 'command:'))
                        > coalesce((SELECT max(outbound.message_id) FROM outbound
                                    WHERE outbound.thread_id = thread.id AND payload->>'by' = 'person'), 0)
                 ) AS waiting
        FROM avatar LEFT JOIN autonomy ON autonomy.avatar_id = avatar.id
        """
    )
