"""All SQL about threads, messages and what is sent. The hot path speaks to the driver directly."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import PROCESSES, UnitOfWork


async def thread_for(
    uow: UnitOfWork,
    *,
    avatar_id: int,
    connection_id: int,
    platform: str,
    chat_id: str,
    fan_id: int,
    allowance: float,
) -> Any:
    """The thread of this fan in this chat, locked: (id, allowance, allowance_at)."""
    parameters = {
        "creator": uow.tenant, "avatar": avatar_id, "connection": connection_id, "platform": platform,
        "chat": chat_id, "fan": fan_id, "now": now(), "allowance": allowance,
    }  # fmt: skip
    return await uow.fetch_one(
        """
        INSERT INTO thread (creator_id, avatar_id, connection_id, platform, chat_id, fan_id, created_at,
                            last_at, allowance, allowance_at)
        VALUES (%(creator)s, %(avatar)s, %(connection)s, %(platform)s, %(chat)s, %(fan)s, %(now)s, %(now)s,
                %(allowance)s, %(now)s)
        ON CONFLICT (connection_id, chat_id, fan_id) DO UPDATE SET last_at = excluded.last_at
        RETURNING id, allowance, allowance_at
        """,
        parameters,
    )


async def set_allowance(uow: UnitOfWork, thread_id: int, allowance: float) -> None:
    """Store what is left of a thread's allowance of messages."""
    await uow.send(
        "UPDATE thread SET allowance = %(allowance)s, allowance_at = %(now)s WHERE id = %(id)s",
        {"id": thread_id, "allowance": allowance, "now": now()},
    )


async def known_message(uow: UnitOfWork, connection_id: int, update_id: str) -> Any:
    """The message that this update became: (id, thread_id, state), or None."""
    return await uow.fetch_one(
        "SELECT id, thread_id, state FROM message WHERE connection_id = %(c)s AND update_id = %(u)s",
        {"c": connection_id, "u": update_id},
    )


async def add_message(
    uow: UnitOfWork,
    *,
    thread_id: int,
    connection_id: int,
    update_id: str,
    text: str,
    language_hint: str | None,
    state: str,
) -> int | None:
    """Insert a message; None where the same update is here already."""
    row = await uow.fetch_one(
        """
        INSERT INTO message (creator_id, thread_id, connection_id, update_id, text, language_hint, state,
                             created_at)
        VALUES (%(creator)s, %(thread)s, %(connection)s, %(update)s, %(text)s, %(hint)s, %(state)s, %(now)s)
        ON CONFLICT (connection_id, update_id) DO NOTHING
        RETURNING id
        """,
        {
            "creator": uow.tenant, "thread": thread_id, "connection": connection_id, "update": update_id,
            "text": text, "hint": language_hint, "state": state, "now": now(),
        },
    )  # fmt: skip
    return int(row.id) if row else None


async def claim_thread(uow: UnitOfWork, thread_id: int, lease: str, seconds: float) -> None:
    """Take the lease of a thread if nobody holds it: `next_message` then finds what waits under it."""
    moment = now()
    await uow.send(
        """
        UPDATE thread SET lease = %(lease)s, lease_until = %(until)s
        WHERE id = %(id)s AND (lease IS NULL OR lease_until < %(now)s)
        """,
        {"id": thread_id, "lease": lease, "until": moment + timedelta(seconds=seconds), "now": moment},
    )


# Only the creator's own people rehearse in the Playground, also while the avatar is paused.
PAUSED: Final = """
    (EXISTS (SELECT 1 FROM standstill)
     OR EXISTS (SELECT 1 FROM autonomy WHERE autonomy.avatar_id = thread.avatar_id AND paused_at IS NOT NULL)
        AND NOT starts_with(thread.chat_id, 'playground:'))
    """


MOST_DECLINED: Final = 30
SILENCE: Final = "6 hours"


