"""Posts of a creator's own channel, kept as content where the creator wishes it; nobody else's words are."""

from datetime import UTC, datetime
from typing import Final

import structlog
from aiogram.enums import ChatType
from aiogram.types import Message, MessageEntity

from bots.telegram.recordings import RECORDING, Recording, recording_in
from bots.telegram.roster import KnownBot
from community import service as community
from kernel.db import Database
from memory import service as memory
from memory.types import ChannelPost

log = structlog.get_logger(__name__)

# What Telegram puts before a channel's own number, to tell it from people's and groups'.
_CHANNELS: Final = -1_000_000_000_000


class Posts:
    """Keeps posts (the port `receiver.Posts`): words here, recordings by a job.

    What isn't the channel's own is left out: forwards, polls, what only happened.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, bot: KnownBot, post: Message) -> None:
        """Keep a post, or what it has become since, where the creator wishes that."""
        if post.chat.type != ChatType.CHANNEL or post.forward_origin or post.via_bot:
            return
        found = read(post)
        recording = None if post.edit_date else _recording(post)
        if found is None and recording is None:
            return
        async with self._db.uow(bot.creator_id) as uow:
            chat = await community.chat_at(uow, bot.connection_id, str(post.chat.id))
            if chat is None or chat.kind != "channel" or not chat.settings.keeps_posts:
                return
            kept = await memory.keep_post(uow, found) if found else None
            if recording:
                await uow.defer(
                    RECORDING,
                    creator_id=bot.creator_id,
                    connection_id=bot.connection_id,
                    recording=recording.to_job(),
                )
        if kept:
            log.info("telegram.post_kept", bot=bot.bot_id, source=kept, post=post.message_id)


def _address(post: Message) -> str:
    """What stands between Telegram's name and a post's number in the post's address."""
    return post.chat.username or f"c/{_CHANNELS - post.chat.id}"


def _recording(post: Message) -> Recording | None:
    return recording_in(post, address=_address(post), title=post.chat.title or "")


def read(post: Message) -> ChannelPost | None:
    """What a post of a channel says, or an edit has left of it; None where it has no words."""
    words = post.text if post.text is not None else post.caption
    edited = datetime.fromtimestamp(post.edit_date, UTC) if post.edit_date else None
    if not words and edited is None:
        return None
    return ChannelPost(
        channel=str(post.chat.id),
        title=post.chat.title or "",
        address=_address(post),
        number=post.message_id,
        text=_with_links(words or "", post.entities or post.caption_entities or []),
        said_at=post.date,
        edited_at=edited,
    )


def _with_links(text: str, entities: list[MessageEntity]) -> str:
    """A text with its links in brackets behind the words that carry them, as an export of it has them."""
    units = text.encode("utf-16-le")
    told = b""
    done = 0
    for entity in sorted(entities, key=lambda each: each.offset):
        end = 2 * (entity.offset + entity.length)
        if entity.type == "text_link" and entity.url and done <= end <= len(units):
            words = units[2 * entity.offset : end].decode("utf-16-le", "replace")
            shown = "" if words == entity.url else f" ({entity.url})"
            told += units[done:end] + shown.encode("utf-16-le")
            done = end
    return (told + units[done:]).decode("utf-16-le", "replace").strip()
