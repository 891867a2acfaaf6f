"""All SQL about passages. (Sources: `sources_repository.py`; the change feed: `feed_repository.py`.)"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from kernel.clock import now
from kernel.db import UnitOfWork
from memory.shapes import located
from memory.types import IndexedPassage, Passage

_COLUMNS = """
    chunk.id, chunk.source_id, chunk.ordinal, chunk.text, chunk.lang, chunk.page, chunk.start_s, chunk.end_s,
    chunk.cues, chunk.read_from, chunk.sure, chunk.url, chunk.heading,
    COALESCE(chunk.title, source.title) AS title,
    COALESCE(chunk.published_at, source.published_at) AS published_at, source.url AS source_url,
    source.licence, source.author, source.tier, source.kind
"""
_JOINED = "chunk JOIN source ON source.id = chunk.source_id AND source.state <> 'deleting'"
_FOR_VIEWER = "(source.tier IS NULL OR source.tier = ANY(CAST(:tiers AS text[])))"

# One statement, as an import of many small files spends most of its time on these: write over what an earlier
# reading left, cut what is beyond, and put both on the change feed.
_WRITE = text(
    """
    WITH written AS (
        INSERT INTO chunk (creator_id, source_id, created_at, ordinal, text, lang, title, page, start_s,
                           end_s, url, heading, published_at, cues, read_from, sure)
        SELECT :creator, :source, :now, new.*
        FROM unnest(CAST(:ordinal AS int[]), CAST(:text AS text[]), CAST(:lang AS text[]),
                    CAST(:title AS text[]), CAST(:page AS int[]), CAST(:start_s AS float8[]),
                    CAST(:end_s AS float8[]), CAST(:url AS text[]), CAST(:heading AS text[]),
                    CAST(:published_at AS timestamptz[]), CAST(CAST(:cues AS text[]) AS jsonb[]),
                    CAST(:read_from AS text[]), CAST(:sure AS float8[])) AS new
        ON CONFLICT (source_id, ordinal) DO UPDATE SET
            text = excluded.text, lang = excluded.lang, title = excluded.title, page = excluded.page,
            start_s = excluded.start_s, end_s = excluded.end_s, url = excluded.url,
            heading = excluded.heading, published_at = excluded.published_at, cues = excluded.cues,
            read_from = excluded.read_from, sure = excluded.sure
        WHERE NOT :only_changed
            OR (chunk.text, chunk.lang, chunk.title, chunk.page, chunk.start_s, chunk.end_s, chunk.url,
                chunk.heading, chunk.published_at, chunk.cues, chunk.read_from, chunk.sure)
            IS DISTINCT FROM (excluded.text, excluded.lang, excluded.title, excluded.page, excluded.start_s,
                              excluded.end_s, excluded.url, excluded.heading, excluded.published_at,
                              excluded.cues, excluded.read_from, excluded.sure)
        RETURNING id
    ), cut AS (
        DELETE FROM chunk
        WHERE creator_id = :creator AND source_id = :source AND ordinal >= CAST(:length AS int) RETURNING id
    ), changed AS (
        SELECT array_agg(id) AS ids FROM (SELECT id FROM written UNION ALL SELECT id FROM cut) AS each
    )
    INSERT INTO index_change (creator_id, created_at, chunk_ids)
    SELECT :creator, :now, ids FROM changed WHERE ids IS NOT NULL
    """
)
# Straight on the driver: every message of a fan passes here.
_RECALL = f"""
    SELECT feed.epoch AS feed_epoch, feed.behind, found.*
    FROM (SELECT epoch, horizon > %(position)s OR EXISTS (
              SELECT 1 FROM index_change WHERE creator_id = %(creator)s AND xid >= %(position)s
              AND NOT (id = ANY(%(ahead)s::bigint[]))) AS behind
          FROM index_epoch WHERE creator_id = %(creator)s) AS feed
    LEFT JOIN (SELECT {_COLUMNS} FROM {_JOINED}
               WHERE chunk.creator_id = %(creator)s AND chunk.id = ANY(%(ids)s::bigint[])
               AND (source.tier IS NULL OR source.tier = ANY(%(tiers)s::text[]))) AS found ON true
