"""All SQL about messages that their senders have changed."""

from datetime import datetime
from typing import Any

from kernel.clock import now
from kernel.db import UnitOfWork


async def reword(
    uow: UnitOfWork, connection_id: int, update_id: str, text: str, at: datetime, edit: str
) -> bool:
    """Have a message, or its latest edit, that nobody has answered yet say this; whether there was one."""
    row = await uow.fetch_one(
        """
        UPDATE message SET text = %(text)s, edited_at = %(at)s
        FROM message AS known
        WHERE known.connection_id = %(connection)s AND known.update_id = %(update)s
          AND message.thread_id = known.thread_id AND message.state = 'new'
          AND (message.id = known.id OR starts_with(message.update_id, known.update_id || %(edit)s))
          AND (message.edited_at IS NULL OR message.edited_at <= %(at)s)
        RETURNING message.id
        """,
        {"connection": connection_id, "update": update_id, "text": text, "at": at, "edit": edit},
    )
    return row is not None


async def last_beside(uow: UnitOfWork, connection_id: int, update_id: str) -> Any:
    """The last message of the thread that one stands in: (update_id, text, state, edited_at), or None."""
    return await uow.fetch_one(
        """
        SELECT last.update_id, last.text, last.state, last.edited_at
        FROM message AS known CROSS JOIN LATERAL (
            SELECT * FROM message WHERE message.thread_id = known.thread_id ORDER BY message.id DESC LIMIT 1
        ) AS last
        WHERE known.connection_id = %(connection)s AND known.update_id = %(update)s
        """,
        {"connection": connection_id, "update": update_id},
    )


async def withdraw(uow: UnitOfWork, thread_id: int, update_id: str, edit: str) -> list[int]:
    """Drop the replies to a message, and to its edits, that wait for a person; their numbers."""
    rows = await uow.fetch(
        """
        WITH past AS (
            UPDATE approval SET state = 'dropped', decided_at = %(now)s FROM message
            WHERE message.id = approval.message_id AND message.thread_id = %(thread)s
              AND (message.update_id = %(update)s OR starts_with(message.update_id, %(update)s || %(edit)s))
              AND approval.state = 'waiting'
            RETURNING message.id, approval.id AS approval)
        UPDATE message SET outcome = 'dropped' FROM past WHERE message.id = past.id
        RETURNING past.approval
        """,
        {"thread": thread_id, "update": update_id, "edit": edit, "now": now()},
    )
    return [row.approval for row in rows]