async def next_message(uow: UnitOfWork, thread_id: int, lease: str, commands: Sequence[str]) -> Any:
    """The oldest unanswered message, with its fan and avatar, of a thread under this lease, or None.

    `declined` is how many questions just before it nothing has answered; `facts` are (kind, text) of what the
    fan has told here; `opens`: nothing was said for some hours before it; `before` is how many messages the
    thread had, `last_outcome` what became of the last that was answered.
    While its avatar is paused only what calls one of these commands counts.
    """
    return await uow.fetch_one(
        f"""
        SELECT message.id, message.text, message.language_hint, message.created_at, thread.avatar_id,
               thread.fan_id, thread.connection_id, thread.platform, thread.handed_over_at,
               fan.chosen_language, fan.last_language, fan.name AS fan_name,
               (SELECT count(*) FROM (
                    SELECT bool_and(outcome = 'declined') OVER (ORDER BY id DESC) AS still
                    FROM message AS before WHERE thread_id = thread.id AND id < message.id
                      AND state = 'answered' AND NOT starts_with(outcome, 'command:')
                      AND NOT starts_with(outcome, 'smalltalk:')
                    ORDER BY id DESC LIMIT {MOST_DECLINED}) AS run WHERE still) AS declined,
               (SELECT json_agg(json_build_array(kind, text) ORDER BY id) FROM fact
                WHERE thread_id = thread.id AND expires_at > %(now)s) AS facts,
               coalesce((SELECT before.created_at FROM message AS before
                         WHERE before.thread_id = thread.id AND before.id < message.id
                         ORDER BY before.id DESC LIMIT 1)
                        < message.created_at - interval '{SILENCE}', true) AS opens,
               (SELECT count(*) FROM message AS before
                WHERE thread_id = thread.id AND id < message.id) AS before,
               (SELECT outcome FROM message AS before WHERE thread_id = thread.id AND id < message.id
                  AND state = 'answered' ORDER BY id DESC LIMIT 1) AS last_outcome
        FROM message JOIN thread ON thread.id = message.thread_id JOIN fan ON fan.id = thread.fan_id
        WHERE message.thread_id = %(id)s AND message.state = 'new' AND thread.lease = %(lease)s
          AND (NOT {PAUSED}
               OR starts_with(message.text, '/')
                  AND lower(substring(message.text FROM '^/([^ @]*)')) = ANY(%(commands)s))
        ORDER BY message.id LIMIT 1
        """,  # noqa: S608 - put together from constants
        {"id": thread_id, "lease": lease, "commands": list(commands), "now": now()},
    )


async def lock_lease(uow: UnitOfWork, thread_id: int, lease: str) -> bool:
    """Lock the thread; whether the lease is still ours."""
    row = await uow.fetch_one("SELECT lease FROM thread WHERE id = %(id)s FOR UPDATE", {"id": thread_id})
    return row is not None and row.lease == lease


async def extend_lease(uow: UnitOfWork, thread_id: int, seconds: float) -> None:
    """Keep the lease for the thread's next message."""
    await uow.send(
        "UPDATE thread SET lease_until = %(until)s WHERE id = %(id)s",
        {"id": thread_id, "until": now() + timedelta(seconds=seconds)},
    )


async def set_undisclosed(uow: UnitOfWork, thread_id: int, answers: int | None) -> None:
    """Store how many answers a thread has had since its fan was told that an AI speaks."""
    await uow.send(
        "UPDATE thread SET undisclosed = %(answers)s WHERE id = %(id)s", {"id": thread_id, "answers": answers}
    )


async def release_lease(uow: UnitOfWork, thread_id: int, lease: str) -> None:
    """Give the lease back, if it is ours."""
    await uow.send(
        "UPDATE thread SET lease = NULL, lease_until = NULL WHERE id = %(id)s AND lease = %(lease)s",
        {"id": thread_id, "lease": lease},
    )


