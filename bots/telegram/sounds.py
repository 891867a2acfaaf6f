"""Voice messages of Telegram's."""

from bots.telegram.client import Client
from bots.telegram.roster import Roster
from memory.service import LARGEST_SOUND


class Sounds:
    """Fetches them (the port `bots.voice.Sounds`)."""

    def __init__(self, client: Client, roster: Roster) -> None:
        self._client = client
        self._roster = roster

    async def fetch(self, creator_id: int, connection_id: int, file: str) -> bytes:
        """A voice message by Telegram's name of its file; empty where it isn't Telegram's, or too large."""
        known = await self._roster.of(connection_id)
        if known is None or known.creator_id != creator_id:
            return b""
        about = await self._client.bot(known.token).get_file(file)
        if not about.file_path or (about.file_size or 0) > LARGEST_SOUND:
            return b""
        sound = bytearray()
        async for piece in self._client.download(known.token, about.file_path, limit=LARGEST_SOUND):
            sound += piece
        return bytes(sound)
