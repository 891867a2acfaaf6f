"""All SQL of leases: which thread a turn has taken up, and what waits there to be answered."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, LiteralString

from conversation.threads_repository import PAUSED
from kernel.chat import Inbound
from kernel.clock import now
from kernel.db import PROCESSES, Statement, UnitOfWork

# The private chats of all accounts of a person's: `fan` and `thread` are one of them.
_PRIVATELY_TOLD: Final = """
    SELECT too.id FROM fan AS account JOIN thread AS too ON too.fan_id = account.id
    WHERE account.person_id = fan.person_id AND too.avatar_id = thread.avatar_id
      AND thread.room = '' AND too.room = ''
    """
MOST_DECLINED: Final = 30
MOST_SPOKEN: Final = 20
SILENCE: Final = "6 hours"

_OF_UPDATE: Final = (
    "(SELECT thread_id FROM message WHERE connection_id = %(connection)s AND update_id = %(update)s)"
)


def _claim(thread: LiteralString) -> LiteralString:
    return f"""
        UPDATE thread SET lease = %(lease)s, lease_until = %(until)s
        WHERE id = {thread} AND (lease IS NULL OR lease_until < %(now)s)
        """  # noqa: S608 - an expression of ours


def _next(thread: LiteralString) -> LiteralString:
    """What `next_message` says of a thread, whose number is an expression."""
    return f"""
        WITH next AS (
        SELECT message.id, message.text, message.reply_to, message.aside, message.medium,
               message.language_hint, message.created_at, message.edited_at, message.ref,
               message.thread_id, thread.avatar_id, thread.fan_id, thread.connection_id, thread.platform,
               thread.room, thread.chat_id, thread.handed_over_at,
               EXISTS (SELECT 1 FROM takeover
                       WHERE takeover.relay_thread_id = thread.id AND ended_at IS NULL) AS relays,
               fan.chosen_language, fan.last_language, fan.name AS fan_name,
               (SELECT count(*) FROM (
                    SELECT bool_and(outcome = 'declined') OVER (ORDER BY id DESC) AS still
                    FROM message AS before WHERE thread_id = thread.id AND id < message.id
                      AND state = 'answered' AND NOT starts_with(outcome, 'command:')
                      AND NOT starts_with(outcome, 'smalltalk:')
                    ORDER BY id DESC LIMIT {MOST_DECLINED}) AS run WHERE still) AS declined,
               (SELECT json_agg(json_build_array(kind, text) ORDER BY id) FROM fact
                WHERE expires_at > %(now)s
                  AND thread_id = ANY(ARRAY(SELECT thread.id UNION {_PRIVATELY_TOLD}))) AS facts,
               coalesce((SELECT before.created_at FROM message AS before
                         WHERE before.thread_id = thread.id AND before.id < message.id
                         ORDER BY before.id DESC LIMIT 1)
                        < message.created_at - interval '{SILENCE}', true) AS opens,
               (SELECT count(*) FROM message AS before
                WHERE thread_id = thread.id AND id < message.id) AS before,
               (SELECT outcome FROM message AS before WHERE thread_id = thread.id AND id < message.id
                  AND state = 'answered' ORDER BY id DESC LIMIT 1) AS last_outcome,
               (SELECT json_agg(DISTINCT lang) FROM (
                    SELECT lang FROM message AS before WHERE thread_id = thread.id AND id < message.id
                      AND lang IS NOT NULL ORDER BY id DESC LIMIT {MOST_SPOKEN}) AS said) AS spoken
        FROM message JOIN thread ON thread.id = message.thread_id JOIN fan ON fan.id = thread.fan_id
        WHERE message.thread_id = {thread} AND message.state = 'new' AND thread.lease = %(lease)s
          AND (NOT {PAUSED}
               OR starts_with(message.text, '/')
                  AND lower(substring(message.text FROM '^/([^\\s@]*)')) = ANY(%(commands)s)
               OR starts_with(message.text, '/') AND NOT EXISTS (SELECT 1 FROM standstill)
                  AND lower(substring(message.text FROM '^/([^\\s@]*)')) = ANY(%(orders)s)
                  AND EXISTS (SELECT 1 FROM identity JOIN staff_identity
                              ON staff_identity.creator_id = identity.creator_id
                             AND staff_identity.platform = identity.platform
                             AND staff_identity.platform_user_id = identity.platform_user_id
                              WHERE identity.fan_id = thread.fan_id))
        ORDER BY message.id LIMIT 1),
        kept AS (
        UPDATE thread SET lease = CASE WHEN EXISTS (SELECT FROM next) THEN lease END,
                          lease_until = CASE WHEN EXISTS (SELECT FROM next) THEN %(until)s END
        WHERE thread.id = {thread} AND thread.lease = %(lease)s)
        SELECT * FROM next
        """  # noqa: S608 - put together from constants


_CLAIM, _CLAIM_OF_UPDATE = _claim("%(id)s"), _claim(_OF_UPDATE)
_NEXT, _NEXT_OF_UPDATE = _next("%(id)s"), _next(_OF_UPDATE)


def claim(thread: int | Inbound, lease: str, seconds: float) -> Statement:
    """Take the lease of a thread if nobody holds it: `next_message` then finds what waits under it.

    The thread is told by its number, or by a message that has come into it.
    """
    moment = now()
    return (_CLAIM if isinstance(thread, int) else _CLAIM_OF_UPDATE), {
        **_which(thread), "lease": lease, "until": moment + timedelta(seconds=seconds), "now": moment,
    }  # fmt: skip


def next_message(
    thread: int | Inbound, lease: str, seconds: float, commands: Sequence[str], orders: Sequence[str] = ()
) -> Statement:
    """The oldest unanswered message, with its fan and avatar, of a thread under this lease, or none.

    The thread is told as `claim` has it. The lease is ours for so many seconds more; where nothing waits it
    is given back at the same glance.
    `declined` is how many questions just before it nothing has answered; `facts` are (kind, text) of what the
    fan has told here; `opens`: nothing was said for some hours before it; `before` is how many messages the
    thread had, `last_outcome` what became of the last that was answered, `spoken` the languages that the last
    few were answered in; `relays`: from there one of the creator's people talks with a fan.
    While its avatar is paused only what calls one of these commands counts, or is an order of the creator's
    people.
    """
    moment = now()
    return (_NEXT if isinstance(thread, int) else _NEXT_OF_UPDATE), {
        **_which(thread), "lease": lease, "commands": list(commands), "orders": list(orders), "now": moment,
        "until": moment + timedelta(seconds=seconds),
    }  # fmt: skip


def _which(thread: int | Inbound) -> Mapping[str, Any]:
    if isinstance(thread, int):
        return {"id": thread}
    return {"connection": thread.connection_id, "update": thread.update_id}


async def lock_lease(uow: UnitOfWork, thread_id: int, lease: str) -> bool:
    """Lock the thread; whether the lease is still ours."""
    row = await uow.fetch_one("SELECT lease FROM thread WHERE id = %(id)s FOR UPDATE", {"id": thread_id})
    return row is not None and row.lease == lease


async def extend_lease(uow: UnitOfWork, thread_id: int, seconds: float) -> None:
    """Keep the lease while an answer takes long."""
    await uow.send(
        "UPDATE thread SET lease_until = %(until)s WHERE id = %(id)s",
        {"id": thread_id, "until": now() + timedelta(seconds=seconds)},
    )


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