async def finish_message(
    uow: UnitOfWork, message_id: int, *, lang: str, outcome: str, confidence: float | None
) -> bool:
    """Mark a message answered; False where it already was."""
    row = await uow.fetch_one(
        """
        UPDATE message SET state = 'answered', lang = %(lang)s, outcome = %(outcome)s,
                           confidence = %(confidence)s, answered_at = %(now)s
        WHERE id = %(id)s AND state = 'new' RETURNING id
        """,
        {"id": message_id, "lang": lang, "outcome": outcome, "confidence": confidence, "now": now()},
    )
    return row is not None


async def add_outbound(
    uow: UnitOfWork,
    *,
    thread_id: int,
    connection_id: int,
    message_id: int | None,
    once: str,
    payload: dict[str, Any],
    kind: str = "reply",
    priority: int = 0,
) -> None:
    """Queue something to be sent; the same key twice is one. What is no reply waits for quiet hours' end."""
    await uow.send(
        """
        INSERT INTO outbound (creator_id, thread_id, connection_id, message_id, once, payload, kind, state,
                              priority, not_before, attempts, fence, created_at)
        VALUES (%(creator)s, %(thread)s, %(connection)s, %(message)s, %(once)s, %(payload)s, %(kind)s,
                'queued', %(priority)s, %(now)s, 0, 0, %(now)s)
        ON CONFLICT (creator_id, once) DO NOTHING
        """,
        {
            "creator": uow.tenant, "thread": thread_id, "connection": connection_id, "message": message_id,
            "once": once, "payload": Jsonb(payload), "kind": kind, "priority": priority, "now": now(),
        },
    )  # fmt: skip


async def is_queued(uow: UnitOfWork, once: str) -> bool:
    """Whether something was queued under a key, whatever became of it."""
    row = await uow.fetch_one(
        "SELECT 1 FROM outbound WHERE creator_id = %(creator)s AND once = %(once)s",
        {"creator": uow.tenant, "once": once},
    )
    return row is not None


# A lease is `{process}/{token}`.
_HOLDER_GONE: Final = f"(lease IS NOT NULL AND split_part(lease, '/', 1) <> ALL (ARRAY{PROCESSES}))"


async def forgotten_threads(uow: UnitOfWork, *, older_s: float, again_s: float, limit: int) -> list[Any]:
    """Threads with a message that has waited too long and that nobody holds, now free: (id, creator_id).

    Where the holder's process is gone, no message has waited too short. (Where it only lost the database, it
    finds its lease lost, and writes nothing.)
    None of a paused avatar's: they are found once it goes on.
    """
    moment = now()
    return await uow.fetch(
        f"""
        UPDATE thread SET swept_at = %(now)s, lease = NULL, lease_until = NULL
        WHERE id IN (
            SELECT message.thread_id FROM message JOIN thread ON thread.id = message.thread_id
            WHERE message.state = 'new' AND NOT {PAUSED}
              AND (message.created_at < %(old)s OR {_HOLDER_GONE})
            GROUP BY message.thread_id ORDER BY min(message.id) LIMIT %(limit)s)
          AND ({_HOLDER_GONE}
               OR (lease IS NULL OR lease_until < %(now)s) AND (swept_at IS NULL OR swept_at < %(again)s))
        RETURNING id, creator_id
        """,  # noqa: S608 - put together from constants
        {
            "now": moment,
            "old": moment - timedelta(seconds=older_s),
            "again": moment - timedelta(seconds=again_s),
            "limit": limit,
        },
    )


