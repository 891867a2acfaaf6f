"""All SQL about what fans think of answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.db import UnitOfWork


async def answer(uow: UnitOfWork, connection_id: int, chat_id: str, platform_message_id: str) -> int | None:
    """The avatar's answer of this name in a chat or in a place within it; held until the transaction ends.

    The newest: a group that became another, and a bot in place of another, begin their names anew. What a
    person wrote is none, nor what a command said, nor that something waits for a person.
    """
    row = await uow.fetch_one(
        """
        SELECT id FROM (
            SELECT outbound.id,
                   outbound.kind = 'reply' AND coalesce(outbound.payload->>'by', '') = ''
                   AND NOT starts_with(outbound.once, 'waiting:')
                   AND NOT starts_with(coalesce(message.outcome, ''), 'command:') AS answers
            FROM outbound JOIN thread ON thread.id = outbound.thread_id
            JOIN message ON message.id = outbound.message_id
            WHERE outbound.connection_id = %(connection)s AND outbound.platform_message_id = %(name)s
              AND outbound.state = 'sent'
              AND (thread.chat_id = %(chat)s OR starts_with(thread.chat_id, %(chat)s || ':')
                   OR starts_with(thread.chat_id, %(chat)s || '/'))
            ORDER BY outbound.id DESC LIMIT 1
            FOR KEY SHARE OF outbound) AS newest
        WHERE answers
        """,
        {"connection": connection_id, "name": platform_message_id, "chat": chat_id},
    )
    return int(row.id) if row else None


async def put(uow: UnitOfWork, outbound_id: int, fan_id: int, kind: str, at: datetime) -> None:
    """Keep an opinion, unless a later one is here."""
    await uow.send(
        """
        INSERT INTO feedback (creator_id, outbound_id, fan_id, kind, created_at)
        VALUES (%(creator)s, %(outbound)s, %(fan)s, %(kind)s, %(at)s)
        ON CONFLICT (outbound_id, fan_id) DO UPDATE SET kind = excluded.kind, created_at = excluded.created_at
        WHERE feedback.created_at <= excluded.created_at
        """,
        {"creator": uow.tenant, "outbound": outbound_id, "fan": fan_id, "kind": kind, "at": at},
    )


async def disliked(
    uow: UnitOfWork, avatar_id: int, since: datetime, without: Sequence[int], limit: int
) -> list[Any]:
    """Messages whose answers were flagged or found bad since a moment: how they were answered, by how many.

    `without` are messages that need no look any more.
    """
    return await uow.fetch(
        """
        SELECT message.id, message.text, message.lang, message.outcome, thread.platform,
               (SELECT payload->>'text' FROM outbound
                WHERE outbound.message_id = message.id AND outbound.thread_id = message.thread_id
              AND NOT starts_with(once, 'waiting:')
                ORDER BY id LIMIT 1) AS answer,
               count(DISTINCT feedback.fan_id) FILTER (WHERE feedback.kind = 'good') AS good,
               count(DISTINCT feedback.fan_id) FILTER (WHERE feedback.kind = 'bad') AS bad,
               count(DISTINCT feedback.fan_id) FILTER (WHERE feedback.kind = 'flag') AS flags,
               max(feedback.created_at) FILTER (WHERE feedback.kind IN ('bad', 'flag')) AS at
        FROM feedback JOIN outbound ON outbound.id = feedback.outbound_id
        JOIN message ON message.id = outbound.message_id JOIN thread ON thread.id = message.thread_id
        WHERE thread.avatar_id = %(avatar)s AND NOT message.id = ANY(%(without)s)
        GROUP BY message.id, thread.platform
        HAVING max(feedback.created_at) FILTER (WHERE feedback.kind IN ('bad', 'flag')) >= %(since)s
        ORDER BY at DESC, message.id DESC LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "since": since, "without": list(without), "limit": limit},
    )


async def counted(uow: UnitOfWork, avatar_id: int, since: datetime) -> list[Any]:
    """How many opinions of which kind were given since a moment: (kind, n)."""
    return await uow.fetch(
        """
        SELECT feedback.kind, count(*) AS n
        FROM feedback JOIN outbound ON outbound.id = feedback.outbound_id
        JOIN thread ON thread.id = outbound.thread_id
        WHERE thread.avatar_id = %(avatar)s AND feedback.created_at >= %(since)s GROUP BY 1
        """,
        {"avatar": avatar_id, "since": since},
    )
