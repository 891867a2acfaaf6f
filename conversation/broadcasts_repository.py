"""All SQL of broadcasts: whom a segment has, what is queued for them, and how that went."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from conversation.segments import Reader, Segment
from kernel.clock import now
from kernel.db import UnitOfWork

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""When that is due which is paused."""

_COLUMNS: Final = """
    id, avatar_id, texts, picture, segment, state, by, created_at, starts_at, started_at, ended_at, position,
    listed_at, aimed, made, skipped, counts
    """

_ENOUGH: Final = "opted out"

_ASKED: Final = "fan.news_at <= %(at)s AND (fan.news_ended_at IS NULL OR fan.news_ended_at > %(at)s)"

# Of linked accounts each is looked at, and each for all of them. They are written to where any has written to
# the avatar last in private that hasn't had enough. (Who has since a broadcast began is found, and counts as
# skipped.)
_MEANT: Final = """
    CROSS JOIN LATERAL (
        SELECT array(SELECT fan.id UNION SELECT too.id FROM fan AS too
                     WHERE too.person_id = fan.person_id) AS ids) AS person
    CROSS JOIN LATERAL (
        SELECT thread.id, thread.connection_id,
               coalesce(there.chosen_language, there.last_language, '') AS lang
        FROM thread JOIN connection ON connection.id = thread.connection_id
        JOIN fan AS there ON there.id = thread.fan_id
        WHERE thread.fan_id = ANY(person.ids)
          AND (there.id = fan.id OR there.news_at IS NOT NULL AND there.news_ended_at IS NULL)
          AND thread.avatar_id = %(avatar)s AND thread.room = '' AND connection.state = 'active'
          AND NOT starts_with(thread.chat_id, 'playground:') AND NOT starts_with(thread.chat_id, 'demo:')
          AND (thread.unreachable_at IS NULL OR thread.unreachable_at < thread.last_at)
          AND (%(platforms)s::text[] = '{}' OR thread.platform = ANY(%(platforms)s))
        ORDER BY thread.last_at DESC LIMIT 1) AS place
    WHERE (%(tags)s::text[] = '{}'
           OR EXISTS (SELECT 1 FROM fan_tag WHERE fan_id = ANY(person.ids) AND tag = ANY(%(tags)s)))
      AND (%(languages)s::text[] = '{}'
           OR EXISTS (SELECT 1 FROM fan AS too WHERE too.id = ANY(person.ids)
                        AND coalesce(too.chosen_language, too.last_language) = ANY(%(languages)s)))
      AND (%(active)s::timestamptz IS NULL
           OR EXISTS (SELECT 1 FROM thread WHERE fan_id = ANY(person.ids) AND last_at >= %(active)s))
      AND (%(silent)s::timestamptz IS NULL
           OR NOT EXISTS (SELECT 1 FROM thread WHERE fan_id = ANY(person.ids) AND last_at >= %(silent)s))
    """


def _wanted(avatar_id: int, segment: Segment, at: datetime | None) -> dict[str, Any]:
    moment = now()
    return {
        "avatar": avatar_id, "at": at or moment, "tags": list(segment.tags),
        "languages": list(segment.languages), "platforms": list(segment.platforms),
        "active": moment - timedelta(days=segment.active_days) if segment.active_days else None,
        "silent": moment - timedelta(days=segment.silent_days) if segment.silent_days else None,
    }  # fmt: skip


async def count(uow: UnitOfWork, avatar_id: int, segment: Segment) -> int:
    """How many fans a segment has now, whatever tiers they hold."""
    row = await uow.fetch_one(
        f"SELECT count(DISTINCT place.id) AS n FROM fan {_MEANT} AND {_ASKED}",  # noqa: S608 - constants
        _wanted(avatar_id, segment, None),
    )
    return int(row.n)


