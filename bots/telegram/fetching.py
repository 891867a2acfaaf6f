"""Files that somebody has sent to bots (the port `bots.relays.Source`)."""

from typing import Final

from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramNotFound
from aiohttp import ClientError

from bots.telegram.client import Client
from bots.telegram.failures import REASONS
from bots.telegram.roster import Roster
from kernel.chat import CAPABILITIES, Medium
from kernel.errors import NotFound, TooLarge, Unavailable

_LARGEST: Final = CAPABILITIES["telegram"].hands_over


class Fetching:
    """Fetches them as the bots that got them."""

    def __init__(self, client: Client, roster: Roster) -> None:
        self._client = client
        self._roster = roster

    async def has(self, creator_id: int, connection_id: int) -> bool:
        """Whether it is a bot of the creator's."""
        return await self._roster.is_creators(creator_id, connection_id)

    async def fetch(self, connection_id: int, medium: Medium) -> bytes:
        """A file by Telegram's name of it.

        Raises:
            NotFound, TooLarge, Unavailable: as the port says.
        """
        known = await self._roster.of(connection_id)
        if known is None:
            raise NotFound(REASONS["missing"])
        content = bytearray()
        try:
            file = await self._client.bot(known.token).get_file(medium.file)
            if not file.file_path or (file.file_size or medium.size) > _LARGEST:
                raise TooLarge(REASONS["too_large"])
            async for piece in self._client.download(known.token, file.file_path, limit=_LARGEST):
                content += piece
        except (TelegramBadRequest, TelegramNotFound) as error:
            raise NotFound(REASONS["missing"]) from error
        # Nothing was sent yet: it may be tried again.
        except (AiogramError, ClientError, TimeoutError) as error:
            raise Unavailable("Telegram hands a file over later.") from error
        return bytes(content)
