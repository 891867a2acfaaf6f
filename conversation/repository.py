"""All SQL of messages that come, and of what is queued to be sent. It speaks to the driver directly."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from psycopg.types.json import Jsonb

from conversation.threads_repository import PAUSED
from conversation.types import OUTBOUND_CHANNEL
from kernel.clock import now
from kernel.db import Statement, UnitOfWork


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


async def complete_album(uow: UnitOfWork, connection_id: int, update_id: str, medium: dict[str, Any]) -> None:
    """Give a message that nobody has answered yet another part of its album, once."""
    await uow.send(
        """
        UPDATE message SET others = coalesce(others, '[]') || %(part)s::jsonb
        WHERE connection_id = %(c)s AND update_id = %(u)s AND state = 'new' AND medium->>'file' <> %(file)s
          AND NOT coalesce(others, '[]') @> jsonb_build_array(jsonb_build_object('file', %(file)s::text))
        """,
        {"c": connection_id, "u": update_id, "part": Jsonb(medium), "file": medium["file"]},
    )


async def said(uow: UnitOfWork, message_id: int) -> Any:
    """What a message says as it is now: (text, media)."""
    return await uow.fetch_one(
        """
        SELECT text, CASE WHEN medium IS NULL THEN '[]'
                          ELSE jsonb_build_array(medium) || coalesce(others, '[]') END AS media
        FROM message WHERE id = %(id)s
        """,
        {"id": message_id},
    )


async def note_heard(uow: UnitOfWork, message_id: int, text: str) -> None:
    """Keep what a voice note says as its message's text."""
    await uow.send(
        "UPDATE message SET text = %(text)s WHERE id = %(id)s AND text = ''", {"id": message_id, "text": text}
    )


ASKED: Final = frozenset({"reply", "staff"})
"""The kinds of outbounds that somebody waits for."""


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
    about_id: int | None = None,
) -> None:
    """Queue something to be sent, in a thread or (`chat_id`) to a chat; the same key twice is one.

    What is no reply waits for quiet hours' end, and goes to no fan who has stopped that. Nothing goes before
    `not_before`. What tells others of a fan, `about_id`, goes with them.
    """
    await uow.send(
        """
        INSERT INTO outbound (creator_id, thread_id, chat_id, connection_id, message_id, once, payload, kind,
                              state, priority, not_before, attempts, fence, about_id, created_at)
        SELECT %(creator)s, %(thread)s::bigint, %(chat)s::text, %(connection)s, %(message)s::bigint, %(once)s,
               %(payload)s, %(kind)s, 'queued', %(priority)s, coalesce(%(later)s, %(now)s), 0, 0,
               %(about)s::bigint, %(now)s
        WHERE %(asked)s OR NOT EXISTS (
            SELECT 1 FROM thread JOIN fan ON fan.id = thread.fan_id
            WHERE thread.id = %(thread)s AND fan.stopped_at IS NOT NULL)
        ON CONFLICT (creator_id, once) DO NOTHING
        """,
        {
            "creator": uow.tenant, "thread": thread_id, "chat": chat_id, "connection": connection_id,
            "message": message_id, "once": once, "payload": Jsonb(payload), "kind": kind,
            "asked": kind in ASKED, "priority": priority, "later": not_before, "about": about_id,
            "now": now(),
        },
    )  # fmt: skip