async def readers(
    uow: UnitOfWork,
    avatar_id: int,
    segment: Segment,
    *,
    after: int = 0,
    limit: int | None = None,
    at: datetime | None = None,
) -> tuple[list[Reader], int]:
    """Of the next so many fans after one who want news, or did `at` a moment, those whom a segment has,
    whatever tiers they hold, each of linked ones with the same thread; and the last who was looked at, or 0
    where there is none any more.
    """
    rows = await uow.fetch(
        f"""
        WITH next AS MATERIALIZED (
            SELECT fan.id, fan.person_id FROM fan
            WHERE fan.creator_id = %(creator)s AND fan.news_at IS NOT NULL AND {_ASKED}
              AND fan.id > %(after)s
            ORDER BY fan.id LIMIT %(limit)s)
        SELECT fan.id, place.id AS thread_id, place.connection_id,
               place.lang, (SELECT max(id) FROM next) AS last
        FROM next AS fan {_MEANT}
        UNION ALL SELECT NULL, NULL, NULL, NULL, max(id) FROM next
        ORDER BY id
        """,  # noqa: S608 - put together from constants
        _wanted(avatar_id, segment, at) | {"creator": uow.tenant, "after": after, "limit": limit},
    )
    found = [Reader(row.id, row.thread_id, row.connection_id, row.lang) for row in rows if row.id]
    return found, rows[-1].last or 0


async def tags(uow: UnitOfWork) -> list[str]:
    """The words that this creator's fans are sorted under."""
    rows = await uow.fetch("SELECT DISTINCT tag FROM fan_tag ORDER BY tag LIMIT 200")
    return [row.tag for row in rows]


# The broadcasts


async def add(
    uow: UnitOfWork,
    avatar_id: int,
    *,
    texts: Mapping[str, str],
    picture: Mapping[str, Any] | None,
    segment: Segment,
    by: str,
    once: str | None,
) -> int:
    """Insert a draft; where there is one of this key already, it."""
    row = await uow.fetch_one(
        """
        INSERT INTO broadcast (creator_id, avatar_id, texts, picture, segment, state, by, once, position,
                               aimed, made, skipped, created_at)
        VALUES (%(creator)s, %(avatar)s, %(texts)s, %(picture)s, %(segment)s, 'draft', %(by)s, %(once)s, 0,
                0, 0, 0, %(now)s)
        ON CONFLICT (creator_id, once) DO UPDATE SET once = excluded.once
        RETURNING id
        """,
        {
            "creator": uow.tenant, "avatar": avatar_id, "texts": Jsonb(dict(texts)),
            "picture": Jsonb(dict(picture)) if picture else None, "segment": Jsonb(segment.to_json()),
            "by": by, "once": once, "now": now(),
        },
    )  # fmt: skip
    return int(row.id)


async def reword(
    uow: UnitOfWork,
    broadcast_id: int,
    *,
    texts: Mapping[str, str],
    picture: Mapping[str, Any] | None,
    segment: Segment,
) -> None:
    """Change a draft."""
    await uow.send(
        """
        UPDATE broadcast SET texts = %(texts)s, picture = %(picture)s, segment = %(segment)s
        WHERE id = %(id)s AND state = 'draft'
        """,
        {
            "id": broadcast_id, "texts": Jsonb(dict(texts)),
            "picture": Jsonb(dict(picture)) if picture else None, "segment": Jsonb(segment.to_json()),
        },
    )  # fmt: skip


async def delete(uow: UnitOfWork, broadcast_id: int) -> None:
    """Delete a draft."""
    await uow.send("DELETE FROM broadcast WHERE id = %(id)s AND state = 'draft'", {"id": broadcast_id})


async def get(uow: UnitOfWork, avatar_id: int | None, broadcast_id: int, *, hold: bool = False) -> Any:
    """One of an avatar's broadcasts, or of any's; held until this transaction ends, if asked for."""
    return await uow.fetch_one(
        f"""
        SELECT {_COLUMNS} FROM broadcast
        WHERE id = %(id)s AND (%(avatar)s::bigint IS NULL OR avatar_id = %(avatar)s)
        {"FOR UPDATE" if hold else ""}
        """,  # noqa: S608 - put together from constants
        {"id": broadcast_id, "avatar": avatar_id},
    )


async def listing(uow: UnitOfWork, avatar_id: int, limit: int) -> list[Any]:
    """An avatar's broadcasts, newest first."""
    return await uow.fetch(
        f"SELECT {_COLUMNS} FROM broadcast WHERE avatar_id = %(avatar)s ORDER BY id DESC LIMIT %(limit)s",  # noqa: S608 - constants
        {"avatar": avatar_id, "limit": limit},
    )


async def moving(uow: UnitOfWork) -> list[Any]:
    """The broadcasts for which there is something to do, of every creator: (id, creator_id)."""
    return await uow.fetch(
        """
        SELECT id, creator_id FROM broadcast
        WHERE (state IN ('waiting', 'running', 'paused') OR state = 'cancelled' AND ended_at IS NULL)
          AND (state <> 'waiting' OR starts_at <= %(now)s)
        ORDER BY id
        """,
        {"now": now()},
    )


