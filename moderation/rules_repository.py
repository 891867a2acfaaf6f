"""All SQL of rules that act by themselves: each group's, who was seen there, whose captcha waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork

_KEPT: Final = timedelta(days=31)


async def rules(uow: UnitOfWork, connection_id: int, room: str, *, hold: bool = False) -> Any:
    """A group's rules: (rules, others, looked_at, raid_until), or None; locked where they are to be held."""
    held = "FOR UPDATE" if hold else ""
    return await uow.fetch_one(
        f"""
        SELECT rules, others, looked_at, raid_until FROM moderation_rules
        WHERE connection_id = %(connection)s AND room = %(room)s {held}
        """,  # noqa: S608 - put together from constants
        {"connection": connection_id, "room": room},
    )


async def save(
    uow: UnitOfWork,
    connection_id: int,
    room: str,
    *,
    rules: dict[str, Any] | None = None,
    others: Sequence[str] | None = None,
    raid_until: datetime | None = None,
) -> None:
    """Store a group's rules, the other bots that were found there, or until when it is closed."""
    await uow.send(
        """
        INSERT INTO moderation_rules (creator_id, connection_id, room, rules, others, looked_at, raid_until,
                                      created_at)
        VALUES (%(creator)s, %(connection)s, %(room)s, coalesce(%(rules)s::jsonb, '{}'),
                coalesce(%(others)s::jsonb, '[]'),
                CASE WHEN %(others)s::jsonb IS NOT NULL THEN %(now)s::timestamptz END,
                %(until)s::timestamptz, %(now)s)
        ON CONFLICT (connection_id, room) DO UPDATE
        SET rules = coalesce(%(rules)s::jsonb, moderation_rules.rules),
            others = coalesce(%(others)s::jsonb, moderation_rules.others),
            looked_at = coalesce(excluded.looked_at, moderation_rules.looked_at),
            raid_until = coalesce(excluded.raid_until, moderation_rules.raid_until)
        """,
        {
            "creator": uow.tenant, "connection": connection_id, "room": room,
            "rules": None if rules is None else Jsonb(rules),
            "others": None if others is None else Jsonb(list(others)), "until": raid_until,
            "now": now(),
        },
    )  # fmt: skip


async def joined(uow: UnitOfWork, connection_id: int, room: str, who: str, at: datetime) -> bool:
    """Keep when somebody joined; False where that was told already: of one join there are two reports."""
    row = await uow.fetch_one(
        """
        INSERT INTO moderation_seen (creator_id, connection_id, room, who, joined_at, spoke, last, last_at,
                                     created_at)
        VALUES (%(creator)s, %(connection)s, %(room)s, %(who)s, %(at)s, 0, '', %(now)s, %(now)s)
        ON CONFLICT (connection_id, room, who) DO UPDATE
        SET joined_at = excluded.joined_at, last_at = excluded.last_at
        WHERE moderation_seen.joined_at IS NULL
           OR abs(extract(epoch FROM moderation_seen.joined_at - excluded.joined_at)) > 3
        RETURNING id
        """,
        {
            "creator": uow.tenant, "connection": connection_id, "room": room, "who": who, "at": at,
            "now": now(),
        },
    )  # fmt: skip
    return row is not None


async def joins(uow: UnitOfWork, connection_id: int, room: str, since: datetime) -> int:
    """How many joined a group since a moment."""
    row = await uow.fetch_one(
        "SELECT count(*) AS n FROM moderation_seen WHERE connection_id = %(connection)s AND room = %(room)s "
        "AND joined_at > %(since)s",
        {"connection": connection_id, "room": room, "since": since},
    )
    return int(row.n)


async def spoke(
    uow: UnitOfWork, connection_id: int, room: str, who: str, *, ref: str, at: datetime, window: timedelta
) -> Any:
    """Count a message, once; then (spoke, before, joined_at): in this window, when the one before it came.

    Its name `ref` is a number that grows: what came before one that was counted is counted no more.
    """
    return await uow.fetch_one(
        """
        WITH known AS (
            SELECT last_at, last FROM moderation_seen
            WHERE connection_id = %(connection)s AND room = %(room)s AND who = %(who)s)
        INSERT INTO moderation_seen (creator_id, connection_id, room, who, window_at, spoke, last, last_at,
                                     created_at)
        VALUES (%(creator)s, %(connection)s, %(room)s, %(who)s, %(at)s, 1, %(ref)s, %(at)s, %(now)s)
        ON CONFLICT (connection_id, room, who) DO UPDATE
        SET spoke = CASE WHEN moderation_seen.window_at > %(since)s THEN moderation_seen.spoke + 1
                         ELSE 1 END,
            window_at = CASE WHEN moderation_seen.window_at > %(since)s THEN moderation_seen.window_at
                             ELSE %(at)s END,
            last_at = greatest(moderation_seen.last_at, %(at)s), last = %(ref)s
        WHERE coalesce(nullif(moderation_seen.last, '')::numeric, -1) < %(ref)s::text::numeric
        RETURNING spoke, joined_at,
                  (SELECT CASE WHEN known.last <> '' THEN known.last_at END FROM known) AS before
        """,
        {
            "creator": uow.tenant, "connection": connection_id, "room": room, "who": who, "ref": ref,
            "at": at, "since": at - window, "now": now(),
        },
    )  # fmt: skip


