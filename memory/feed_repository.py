"""All SQL about the change feed that indexes follow, and their epochs."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from kernel.clock import now
from kernel.db import UnitOfWork

_RECORD_SOURCES = text(
    """
    INSERT INTO index_change (creator_id, created_at, chunk_ids)
    SELECT :creator, :now, array_agg(id) FROM chunk
    WHERE creator_id = :creator AND source_id = ANY(:sources) GROUP BY source_id
    """
)
_OLDEST_OPEN = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_CHANGES = text(
    """
    SELECT id, xid, chunk_ids FROM index_change
    WHERE creator_id = :creator AND xid >= :position AND NOT (id = ANY(CAST(:ahead AS bigint[])))
    """
)
_EPOCH = text(
    """
    INSERT INTO index_epoch (creator_id, created_at, epoch, horizon) VALUES (:creator, :now, :epoch, 0)
    ON CONFLICT (creator_id) DO NOTHING
    """
)
_COMPACT = text(
    """
    WITH old AS (
        SELECT creator_id,
               LEAST(max(xid) + 1, pg_snapshot_xmin(pg_current_snapshot())::text::bigint) AS horizon
        FROM index_change WHERE created_at < :before GROUP BY creator_id
    ), moved AS (
        UPDATE index_epoch SET horizon = GREATEST(index_epoch.horizon, old.horizon)
        FROM old WHERE index_epoch.creator_id = old.creator_id RETURNING index_epoch.creator_id, old.horizon
    )
    DELETE FROM index_change USING moved
    WHERE index_change.creator_id = moved.creator_id AND index_change.xid < moved.horizon
    """
)
_BEHIND = text(
    """
    SELECT * FROM (
        SELECT known.creator, (known.epoch <> index_epoch.epoch OR known.position < index_epoch.horizon)::int
               + (SELECT count(*) FROM index_change AS change WHERE change.creator_id = known.creator
                  AND change.xid >= known.position
                  AND NOT (change.id = ANY(CAST(:ahead AS bigint[])))) AS behind
        FROM unnest(CAST(:creators AS bigint[]), CAST(:epochs AS text[]), CAST(:positions AS bigint[]))
             AS known(creator, epoch, position)
        JOIN index_epoch ON index_epoch.creator_id = known.creator
    ) AS each WHERE behind > 0
    """
)


async def record_sources(uow: UnitOfWork, source_ids: Sequence[int]) -> None:
    """Have every index look at all passages of these sources again."""
    parameters = {"creator": uow.tenant, "now": now(), "sources": list(source_ids)}
    await uow.session.execute(_RECORD_SOURCES, parameters)


async def oldest_open(uow: UnitOfWork) -> int:
    """The oldest transaction still open: what earlier ones wrote is visible from the next statement on."""
    return int(await uow.session.scalar(_OLDEST_OPEN) or 0)


async def changes(uow: UnitOfWork, position: int, ahead: Sequence[int]) -> list[tuple[int, int, list[int]]]:
    """Changes of transactions from `position` on, less those in `ahead`, as (id, transaction, passages).

    Read `oldest_open` before, in a statement of its own; it is the next position. Changes of later
    transactions are returned as well: remember them as `ahead` until the position has passed them.
    """
    parameters = {"creator": uow.tenant, "position": position, "ahead": list(ahead)}
    return [(row.id, row.xid, row.chunk_ids) for row in await uow.session.execute(_CHANGES, parameters)]


async def epoch(uow: UnitOfWork) -> tuple[str, int]:
    """The tenant's epoch, made where there is none, and its horizon."""
    query = text("SELECT epoch, horizon FROM index_epoch WHERE creator_id = :creator")
    row = (await uow.session.execute(query, {"creator": uow.tenant})).first()
    if row is None:
        made = {"creator": uow.tenant, "now": now(), "epoch": secrets.token_hex(8)}
        await uow.session.execute(_EPOCH, made)
        row = (await uow.session.execute(query, {"creator": uow.tenant})).one()
    return str(row.epoch), int(row.horizon)


async def new_epoch(uow: UnitOfWork) -> None:
    """Have every index of the tenant built anew."""
    await epoch(uow)
    statement = text("UPDATE index_epoch SET epoch = :epoch WHERE creator_id = :creator")
    await uow.session.execute(statement, {"creator": uow.tenant, "epoch": secrets.token_hex(8)})


async def compact(uow: UnitOfWork, before: Any) -> int:
    """Forget changes older than a moment; an index that has yet to take them in is rebuilt. How many."""
    return int((await uow.session.execute(_COMPACT, {"before": before})).rowcount)  # type: ignore[attr-defined]  # a cursor's


async def creators_with_passages(uow: UnitOfWork, limit: int) -> list[int]:
    """Creators who have anything to recall, in a system unit of work."""
    query = text("SELECT DISTINCT creator_id FROM source WHERE passages > 0 ORDER BY creator_id LIMIT :limit")
    return [int(row.creator_id) for row in await uow.session.execute(query, {"limit": limit})]


async def behind(
    uow: UnitOfWork, known: Sequence[tuple[int, str, int, Sequence[int]]]
) -> list[tuple[int, int]]:
    """Which indexes, of (creator, epoch, position, ahead), the feed has moved past, and by how many changes.

    Takes a system unit of work. An index of another epoch is behind by at least 1.
    """
    if not known:
        return []
    parameters = {
        "creators": [each[0] for each in known],
        "epochs": [each[1] for each in known],
        "positions": [each[2] for each in known],
        "ahead": [change for each in known for change in each[3]],
    }
    return [(row.creator, row.behind) for row in await uow.session.execute(_BEHIND, parameters)]
