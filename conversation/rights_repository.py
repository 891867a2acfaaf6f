"""All SQL about fans' rights: their requests, what is kept about them, its erasure, the list of fans."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, BigInteger, and_, any_, bindparam, or_, select

from kernel.clock import now
from kernel.db import UnitOfWork, metadata

# A link that waits to be sent, as in a pause, doesn't grow old.
_HOLDS_UNTIL: Final = """
    (request.expires_at - request.created_at + coalesce(
        (SELECT max(coalesce(sent_at, %(now)s)) FROM outbound
         WHERE outbound.message_id = request.message_id AND state IN ('queued', 'sending', 'sent')),
        request.created_at))
    """

ECHO: Final = """
    EXISTS (SELECT 1 FROM privacy_request
            WHERE creator_id = %(creator)s AND echoes <> '[]'::jsonb
              AND echoes @> to_jsonb(%(digest)s::text))
    """
"""Whether an update was erased a short while ago; `digest` is what is remembered of it."""


async def ask(
    uow: UnitOfWork,
    *,
    kind: str,
    fan_id: int,
    message_id: int,
    platform: str,
    token_hash: str | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Note a fan's wish; the same message again is the same wish, with its newest link."""
    await uow.fetch(
        """
        INSERT INTO privacy_request (creator_id, kind, by, state, platform, fan_id, message_id, once,
                                     token_hash, expires_at, echoes, created_at)
        VALUES (%(creator)s, %(kind)s, 'fan', 'asked', %(platform)s, %(fan)s, %(message)s, %(once)s,
                %(token)s, %(expires)s, '[]', %(now)s)
        ON CONFLICT (creator_id, once) DO UPDATE SET token_hash = excluded.token_hash
        """,
        {
            "creator": uow.tenant, "kind": kind, "platform": platform, "fan": fan_id, "message": message_id,
            "once": f"{kind}:{message_id}", "token": token_hash, "expires": expires_at, "now": now(),
        },
    )  # fmt: skip


async def due(uow: UnitOfWork, *, sent_before: datetime, asked_before: datetime, limit: int) -> list[Any]:
    """Erasures whose last word has been sent long enough, or won't be: (id, creator_id)."""
    return await uow.fetch(
        """
        SELECT request.id, request.creator_id FROM privacy_request AS request
        WHERE request.kind = 'erase' AND request.state = 'asked'
          AND (request.created_at < %(asked)s
               OR EXISTS (SELECT 1 FROM outbound WHERE outbound.message_id = request.message_id)
                  AND NOT EXISTS (
                      SELECT 1 FROM outbound
                      WHERE outbound.message_id = request.message_id
                        AND (outbound.state IN ('queued', 'sending') OR outbound.sent_at > %(sent)s)))
        ORDER BY request.id LIMIT %(limit)s
        """,
        {"asked": asked_before, "sent": sent_before, "limit": limit},
    )


async def fan_of(uow: UnitOfWork, request_id: int) -> int | None:
    """The fan whom an erasure that is still to be done is about."""
    row = await uow.fetch_one(
        "SELECT fan_id FROM privacy_request WHERE id = %(id)s AND state = 'asked'", {"id": request_id}
    )
    return row.fan_id if row else None


async def hold_fan(uow: UnitOfWork, fan_id: int) -> Any:
    """Have everybody else wait who would write for this fan: (id, platform), or None where there is none.

    First the fan, then the threads: in this order a message and its answer take them, too.
    """
    fan = await uow.fetch_one(
        """
        SELECT id, coalesce((SELECT platform FROM identity WHERE fan_id = fan.id ORDER BY id LIMIT 1), '')
                   AS platform
        FROM fan WHERE id = %(id)s FOR UPDATE
        """,
        {"id": fan_id},
    )
    if fan:
        await uow.fetch("SELECT id FROM thread WHERE fan_id = %(id)s ORDER BY id FOR UPDATE", {"id": fan_id})
    return fan


async def threads_of(uow: UnitOfWork, fan_id: int) -> list[int]:
    """The numbers of a fan's threads."""
    rows = await uow.fetch("SELECT id FROM thread WHERE fan_id = %(id)s ORDER BY id", {"id": fan_id})
    return [row.id for row in rows]


