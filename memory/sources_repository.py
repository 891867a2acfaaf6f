"""All SQL that changes sources, or finds what is to be done with them. (Listing: `listing_repository.py`.)"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Row,
    any_,
    case,
    func,
    literal,
    select,
    text,
    update,
)
from sqlmodel import col

from kernel.clock import now
from kernel.db import UnitOfWork, metadata
from memory.models import Source
from memory.types import NewSource, SourceState

# Updates of a table, not of mapped objects: the mapper's bookkeeping costs more than the statement.
_TABLE = metadata.tables["source"]

_INSERT = text(
    """
    INSERT INTO source (creator_id, created_at, updated_at, parent_id, depth, origin, name, title, url,
                        sha256, size, licence, tier, tier_chosen, options, kind, state, progress, notes,
                        reason_params, passages, attempts, generation)
    SELECT :creator, :now, :now, :parent, :depth, origin, name, title, url, sha256,
           size, licence, tier, :chosen OR tier IS NOT NULL, options, '', 'queued', 0, '[]', '{}', 0, 0, 0
    FROM unnest(CAST(:origin AS text[]), CAST(:name AS text[]), CAST(:title AS text[]), CAST(:url AS text[]),
                CAST(:sha256 AS text[]), CAST(:size AS bigint[]), CAST(:licence AS text[]),
                CAST(:tier AS text[]), CAST(:options AS jsonb[]))
         WITH ORDINALITY AS new(origin, name, title, url, sha256, size, licence, tier, options, position)
    ORDER BY position
    ON CONFLICT DO NOTHING
    RETURNING id, sha256
    """
)
_DESCENDANTS = text(
    """
    WITH RECURSIVE tree(id) AS (
        SELECT id FROM source WHERE creator_id = :creator AND id = ANY(CAST(:ids AS bigint[]))
        UNION SELECT source.id FROM source JOIN tree ON source.parent_id = tree.id
    )
    SELECT id FROM tree
    """
)
_ANCESTORS = text(
    """
    WITH RECURSIVE up(id, parent_id) AS (
        SELECT id, parent_id FROM source WHERE creator_id = :creator AND id = ANY(CAST(:ids AS bigint[]))
        UNION SELECT source.id, source.parent_id FROM source JOIN up ON source.id = up.parent_id
    )
    SELECT id FROM up
    """
)
_CLAIM = text(
    """
    UPDATE source SET state = 'reading', generation = generation + 1, attempts = attempts + 1,
                      reason_code = NULL, reason = NULL, reason_params = '{}', updated_at = :now
    WHERE creator_id = :creator AND id = :id AND state IN ('queued', 'reading')
    RETURNING *
    """
)
_UNSHARED = text(
    """
    SELECT DISTINCT sha256 FROM source
    WHERE creator_id = :creator AND id = ANY(CAST(:ids AS bigint[])) AND sha256 IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM source AS other WHERE other.creator_id = :creator
                      AND other.sha256 = source.sha256 AND NOT (other.id = ANY(CAST(:ids AS bigint[]))))
    """
)


async def serialise(uow: UnitOfWork) -> None:
    """Wait for other changes of many of the tenant's sources at once: their row locks could cross ours."""
    await uow.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('memory.source', :creator))"),
        {"creator": uow.tenant},
    )


async def insert(
    uow: UnitOfWork,
    items: Sequence[NewSource],
    options: Sequence[str],
    *,
    parent_id: int | None,
    depth: int,
    tier_chosen: bool,
) -> list[tuple[int, str]]:
    """Insert stored files; those whose content is there already are left out. Returns (id, sha256).

    `tier_chosen` says that also None was chosen where an item has no tier.
    """
    parameters = {
        "creator": uow.tenant,
        "now": now(),
        "parent": parent_id,
        "depth": depth,
        "chosen": tier_chosen,
        "options": list(options),
    }
    for name in ("origin", "name", "title", "url", "sha256", "size", "licence", "tier"):
        parameters[name] = [getattr(item, name) for item in items]
    rows = (await uow.session.execute(_INSERT, parameters)).all()
    return [(int(row.id), str(row.sha256)) for row in rows]


