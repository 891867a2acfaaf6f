"""Recordings that are posted in a creator's own channel, handed in as the creator's uploads are."""

import mimetypes
from dataclasses import asdict, dataclass
from typing import Any, Final

import structlog
from aiogram.types import Audio, Message, Video, VideoNote, Voice
from aiohttp import ClientError

from bots.errors import Refused, TelegramAway, TokenRefused
from bots.telegram.asking import asking
from bots.telegram.client import Client
from bots.telegram.roster import Roster
from kernel.db import Database
from kernel.files import FileStore, StoredFile
from memory import service as memory
from memory.errors import BadSource

log = structlog.get_logger(__name__)

LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a file that Telegram's own server lets a bot fetch."""

RECORDING: Final = "telegram.recording"
"""The job that fetches one."""

_TITLE: Final = 100


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording in a post: Telegram's name of its file, what it is to be called, the post's address.

    `channel` is Telegram's number of it; a job that was queued before jobs were told that has none.
    """

    file_id: str
    name: str
    title: str
    url: str
    channel: str = ""

    def to_job(self) -> dict[str, Any]:
        """What its job is told."""
        return asdict(self)


def recording_in(post: Message, *, address: str, title: str) -> Recording | None:
    """The recording in a post of a channel, which may be fetched; None where there is none."""
    found = post.video or post.audio or post.voice or post.video_note
    if found is None or (found.file_size or 0) > LARGEST:
        return None
    caption = (post.caption or "").strip().partition("\n")[0][:_TITLE]
    return Recording(
        found.file_id,
        f"{title or address} {post.message_id}{_ending(found)}",
        caption or title,
        f"https://t.me/{address}/{post.message_id}",
        str(post.chat.id),
    )


def _ending(found: Video | Audio | Voice | VideoNote) -> str:
    if isinstance(found, VideoNote):
        return ".mp4"
    return mimetypes.guess_extension(found.mime_type or "") or ""


class Recordings:
    """Fetches recordings."""

    def __init__(self, db: Database, client: Client, roster: Roster, files: FileStore) -> None:
        self._db = db
        self._client = client
        self._roster = roster
        self._files = files

    async def fetch(self, creator_id: int, connection_id: int, wanted: Recording) -> None:
        """Fetch one and hand it in, for whom the channel's posts are; what is here already stays as it is.

        Raises:
            Busy, TelegramAway: Telegram doesn't give it now.
        """
        known = await self._roster.of(connection_id)
        if known is None or known.creator_id != creator_id or known.state != "active":
            return
        try:
            stored = await self._stored(creator_id, known.token, wanted.file_id)
            async with self._db.uow(creator_id) as uow:
                added = await memory.add_file(
                    uow,
                    stored,
                    wanted.name,
                    title=wanted.title,
                    url=wanted.url,
                    tier=await memory.posts_tier(uow, wanted.channel),
                    files=self._files,
                )
        except (Refused, TokenRefused, BadSource) as problem:  # nor would it be taken another time
            log.warning("telegram.recording_refused", connection=connection_id, code=problem.code)
            return
        log.info("telegram.recording_kept", connection=connection_id, source=added.source.id, new=added.new)

    async def _stored(self, creator_id: int, token: str, file_id: str) -> StoredFile:
        with asking():
            file = await self._client.bot(token).get_file(file_id)
        pieces = self._client.download(token, file.file_path or "", limit=LARGEST)
        try:
            return await self._files.save(creator_id, pieces, limit=LARGEST)
        except (ClientError, TimeoutError):
            # Its own words hold the file's address, and so the token.
            raise TelegramAway(
                "Telegram doesn't answer. Check this machine's network, then try again."
            ) from None