async def said_since(
    uow: UnitOfWork, thread_id: int, heard: int, said: int, limit: int
) -> tuple[list[Any], list[Any], int | None]:
    """What was said in a thread, and how many messages are being answered and sent; None: it was erased.

    First what the fan said after the message id `heard`, then what was sent after the outbound id `said`; of
    each the newest `limit`, oldest first. While its avatar is paused, nothing is being answered.
    """
    by_fan, by_avatar, unanswered = await uow.fetch_each(
        (
            """
            SELECT id, text, lang, state, update_id, outcome, created_at FROM message
            WHERE thread_id = %(thread)s AND id > %(after)s ORDER BY id DESC LIMIT %(limit)s
            """,
            {"thread": thread_id, "after": heard, "limit": limit},
        ),
        (
            """
            SELECT id, message_id, payload, sent_at, created_at, state FROM outbound
            WHERE thread_id = %(thread)s AND id > %(after)s AND state = 'sent'
            ORDER BY id DESC LIMIT %(limit)s
            """,
            {"thread": thread_id, "after": said, "limit": limit},
        ),
        (
            f"""
            SELECT CASE WHEN {PAUSED} THEN 0 ELSE
                (SELECT count(*) FROM message WHERE thread_id = thread.id AND state = 'new')
                + (SELECT count(*) FROM outbound
                   WHERE thread_id = thread.id AND state IN ('queued', 'sending')) END AS n
            FROM thread WHERE id = %(thread)s
            """,  # noqa: S608 - put together from constants
            {"thread": thread_id},
        ),
    )
    return by_fan[::-1], by_avatar[::-1], int(unanswered[0].n) if unanswered else None


