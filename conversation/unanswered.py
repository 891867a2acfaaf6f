"""What fans asked: one message, the last ones, those without an answer."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from conversation import unanswered_repository as repository
from conversation.errors import NoSuchMessage
from conversation.types import AskedMessage
from kernel.clock import now
from kernel.db import UnitOfWork
from persona_engine.service import crisis

OUTCOMES: Final = ("declined", "locked", "failed")
"""Of a question that is left open; what a boundary stopped isn't."""

WITHIN: Final = timedelta(days=30)
MOST: Final = 500


async def unanswered(uow: UnitOfWork, avatar_id: int) -> tuple[AskedMessage, ...]:
    """The last questions of fans that are left open, oldest first; the Playground's aren't among them.

    Nor is what tells of need, even where that went unheard when it was asked.
    """
    rows = await repository.ended(uow, avatar_id, OUTCOMES, since=now() - WITHIN, limit=MOST)
    asked = [_asked(row) for row in reversed(rows)]
    return tuple(await asyncio.to_thread(lambda: [each for each in asked if not crisis.found_in(each.text)]))


async def last_asked(uow: UnitOfWork, avatar_id: int, *, limit: int) -> tuple[AskedMessage, ...]:
    """An avatar's newest messages, newest first: fans' and the Playground's, but no commands."""
    return tuple(_asked(row) for row in await repository.newest(uow, avatar_id, limit=limit))


async def asked_message(uow: UnitOfWork, avatar_id: int, message_id: int) -> AskedMessage:
    """One message to an avatar, with what was answered.

    Raises:
        NoSuchMessage: there is none, or its fan was erased.
    """
    row = await repository.one(uow, avatar_id, message_id)
    if row is None:
        raise NoSuchMessage("This isn't here any more: the fan has erased it.")
    return _asked(row)


async def avatar_of(uow: UnitOfWork, message_id: int) -> int | None:
    """The tenant's avatar that a message was written to, if there is such a message."""
    return await repository.avatar_of(uow, message_id)


def _asked(row: repository.Row) -> AskedMessage:
    at: datetime = row.created_at
    return AskedMessage(
        row.id, row.text, row.lang, row.outcome, at, demo=row.chat_id.startswith("demo:"), answer=row.answer
    )
