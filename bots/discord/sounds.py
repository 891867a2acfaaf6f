"""Voice messages of Discord's."""

from bots.discord.client import Client
from bots.discord.roster import Roster
from memory.service import LARGEST_SOUND


class Sounds:
    """Fetches them (the port `bots.voice.Sounds`)."""

    def __init__(self, client: Client, roster: Roster) -> None:
        self._client = client
        self._roster = roster

    async def fetch(self, creator_id: int, connection_id: int, file: str) -> bytes:
        """A voice message at Discord's address of it; empty where it isn't Discord's, or too large.

        The address is Discord's own word, of a message that came by the gateway or from a channel's history:
        nobody who writes chooses it.
        """
        known = await self._roster.of(connection_id)
        if known is None or known.creator_id != creator_id:
            return b""
        sound = bytearray()
        async for piece in self._client.download(file, limit=LARGEST_SOUND):
            sound += piece
        return bytes(sound)