async def set_state(
    uow: UnitOfWork, broadcast_id: int, state: str, *, starts_at: datetime | None = None
) -> None:
    """Store how far a broadcast is, and from when on it is to go out."""
    await uow.send(
        "UPDATE broadcast SET state = %(state)s, starts_at = coalesce(%(at)s, starts_at) WHERE id = %(id)s",
        {"id": broadcast_id, "state": state, "at": starts_at},
    )


async def begin(uow: UnitOfWork, broadcast_id: int, aimed: int) -> None:
    """Have a broadcast that is held run, from now on."""
    await uow.send(
        """
        UPDATE broadcast SET state = 'running', started_at = %(now)s, aimed = %(aimed)s
        WHERE id = %(id)s
        """,
        {"id": broadcast_id, "aimed": aimed, "now": now()},
    )


async def end(uow: UnitOfWork, broadcast_id: int, state: str, counts: Mapping[str, int]) -> None:
    """Have a broadcast that is held be over, and keep how its messages ended."""
    await uow.send(
        "UPDATE broadcast SET state = %(state)s, ended_at = %(now)s, counts = %(counts)s WHERE id = %(id)s",
        {"id": broadcast_id, "state": state, "counts": Jsonb(dict(counts)), "now": now()},
    )


# Its messages


async def queue(
    uow: UnitOfWork,
    broadcast_id: int,
    readers: Sequence[Reader],
    payloads: Mapping[str, Any],
    default: str,
    *,
    priority: int,
    position: int,
    listed: bool,
) -> None:
    """Queue a message to each of these, once, in their language; and note how far the broadcast is.

    Nobody gets one who has had enough meanwhile: who says so now waits for this, and takes it back. Nobody
    gets two by accounts that were linked or parted meanwhile: who does that waits, too, and what has gone
    to any of them is seen.
    """
    await uow.send(
        "SELECT id FROM fan WHERE id = ANY(%(fans)s::bigint[]) ORDER BY id FOR SHARE",
        {"fans": sorted(each.fan_id for each in readers)},
    )
    await uow.send(
        """
        WITH given AS (
            SELECT * FROM unnest(%(fans)s::bigint[], %(threads)s::bigint[], %(connections)s::bigint[],
                                 %(langs)s::text[]) AS given (fan_id, thread_id, connection_id, lang)),
        known AS (
            SELECT DISTINCT ON (coalesce(-fan.person_id, fan.id))
                   given.*, thread.fan_id AS goes_to, fan.news_ended_at IS NULL AS wants
            FROM given JOIN fan ON fan.id = given.fan_id JOIN thread ON thread.id = given.thread_id
            WHERE fan.person_id IS NULL
               OR NOT EXISTS (SELECT 1 FROM fan AS too JOIN thread AS chat ON chat.fan_id = too.id
                              JOIN outbound ON outbound.thread_id = chat.id
                              WHERE too.person_id = fan.person_id AND outbound.broadcast_id = %(id)s)
            ORDER BY coalesce(-fan.person_id, fan.id), fan.id),
        added AS (
            INSERT INTO outbound (creator_id, thread_id, connection_id, once, payload, kind, state, priority,
                                  not_before, attempts, fence, created_at, broadcast_id)
            SELECT %(creator)s, thread_id, connection_id, 'broadcast:' || %(id)s::text || ':' || goes_to,
                   coalesce(%(payloads)s::jsonb -> lang, %(payloads)s::jsonb -> %(default)s), 'news',
                   'queued', %(priority)s, %(now)s, 0, 0, %(now)s, %(id)s
            FROM known WHERE wants
            ON CONFLICT (creator_id, once) DO NOTHING RETURNING id),
        counted AS (
            SELECT (SELECT count(*) FROM added) AS made,
                   (SELECT count(*) FROM known WHERE NOT wants) AS skipped)
        UPDATE broadcast SET
            made = broadcast.made + counted.made, skipped = broadcast.skipped + counted.skipped,
            aimed = CASE WHEN %(listed)s
                         THEN broadcast.made + counted.made + broadcast.skipped + counted.skipped
                         ELSE aimed END,
            position = %(position)s, listed_at = CASE WHEN %(listed)s THEN %(now)s END
        FROM counted WHERE id = %(id)s
        """,
        {
            "creator": uow.tenant, "id": broadcast_id, "fans": [each.fan_id for each in readers],
            "threads": [each.thread_id for each in readers],
            "connections": [each.connection_id for each in readers],
            "langs": [each.lang for each in readers], "payloads": Jsonb(dict(payloads)), "default": default,
            "priority": priority, "position": position, "listed": listed, "now": now(),
        },
    )  # fmt: skip


