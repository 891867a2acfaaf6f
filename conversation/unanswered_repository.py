"""All SQL about single messages and how they ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from kernel.db import UnitOfWork

Row = Any

_MESSAGE: Final = """
    SELECT message.id, message.text, message.lang, message.outcome, message.created_at, thread.chat_id,
           (SELECT payload->>'text' FROM outbound
            WHERE outbound.message_id = message.id AND outbound.thread_id = message.thread_id
              AND NOT starts_with(once, 'waiting:')
            ORDER BY id LIMIT 1) AS answer
    FROM message JOIN thread ON thread.id = message.thread_id
    WHERE thread.avatar_id = %(avatar)s
    """


async def ended(
    uow: UnitOfWork, avatar_id: int, outcomes: Sequence[str], *, since: datetime, limit: int
) -> list[Row]:
    """The newest messages that ended so, but for those of the Playground."""
    return await uow.fetch(
        f"""
        {_MESSAGE} AND message.outcome = ANY(%(outcomes)s) AND message.created_at >= %(since)s
        AND NOT starts_with(thread.chat_id, 'playground:')
        ORDER BY message.id DESC LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "outcomes": list(outcomes), "since": since, "limit": limit},
    )


async def newest(uow: UnitOfWork, avatar_id: int, *, limit: int) -> list[Row]:
    """The newest messages that aren't commands, newest first."""
    return await uow.fetch(
        f"""
        {_MESSAGE} AND NOT starts_with(coalesce(message.outcome, ''), 'command:')
        ORDER BY message.id DESC LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "limit": limit},
    )


async def avatar_of(uow: UnitOfWork, message_id: int) -> int | None:
    """The tenant's avatar that a message was written to, if there is such a message."""
    row = await uow.fetch_one(
        """
        SELECT thread.avatar_id FROM message JOIN thread ON thread.id = message.thread_id
        WHERE message.id = %(id)s
        """,
        {"id": message_id},
    )
    return int(row.avatar_id) if row else None


async def one(uow: UnitOfWork, avatar_id: int, message_id: int) -> Row:
    """One message, or None."""
    return await uow.fetch_one(f"{_MESSAGE} AND message.id = %(id)s", {"avatar": avatar_id, "id": message_id})
