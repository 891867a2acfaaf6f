"""Voice messages: fetched, written down by the operator's speech recognition, never kept."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from conversation import service as conversation
from conversation.errors import BadMessage
from kernel.chat import Medium
from kernel.db import DATABASE_AWAY
from memory.service import LARGEST_SOUND, LONGEST_SOUND_S, Memory

log = structlog.get_logger(__name__)

WITHIN_S: Final = 30.0
"""How long it may take to understand one: its turn has somewhat longer, since it is to be answered, too."""


class Sounds(Protocol):
    """A platform from which voice messages are fetched."""

    async def fetch(self, creator_id: int, connection_id: int, file: str) -> bytes:
        """A voice message by the platform's name of it; empty where it isn't this one's, or too large."""
        ...


class VoiceNotes:
    """The ears of avatars (the port `conversation.turn.Ears`)."""

    def __init__(self, platforms: Sequence[Sounds], memory: Memory, within_s: float = WITHIN_S) -> None:
        self._platforms = platforms
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
            log.warning("bots.voice_failed", connection=connection_id, error=type(error).__name__)
            return ""

    async def _hear(self, creator_id: int, connection_id: int, file: str, langs: Sequence[str]) -> str:
        for platform in self._platforms:
            if sound := await platform.fetch(creator_id, connection_id, file):
                break
        else:
            return ""
        said = await self._memory.transcribe(sound, langs)
        try:
            # What is spoken calls no command, however it is written down.
            return conversation.clean(said[: conversation.MAX_TEXT].lstrip("/ \n"))
        except BadMessage:
            return ""
