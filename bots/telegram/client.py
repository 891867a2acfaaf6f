"""Calling Telegram: one HTTP session for every bot of the process."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Final, cast

import orjson
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import ClientError, ClientTimeout

PATIENCE_S = 20.0
"""How long a call may take. `getUpdates` waits longer by itself."""


_JSON: Final = {"Content-Type": "application/json"}


class Session(AiohttpSession):
    """Speaks JSON where no file goes along, which takes less of the processor than aiogram's forms.

    And ends at once: aiogram sleeps a quarter of a second then, which no aiohttp of today needs.
    """

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | ClientTimeout | None = None,  # noqa: ASYNC109
    ) -> TelegramType:
        """Make one call.

        Raises:
            aiogram.exceptions.AiogramError: it was refused, or its answer didn't come, or can't be read.
        """
        files: dict[str, Any] = {}
        told = method.model_dump(warnings=False, exclude_none=True)
        body = self.prepare_value(told, bot, files, _dumps_json=False)
        if files:
            return await super().make_request(bot, method, timeout)  # type: ignore[arg-type] # aiohttp's own
        session = await self.create_session()
        patience = timeout if isinstance(timeout, ClientTimeout) else ClientTimeout(timeout or self.timeout)
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        try:
            async with session.post(url, data=orjson.dumps(body), headers=_JSON, timeout=patience) as answer:
                content = await answer.text()
        except TimeoutError as error:
            raise TelegramNetworkError(method=method, message="Request timeout error") from error
        except ClientError as error:
            raise TelegramNetworkError(method=method, message=f"{type(error).__name__}: {error}") from error
        response = self.check_response(bot, method, answer.status, content)
        return cast(TelegramType, response.result)

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()


class Client:
    """The bots of one process. `api` is the address of Telegram's server, or of one that stands in for it."""

    def __init__(self, api: str) -> None:
        self._session = Session(
            limit=0,  # a poll of each bot stays open
            api=TelegramAPIServer.from_base(api),
            timeout=PATIENCE_S,
            json_loads=orjson.loads,
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
