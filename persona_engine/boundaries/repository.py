"""All SQL about boundaries."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from kernel.db import UnitOfWork
from persona_engine.boundaries.models import BoundariesVersion


async def latest(uow: UnitOfWork, avatar_id: int) -> BoundariesVersion | None:
    """The rules in force, if any were ever saved."""
    query = select(BoundariesVersion).where(col(BoundariesVersion.avatar_id) == avatar_id)
    return (await uow.session.scalars(query.order_by(col(BoundariesVersion.version).desc()).limit(1))).first()


async def version(uow: UnitOfWork, avatar_id: int, number: int) -> BoundariesVersion | None:
    """One version."""
    query = select(BoundariesVersion).where(
        col(BoundariesVersion.avatar_id) == avatar_id, col(BoundariesVersion.version) == number
    )
    return (await uow.session.scalars(query)).first()


async def versions(uow: UnitOfWork, avatar_id: int) -> list[BoundariesVersion]:
    """Every version, newest first."""
    query = select(BoundariesVersion).where(col(BoundariesVersion.avatar_id) == avatar_id)
    return list((await uow.session.scalars(query.order_by(col(BoundariesVersion.version).desc()))).all())


async def add(
    uow: UnitOfWork, avatar_id: int, rules: dict[str, Any], *, origin: str, note: str
) -> BoundariesVersion:
    """A new version in force. Two at once: the second fails on the unique number."""
    newest = await uow.session.scalar(
        select(func.max(col(BoundariesVersion.version))).where(col(BoundariesVersion.avatar_id) == avatar_id)
    )
    row = BoundariesVersion(
        creator_id=uow.tenant,
        avatar_id=avatar_id,
        version=(newest or 0) + 1,
        rules=rules,
        origin=origin,
        note=note,
    )
    uow.session.add(row)
    await uow.session.flush()
    return row
