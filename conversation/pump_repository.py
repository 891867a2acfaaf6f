"""All SQL of the pump: what is taken to be sent, and how that ended. (Queueing: `repository.py`.)"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from conversation.takeover_repository import OVERTAKEN
from conversation.threads_repository import paused
from kernel.clock import now
from kernel.db import UnitOfWork

# What goes back into the queue stays out of it where a person has taken the thread over meanwhile.
_AGAIN: Final = f"CASE WHEN {OVERTAKEN} THEN 'dropped' ELSE 'queued' END"
_PAUSED: Final = paused("connection.avatar_id", "coalesce(thread.chat_id, '')")


async def claim(uow: UnitOfWork, holder: str, limit: int, full: Sequence[int] = ()) -> list[Any]:
    """Mark what waits on the connections that `holder` holds as being sent, in order; nothing of the paused.

    Nor of connections that are `full`. A thread's next one waits until the one before it is through.
    """
    return await uow.fetch(
        f"""
        UPDATE outbound SET state = 'sending', attempts = attempts + 1, fence = due.fence
        FROM (
            SELECT outbound.id, connection.platform, connection.fence, connection.avatar_id,
                   coalesce(starts_with(thread.chat_id, 'playground:'), false) AS rehearsal,
                   coalesce(thread.chat_id, outbound.chat_id) AS goes_to, message.ref
            FROM outbound JOIN connection ON connection.id = outbound.connection_id
            LEFT JOIN thread ON thread.id = outbound.thread_id
            LEFT JOIN message ON message.id = outbound.message_id AND message.thread_id = outbound.thread_id
            WHERE outbound.state = 'queued' AND outbound.not_before <= %(now)s
              AND connection.holder = %(holder)s AND connection.lease_until > %(now)s
              AND outbound.connection_id <> ALL (%(full)s::bigint[])
              AND (NOT {_PAUSED}
                   OR outbound.kind = 'staff' AND NOT EXISTS (SELECT 1 FROM standstill))
              AND NOT EXISTS (
                  SELECT 1 FROM outbound AS before
                  WHERE before.thread_id = outbound.thread_id AND before.id < outbound.id
                    AND before.connection_id = outbound.connection_id
                    AND (before.state = 'sending'
                         OR before.state = 'queued' AND before.not_before > %(now)s
                            AND before.kind = 'reply'))
            ORDER BY outbound.priority, outbound.id
            LIMIT %(limit)s
            FOR UPDATE OF outbound SKIP LOCKED
        ) AS due
        WHERE outbound.id = due.id
        RETURNING outbound.id, outbound.creator_id, outbound.thread_id, outbound.connection_id,
                  outbound.message_id, outbound.payload, outbound.kind, outbound.attempts, outbound.fence,
                  outbound.priority, due.platform, due.avatar_id, due.rehearsal, due.goes_to, due.ref
        """,  # noqa: S608 - put together from constants
        {"holder": holder, "limit": limit, "full": list(full), "now": now()},
    )


async def settle(uow: UnitOfWork, results: Sequence[tuple[int, int, str, str | None, str | None]]) -> None:
    """Store how sends ended: (outbound id, fence, state, platform's message id, error).

    Nothing of a holder who was replaced meanwhile: its heir has taken those over, and sends again what may be
    sent again. What nobody knew of until its caller came back is known now.
    """
    await uow.send(
        """
        UPDATE outbound SET state = ended.state, platform_message_id = ended.platform_id, error = ended.error,
               sent_at = CASE WHEN ended.state = 'sent' THEN %(now)s ELSE NULL END
        FROM unnest(%(ids)s::bigint[], %(fences)s::bigint[], %(states)s::text[], %(platform_ids)s::text[],
                    %(errors)s::text[])
             AS ended (id, fence, state, platform_id, error)
        WHERE outbound.id = ended.id AND outbound.state IN ('sending', 'unknown')
          AND outbound.fence = ended.fence
        """,
        {
            "ids": [one[0] for one in results],
            "fences": [one[1] for one in results],
            "states": [one[2] for one in results],
            "platform_ids": [one[3] for one in results],
            "errors": [one[4] for one in results],
            "now": now(),
        },
    )


async def postpone(uow: UnitOfWork, outbound_id: int, fence: int, until: datetime, error: str) -> None:
    """Put a send that certainly did not arrive back into the queue; its holder's fence says whose it was."""
    await uow.send(
        f"UPDATE outbound SET state = {_AGAIN}, not_before = %(until)s, error = %(error)s "  # noqa: S608
        "WHERE id = %(id)s AND state = 'sending' AND fence = %(fence)s",
        {"id": outbound_id, "fence": fence, "until": until, "error": error},
    )


async def keep(uow: UnitOfWork, sends: Sequence[tuple[int, int]]) -> None:
    """Put sends (id, fence) that were never begun back into the queue, as if they had not been taken."""
    await uow.send(
        f"""
        UPDATE outbound SET state = {_AGAIN}, attempts = attempts - 1
        FROM unnest(%(ids)s::bigint[], %(fences)s::bigint[]) AS held (id, fence)
        WHERE outbound.id = held.id AND outbound.state = 'sending' AND outbound.fence = held.fence
        """,  # noqa: S608 - put together from constants
        {"ids": [one[0] for one in sends], "fences": [one[1] for one in sends]},
    )


async def give_back(uow: UnitOfWork, creator_id: int, onces: Sequence[str], before: datetime) -> None:
    """Queue what was stored as being sent, under these keys and before a moment, and was not begun."""
    await uow.send(
        f"""
        UPDATE outbound SET state = {_AGAIN}, attempts = attempts - 1
        WHERE creator_id = %(creator)s AND once = ANY(%(onces)s) AND state = 'sending'
          AND created_at <= %(before)s
        """,  # noqa: S608 - put together from constants
        {"creator": creator_id, "onces": list(onces), "before": before},
    )


async def recover(uow: UnitOfWork, holder: str, repeatable: Sequence[str]) -> int:
    """What was in flight under an older fence is sent again where that is safe, else it is unknown."""
    rows = await uow.fetch(
        """
        UPDATE outbound
        SET state = CASE WHEN connection.platform = ANY(%(repeatable)s) THEN 'queued' ELSE 'unknown' END
        FROM connection
        WHERE connection.id = outbound.connection_id AND connection.holder = %(holder)s
          AND outbound.state = 'sending' AND outbound.fence < connection.fence
        RETURNING outbound.id
        """,
        {"holder": holder, "repeatable": list(repeatable)},
    )
    return len(rows)


async def raise_fences(uow: UnitOfWork, holder: str) -> None:
    """Give what `holder` holds a new fencing number, so that its own sends of before are known as such."""
    await uow.send("UPDATE connection SET fence = fence + 1 WHERE holder = %(holder)s", {"holder": holder})
