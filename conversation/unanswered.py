"""What fans asked and got no answer to. (What becomes of it: `persona_engine.learning`.)"""

from datetime import datetime, timedelta
from typing import Final

from conversation import unanswered_repository as repository
from conversation.errors import NoSuchMessage
from conversation.types import AskedMessage
from kernel.clock import now
from kernel.db import UnitOfWork

OUTCOMES: Final = ("declined", "locked", "failed")
"""Of a question that is left open; what a boundary stopped isn't."""

WITHIN: Final = timedelta(days=30)
MOST: Final = 500


async def unanswered(uow: UnitOfWork, avatar_id: int) -> tuple[AskedMessage, ...]:
    """The last questions of fans that are left open, oldest first; the Playground's aren't among them."""
    rows = await repository.ended(uow, avatar_id, OUTCOMES, since=now() - WITHIN, limit=MOST)
    return tuple(_asked(row) for row in reversed(rows))


async def asked_message(uow: UnitOfWork, avatar_id: int, message_id: int) -> AskedMessage:
    """One message to an avatar, with what was answered.

    Raises:
        NoSuchMessage: there is none, or its fan was erased.
    """
    row = await repository.one(uow, avatar_id, message_id)
    if row is None:
        raise NoSuchMessage("This isn't here any more: the fan has erased it.")
    return _asked(row)


def _asked(row: repository.Row) -> AskedMessage:
    at: datetime = row.created_at
    return AskedMessage(
        row.id, row.text, row.lang, row.outcome, at, demo=row.chat_id.startswith("demo:"), answer=row.answer
    )