async def queue_trial(uow: UnitOfWork, thread_id: int, payload: Mapping[str, Any], once: str) -> None:
    """Queue what fans would get in the private chat of one of the creator's people."""
    await uow.send(
        """
        INSERT INTO outbound (creator_id, thread_id, connection_id, once, payload, kind, state, priority,
                              not_before, attempts, fence, created_at)
        SELECT %(creator)s, id, connection_id, %(once)s, %(payload)s, 'reply', 'queued', 0, %(now)s, 0, 0,
               %(now)s
        FROM thread WHERE id = %(thread)s
        ON CONFLICT (creator_id, once) DO NOTHING
        """,
        {
            "creator": uow.tenant, "thread": thread_id, "once": once, "payload": Jsonb(dict(payload)),
            "now": now(),
        },
    )  # fmt: skip


async def in_line(uow: UnitOfWork, broadcast_id: int) -> tuple[int, int]:
    """How many of its messages are under way or wait, in all, and where they can go out now."""
    row = await uow.fetch_one(
        """
        SELECT count(*) AS n, count(*) FILTER (WHERE connection.state = 'active') AS moving
        FROM outbound JOIN connection ON connection.id = outbound.connection_id
        WHERE broadcast_id = %(id)s AND outbound.state IN ('queued', 'sending')
        """,
        {"id": broadcast_id},
    )
    return int(row.n), int(row.moving)


async def counted(uow: UnitOfWork, broadcast_id: int) -> dict[str, int]:
    """How many of its messages ended how, and haven't; `blocked`: their fans have shut the avatar out."""
    rows = await uow.fetch(
        """
        SELECT CASE WHEN outbound.state = 'failed' AND thread.unreachable_at >= outbound.created_at
                    THEN 'blocked' ELSE outbound.state END AS ended, count(*) AS n
        FROM outbound LEFT JOIN thread ON thread.id = outbound.thread_id
        WHERE broadcast_id = %(id)s GROUP BY 1
        """,
        {"id": broadcast_id},
    )
    return {row.ended: int(row.n) for row in rows}


async def hold_back(uow: UnitOfWork, broadcast_id: int) -> None:
    """Have nothing of it go out that isn't under way."""
    await uow.send(
        "UPDATE outbound SET not_before = %(never)s "
        "WHERE broadcast_id = %(id)s AND state = 'queued' AND not_before <> %(never)s",
        {"id": broadcast_id, "never": NEVER},
    )


async def let_go(uow: UnitOfWork, broadcast_id: int) -> None:
    """Let go out what was held back."""
    await uow.send(
        "UPDATE outbound SET not_before = %(now)s "
        "WHERE broadcast_id = %(id)s AND state = 'queued' AND not_before = %(never)s",
        {"id": broadcast_id, "never": NEVER, "now": now()},
    )


async def drop(uow: UnitOfWork, broadcast_id: int) -> None:
    """Have nothing of it go out any more that isn't under way."""
    await uow.send(
        "DELETE FROM outbound WHERE broadcast_id = %(id)s AND state = 'queued'", {"id": broadcast_id}
    )


async def take_back(uow: UnitOfWork, fans: Sequence[int]) -> None:
    """Have none go out to these fans that waits."""
    await uow.send(
        """
        UPDATE outbound SET state = 'dropped', error = %(why)s FROM thread
        WHERE thread.id = outbound.thread_id AND thread.fan_id = ANY(%(fans)s::bigint[])
          AND outbound.broadcast_id IS NOT NULL AND outbound.state = 'queued'
        """,
        {"fans": list(fans), "why": _ENOUGH},
    )


async def take_back_all(uow: UnitOfWork, broadcast_id: int) -> None:
    """Have none of it go out to fans who have had enough: what was under way when they said so may wait."""
    await uow.send(
        """
        UPDATE outbound SET state = 'dropped', error = %(why)s FROM thread, fan
        WHERE thread.id = outbound.thread_id AND fan.id = thread.fan_id AND fan.news_ended_at IS NOT NULL
          AND outbound.broadcast_id = %(id)s AND outbound.state = 'queued'
        """,
        {"id": broadcast_id, "why": _ENOUGH},
    )
