"""All SQL of messages that come, and of what is queued to be sent. It speaks to the driver directly."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from conversation.threads_repository import PAUSED
from kernel.clock import now
from kernel.db import UnitOfWork


async def known_message(uow: UnitOfWork, connection_id: int, update_id: str) -> Any:
    """The message that this update became: (id, thread_id, state), or None."""
    return await uow.fetch_one(
        "SELECT id, thread_id, state FROM message WHERE connection_id = %(c)s AND update_id = %(u)s",
        {"c": connection_id, "u": update_id},
    )


async def complete(uow: UnitOfWork, connection_id: int, update_id: str, text: str, at: datetime) -> None:
    """Give a message without words that nobody has answered yet its text, as an edit of that moment would."""
    await uow.send(
        """
        UPDATE message SET text = %(text)s, edited_at = %(at)s
        WHERE connection_id = %(c)s AND update_id = %(u)s AND state = 'new' AND text = ''
        """,
        {"c": connection_id, "u": update_id, "text": text, "at": at},
    )


async def note_heard(uow: UnitOfWork, message_id: int, text: str) -> None:
    """Keep what a voice note says as its message's text."""
    await uow.send(
        "UPDATE message SET text = %(text)s WHERE id = %(id)s AND text = ''", {"id": message_id, "text": text}
    )


ASKED: Final = frozenset({"reply", "staff"})
"""The kinds of outbounds that somebody waits for."""

MOST_DECLINED: Final = 30
MOST_SPOKEN: Final = 20
SILENCE: Final = "6 hours"


async def next_message(
    uow: UnitOfWork,
    thread_id: int,
    lease: str,
    seconds: float,
    commands: Sequence[str],
    orders: Sequence[str] = (),
) -> Any:
    """The oldest unanswered message, with its fan and avatar, of a thread under this lease, or None.

    The lease is ours for so many seconds more; where nothing waits it is given back at the same glance.
    `declined` is how many questions just before it nothing has answered; `facts` are (kind, text) of what the
    fan has told here; `opens`: nothing was said for some hours before it; `before` is how many messages the
    thread had, `last_outcome` what became of the last that was answered, `spoken` the languages that the last
    few were answered in; `relays`: from there one of the creator's people talks with a fan.
    While its avatar is paused only what calls one of these commands counts, or is an order of the creator's
    people.
    """
    return await uow.fetch_one(
        f"""
        WITH next AS (
        SELECT message.id, message.text, message.reply_to, message.aside, message.medium,
               message.language_hint, message.created_at, message.edited_at,
               thread.avatar_id, thread.fan_id, thread.connection_id, thread.platform, thread.room,
               thread.chat_id,
               thread.handed_over_at,
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
                WHERE thread_id = thread.id AND expires_at > %(now)s) AS facts,
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
        WHERE message.thread_id = %(id)s AND message.state = 'new' AND thread.lease = %(lease)s
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
        WHERE thread.id = %(id)s AND thread.lease = %(lease)s)
        SELECT * FROM next
        """,  # noqa: S608 - put together from constants
        {
            "id": thread_id, "lease": lease, "commands": list(commands),
            "orders": list(orders), "now": now(),
            "until": now() + timedelta(seconds=seconds),
        },
    )  # fmt: skip


async def finish_message(
    uow: UnitOfWork, message_id: int, *, lang: str, outcome: str, confidence: float | None
) -> None:
    """Mark a message answered, which is locked."""
    await uow.send(
        """
        UPDATE message SET state = 'answered', lang = %(lang)s, outcome = %(outcome)s,
                           confidence = %(confidence)s, answered_at = %(now)s
        WHERE id = %(id)s
        """,
        {"id": message_id, "lang": lang, "outcome": outcome, "confidence": confidence, "now": now()},
    )


async def add_outbound(
    uow: UnitOfWork,
    *,
    thread_id: int | None,
    connection_id: int,
    message_id: int | None,
    once: str,
    payload: dict[str, Any],
    kind: str = "reply",
    priority: int = 0,
    chat_id: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """Queue something to be sent, in a thread or (`chat_id`) to a chat; the same key twice is one.

    What is no reply waits for quiet hours' end, and goes to no fan who has stopped that. Nothing goes before
    `not_before`.
    """
    await uow.send(
        """
        INSERT INTO outbound (creator_id, thread_id, chat_id, connection_id, message_id, once, payload, kind,
                              state, priority, not_before, attempts, fence, created_at)
        SELECT %(creator)s, %(thread)s::bigint, %(chat)s::text, %(connection)s, %(message)s::bigint, %(once)s,
               %(payload)s, %(kind)s, 'queued', %(priority)s, coalesce(%(later)s, %(now)s), 0, 0, %(now)s
        WHERE %(asked)s OR NOT EXISTS (
            SELECT 1 FROM thread JOIN fan ON fan.id = thread.fan_id
            WHERE thread.id = %(thread)s AND fan.stopped_at IS NOT NULL)
        ON CONFLICT (creator_id, once) DO NOTHING
        """,
        {
            "creator": uow.tenant, "thread": thread_id, "chat": chat_id, "connection": connection_id,
            "message": message_id, "once": once, "payload": Jsonb(payload), "kind": kind,
            "asked": kind in ASKED, "priority": priority, "later": not_before, "now": now(),
        },
    )  # fmt: skip


async def payload(uow: UnitOfWork, connection_id: int, outbound_id: int) -> dict[str, Any] | None:
    """What was sent by a connection under this number; None where it is another's, or there is none."""
    row = await uow.fetch_one(
        "SELECT payload FROM outbound WHERE id = %(id)s AND connection_id = %(connection)s",
        {"id": outbound_id, "connection": connection_id},
    )
    return row.payload if row else None


async def reword_outbound(uow: UnitOfWork, outbound_id: int, payload: dict[str, Any]) -> None:
    """Have something that is held say something else from now on."""
    await uow.send(
        "UPDATE outbound SET payload = %(payload)s WHERE id = %(id)s",
        {"id": outbound_id, "payload": Jsonb(payload)},
    )


async def named(uow: UnitOfWork, name: str) -> list[Any]:
    """The outbounds whose keys begin with a name: (id, once, payload, state, ...), held until the end."""
    return await uow.fetch(
        """
        SELECT outbound.id, once, payload, outbound.state, thread_id, chat_id, connection_id, message_id,
               connection.platform
        FROM outbound JOIN connection ON connection.id = outbound.connection_id
        WHERE outbound.creator_id = %(creator)s AND once LIKE %(name)s
          AND coalesce((payload->>'edits')::bigint, 0) = 0
        ORDER BY outbound.id FOR UPDATE OF outbound
        """,
        {"creator": uow.tenant, "name": f"{name}:%"},
    )


async def sent_as(uow: UnitOfWork, outbound_id: int) -> Any:
    """How something that is to be changed stands: (state, platform_message_id), or None."""
    return await uow.fetch_one(
        "SELECT state, platform_message_id FROM outbound WHERE id = %(id)s", {"id": outbound_id}
    )


async def text_of(uow: UnitOfWork, message_id: int) -> str:
    """What a fan said in a message."""
    row = await uow.fetch_one("SELECT text FROM message WHERE id = %(id)s", {"id": message_id})
    return str(row.text) if row else ""


async def is_queued(uow: UnitOfWork, once: str) -> bool:
    """Whether something was queued under a key, whatever became of it."""
    row = await uow.fetch_one(
        "SELECT 1 FROM outbound WHERE creator_id = %(creator)s AND once = %(once)s",
        {"creator": uow.tenant, "once": once},
    )
    return row is not None


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