"""  # noqa: S608 - the parts are constants above
_PAGE = text(
    f"""
    SELECT {_COLUMNS} FROM {_JOINED} WHERE chunk.creator_id = :creator AND chunk.source_id = :source
    ORDER BY chunk.ordinal LIMIT :limit OFFSET :offset
    """  # noqa: S608 - the same constants
)
_WRITTEN = text("SELECT * FROM chunk WHERE creator_id = :creator AND source_id = :source ORDER BY ordinal")
_ONE = text(
    f"""
    SELECT {_COLUMNS} FROM {_JOINED} WHERE chunk.creator_id = :creator AND chunk.id = :id AND {_FOR_VIEWER}
    """  # noqa: S608 - the same constants
)
_SEVERAL = text(
    f"""
    SELECT {_COLUMNS} FROM {_JOINED}
    WHERE chunk.creator_id = :creator AND chunk.id = ANY(CAST(:ids AS bigint[]))
    """  # noqa: S608 - the same constants
)
_FOLLOWING = text(
    f"""
    SELECT {_COLUMNS} FROM {_JOINED} WHERE chunk.creator_id = :creator AND chunk.source_id = :source
    AND chunk.ordinal > :ordinal AND {_FOR_VIEWER} ORDER BY chunk.ordinal LIMIT 1
    """  # noqa: S608 - the same constants
)
_INDEXED = f"""
    SELECT chunk.id, chunk.source_id, COALESCE(chunk.title, source.title) AS title, chunk.text, chunk.lang,
           source.tier, COALESCE(chunk.heading, '') AS heading, chunk.cues,
           NOT EXISTS (SELECT 1 FROM chunk AS above WHERE above.source_id = chunk.source_id
                       AND above.ordinal = chunk.ordinal - 1 AND above.heading = chunk.heading) AS opens
    FROM {_JOINED} WHERE chunk.creator_id = :creator
"""  # noqa: S608
_INDEXED_BY_ID = text(f"{_INDEXED} AND chunk.id = ANY(CAST(:ids AS bigint[]))")
_INDEXED_AFTER = text(f"{_INDEXED} AND chunk.id > :after ORDER BY chunk.id LIMIT :limit")
_LANGUAGES = text(
    f"""
    SELECT chunk.lang, count(*) AS number FROM {_JOINED} WHERE chunk.creator_id = :creator
    GROUP BY chunk.lang ORDER BY number DESC
    """  # noqa: S608 - the same constants
)
_SAMPLE = text(
    f"""
    SELECT chunk.lang, chunk.text FROM {_JOINED}
    WHERE chunk.creator_id = :creator AND source.tier IS NULL ORDER BY hashint8(chunk.id) LIMIT :limit
    """  # noqa: S608 - by hash: the same sample each time, from all over the corpus
)


async def write(
    uow: UnitOfWork,
    source_id: int,
    columns: dict[str, list[Any]],
    *,
    length: int | None,
    only_changed: bool = False,
) -> None:
    """Write passages by ordinal, over those of an earlier reading, which keep their numbers.

    With `length`, those from that ordinal on are deleted. Both are put on the change feed; of those that are
    here already, as they are, with `only_changed` none is.
    """
    parameters = {
        "creator": uow.tenant,
        "source": source_id,
        "now": now(),
        "length": length,
        "only_changed": only_changed,
        **columns,
    }
    await uow.session.execute(_WRITE, parameters)


async def recall(
    uow: UnitOfWork, ids: Sequence[int], tiers: frozenset[str], *, position: int, ahead: Sequence[int]
) -> tuple[str | None, bool, list[Any]]:
    """What of these passages the viewer may see now, with the feed's epoch and whether it has moved on.

    `position` and `ahead` are the asking index's, as in `feed_repository.changes`.
    """
    parameters = {
        "creator": uow.tenant,
        "ids": list(ids),
        "tiers": list(tiers),
        "position": position,
        "ahead": list(ahead),
    }
    rows = await uow.fetch(_RECALL, parameters)
    if not rows:
        return None, True, []
    return rows[0].feed_epoch, rows[0].behind, [row for row in rows if row.id is not None]


async def page(uow: UnitOfWork, source_id: int, *, limit: int, offset: int) -> list[Row[Any]]:
    """A source's passages in reading order, whoever may see them."""
    parameters = {"creator": uow.tenant, "source": source_id, "limit": limit, "offset": offset}
    return list((await uow.session.execute(_PAGE, parameters)).all())