_REPLIES: Final = f"""
    WITH here AS (
        SELECT connection.fence FROM connection JOIN thread ON thread.id = %(thread)s
        WHERE connection.id = %(connection)s AND connection.holder = %(holder)s
          AND connection.lease_until > %(now)s AND NOT {PAUSED}
          AND coalesce((SELECT before.state FROM outbound AS before
                        WHERE before.thread_id = %(thread)s ORDER BY before.id DESC LIMIT 1), 'sent')
              NOT IN ('queued', 'sending')),
    added AS (
        INSERT INTO outbound (creator_id, thread_id, connection_id, message_id, once, payload, kind, state,
                              priority, not_before, attempts, fence, created_at)
        SELECT %(creator)s, %(thread)s, %(connection)s, %(message)s, part.once, part.payload::jsonb, %(kind)s,
               CASE WHEN here.fence IS NULL THEN 'queued' ELSE 'sending' END, 0, %(now)s,
               CASE WHEN here.fence IS NULL THEN 0 ELSE 1 END, coalesce(here.fence, 0), %(now)s
        FROM unnest(%(onces)s::text[], %(payloads)s::text[]) WITH ORDINALITY AS part (once, payload, place)
        LEFT JOIN here ON true
        ORDER BY part.place
        ON CONFLICT (creator_id, once) DO NOTHING
        RETURNING id, once, state, fence)
    SELECT id, once, fence, state = 'sending' AS begun,
           CASE WHEN state = 'queued' THEN pg_notify(%(channel)s, '') END
    FROM added ORDER BY id
    """  # noqa: S608 - put together from constants


def replies(
    creator_id: int,
    thread_id: int,
    connection_id: int,
    message_id: int,
    parts: Mapping[str, dict[str, Any]],
    kind: str,
    holder: str | None,
) -> Statement:
    """Queue the parts of an answer, by their keys; or begin them, where the connection's `holder` asks.

    They are begun where nothing that was said in the thread is still on its way, and no pause holds them up;
    who sends is woken for what is queued. The rows are (id, once, fence, begun), in order.
    """
    return _REPLIES, {
        "creator": creator_id, "thread": thread_id, "connection": connection_id, "message": message_id,
        "onces": list(parts), "payloads": [orjson.dumps(each).decode() for each in parts.values()],
        "kind": kind, "holder": holder, "channel": OUTBOUND_CHANNEL, "now": now(),
    }  # fmt: skip


async def payload(uow: UnitOfWork, connection_id: int, outbound_id: int) -> dict[str, Any] | None:
    """What was sent by a connection under this number; None where it is another's, or there is none."""
    row = await uow.fetch_one(
        "SELECT payload FROM outbound WHERE id = %(id)s AND connection_id = %(connection)s",
        {"id": outbound_id, "connection": connection_id},
    )
    return row.payload if row else None


async def payload_as(uow: UnitOfWork, connection_id: int, name: str) -> dict[str, Any] | None:
    """What was sent by a connection under this name of the platform's; None where nothing was."""
    row = await uow.fetch_one(
        """
        SELECT payload FROM outbound WHERE connection_id = %(connection)s AND platform_message_id = %(name)s
        ORDER BY id DESC LIMIT 1
        """,
        {"connection": connection_id, "name": name},
    )
    return row.payload if row else None


async def reword_outbound(uow: UnitOfWork, outbound_id: int, payload: dict[str, Any]) -> None:
    """Have something that is held say something else from now on."""
    await uow.send(
        "UPDATE outbound SET payload = %(payload)s WHERE id = %(id)s",
        {"id": outbound_id, "payload": Jsonb(payload)},
    )


async def named(uow: UnitOfWork, name: str) -> list[Any]:
    """The outbounds whose keys begin with a name: (id, once, payload, state, ...), held until the end.

    Not by LIKE: it isn't leakproof, so with rows secured by tenant no index would serve it.
    """
    return await uow.fetch(
        """
        SELECT outbound.id, once, payload, kind, outbound.state, thread_id, chat_id, connection_id,
               message_id, connection.platform
        FROM outbound JOIN connection ON connection.id = outbound.connection_id
        WHERE outbound.creator_id = %(creator)s AND starts_with(once, %(name)s)
          AND coalesce((payload->>'edits')::bigint, 0) = 0
        ORDER BY outbound.id FOR UPDATE OF outbound
        """,
        {"creator": uow.tenant, "name": f"{name}:"},
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
