"""Files that somebody has sent in Discord (the port `bots.relays.Source`)."""

from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import ClientError

from bots.discord.client import Api, Client
from bots.discord.failures import REASONS, CallFailed, NoAnswer
from bots.discord.roster import KnownApp, Roster
from kernel.chat import CAPABILITIES, Medium
from kernel.errors import NotFound, TooLarge, Unavailable

_LARGEST: Final = CAPABILITIES["discord"].hands_over
_OVER: Final = (403, 404)


class Fetching:
    """Fetches them from Discord's addresses, which work for a day and are renewed then.

    An address is Discord's own word, of a message that it told us: nobody who writes chooses it.
    """

    def __init__(self, client: Client, roster: Roster) -> None:
        self._client = client
        self._roster = roster

    async def has(self, creator_id: int, connection_id: int) -> bool:
        """Whether it is an app of the creator's."""
        return await self._roster.is_creators(creator_id, connection_id)

    async def fetch(self, connection_id: int, medium: Medium) -> bytes:
        """A file by Discord's address of it.

        Raises:
            NotFound, TooLarge, Unavailable: as the port says.
        """
        known = await self._roster.of(connection_id)
        if known is None or not medium.file:
            raise NotFound(REASONS["missing"])
        if medium.size > _LARGEST:
            raise TooLarge(REASONS["too_large"])
        try:
            content = await self._download(known, medium.file)
        except (NoAnswer, ClientError, TimeoutError) as error:
            raise Unavailable("Discord hands a file over later.") from error
        except CallFailed as error:
            if error.status == 429 or error.status >= 500:
                raise Unavailable("Discord hands a file over later.") from error
            raise NotFound(REASONS["missing"]) from error
        if len(content) < medium.size:
            raise Unavailable("Discord hands a file over later.")
        return content

    async def _download(self, app: KnownApp, file: str) -> bytes:
        url, _, where = file.partition("#")
        try:
            return await self._whole(url)
        except CallFailed as error:
            if error.status not in _OVER or not where:
                raise
        return await self._whole(await self._renewed(self._client.app(app.token), url, where))

    async def _whole(self, url: str) -> bytes:
        content = bytearray()
        async for piece in self._client.download(url, limit=_LARGEST):
            content += piece
        return bytes(content)

    async def _renewed(self, api: Api, url: str, where: str) -> str:
        """The address that the message has for the same file now.

        Raises:
            CallFailed: there is no such message any more, or no such file in it.
        """
        channel, _, message = where.partition("/")
        told: Any = await api.call(
            "GET", "/channels/{channel_id}/messages/{message_id}", channel_id=channel, message_id=message,
            patient=False,
        )  # fmt: skip
        every = (told, *(one.get("message") or {} for one in told.get("message_snapshots") or ()))
        wanted = urlsplit(url).path
        for one in every:
            for file in one.get("attachments") or ():
                if urlsplit(str(file.get("url"))).path == wanted:
                    return str(file["url"])
        raise CallFailed(404)
