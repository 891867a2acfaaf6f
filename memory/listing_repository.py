"""All SQL that lists and counts sources; it changes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, func, literal, or_, select, text
from sqlmodel import col

from kernel.db import UnitOfWork
from memory.models import Source
from memory.types import Inside, SourceFilter, SourceState, Visibility

Found = tuple[Source, Inside]

# Of the files below each of these sources, those that hold no others, by state. An archive that was emptied
# since is no file.
_INSIDE = text(
    """
    WITH RECURSIVE tree(root, id) AS (
        SELECT parent_id, id FROM source
        WHERE creator_id = :creator AND parent_id = ANY(CAST(:ids AS bigint[]))
        UNION ALL SELECT tree.root, source.id FROM source JOIN tree ON source.parent_id = tree.id
    )
    SELECT root, state, count(*) AS number
    FROM tree JOIN source USING (id)
    WHERE state <> 'deleting' AND NOT (state = 'indexed' AND passages = 0)
      AND NOT EXISTS (SELECT FROM source AS child WHERE child.parent_id = source.id)
    GROUP BY root, state
    """
)
_HOLD_FILES_ALONE = text(
    """
    SELECT id FROM source
    WHERE creator_id = :creator AND state = 'indexed' AND passages = 0
      AND EXISTS (SELECT FROM source AS child WHERE child.parent_id = source.id)
    """
)
_UNDER_WAY = (SourceState.QUEUED, SourceState.READING)


async def get(uow: UnitOfWork, source_id: int) -> Found | None:
    """A source of the tenant that isn't being deleted, and what became of the files found in it."""
    found = await page(uow, [col(Source.id) == source_id], limit=1, offset=0)
    return found[0] if found else None


async def get_many(uow: UnitOfWork, ids: Sequence[int]) -> list[Found]:
    """Sources of the tenant that aren't being deleted, newest first."""
    return await page(uow, [_among(ids)], limit=len(ids), offset=0)


async def public_titles(uow: UnitOfWork, limit: int) -> list[tuple[str, str]]:
    """(title, language) of what everyone may see, newest first."""
    query = select(col(Source.title), col(Source.lang)).where(
        col(Source.creator_id) == uow.tenant,
        col(Source.state) == SourceState.INDEXED,
        col(Source.tier).is_(None),
        col(Source.passages) > 0,
        col(Source.title) != "",
    )
    rows = await uow.session.execute(query.order_by(col(Source.id).desc()).limit(limit))
    return [(title, lang or "") for title, lang in rows]


async def inside(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, Inside]:
    """What became of the files found in these sources; none were found in those that are left out."""
    numbers: dict[int, dict[str, int]] = {}
    for row in await uow.session.execute(_INSIDE, {"creator": uow.tenant, "ids": list(ids)}):
        numbers.setdefault(row.root, {})[row.state] = row.number
    return {
        root: Inside(
            indexed=found.get(SourceState.INDEXED, 0),
            failed=found.get(SourceState.FAILED, 0),
            waiting=found.get(SourceState.WAITING, 0),
            cancelled=found.get(SourceState.CANCELLED, 0),
            under_way=sum(found.get(state, 0) for state in _UNDER_WAY),
        )
        for root, found in numbers.items()
    }


async def held_back(uow: UnitOfWork) -> dict[int, SourceState]:
    """The tenant's archives that have been read but, for what lay in them, aren't ready: where they stand."""
    rows = await uow.session.execute(_HOLD_FILES_ALONE, {"creator": uow.tenant})
    found = await inside(uow, [int(row.id) for row in rows])
    return {key: one.state for key, one in found.items() if one.state is not SourceState.INDEXED}


def conditions(wanted: SourceFilter, held: Mapping[int, SourceState]) -> list[ColumnElement[bool]]:
    """A filter as conditions; `held` are archives that stand elsewhere than in their own row's state."""
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Source.kind, wanted.kind),
        (Source.lang, wanted.lang),
        (Source.tier, wanted.tier),
        (Source.parent_id, wanted.parent_id),
    ):
        if value is not None:
            found.append(col(column) == value)
    if wanted.state is not None:
        own = col(Source.state) == wanted.state
        found.append(
            own & ~_among(held)
            if wanted.state is SourceState.INDEXED
            else own | _among([key for key, state in held.items() if state is wanted.state])
        )
    if wanted.top:
        found.append(col(Source.parent_id).is_(None))
    if wanted.visibility is not None:
        public = col(Source.tier).is_(None)
        found.append(public if wanted.visibility is Visibility.PUBLIC else ~public)
    if wanted.text.strip():
        columns = (col(Source.name), col(Source.title), col(Source.url))
        found.append(or_(*(column.icontains(wanted.text.strip(), autoescape=True) for column in columns)))
    return found


def _among(ids: Iterable[int]) -> ColumnElement[bool]:
    # One parameter: a list of any length has one plan.
    return col(Source.id) == any_(literal(list(ids), ARRAY(BigInteger)))


async def page(
    uow: UnitOfWork, where: Sequence[ColumnElement[bool]], *, limit: int, offset: int
) -> list[Found]:
    """Sources with what became of the files found in each, newest first."""
    query = (
        select(Source)
        .where(col(Source.creator_id) == uow.tenant, col(Source.state) != SourceState.DELETING, *where)
        .order_by(col(Source.id).desc())
        .limit(limit)
        .offset(offset)
        .execution_options(populate_existing=True)
    )
    rows = (await uow.session.scalars(query)).all()
    found = await inside(uow, [row.key for row in rows])
    return [(row, found.get(row.key, Inside())) for row in rows]


async def count(uow: UnitOfWork, where: Sequence[ColumnElement[bool]]) -> int:
    """How many sources there are."""
    query = select(func.count()).where(
        col(Source.creator_id) == uow.tenant, col(Source.state) != SourceState.DELETING, *where
    )
    return int(await uow.session.scalar(query) or 0)


async def by_state(uow: UnitOfWork) -> dict[str, int]:
    """How many of the tenant's sources are in each state, archives where their files stand."""
    found = Counter(await _tally(uow, col(Source.state)))
    held = Counter((await held_back(uow)).values())
    found.subtract({SourceState.INDEXED: held.total()})
    return {state: number for state, number in (found + held).items() if number}


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


async def beside(
    uow: UnitOfWork, parent_id: int | None, *, names: Sequence[str] = (), begins: str | None = None
) -> Sequence[Source]:
    """The tenant's files that were found where another was, of these names or with this beginning.

    Both in small letters.
    """
    name = func.lower(col(Source.name))
    wanted = func.starts_with(name, begins) if begins is not None else name.in_(names)
    query = (
        select(Source)
        .where(
            col(Source.creator_id) == uow.tenant,
            col(Source.parent_id).is_not_distinct_from(parent_id),
            col(Source.sha256).is_not(None),
            col(Source.origin) != "url",
            col(Source.state) != SourceState.DELETING,
            wanted,
        )
        .order_by(col(Source.id))
        .execution_options(populate_existing=True)
    )
    return (await uow.session.scalars(query)).all()