async def written(uow: UnitOfWork, source_id: int) -> list[tuple[Passage, str | None]]:
    """All passages of a source as they were written, each with its own title or None."""
    rows = await uow.session.execute(_WRITTEN, {"creator": uow.tenant, "source": source_id})
    return [(Passage(row.text, located(row), row.lang, row.ordinal), row.title) for row in rows]


async def one(uow: UnitOfWork, passage_id: int, tiers: frozenset[str]) -> Row[Any] | None:
    """A passage, if a viewer who holds `tiers` may see it."""
    parameters = {"creator": uow.tenant, "id": passage_id, "tiers": list(tiers)}
    return (await uow.session.execute(_ONE, parameters)).first()


async def several(uow: UnitOfWork, ids: Sequence[int]) -> list[Row[Any]]:
    """Passages by their numbers, whoever may see them."""
    return list((await uow.session.execute(_SEVERAL, {"creator": uow.tenant, "ids": list(ids)})).all())


async def following(uow: UnitOfWork, source_id: int, ordinal: int, tiers: frozenset[str]) -> Row[Any] | None:
    """The passage after one of a source, if a viewer who holds `tiers` may see it."""
    parameters = {"creator": uow.tenant, "source": source_id, "ordinal": ordinal, "tiers": list(tiers)}
    return (await uow.session.execute(_FOLLOWING, parameters)).first()


async def languages(uow: UnitOfWork) -> dict[str, int]:
    """How many passages there are in each language, most first."""
    rows = await uow.session.execute(_LANGUAGES, {"creator": uow.tenant})
    return {str(row.lang): int(row.number) for row in rows}


async def public_sample(uow: UnitOfWork, limit: int) -> list[tuple[str, str]]:
    """(language, text) of public passages from all over the corpus; the same ones each time."""
    rows = await uow.session.execute(_SAMPLE, {"creator": uow.tenant, "limit": limit})
    return [(row.lang, row.text) for row in rows]


def _indexed(rows: Sequence[Row[Any]]) -> list[IndexedPassage]:
    return [
        IndexedPassage(
            id=row.id,
            source_id=row.source_id,
            title=row.title,
            text=row.text,
            lang=row.lang,
            tier=row.tier,
            heading=row.heading,
            opens=row.opens,
            cues=[int(at) for at, _, _ in row.cues or ()],
        )
        for row in rows
    ]


async def indexed(uow: UnitOfWork, ids: Sequence[int]) -> list[IndexedPassage]:
    """Those of these passages that exist now, as an index holds them."""
    rows = await uow.session.execute(_INDEXED_BY_ID, {"creator": uow.tenant, "ids": list(ids)})
    return _indexed(rows.all())


async def indexed_after(uow: UnitOfWork, after: int, limit: int) -> list[IndexedPassage]:
    """The next passages by number, as an index holds them."""
    parameters = {"creator": uow.tenant, "after": after, "limit": limit}
    return _indexed((await uow.session.execute(_INDEXED_AFTER, parameters)).all())
