"""All SQL that lists and counts sources; it changes nothing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from kernel.db import UnitOfWork
from memory.models import Source
from memory.types import SourceFilter, SourceState, Visibility


async def get(uow: UnitOfWork, source_id: int) -> tuple[Source, int] | None:
    """A source of the tenant that isn't being deleted, and how many files were found in it."""
    found = await page(uow, [col(Source.id) == source_id], limit=1, offset=0)
    return found[0] if found else None


async def get_many(uow: UnitOfWork, ids: Sequence[int]) -> list[tuple[Source, int]]:
    """Sources of the tenant that aren't being deleted, newest first."""
    wanted = literal(list(ids), ARRAY(BigInteger))  # one parameter: a list of any length has one plan
    return await page(uow, [col(Source.id) == any_(wanted)], limit=len(ids), offset=0)


def conditions(wanted: SourceFilter) -> list[ColumnElement[bool]]:
    """A filter as conditions."""
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Source.state, wanted.state),
        (Source.kind, wanted.kind),
        (Source.lang, wanted.lang),
        (Source.tier, wanted.tier),
        (Source.parent_id, wanted.parent_id),
    ):
        if value is not None:
            found.append(col(column) == value)
    if wanted.top:
        found.append(col(Source.parent_id).is_(None))
    if wanted.visibility is not None:
        public = col(Source.tier).is_(None)
        found.append(public if wanted.visibility is Visibility.PUBLIC else ~public)
    if wanted.text.strip():
        columns = (col(Source.name), col(Source.title), col(Source.url))
        found.append(or_(*(column.icontains(wanted.text.strip(), autoescape=True) for column in columns)))
    return found


async def page(
    uow: UnitOfWork, where: Sequence[ColumnElement[bool]], *, limit: int, offset: int
) -> list[tuple[Source, int]]:
    """Sources with the number of files found in each, newest first."""
    child = aliased(Source)
    children = (
        select(func.count()).select_from(child).where(col(child.parent_id) == Source.id).scalar_subquery()
    )
    query = (
        select(Source, children)
        .where(col(Source.creator_id) == uow.tenant, col(Source.state) != SourceState.DELETING, *where)
        .order_by(col(Source.id).desc())
        .limit(limit)
        .offset(offset)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in (await uow.session.execute(query)).all()]


async def count(uow: UnitOfWork, where: Sequence[ColumnElement[bool]]) -> int:
    """How many sources there are."""
    query = select(func.count()).where(
        col(Source.creator_id) == uow.tenant, col(Source.state) != SourceState.DELETING, *where
    )
    return int(await uow.session.scalar(query) or 0)


async def by_state(uow: UnitOfWork) -> dict[str, int]:
    """How many of the tenant's sources are in each state."""
    return await _tally(uow, col(Source.state))


async def by_kind(uow: UnitOfWork) -> dict[str, int]:
    """How many of the tenant's sources are of each kind."""
    return await _tally(uow, col(Source.kind))


async def _tally(uow: UnitOfWork, column: Any) -> dict[str, int]:
    query = (
        select(column, func.count())
        .where(col(Source.creator_id) == uow.tenant, col(Source.state) != SourceState.DELETING)
        .group_by(column)
        .order_by(func.count().desc())
    )
    return {str(row[0]): int(row[1]) for row in (await uow.session.execute(query)).all() if row[0]}


async def total_size(uow: UnitOfWork) -> int:
    """Bytes of the tenant's files."""
    query = select(func.coalesce(func.sum(Source.size), 0)).where(col(Source.creator_id) == uow.tenant)
    return int(await uow.session.scalar(query) or 0)


async def tiers(uow: UnitOfWork) -> tuple[str, ...]:
    """The names of tiers that the tenant's sources are kept for."""
    return tuple(sorted(await _tally(uow, col(Source.tier))))


async def children(uow: UnitOfWork, parent_ids: Sequence[int]) -> list[int]:
    """The numbers of the files found in these sources."""
    query = select(col(Source.id)).where(
        col(Source.creator_id) == uow.tenant, col(Source.parent_id).in_(parent_ids)
    )
    return [each for each in (await uow.session.scalars(query.order_by(col(Source.id)))).all() if each]