async def by_hashes(uow: UnitOfWork, hashes: Sequence[str]) -> dict[str, Source]:
    """The tenant's file items of these contents, locked until the transaction ends."""
    query = (
        select(Source)
        .where(
            col(Source.creator_id) == uow.tenant,
            col(Source.sha256).in_(hashes),
            col(Source.origin) != "url",
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.sha256: row for row in (await uow.session.scalars(query)).all() if row.sha256}


async def by_url(uow: UnitOfWork, url: str) -> Source | None:
    """The tenant's item for a web address, locked until the transaction ends."""
    query = select(Source).where(
        col(Source.creator_id) == uow.tenant, col(Source.url) == url, col(Source.origin) == "url"
    )
    return (await uow.session.scalars(query.with_for_update())).first()


async def insert_url(uow: UnitOfWork, url: str, *, name: str, licence: str | None, tier: str | None) -> bool:
    """Insert an item for a web address; False where it is there already."""
    statement = text(
        """
        INSERT INTO source (creator_id, created_at, updated_at, origin, name, title, url, licence, tier,
                            tier_chosen, kind, state, progress, notes, reason_params, options, passages,
                            attempts, generation, depth, size)
        VALUES (:creator, :now, :now, 'url', :name, '', :url, :licence, :tier, :chosen, '', 'queued', 0, '[]',
                '{}', '{}', 0, 0, 0, 0, 0)
        ON CONFLICT DO NOTHING RETURNING id
        """
    )
    values = {"creator": uow.tenant, "now": now(), "name": name, "url": url, "licence": licence, "tier": tier}
    values["chosen"] = tier is not None
    return (await uow.session.execute(statement, values)).first() is not None


async def descendants(uow: UnitOfWork, ids: Sequence[int]) -> list[int]:
    """These sources of the tenant, and all that was found in them."""
    rows = await uow.session.execute(_DESCENDANTS, {"creator": uow.tenant, "ids": list(ids)})
    return [int(row.id) for row in rows]


async def with_ancestors(uow: UnitOfWork, ids: Sequence[int]) -> list[int]:
    """These sources, also such as are gone, and those of the tenant that they were found in."""
    rows = await uow.session.execute(_ANCESTORS, {"creator": uow.tenant, "ids": list(ids)})
    return list(dict.fromkeys([*ids, *(int(row.id) for row in rows)]))


async def move(
    uow: UnitOfWork,
    ids: Sequence[int],
    to: SourceState,
    *,
    among: Sequence[SourceState],
    fields: Mapping[str, Any] | None = None,
) -> list[int]:
    """Put sources that are in one of the states `among` into another; what is being read becomes stale."""
    statement = (
        update(_TABLE)
        .where(_TABLE.c.creator_id == uow.tenant, _TABLE.c.id == any_(_array(ids)), _TABLE.c.state.in_(among))
        .values(state=to, generation=_TABLE.c.generation + 1, updated_at=now(), **(fields or {}))
        .returning(_TABLE.c.id)
    )
    return list((await uow.session.scalars(statement)).all())


async def alter(uow: UnitOfWork, ids: Sequence[int], **fields: Any) -> list[int]:
    """Set columns of the tenant's sources. Returns those that exist."""
    statement = (
        update(_TABLE)
        .where(
            _TABLE.c.creator_id == uow.tenant,
            _TABLE.c.id == any_(_array(ids)),
            _TABLE.c.state != SourceState.DELETING,
        )
        .values(updated_at=now(), **fields)
        .returning(_TABLE.c.id)
    )
    return list((await uow.session.scalars(statement)).all())


async def keep_for(uow: UnitOfWork, ids: Sequence[int], tier: str) -> list[int]:
    """Keep those of these sources for a tier that everyone may see. Returns which."""
    statement = text(
        """
        UPDATE source SET tier = :tier, tier_chosen = true, updated_at = :now
        WHERE creator_id = :creator AND id = ANY(CAST(:ids AS bigint[])) AND tier IS NULL RETURNING id
        """
    )
    values = {"creator": uow.tenant, "now": now(), "tier": tier, "ids": list(ids)}
    return [int(row.id) for row in await uow.session.execute(statement, values)]


def _array(ids: Sequence[int]) -> Any:
    """Numbers as one parameter: a list of any length is one statement, and one plan."""
    return literal(list(ids), ARRAY(BigInteger))


async def claim(uow: UnitOfWork, source_id: int) -> Row[Any] | None:
    """Take a queued source (or one whose reader died) for reading; None where there is nothing to do."""
    values = {"creator": uow.tenant, "id": source_id, "now": now()}
    return (await uow.session.execute(_CLAIM, values)).first()


async def settle(uow: UnitOfWork, source_id: int, generation: int, **fields: Any) -> bool:
    """Write what a reading brought, unless it has become stale: then False, and nothing is written."""
    statement = (
        update(_TABLE)
        .where(
            _TABLE.c.creator_id == uow.tenant,
            _TABLE.c.id == source_id,
            _TABLE.c.generation == generation,
            _TABLE.c.state == SourceState.READING,
        )
        .values(updated_at=now(), **fields)
        .returning(_TABLE.c.id)
    )
    return (await uow.session.execute(statement)).first() is not None


async def settle_read(
    uow: UnitOfWork,
    source_id: int,
    generation: int,
    *,
    licence: str | None,
    tier: str | None,
    **fields: Any,
) -> bool:
    """Settle a reading; `licence` and `tier` are what the file says, for where nothing else is set by now.

    A person may have set None as well: that nobody pays to see it.
    """
    return await settle(
        uow,
        source_id,
        generation,
        licence=func.coalesce(_TABLE.c.licence, licence),
        tier=case((_TABLE.c.tier_chosen, _TABLE.c.tier), else_=func.coalesce(_TABLE.c.tier, tier)),
        **fields,
    )


async def advance(uow: UnitOfWork, source_id: int, generation: int, progress: float) -> bool:
    """Note progress (0..1, never backwards), unless the reading has become stale: then False."""
    higher = func.greatest(_TABLE.c.progress, progress)
    return await settle(uow, source_id, generation, progress=higher)


async def unshared_files(uow: UnitOfWork, ids: Sequence[int]) -> list[str]:
    """The hashes of files that no other source of the tenant needs."""
    rows = await uow.session.execute(_UNSHARED, {"creator": uow.tenant, "ids": list(ids)})
    return [str(row.sha256) for row in rows]


async def is_needed(uow: UnitOfWork, sha256: str) -> bool:
    """Whether any source of the tenant needs a file."""
    query = select(col(Source.id)).where(col(Source.creator_id) == uow.tenant, col(Source.sha256) == sha256)
    return (await uow.session.execute(query.limit(1))).first() is not None


async def lock_doomed(uow: UnitOfWork, ids: Sequence[int]) -> list[int]:
    """Those of these sources that are to be deleted, locked until the transaction ends."""
    query = (
        select(col(Source.id))
        .where(
            col(Source.creator_id) == uow.tenant,
            col(Source.id).in_(ids),
            col(Source.state) == SourceState.DELETING,
        )
        .with_for_update()
    )
    return [each for each in (await uow.session.scalars(query)).all() if each is not None]


async def erase(uow: UnitOfWork, ids: Sequence[int]) -> None:
    """Delete rows of sources."""
    await uow.session.execute(
        text("DELETE FROM source WHERE creator_id = :creator AND id = ANY(CAST(:ids AS bigint[]))"),
        {"creator": uow.tenant, "ids": list(ids)},
    )


async def lost(
    uow: UnitOfWork, states: Sequence[SourceState], *, task: str, before: datetime
) -> dict[int, list[int]]:
    """Sources in these states, untouched since a moment, that no unfinished job of `task` names, by creator.

    Takes a system unit of work.
    """
    query = text(
        """
        SELECT creator_id, id FROM source
        WHERE state = ANY(CAST(:states AS text[])) AND updated_at < :before AND (creator_id, id) NOT IN (
            SELECT CAST(args->>'creator_id' AS bigint),
                   CAST(jsonb_array_elements_text(args->'source_ids') AS bigint)
            FROM procrastinate_jobs WHERE task_name = :task AND status IN ('todo', 'doing'))
        ORDER BY id
        """
    )
    found: dict[int, list[int]] = {}
    for row in await uow.session.execute(query, {"states": list(states), "before": before, "task": task}):
        found.setdefault(row.creator_id, []).append(row.id)
    return found


async def in_states(
    uow: UnitOfWork, states: Sequence[SourceState], *, before: datetime
) -> dict[int, list[int]]:
    """Sources in these states that nothing has touched since a moment, by creator, oldest first."""
    query = (
        select(col(Source.creator_id), col(Source.id))
        .where(col(Source.state).in_(states), col(Source.updated_at) < before)
        .order_by(col(Source.id))
    )
    found: dict[int, list[int]] = {}
    for creator_id, source_id in (await uow.session.execute(query)).all():
        if source_id is not None:
            found.setdefault(creator_id, []).append(source_id)
    return found


async def drop_refused(uow: UnitOfWork, parent_id: int) -> None:
    """Delete the failed items that stand for what an archive held but was not taken."""
    statement = "DELETE FROM source WHERE creator_id = :creator AND parent_id = :parent AND sha256 IS NULL"
    await uow.session.execute(text(statement), {"creator": uow.tenant, "parent": parent_id})


async def insert_refused(
    uow: UnitOfWork, parent_id: int, *, name: str, kind: str, depth: int, reason: Mapping[str, Any]
) -> None:
    """Insert a failed item for a file that was not taken out of its archive."""
    statement = text(
        """
        INSERT INTO source (creator_id, created_at, updated_at, parent_id, depth, origin, name, title, kind,
                            state, progress, reason_code, reason, reason_params, notes, options, passages,
                            attempts, generation, size)
        VALUES (:creator, :now, :now, :parent, :depth, 'archive', :name, '', :kind, 'failed', 0, :reason_code,
                :reason, CAST(:reason_params AS jsonb), '[]', '{}', 0, 0, 0, 0)
        """
    )
    values = {"creator": uow.tenant, "now": now(), "parent": parent_id, "depth": depth}
    await uow.session.execute(statement, {**values, "name": name, "kind": kind, **reason})
