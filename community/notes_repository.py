"""All SQL about what the creator's people note about fans."""

from typing import Any

from kernel.clock import now
from kernel.db import UnitOfWork


async def notes(uow: UnitOfWork, fan_id: int) -> list[Any]:
    """A fan's notes, newest first: (id, by, text, created_at)."""
    return await uow.fetch(
        "SELECT id, by, text, created_at FROM fan_note WHERE fan_id = %(fan)s ORDER BY id DESC",
        {"fan": fan_id},
    )


async def tags(uow: UnitOfWork, fan_id: int) -> tuple[str, ...]:
    """A fan's tags."""
    rows = await uow.fetch("SELECT tag FROM fan_tag WHERE fan_id = %(fan)s ORDER BY tag", {"fan": fan_id})
    return tuple(row.tag for row in rows)


async def add_note(uow: UnitOfWork, fan_id: int, text: str, by: str) -> None:
    """Insert a note about a fan of the tenant's."""
    await uow.send(
        """
        INSERT INTO fan_note (creator_id, fan_id, by, text, created_at)
        SELECT creator_id, id, %(by)s, %(text)s, %(now)s FROM fan
        WHERE id = %(fan)s AND creator_id = %(creator)s
        """,
        {"creator": uow.tenant, "fan": fan_id, "by": by, "text": text, "now": now()},
    )


async def delete_note(uow: UnitOfWork, fan_id: int, note_id: int) -> None:
    """Delete a fan's note."""
    await uow.send(
        "DELETE FROM fan_note WHERE id = %(id)s AND fan_id = %(fan)s", {"id": note_id, "fan": fan_id}
    )


async def add_tag(uow: UnitOfWork, fan_id: int, tag: str) -> None:
    """Insert a tag of a fan of the tenant's; once."""
    await uow.send(
        """
        INSERT INTO fan_tag (creator_id, fan_id, tag, created_at)
        SELECT creator_id, id, %(tag)s, %(now)s FROM fan
        WHERE id = %(fan)s AND creator_id = %(creator)s
        ON CONFLICT (fan_id, tag) DO NOTHING
        """,
        {"creator": uow.tenant, "fan": fan_id, "tag": tag, "now": now()},
    )


async def delete_tag(uow: UnitOfWork, fan_id: int, tag: str) -> None:
    """Delete a fan's tag."""
    await uow.send(
        "DELETE FROM fan_tag WHERE fan_id = %(fan)s AND tag = %(tag)s", {"fan": fan_id, "tag": tag}
    )