async def joined_at(uow: UnitOfWork, connection_id: int, room: str, who: str) -> datetime | None:
    """When somebody joined a group, where that was told."""
    row = await uow.fetch_one(
        "SELECT joined_at FROM moderation_seen "
        "WHERE connection_id = %(connection)s AND room = %(room)s AND who = %(who)s",
        {"connection": connection_id, "room": room, "who": who},
    )
    return row.joined_at if row else None


async def forget_seen(uow: UnitOfWork) -> None:
    """Let go of who was seen long ago; in a system unit of work."""
    await uow.send("DELETE FROM moderation_seen WHERE last_at < %(before)s", {"before": now() - _KEPT})


async def forget(uow: UnitOfWork, who: Sequence[str]) -> None:
    """Let go of somebody in every group."""
    await uow.send("DELETE FROM moderation_seen WHERE who = ANY(%(who)s)", {"who": list(who)})


async def identities(uow: UnitOfWork, fan_id: int) -> list[Any]:
    """A fan's accounts: (platform, platform_user_id)."""
    return await uow.fetch(
        "SELECT platform, platform_user_id FROM identity WHERE fan_id = %(fan)s", {"fan": fan_id}
    )


async def is_trusted(uow: UnitOfWork, platform: str, user_id: str) -> bool:
    """Whether no rule touches a platform's user."""
    row = await uow.fetch_one(
        """
        SELECT 1 FROM moderation_trusted AS trusted JOIN identity ON identity.fan_id = trusted.fan_id
        WHERE identity.platform = %(platform)s AND identity.platform_user_id = %(user)s
        """,
        {"platform": platform, "user": user_id},
    )
    return row is not None


# Captchas


async def add_captcha(
    uow: UnitOfWork,
    *,
    avatar_id: int,
    connection_id: int,
    platform: str,
    room: str,
    fan_id: int,
    user_id: str,
    kind: str,
    answer: str,
    lang: str,
    due_at: datetime,
    once: str,
) -> int | None:
    """Insert one, unless this person is asked already, or under this key; its number."""
    row = await uow.fetch_one(
        """
        INSERT INTO moderation_captcha (creator_id, avatar_id, connection_id, platform, room, fan_id, user_id,
                                        kind, answer, lang, tries, state, due_at, once, created_at)
        SELECT %(creator)s::bigint, %(avatar)s::bigint, %(connection)s::bigint, %(platform)s::text,
               %(room)s::text, %(fan)s::bigint, %(user)s::text, %(kind)s::text, %(answer)s::text,
               %(lang)s::text, 0, 'waiting', %(due)s::timestamptz, %(once)s::text, %(now)s::timestamptz
        WHERE NOT EXISTS (SELECT 1 FROM moderation_captcha
                          WHERE connection_id = %(connection)s AND room = %(room)s AND fan_id = %(fan)s
                            AND state = 'waiting')
        ON CONFLICT (creator_id, once) DO NOTHING RETURNING id
        """,
        {
            "creator": uow.tenant, "avatar": avatar_id, "connection": connection_id, "platform": platform,
            "room": room, "fan": fan_id, "user": user_id, "kind": kind, "answer": answer, "lang": lang,
            "due": due_at, "once": once, "now": now(),
        },
    )  # fmt: skip
    return row.id if row else None


async def captcha(uow: UnitOfWork, connection_id: int, captcha_id: int) -> Any:
    """One, locked; None where it is another connection's, or there is none."""
    return await uow.fetch_one(
        "SELECT * FROM moderation_captcha WHERE id = %(id)s AND connection_id = %(connection)s FOR UPDATE",
        {"id": captcha_id, "connection": connection_id},
    )


async def set_captcha(uow: UnitOfWork, captcha_id: int, state: str, tries: int) -> None:
    """Store how one stands."""
    await uow.send(
        "UPDATE moderation_captcha SET state = %(state)s, tries = %(tries)s WHERE id = %(id)s",
        {"id": captcha_id, "state": state, "tries": tries},
    )


async def close_captchas(uow: UnitOfWork, connection_id: int, room: str, fan_id: int) -> list[Any]:
    """Have somebody in a group be asked no more; what was asked."""
    return await uow.fetch(
        "UPDATE moderation_captcha SET state = 'out' WHERE connection_id = %(connection)s "
        "AND room = %(room)s AND fan_id = %(fan)s AND state = 'waiting' RETURNING *",
        {"connection": connection_id, "room": room, "fan": fan_id},
    )


async def close_all_captchas(uow: UnitOfWork, connection_id: int) -> None:
    """Have nobody on a connection be asked any more."""
    await uow.send(
        "UPDATE moderation_captcha SET state = 'out' "
        "WHERE connection_id = %(connection)s AND state = 'waiting'",
        {"connection": connection_id},
    )


async def due_captchas(uow: UnitOfWork, limit: int) -> list[Any]:
    """Those whose time is over: (id, creator_id, connection_id); in a system unit of work."""
    return await uow.fetch(
        """
        SELECT id, creator_id, connection_id FROM moderation_captcha
        WHERE state = 'waiting' AND due_at <= %(now)s ORDER BY due_at LIMIT %(limit)s
        """,
        {"now": now(), "limit": limit},
    )


async def sent_as(uow: UnitOfWork, once: str) -> str | None:
    """The platform's name of a message that was sent under a key."""
    row = await uow.fetch_one(
        "SELECT platform_message_id FROM outbound WHERE creator_id = %(creator)s AND once = %(once)s",
        {"creator": uow.tenant, "once": once},
    )
    return row.platform_message_id if row else None
