"""All SQL about searches that one process asks and another answers."""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text

from kernel.clock import now
from kernel.db import UnitOfWork
from memory.models import SearchRequest


async def ask(uow: UnitOfWork, question: dict[str, Any], expires_at: datetime) -> int:
    """Insert a search. Returns its number."""
    row = SearchRequest(creator_id=uow.tenant, question=question, expires_at=expires_at)
    uow.session.add(row)
    await uow.session.flush()
    return row.key


async def question(uow: UnitOfWork, request_id: int) -> dict[str, Any] | None:
    """What is asked; None where the search is gone or has been answered."""
    row = await uow.session.get(SearchRequest, request_id)
    return row.question if row and row.result is None and row.error is None else None


async def answer(uow: UnitOfWork, request_id: int) -> tuple[dict[str, Any] | None, str | None]:
    """A search's result and error: both None until a worker has answered."""
    query = text("SELECT result, error FROM search_request WHERE creator_id = :creator AND id = :id")
    row = (await uow.session.execute(query, {"creator": uow.tenant, "id": request_id})).first()
    return (row.result, row.error) if row else (None, "it is too old")


async def store(uow: UnitOfWork, request_id: int, result: dict[str, Any] | None, error: str | None) -> None:
    """Write a search's result or error."""
    statement = text(
        """
        UPDATE search_request SET result = CAST(:result AS jsonb), error = :error
        WHERE creator_id = :creator AND id = :id
        """
    )
    packed = None if result is None else orjson.dumps(result).decode()
    values = {"creator": uow.tenant, "id": request_id, "result": packed, "error": error}
    await uow.session.execute(statement, values)


async def forget(uow: UnitOfWork) -> None:
    """Delete every search of the tenant."""
    await uow.session.execute(
        text("DELETE FROM search_request WHERE creator_id = :creator"), {"creator": uow.tenant}
    )


async def expire(uow: UnitOfWork) -> None:
    """Delete searches that nobody waits for any more, in a system unit of work."""
    await uow.session.execute(text("DELETE FROM search_request WHERE expires_at < :now"), {"now": now()})
