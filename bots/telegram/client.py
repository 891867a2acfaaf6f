"""Calling Telegram: one HTTP session for every bot of the process."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

PATIENCE_S = 20.0
"""How long a call may take. `getUpdates` waits longer by itself."""


class _Session(AiohttpSession):
    """Ends at once: aiogram sleeps a quarter of a second then, which no aiohttp of today needs."""

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()


class Client:
    """The bots of one process. `api` is the address of Telegram's server, or of one that stands in for it."""

    def __init__(self, api: str) -> None:
        self._session = _Session(
            limit=0,  # a poll of each bot stays open
            api=TelegramAPIServer.from_base(api),
            timeout=PATIENCE_S,
        )
        self._bots: dict[str, Bot] = {}

    def bot(self, token: str) -> Bot:
        """The bot of a token.

        Raises:
            aiogram.utils.token.TokenValidationError: no token looks like this.
        """
        known = self._bots.get(token)
        if known is None:
            known = self._bots[token] = Bot(token, session=self._session)
        return known

    def forget(self, token: str) -> None:
        """Keep nothing of a bot that is ours no more."""
        self._bots.pop(token, None)

    async def download(self, token: str, path: str, *, limit: int) -> AsyncIterator[bytes]:
        """A file that `getFile` has named, in pieces; it ends where `limit` bytes are passed."""
        url = self._session.api.file_url(token, path)
        got = 0
        async with aclosing(self._session.stream_content(url, timeout=int(PATIENCE_S))) as pieces:
            async for piece in pieces:
                got += len(piece)
                if got > limit:
                    return
                yield piece

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()
