"""All SQL about posts of channels, and the items that they are in."""

from typing import Any

from kernel.clock import now
from kernel.db import UnitOfWork
from memory.types import ChannelPost


async def source(uow: UnitOfWork, channel: str) -> Any:
    """A channel's item: (id, title, address, tier), or None."""
    return await uow.fetch_one(
        """
        SELECT id, title, options->>'channel' AS address, tier FROM source
        WHERE creator_id = %(creator)s AND origin = 'posts' AND options->>'posts_of' = %(channel)s
          AND state <> 'deleting'
        ORDER BY id LIMIT 1
        """,
        {"creator": uow.tenant, "channel": channel},
    )


async def add_source(uow: UnitOfWork, channel: str, name: str, title: str, address: str) -> int:
    """A channel's new item."""
    row = await uow.fetch_one(
        """
        INSERT INTO source (creator_id, created_at, updated_at, origin, name, title, tier_chosen, kind, state,
                            progress, notes, reason_params, options, passages, attempts, generation, depth,
                            size)
        VALUES (%(creator)s, %(now)s, %(now)s, 'posts', %(name)s, %(title)s, false, '', 'queued', 0, '[]',
                '{}', jsonb_build_object('posts_of', %(channel)s::text, 'channel', %(address)s::text), 0, 0,
                0, 0, 0)
        RETURNING id
        """,
        {
            "creator": uow.tenant, "now": now(), "name": name, "title": title, "channel": channel,
            "address": address,
        },
    )  # fmt: skip
    return int(row.id)


async def rename(uow: UnitOfWork, source_id: int, title: str, address: str) -> None:
    """A channel has another title, or another address."""
    await uow.send(
        """
        UPDATE source SET title = %(title)s, updated_at = %(now)s,
               options = options || jsonb_build_object('channel', %(address)s::text)
        WHERE id = %(id)s
        """,
        {"id": source_id, "title": title, "address": address, "now": now()},
    )


async def put(uow: UnitOfWork, source_id: int, post: ChannelPost) -> bool:
    """Keep a post as it stands now; False where it stood so already, or stands in a later edit."""
    row = await uow.fetch_one(
        """
        WITH before AS (SELECT text FROM post WHERE source_id = %(source)s AND number = %(number)s),
        kept AS (
            INSERT INTO post (creator_id, created_at, source_id, number, text, said_at, edited_at)
            VALUES (%(creator)s, %(now)s, %(source)s, %(number)s, %(text)s, %(said)s, %(edited)s)
            ON CONFLICT (source_id, number) DO UPDATE SET text = excluded.text, edited_at = excluded.edited_at
            WHERE coalesce(post.edited_at, '-infinity') <= coalesce(excluded.edited_at, '-infinity')
            RETURNING text
        )
        SELECT 1 FROM kept WHERE NOT EXISTS (SELECT 1 FROM before WHERE before.text = kept.text)
        """,
        {
            "creator": uow.tenant, "now": now(), "source": source_id, "number": post.number,
            "text": post.text, "said": post.said_at, "edited": post.edited_at,
        },
    )  # fmt: skip
    return row is not None


async def posts(uow: UnitOfWork, source_id: int) -> list[Any]:
    """The posts of an item that say something, in the order in which they became known."""
    return await uow.fetch(
        "SELECT number, text, said_at FROM post WHERE source_id = %(id)s AND text <> '' ORDER BY id",
        {"id": source_id},
    )