async def turns_before(uow: UnitOfWork, thread_id: int, message_id: int, limit: int) -> list[Any]:
    """A thread's last answered messages before one, oldest first: (text, outcome, answer), as they left.

    Commands aren't among them: their answers hold personal links.
    """
    rows = await uow.fetch(
        """
        SELECT message.text, message.outcome,
               (SELECT payload->>'text' FROM outbound
                WHERE outbound.message_id = message.id AND state IN ('queued', 'sending', 'sent')
                  AND NOT starts_with(once, 'waiting:')
                ORDER BY id LIMIT 1) AS answer
        FROM message
        WHERE thread_id = %(thread)s AND id < %(message)s AND state = 'answered'
          AND NOT starts_with(outcome, 'command:')
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {"thread": thread_id, "message": message_id, "limit": limit},
    )
    return rows[::-1]


async def answered_before(uow: UnitOfWork, thread_id: int, message_id: int) -> int | None:
    """A thread's last message before one that was answered to its point: not by small talk or a command."""
    row = await uow.fetch_one(
        """
        SELECT id FROM message
        WHERE thread_id = %(thread)s AND id < %(message)s AND state = 'answered'
          AND NOT starts_with(outcome, 'command:') AND NOT starts_with(outcome, 'smalltalk:')
        ORDER BY id DESC LIMIT 1
        """,
        {"thread": thread_id, "message": message_id},
    )
    return None if row is None else int(row.id)


async def exchange_before(uow: UnitOfWork, thread_id: int, message_id: int, within: timedelta) -> Any:
    """A thread's last message before one, as `answered_before`, if not longer ago: (id, text, outcome).

    What takes back what was told is one of them: nothing from before it is gone on with.
    """
    return await uow.fetch_one(
        """
        SELECT before.id, before.text, before.outcome FROM message AS before
        WHERE thread_id = %(thread)s AND id < %(message)s AND state = 'answered'
          AND created_at > (SELECT created_at FROM message WHERE id = %(message)s) - %(within)s
          AND NOT starts_with(outcome, 'command:')
          AND (outcome = 'smalltalk:forgotten' OR NOT starts_with(outcome, 'smalltalk:'))
        ORDER BY id DESC LIMIT 1
        """,
        {"thread": thread_id, "message": message_id, "within": within},
    )


async def find_thread(uow: UnitOfWork, connection_id: int, platform: str, user_id: str, chat_id: str) -> Any:
    """A known fan's thread in a chat: (id, fan_id), or None."""
    return await uow.fetch_one(
        """
        SELECT thread.id, thread.fan_id
        FROM identity JOIN thread ON thread.fan_id = identity.fan_id
        WHERE identity.creator_id = %(creator)s AND identity.platform = %(platform)s
          AND identity.platform_user_id = %(user)s
          AND thread.connection_id = %(connection)s AND thread.chat_id = %(chat)s
        """,
        {
            "creator": uow.tenant, "platform": platform, "user": user_id,
            "connection": connection_id, "chat": chat_id,
        },
    )  # fmt: skip


async def tallies(uow: UnitOfWork, since: datetime, zone: str) -> list[Any]:
    """How many messages ended how on which day of a time zone: (day, outcome, lang, demo, n)."""
    return await uow.fetch(
        """
        SELECT (message.created_at AT TIME ZONE %(zone)s)::date AS day,
               coalesce(message.outcome, message.state) AS outcome, coalesce(message.lang, '') AS lang,
               starts_with(thread.chat_id, 'demo:') AS demo, count(*) AS n
        FROM message JOIN thread ON thread.id = message.thread_id
        WHERE message.created_at >= %(since)s GROUP BY 1, 2, 3, 4
        """,
        {"since": since, "zone": zone},
    )


async def backdate(uow: UnitOfWork, thread_id: int, at: datetime) -> None:
    """Have a thread of the demo's scripted fans begin at a moment, a message each minute; no other thread."""
    await uow.fetch(
        """
        WITH told AS (
            SELECT message.id,
                   %(at)s + (row_number() OVER (ORDER BY message.id) - 1) * interval '1 minute' AS at
            FROM message JOIN thread ON thread.id = message.thread_id
            WHERE thread.id = %(id)s AND starts_with(thread.chat_id, 'demo:')
        ), answers AS (
            UPDATE outbound SET created_at = told.at, sent_at = told.at FROM told
            WHERE outbound.message_id = told.id
        )
        UPDATE message SET created_at = told.at, answered_at = told.at FROM told WHERE message.id = told.id
        RETURNING message.id
        """,
        {"id": thread_id, "at": at},
    )


async def recent_messages(
    uow: UnitOfWork, *, outcomes: Sequence[str] | None, avatar_id: int | None, before: int | None, limit: int
) -> list[Any]:
    """The newest messages, of these outcomes, to this avatar and before that one where given.

    With the fan's name and what was answered.
    """
    return await uow.fetch(
        """
        SELECT message.id, message.thread_id, message.text, message.lang, message.outcome, message.created_at,
               thread.platform, thread.avatar_id, fan.name AS fan_name,
               starts_with(thread.chat_id, 'demo:') AS demo,
               (SELECT payload->>'text' FROM outbound
                WHERE outbound.message_id = message.id AND NOT starts_with(once, 'waiting:')
                ORDER BY id LIMIT 1) AS answer
        FROM message JOIN thread ON thread.id = message.thread_id JOIN fan ON fan.id = thread.fan_id
        WHERE (%(outcomes)s::text[] IS NULL OR message.outcome = ANY(%(outcomes)s))
          AND (%(avatar)s::bigint IS NULL OR thread.avatar_id = %(avatar)s)
          AND (%(before)s::bigint IS NULL OR message.id < %(before)s)
        ORDER BY message.id DESC LIMIT %(limit)s
        """,
        {
            "outcomes": None if outcomes is None else list(outcomes), "avatar": avatar_id, "before": before,
            "limit": limit,
        },
    )  # fmt: skip


async def outcomes(uow: UnitOfWork, avatar_id: int, since: datetime) -> list[Any]:
    """How many messages to an avatar ended how: (outcome, n)."""
    return await uow.fetch(
        """
        SELECT message.outcome, count(*) AS n FROM message JOIN thread ON thread.id = message.thread_id
        WHERE thread.avatar_id = %(avatar)s AND message.created_at >= %(since)s
          AND message.outcome IS NOT NULL
        GROUP BY 1
        """,
        {"avatar": avatar_id, "since": since},
    )


async def unsettled(uow: UnitOfWork, limit: int) -> list[Any]:
    """Sends that failed, were dropped or may have arrived, newest first: a person looks at them."""
    return await uow.fetch(
        """
        SELECT id, thread_id, state, error, payload->>'text' AS text, created_at FROM outbound
        WHERE state IN ('failed', 'unknown', 'dropped') ORDER BY id DESC LIMIT %(limit)s
        """,
        {"limit": limit},
    )
