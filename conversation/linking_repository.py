"""All SQL of linking accounts from a chat: where the other one is asked, and how often somebody tries."""

from datetime import datetime
from typing import Any

from kernel.db import UnitOfWork


async def tries(uow: UnitOfWork, fan_id: int, since: datetime) -> int:
    """How often a fan has written /link since a moment."""
    row = await uow.fetch_one(
        """
        SELECT count(*) AS n FROM message JOIN thread ON thread.id = message.thread_id
        WHERE thread.fan_id = %(fan)s AND thread.last_at > %(since)s AND message.created_at > %(since)s
          AND message.text ILIKE '/link%%'
        """,
        {"fan": fan_id, "since": since},
    )
    return int(row.n)


async def place(uow: UnitOfWork, thread_id: int) -> Any:
    """A private chat, and the language that its fan is spoken to in: (id, connection_id, lang)."""
    return await uow.fetch_one(
        """
        SELECT thread.id, thread.connection_id, coalesce(fan.chosen_language, fan.last_language) AS lang
        FROM thread JOIN fan ON fan.id = thread.fan_id WHERE thread.id = %(id)s
        """,
        {"id": thread_id},
    )


async def parted_by(uow: UnitOfWork, message_id: int) -> list[int]:
    """The fans who were told that a message has parted their accounts from its sender's."""
    rows = await uow.fetch(
        """
        SELECT DISTINCT thread.fan_id FROM outbound JOIN thread ON thread.id = outbound.thread_id
        WHERE outbound.creator_id = %(creator)s AND starts_with(once, %(name)s) ORDER BY thread.fan_id
        """,
        {"creator": uow.tenant, "name": f"unlink:{message_id}:"},
    )
    return [row.fan_id for row in rows]


async def last_place(uow: UnitOfWork, avatar_id: int, fan_id: int) -> Any:
    """The private chat in which a fan wrote to an avatar last: as `place` has it, or None."""
    return await uow.fetch_one(
        """
        SELECT thread.id, thread.connection_id, coalesce(fan.chosen_language, fan.last_language) AS lang
        FROM thread JOIN fan ON fan.id = thread.fan_id
        WHERE thread.fan_id = %(fan)s AND thread.avatar_id = %(avatar)s AND thread.room = ''
        ORDER BY thread.last_at DESC LIMIT 1
        """,
        {"fan": fan_id, "avatar": avatar_id},
    )