async def updates_since(uow: UnitOfWork, fan_id: int, since: datetime) -> list[Any]:
    """The updates that a fan's messages came by: (connection_id, update_id)."""
    return await uow.fetch(
        """
        SELECT message.connection_id, message.update_id
        FROM message JOIN thread ON thread.id = message.thread_id
        WHERE thread.fan_id = %(id)s AND message.created_at > %(since)s
        """,
        {"id": fan_id, "since": since},
    )


async def is_echo(uow: UnitOfWork, digest: str) -> bool:
    """Whether an update was erased a short while ago."""
    row = await uow.fetch_one(
        f"SELECT 1 WHERE {ECHO}",
        {"creator": uow.tenant, "digest": digest},
    )
    return row is not None


async def drop_echoes(uow: UnitOfWork, before: datetime) -> None:
    """Forget the updates of erasures that were done before a moment."""
    await uow.fetch(
        """
        UPDATE privacy_request SET echoes = '[]'
        WHERE echoes <> '[]'::jsonb AND done_at < %(before)s
        """,
        {"before": before},
    )


async def settle(uow: UnitOfWork, fan_id: int, *, by: str, platform: str, echoes: Sequence[str]) -> None:
    """Have a fan's requests say that they are done, and nothing of whom; a creator's erasure is noted."""
    moment = now()
    settled = await uow.fetch(
        """
        UPDATE privacy_request SET
            state = 'done', done_at = coalesce(done_at, %(now)s), once = NULL, token_hash = NULL,
            fan_id = NULL, message_id = NULL,
            echoes = CASE WHEN kind = 'erase' THEN %(echoes)s::jsonb ELSE echoes END
        WHERE fan_id = %(fan)s
        RETURNING kind
        """,
        {"fan": fan_id, "now": moment, "echoes": Jsonb(list(echoes))},
    )
    if not any(row.kind == "erase" for row in settled):
        await uow.fetch(
            """
            INSERT INTO privacy_request (creator_id, kind, by, state, platform, done_at, echoes, created_at)
            VALUES (%(creator)s, 'erase', %(by)s, 'done', %(platform)s, %(now)s, %(echoes)s, %(now)s)
            """,
            {
                "creator": uow.tenant, "by": by, "platform": platform, "now": moment,
                "echoes": Jsonb(list(echoes)),
            },
        )  # fmt: skip


async def erase_passed_on(uow: UnitOfWork, threads: Sequence[int]) -> None:
    """Delete what the creator's people wrote in their own chats and was passed on to these threads."""
    await uow.send(
        """
        DELETE FROM message USING outbound
        WHERE outbound.thread_id = ANY(%(threads)s)
          AND message.id = substring(outbound.once FROM '^relay:([0-9]+):')::bigint
        """,
        {"threads": list(threads)},
    )


async def erase_fan(uow: UnitOfWork, fan_id: int) -> None:
    """Delete a fan; what refers to them goes with them."""
    await uow.fetch("DELETE FROM fan WHERE id = %(id)s", {"id": fan_id})


async def forget_aside(uow: UnitOfWork, message_id: int, fan_id: int) -> None:
    """Delete a message, and a fan who is held and of whom there is no other."""
    await uow.fetch("DELETE FROM message WHERE id = %(id)s", {"id": message_id})
    await uow.fetch(
        """
        DELETE FROM fan WHERE id = %(id)s AND NOT EXISTS (
            SELECT 1 FROM message JOIN thread ON thread.id = message.thread_id
            WHERE thread.fan_id = %(id)s)
        """,
        {"id": fan_id},
    )


