"""Voice messages: fetched from Telegram, written down by the operator's speech recognition, never kept."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from bots.telegram.client import Client
from bots.telegram.roster import Roster
from conversation import service as conversation
from conversation.errors import BadMessage
from kernel.chat import Medium
from kernel.db import DATABASE_AWAY
from memory.service import LARGEST_SOUND, LONGEST_SOUND_S, Memory

log = structlog.get_logger(__name__)

WITHIN_S: Final = 30.0
"""How long it may take to understand one: its turn has somewhat longer, since it is to be answered, too."""


class VoiceNotes:
    """The ears of avatars in Telegram (the port `conversation.turn.Ears`)."""

    def __init__(self, client: Client, roster: Roster, memory: Memory, within_s: float = WITHIN_S) -> None:
        self._client = client
        self._roster = roster
        self._memory = memory
        self._within_s = within_s

    async def hear(self, creator_id: int, connection_id: int, medium: Medium, langs: Sequence[str]) -> str:
        """The words in a voice message; empty where they can't be had, whatever is the reason."""
        if not self._memory.hears or medium.seconds > LONGEST_SOUND_S or medium.size > LARGEST_SOUND:
            return ""
        try:
            async with asyncio.timeout(self._within_s):
                return await self._hear(creator_id, connection_id, medium.file, langs)
        except DATABASE_AWAY:
            raise
        # The fan is told to write instead. An error's own words may hold an address, and so the token.
        except Exception as error:
            log.warning("telegram.voice_failed", connection=connection_id, error=type(error).__name__)
            return ""

    async def _hear(self, creator_id: int, connection_id: int, file_id: str, langs: Sequence[str]) -> str:
        known = await self._roster.of(connection_id)
        if known is None or known.creator_id != creator_id:
            return ""
        file = await self._client.bot(known.token).get_file(file_id)
        if not file.file_path or (file.file_size or 0) > LARGEST_SOUND:
            return ""
        sound = bytearray()
        async for piece in self._client.download(known.token, file.file_path, limit=LARGEST_SOUND):
            sound += piece
        said = await self._memory.transcribe(bytes(sound), langs)
        try:
            # What is spoken calls no command, however it is written down.
            return conversation.clean(said[: conversation.MAX_TEXT].lstrip("/ \n"))
        except BadMessage:
            return ""
