"""All SQL about what waits for a person: replies to be approved, threads that were handed over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork

_STANDING: Final = """
    SELECT thread.avatar_id, thread.chat_id, thread.handed_over_at, thread.undisclosed,
           avatar.time_zone, autonomy.mode, autonomy.threshold, autonomy.off_mode, autonomy.duty,
           autonomy.quiet,
           (SELECT count(*) FROM approval
            WHERE approval.thread_id = thread.id AND state = 'waiting' AND reason <> 'shadow') AS waiting
    FROM thread JOIN avatar ON avatar.id = thread.avatar_id
    LEFT JOIN autonomy ON autonomy.avatar_id = thread.avatar_id
    WHERE thread.id = %(id)s AND thread.lease = %(lease)s FOR UPDATE OF thread
    """
_WAITS: Final = """
    SELECT id FROM message
    WHERE id = %(id)s AND state = 'new'
      AND (text = %(text)s OR edited_at IS NOT DISTINCT FROM %(edited)s)
    FOR UPDATE
    """


async def standing(uow: UnitOfWork, thread_id: int, lease: str, waiting: Any) -> tuple[Any, bool]:
    """How a thread stands: whether it was handed over, how many replies wait, its avatar's settings.

    And whether a message (of `next_message`) is there, not answered, and says the same. Both are locked; no
    thread where the lease isn't ours any more.
    """
    threads, messages = await uow.fetch_each(
        (_STANDING, {"id": thread_id, "lease": lease}),
        (_WAITS, {"id": waiting.id, "text": waiting.text, "edited": waiting.edited_at}),
    )
    return (threads[0] if threads else None), bool(messages)


async def add(
    uow: UnitOfWork,
    *,
    avatar_id: int,
    thread_id: int,
    message_id: int,
    reason: str,
    lang: str,
    outcome: str,
    confidence: float | None,
    parts: Sequence[dict[str, Any]],
) -> int | None:
    """Have a reply wait for a person; its number, or None where the message has one, which stays."""
    row = await uow.fetch_one(
        """
        INSERT INTO approval (creator_id, avatar_id, thread_id, message_id, reason, state, lang, outcome,
                              confidence, parts, passages, decided_by, created_at)
        VALUES (%(creator)s, %(avatar)s, %(thread)s, %(message)s, %(reason)s, 'waiting', %(lang)s,
                %(outcome)s, %(confidence)s, %(parts)s, '[]', '', %(now)s)
        ON CONFLICT (message_id) DO NOTHING RETURNING id
        """,
        {
            "creator": uow.tenant, "avatar": avatar_id, "thread": thread_id, "message": message_id,
            "reason": reason, "lang": lang, "outcome": outcome, "confidence": confidence,
            "parts": Jsonb(list(parts)), "now": now(),
        },
    )  # fmt: skip
    return None if row is None else int(row.id)


async def leave_to(uow: UnitOfWork, thread_id: int, by: str) -> list[int]:
    """Drop the replies of a thread that wait, since a person answers there now; their numbers."""
    rows = await uow.fetch(
        """
        WITH left_out AS (
            UPDATE approval SET state = 'dropped', decided_by = %(by)s, decided_at = %(now)s
            WHERE thread_id = %(thread)s AND state = 'waiting' RETURNING id, message_id),
        open AS (
            UPDATE message SET outcome = 'to_person' FROM left_out WHERE message.id = left_out.message_id)
        SELECT id FROM left_out ORDER BY id
        """,
        {"thread": thread_id, "by": by, "now": now()},
    )
    return [row.id for row in rows]


async def listed(uow: UnitOfWork, avatar_id: int, *, suggested: bool, limit: int) -> list[Any]:
    """What waits, oldest first, or what is only suggested, newest first; with the question and the fan."""
    return await uow.fetch(
        """
        SELECT approval.id, approval.thread_id, approval.message_id, approval.reason, approval.lang,
               approval.outcome, approval.confidence, approval.parts, approval.created_at,
               message.text AS question, thread.platform, fan.name AS fan_name
        FROM approval JOIN message ON message.id = approval.message_id
        JOIN thread ON thread.id = approval.thread_id JOIN fan ON fan.id = thread.fan_id
        WHERE approval.avatar_id = %(avatar)s AND approval.state = 'waiting'
          AND (approval.reason = 'shadow') = %(suggested)s
        ORDER BY CASE WHEN %(suggested)s THEN -approval.id ELSE approval.id END LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "suggested": suggested, "limit": limit},
    )