async def export_by(uow: UnitOfWork, token_hash: str, *, take: bool) -> int | None:
    """The fan whose export a link that still holds leads to; `take` spends it."""
    row = await uow.fetch_one(
        f"""
        SELECT request.id, request.fan_id FROM privacy_request AS request
        WHERE request.token_hash = %(token)s AND request.creator_id = %(creator)s
          AND request.kind = 'export' AND request.state = 'asked'
          AND {_HOLDS_UNTIL} > %(now)s AND request.fan_id IS NOT NULL
        FOR UPDATE
        """,  # noqa: S608 - a part of our own
        {"token": token_hash, "creator": uow.tenant, "now": now()},
    )
    if row is None:
        return None
    if take:
        await uow.fetch(
            """
            UPDATE privacy_request SET state = 'done', done_at = %(now)s, token_hash = NULL
            WHERE id = %(id)s
            """,
            {"id": row.id, "now": now()},
        )
    return int(row.fan_id)


async def kept_about(uow: UnitOfWork, *fans: int) -> dict[str, list[dict[str, Any]]]:
    """Every row that is one of these fans' or refers, however far, to one that is; by table, parents first.

    What refers is read from the tables themselves: a table that is added is in it. A row that says whose it
    is may refer to what is another fan's: it is theirs whom it names. So are words of a fan's that were
    passed on to one of the creator's people in that person's own thread: they are that fan's. What waits for
    the team as a card is not, nor is what a group or the team is told about them: it quotes what is there
    anyway, and says who decided, or in which chat the team reads.
    """
    found: dict[str, list[int]] = {}
    kept: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        links = [
            link
            for link in table.foreign_keys
            if link.column.table.name in found and link.parent.name != "about_id"
        ]
        links = [link for link in links if link.column.table.name == "fan"] or links
        conditions = [
            link.parent
            == any_(bindparam(None, found[link.column.table.name], type_=ARRAY(BigInteger), unique=True))
            for link in links
        ]
        if table.name == "fan":
            conditions = [table.c.id.in_(fans)]
        if table.name == "outbound":
            columns = {link.parent.name: each for link, each in zip(links, conditions, strict=True)}
            unnamed = and_(columns["thread_id"], table.c.message_id.is_(None))
            shown = table.c.payload["by"].as_string().is_distinct_from("card")
            conditions = [and_(shown, or_(unnamed, columns["message_id"]))]
        if not conditions:
            continue
        rows = (await uow.session.execute(select(table).where(or_(*conditions)).order_by(table.c.id))).all()
        found[table.name] = [row.id for row in rows]
        kept[str(table.name)] = [{str(name): value for name, value in row._mapping.items()} for row in rows]
    return kept


async def requests(uow: UnitOfWork, *, limit: int, offset: int) -> list[Any]:
    """The requests, newest first, with the fan where there still is one, and how many there are in all."""
    return await uow.fetch(
        f"""
        SELECT request.id, request.kind, request.by, request.state, request.platform, request.created_at,
               request.done_at, {_HOLDS_UNTIL} AS expires_at, request.fan_id, fan.name AS fan_name,
               count(*) OVER () AS total
        FROM privacy_request AS request LEFT JOIN fan ON fan.id = request.fan_id
        ORDER BY request.id DESC LIMIT %(limit)s OFFSET %(offset)s
        """,  # noqa: S608 - a part of our own
        {"limit": limit, "offset": offset, "now": now()},
    )


async def fans(uow: UnitOfWork, *, find: str, limit: int, offset: int) -> list[Any]:
    """The fans by who wrote last, with their last words, and how many there are in all.

    `find` is part of a name, or a fan's number.
    """
    return await uow.fetch(
        """
        SELECT fan.id, fan.name, fan.created_at, talk.last_at, talk.platform, said.text,
               count(*) OVER () AS total
        FROM fan
        LEFT JOIN LATERAL (
            SELECT id, last_at, platform FROM thread WHERE fan_id = fan.id ORDER BY last_at DESC LIMIT 1
        ) AS talk ON true
        LEFT JOIN LATERAL (
            SELECT text FROM message WHERE thread_id = talk.id ORDER BY id DESC LIMIT 1
        ) AS said ON true
        WHERE %(find)s = '' OR strpos(lower(fan.name), lower(%(find)s)) > 0 OR fan.id::text = %(find)s
        ORDER BY coalesce(talk.last_at, fan.created_at) DESC, fan.id DESC
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        {"find": find, "limit": limit, "offset": offset},
    )
