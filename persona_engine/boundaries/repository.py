"""All SQL about lines of help. The rules' stands with all documents that have versions."""

from typing import Any

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork


async def lines(uow: UnitOfWork) -> list[Any]:
    """What the creator has entered about lines of help, oldest first."""
    return await uow.fetch(
        'SELECT id, shipped, line, "on" FROM help_line WHERE creator_id = %(creator)s ORDER BY id',
        {"creator": uow.tenant},
    )


async def hold(uow: UnitOfWork) -> None:
    """Have whoever else changes the creator's lines wait for this transaction."""
    await uow.send("SELECT id FROM creator WHERE id = %(creator)s FOR NO KEY UPDATE", {"creator": uow.tenant})


async def add(uow: UnitOfWork, *, shipped: str | None, line: dict[str, Any] | None, on: bool) -> None:
    """What the creator says about a line of the package's, or a line of their own."""
    await uow.send(
        """
        INSERT INTO help_line (creator_id, created_at, shipped, line, "on")
        VALUES (%(creator)s, %(now)s, %(shipped)s, %(line)s, %(on)s)
        """,
        {"creator": uow.tenant, "now": now(), "shipped": shipped, "line": _json(line), "on": on},
    )


async def change(uow: UnitOfWork, row_id: int, *, line: dict[str, Any] | None, on: bool) -> None:
    """What a row says from now on."""
    await uow.send(
        'UPDATE help_line SET line = %(line)s, "on" = %(on)s WHERE id = %(id)s AND creator_id = %(creator)s',
        {"creator": uow.tenant, "id": row_id, "line": _json(line), "on": on},
    )


async def remove(uow: UnitOfWork, row_id: int) -> None:
    """Forget what was entered."""
    await uow.send(
        "DELETE FROM help_line WHERE id = %(id)s AND creator_id = %(creator)s",
        {"creator": uow.tenant, "id": row_id},
    )


def _json(line: dict[str, Any] | None) -> Jsonb | None:
    return None if line is None else Jsonb(line)
