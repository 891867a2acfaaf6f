"""All SQL about documents that are kept in versions, whichever table they stand in."""

from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlmodel import col

from kernel.db import UnitOfWork
from persona_engine.models import VersionRow

Table = TypeVar("Table", bound=VersionRow)


async def latest(uow: UnitOfWork, table: type[VersionRow], avatar_id: int) -> Any:
    """The version in force as a `VersionRow` has it; it is only read. None for none."""
    await uow.flush()
    return await uow.fetch_one(
        f"""
        SELECT avatar_id, version, document, origin, note, created_at FROM {table.__tablename__}
        WHERE avatar_id = %(avatar)s ORDER BY version DESC LIMIT 1
        """,  # noqa: S608 - the name of a table of ours
        {"avatar": avatar_id},
    )


async def version(uow: UnitOfWork, table: type[Table], avatar_id: int, number: int) -> Table | None:
    """One version."""
    query = select(table).where(col(table.avatar_id) == avatar_id, col(table.version) == number)
    return (await uow.session.scalars(query)).first()


async def rewrite(
    uow: UnitOfWork, table: type[Table], avatar_id: int, number: int, document: dict[str, Any]
) -> None:
    """Put another document in a version's place."""
    row = await version(uow, table, avatar_id, number)
    if row is not None:
        row.document = document
        await uow.session.flush()


async def versions(uow: UnitOfWork, table: type[Table], avatar_id: int) -> list[Table]:
    """Every version, newest first."""
    query = select(table).where(col(table.avatar_id) == avatar_id)
    return list((await uow.session.scalars(query.order_by(col(table.version).desc()))).all())


async def add(
    uow: UnitOfWork, table: type[Table], avatar_id: int, document: dict[str, Any], *, origin: str, note: str
) -> Table:
    """A new version in force. Two at once: the second fails on the unique number."""
    newest = await uow.session.scalar(
        select(func.max(col(table.version))).where(col(table.avatar_id) == avatar_id)
    )
    row = table(
        creator_id=uow.tenant,
        avatar_id=avatar_id,
        version=(newest or 0) + 1,
        document=document,
        origin=origin,
        note=note,
    )
    uow.session.add(row)
    await uow.session.flush()
    return row