async def decided(uow: UnitOfWork, avatar_id: int, limit: int) -> list[Any]:
    """What was decided last, newest first."""
    return await uow.fetch(
        """
        SELECT approval.id, approval.state, approval.final, approval.parts, approval.lang,
               approval.decided_by, approval.decided_at, message.text AS question
        FROM approval JOIN message ON message.id = approval.message_id
        WHERE approval.avatar_id = %(avatar)s AND approval.state <> 'waiting'
        ORDER BY approval.decided_at DESC, approval.id DESC LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "limit": limit},
    )


async def thread_of(uow: UnitOfWork, avatar_id: int, approval_id: int) -> int | None:
    """The thread that an approval of an avatar belongs to."""
    row = await uow.fetch_one(
        "SELECT thread_id FROM approval WHERE id = %(id)s AND avatar_id = %(avatar)s",
        {"id": approval_id, "avatar": avatar_id},
    )
    return row.thread_id if row else None


async def state_of(uow: UnitOfWork, avatar_id: int, approval_id: int) -> Any:
    """How a reply of an avatar's that waited stands: (state, decided_by, final, parts), or None."""
    return await uow.fetch_one(
        "SELECT state, decided_by, final, parts FROM approval WHERE id = %(id)s AND avatar_id = %(avatar)s",
        {"id": approval_id, "avatar": avatar_id},
    )


async def hold_thread(uow: UnitOfWork, avatar_id: int, thread_id: int) -> Any:
    """Have everybody else wait who would write to a thread of this avatar; None where there is none.

    First the fan, then the thread: in this order the turn and an erasure take them, too.
    """
    fan = await uow.fetch_one(
        """
        SELECT fan.id FROM thread JOIN fan ON fan.id = thread.fan_id
        WHERE thread.id = %(id)s AND thread.avatar_id = %(avatar)s FOR KEY SHARE OF fan
        """,
        {"id": thread_id, "avatar": avatar_id},
    )
    if fan is None:
        return None
    # Looked at only when it is ours: a statement that waits for a lock sees other tables as before its wait.
    await uow.send("SELECT id FROM thread WHERE id = %(id)s FOR UPDATE", {"id": thread_id})
    return await uow.fetch_one(
        """
        SELECT thread.id, thread.connection_id, thread.platform, thread.chat_id, thread.undisclosed,
               thread.handed_over_at, thread.moved_by,
               coalesce(fan.chosen_language, fan.last_language) AS lang,
               (SELECT max(id) FROM message WHERE thread_id = thread.id) AS last_message,
               (SELECT coalesce(max(id), 0) FROM outbound
                WHERE thread_id = thread.id AND payload->>'by' = 'person') AS last_person
        FROM thread JOIN fan ON fan.id = thread.fan_id WHERE thread.id = %(id)s
        """,
        {"id": thread_id},
    )


async def hold(uow: UnitOfWork, approval_id: int) -> Any:
    """An approval, held until this transaction ends, with the question that it answers."""
    return await uow.fetch_one(
        """
        SELECT approval.id, approval.message_id, approval.state, approval.lang, approval.outcome,
               approval.parts, approval.created_at, approval.decided_by, approval.reason,
               message.text AS question
        FROM approval JOIN message ON message.id = approval.message_id
        WHERE approval.id = %(id)s FOR UPDATE OF approval
        """,
        {"id": approval_id},
    )


async def settle(
    uow: UnitOfWork, approval_id: int, *, state: str, by: str, final: str | None, passages: Sequence[int]
) -> None:
    """Store what a person decided."""
    await uow.fetch(
        """
        UPDATE approval SET state = %(state)s, decided_by = %(by)s, decided_at = %(now)s, final = %(final)s,
                            passages = %(passages)s
        WHERE id = %(id)s
        """,
        {
            "id": approval_id, "state": state, "by": by, "final": final, "passages": Jsonb(list(passages)),
            "now": now(),
        },
    )  # fmt: skip


async def set_outcome(uow: UnitOfWork, message_id: int, outcome: str) -> None:
    """Say anew what became of a message."""
    await uow.fetch(
        "UPDATE message SET outcome = %(outcome)s WHERE id = %(id)s", {"id": message_id, "outcome": outcome}
    )


async def overdue(uow: UnitOfWork, week_ago: datetime, limit: int) -> list[Any]:
    """What has waited too long, of every creator: (creator_id, avatar_id, thread_id, id).

    That is as long as its creator says whose text its fan gets then; else since before `week_ago`.
    """
    return await uow.fetch(
        """
        SELECT approval.creator_id, approval.avatar_id, approval.thread_id, approval.id
        FROM approval LEFT JOIN autonomy ON autonomy.avatar_id = approval.avatar_id
        WHERE state = 'waiting'
          AND (approval.created_at < %(week)s
               OR reason <> 'shadow' AND late_text <> ''
                  AND approval.created_at < %(now)s - late_hours * interval '1 hour')
        ORDER BY approval.id LIMIT %(limit)s
        """,
        {"week": week_ago, "limit": limit, "now": now()},
    )


async def hand_over(uow: UnitOfWork, thread_id: int, *, by: int | None = None) -> None:
    """Leave a thread to a person, `by` a message of its fan's: noted also where a person has it already."""
    await uow.fetch(
        """
        UPDATE thread SET handed_over_at = coalesce(handed_over_at, %(now)s), returned_at = NULL,
                          moved_by = coalesce(%(by)s, moved_by)
        WHERE id = %(id)s
        """,
        {"id": thread_id, "now": now(), "by": by},
    )


async def give_back(uow: UnitOfWork, thread_id: int, *, by: int | None = None) -> None:
    """Let the avatar answer in a thread again; what its fan has done, `by` a message, is shown until seen."""
    await uow.fetch(
        """
        WITH ended AS (
            UPDATE takeover SET ended_at = %(now)s WHERE thread_id = %(id)s AND ended_at IS NULL)
        UPDATE thread SET handed_over_at = NULL, returned_at = %(at)s, moved_by = coalesce(%(by)s, moved_by)
        WHERE id = %(id)s
        """,
        {"id": thread_id, "at": None if by is None else now(), "by": by, "now": now()},
    )


async def see_return(uow: UnitOfWork, thread_id: int, since: datetime) -> None:
    """Show no longer that a fan went back to the avatar at this moment; a later time stays."""
    await uow.fetch(
        "UPDATE thread SET returned_at = NULL WHERE id = %(id)s AND returned_at = %(since)s",
        {"id": thread_id, "since": since},
    )


async def returned(uow: UnitOfWork, avatar_id: int, after: datetime, limit: int) -> list[Any]:
    """The threads whose fans went back to the avatar since a moment, and nobody has seen it; newest first."""
    return await uow.fetch(
        """
        SELECT thread.id, thread.platform, thread.returned_at AS since, fan.name AS fan_name, 0 AS last_person
        FROM thread JOIN fan ON fan.id = thread.fan_id
        WHERE thread.avatar_id = %(avatar)s AND thread.returned_at > %(after)s
        ORDER BY thread.returned_at DESC LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "after": after, "limit": limit},
    )


async def handed_over(uow: UnitOfWork, avatar_id: int, limit: int) -> list[Any]:
    """The threads that are left to a person, whoever wrote last first."""
    return await uow.fetch(
        """
        SELECT thread.id, thread.platform, thread.handed_over_at AS since, fan.name AS fan_name,
               coalesce(fan.chosen_language, fan.last_language) AS lang,
               (SELECT coalesce(max(id), 0) FROM outbound
                WHERE thread_id = thread.id AND payload->>'by' = 'person') AS last_person
        FROM thread JOIN fan ON fan.id = thread.fan_id
        WHERE thread.avatar_id = %(avatar)s AND thread.handed_over_at IS NOT NULL
        ORDER BY thread.last_at DESC LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "limit": limit},
    )


