"""All SQL about messages that were deleted where they were said."""

from typing import Any, Final

from kernel.clock import now
from kernel.db import UnitOfWork

# A message, and the edits of it that were asked anew (`edits.py`).
_THESE: Final = """
    message.thread_id = %(thread)s
    AND (message.update_id = %(update)s OR starts_with(message.update_id, %(update)s || '/e'))
    """


async def hold_thread(uow: UnitOfWork, connection_id: int, update_id: str) -> int | None:
    """The thread that a message stands in, locked; None where there is no such message."""
    row: Any = await uow.fetch_one(
        """
        SELECT thread.id FROM message JOIN thread ON thread.id = message.thread_id
        WHERE message.connection_id = %(connection)s AND message.update_id = %(update)s
        FOR UPDATE OF thread
        """,
        {"connection": connection_id, "update": update_id},
    )
    return row.id if row else None


async def is_under_way(uow: UnitOfWork, thread_id: int, update_id: str) -> bool:
    """Whether somebody answers a message now, or sends its answer."""
    row = await uow.fetch_one(
        f"""
        SELECT 1 FROM message JOIN thread ON thread.id = message.thread_id
        WHERE {_THESE}
          AND (message.state = 'new' AND thread.lease_until > %(now)s
               OR EXISTS (SELECT 1 FROM outbound
                          WHERE outbound.message_id = message.id AND outbound.state = 'sending'))
        """,  # noqa: S608 - a part of our own
        {"thread": thread_id, "update": update_id, "now": now()},
    )
    return row is not None


async def delete(uow: UnitOfWork, thread_id: int, update_id: str) -> None:
    """Delete a message with its edits; what refers to them goes along."""
    await uow.send(
        f"DELETE FROM message WHERE {_THESE}",  # noqa: S608 - a part of our own
        {"thread": thread_id, "update": update_id},
    )
