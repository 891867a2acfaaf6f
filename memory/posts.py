"""Posts of the creator's own channels, kept as they come: one item a channel, read like its export.

What a bot is told comes twice, late or in another order: a post is known by its number, and stands as its
latest edit left it. Its item is read again then; posts keep their places in it, and new ones come last.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from kernel.db import UnitOfWork
from memory import notices, posts_repository, sources_repository
from memory.cleaning import clean_name
from memory.types import ChannelPost, SourceState

ORIGIN: Final = "posts"

_READ_AGAIN: Final = tuple(each for each in SourceState if each is not SourceState.DELETING)


async def keep_post(uow: UnitOfWork, post: ChannelPost) -> int | None:
    """Keep a post, and have its channel's item read again; the item, or None where nothing has changed.

    Once the creator deletes the item, what is posted from then on begins another.
    """
    await sources_repository.serialise(uow)
    source = await posts_repository.source(uow, post.channel)
    if source is None:
        if not post.text:
            return None
        name = clean_name(post.title or post.address)
        source_id = await posts_repository.add_source(uow, post.channel, name, post.title, post.address)
    else:
        source_id = source.id
        if (source.title, source.address) != (post.title, post.address):
            await posts_repository.rename(uow, source_id, post.title, post.address)
            await notices.index_sources_again(uow, [source_id])
    if not await posts_repository.put(uow, source_id, post):
        return None
    await notices.requeue(uow, [source_id], among=_READ_AGAIN)
    await notices.defer_reading(uow, [source_id])
    await notices.announce(uow, [source_id])
    return source_id


async def item_of(uow: UnitOfWork, channel: str) -> int | None:
    """The item that a channel's posts are in, where there is one."""
    found = await posts_repository.source(uow, channel)
    return int(found.id) if found else None


async def tier_of(uow: UnitOfWork, channel: str) -> str | None:
    """The tier that a channel's posts are for; whoever would set another one waits for this transaction."""
    await sources_repository.serialise(uow)
    found = await posts_repository.source(uow, channel)
    return found.tier if found else None


def write_export(path: Path, title: str, posts: Sequence[Any]) -> None:
    """Write posts as the platform's own export of the channel has them. Blocking."""
    messages = [
        {"id": row.number, "type": "message", "date_unixtime": str(int(row.said_at.timestamp())),
         "text": row.text}
        for row in posts
    ]  # fmt: skip
    export = {"name": title, "type": "public_channel", "messages": messages}
    path.write_bytes(orjson.dumps(export))
