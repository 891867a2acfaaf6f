"""All SQL about what is said in groups unasked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from community.types import ChatInfo
from conversation.threads_repository import paused
from kernel.clock import now
from kernel.db import UnitOfWork


async def waiting_welcome(uow: UnitOfWork, connection_id: int, chat: str) -> Any:
    """A welcome to a chat that waits, locked: (id, payload), or None."""
    return await uow.fetch_one(
        """
        SELECT id, payload FROM outbound
        WHERE connection_id = %(connection)s AND chat_id = %(chat)s AND kind = 'welcome' AND state = 'queued'
        ORDER BY id DESC LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
        {"connection": connection_id, "chat": chat},
    )


async def last_welcome(uow: UnitOfWork, connection_id: int, chat: str) -> datetime | None:
    """When newcomers to a chat were welcomed last: what was queued in quiet hours goes out when they end."""
    row = await uow.fetch_one(
        """
        SELECT max(CASE WHEN state = 'sent' THEN sent_at
                        WHEN state IN ('queued', 'sending') THEN %(now)s ELSE not_before END) AS at
        FROM outbound WHERE connection_id = %(connection)s AND chat_id = %(chat)s AND kind = 'welcome'
          AND state IN ('queued', 'sending', 'sent', 'unknown')
        """,
        {"connection": connection_id, "chat": chat, "now": now()},
    )
    return row.at if row else None


async def welcomed(uow: UnitOfWork, connection_id: int, chat: str, people: Sequence[str]) -> set[str]:
    """Who of these was welcomed to a chat of late, or will be: as long as welcomes keep whom they name."""
    rows = await uow.fetch(
        """
        SELECT person FROM outbound, jsonb_object_keys(payload->'newcomers') AS person
        WHERE connection_id = %(connection)s AND chat_id = %(chat)s AND kind = 'welcome'
          AND person = ANY(%(people)s)
        """,
        {"connection": connection_id, "chat": chat, "people": list(people)},
    )
    return {row.person for row in rows}


async def reword(uow: UnitOfWork, outbound_id: int, payload: dict[str, Any]) -> None:
    """Have something that waits say something else."""
    await uow.send(
        "UPDATE outbound SET payload = %(payload)s WHERE id = %(id)s AND state = 'queued'",
        {"id": outbound_id, "payload": Jsonb(payload)},
    )


async def drop_welcomes(uow: UnitOfWork, before: datetime) -> None:
    """Delete the welcomes of some time ago, with the names in them; in a system unit of work."""
    await uow.send(
        "DELETE FROM outbound WHERE kind = 'welcome' AND state <> 'sending' AND created_at < %(before)s",
        {"before": before},
    )


async def quiet_chats(uow: UnitOfWork, *, after: datetime, before: datetime) -> list[Any]:
    """The chats that may be prompted and in which people spoke last between two moments, and when."""
    return await uow.fetch(
        f"""
        SELECT chat.creator_id, chat.avatar_id, chat.connection_id, chat.platform, chat.platform_chat_id,
               heard.at AS heard_at
        FROM chat JOIN connection ON connection.id = chat.connection_id
        CROSS JOIN LATERAL (
            SELECT max(message.created_at) AS at
            FROM thread JOIN message ON message.thread_id = thread.id
            WHERE thread.connection_id = chat.connection_id AND thread.room = chat.platform_chat_id) AS heard
        WHERE coalesce((chat.settings->>'prompts_a_day')::int, 0) > 0
          AND coalesce((chat.settings->>'answers')::boolean, true)
          AND chat.state IN ('member', 'administrator') AND chat.kind <> 'channel'
          AND connection.state = 'active' AND heard.at BETWEEN %(after)s AND %(before)s
          AND NOT {paused("chat.avatar_id", "chat.platform_chat_id")}
        """,  # noqa: S608 - put together from constants
        {"after": after, "before": before},
    )


async def prompts_since(uow: UnitOfWork, chat: ChatInfo, since: datetime | None) -> int:
    """How many conversations were begun in a chat since a moment, or ever; what waits will be."""
    row = await uow.fetch_one(
        """
        SELECT count(*) AS n FROM outbound
        WHERE connection_id = %(connection)s AND chat_id = %(chat)s AND kind = 'prompt'
          AND (%(since)s::timestamptz IS NULL OR state IN ('queued', 'sending')
               OR coalesce(sent_at, created_at) >= %(since)s)
        """,
        {"connection": chat.connection_id, "chat": chat.platform_chat_id, "since": since},
    )
    return int(row.n)


async def language_of(uow: UnitOfWork, chat: ChatInfo) -> str | None:
    """The language in which most of what was said lately in a chat was answered."""
    row = await uow.fetch_one(
        """
        SELECT lang FROM (
            SELECT message.lang FROM thread JOIN message ON message.thread_id = thread.id
            WHERE thread.connection_id = %(connection)s AND thread.room = %(chat)s
              AND message.lang IS NOT NULL
            ORDER BY message.id DESC LIMIT 20) AS said
        GROUP BY lang ORDER BY count(*) DESC, lang LIMIT 1
        """,
        {"connection": chat.connection_id, "chat": chat.platform_chat_id},
    )
    return row.lang if row else None