async def lines(uow: UnitOfWork, threads: Sequence[int], each: int) -> list[Any]:
    """The last of what was said in each of these threads by fans and to them, oldest first."""
    rows = await uow.fetch(
        """
        SELECT said.* FROM unnest(%(threads)s::bigint[]) AS wanted (thread_id)
        CROSS JOIN LATERAL (
            SELECT id, thread_id, 'fan' AS author, text, lang, created_at AS at, id AS message_id, '' AS who,
                   CASE WHEN medium IS NULL THEN '[]'
                        ELSE jsonb_build_array(medium) || coalesce(others, '[]') END AS media
            FROM message WHERE message.thread_id = wanted.thread_id
            UNION ALL
            SELECT id, thread_id,
                   CASE WHEN payload->>'by' IN ('person', 'news') THEN payload->>'by' ELSE 'avatar' END,
                   payload->>'text', payload->>'lang', coalesce(sent_at, created_at), message_id,
                   payload->>'who', payload->'media'
            FROM outbound WHERE outbound.thread_id = wanted.thread_id AND state <> 'dropped'
              AND coalesce((payload->>'edits')::bigint, 0) = 0
            ORDER BY at DESC LIMIT %(each)s) AS said
        """,
        {"threads": list(threads), "each": each},
    )
    return rows[::-1]
