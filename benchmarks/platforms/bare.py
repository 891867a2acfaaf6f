"""Bare bots, to hold ours against, in a process of their own: `benchmarks.platforms.bare [asking]`."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from openai import AsyncOpenAI

from benchmarks.platforms.stage import SAID, Bots, Stage, play
from kernel import loop

_LISTEN_S = 25  # as ours do


class Bare:
    """aiogram as its manual has it, with one session for all."""

    def __init__(self, stage: Stage, words: Callable[[str], Awaitable[str]]) -> None:
        self._stage = stage
        self._words = words
        self._polling: asyncio.Task[None] | None = None

    async def join(self) -> str:
        """Poll for all of them."""
        session = AiohttpSession(limit=0, api=TelegramAPIServer.from_base(self._stage.api))
        bots = [Bot(account.token, session=session) for account in self._stage.accounts]
        dispatcher = Dispatcher()
        dispatcher.message()(self._reply)
        polling = dispatcher.start_polling(*bots, polling_timeout=_LISTEN_S, handle_signals=False)
        self._polling = asyncio.create_task(polling)
        return ""

    async def _reply(self, message: Message) -> None:
        await message.answer(await self._words(message.text or ""))

    async def check(self) -> Mapping[str, int]:
        """Nothing is stored."""
        return {}


@asynccontextmanager
async def bare(stage: Stage) -> AsyncIterator[Bots]:
    """Bots that say the same to everybody."""

    async def same(_: str) -> str:
        return SAID

    yield Bare(stage, same)


@asynccontextmanager
async def asking(stage: Stage) -> AsyncIterator[Bots]:
    """Bots that ask a model for each answer."""
    client = AsyncOpenAI(base_url=stage.model, api_key="none")

    async def ask(text: str) -> str:
        lines: list[Any] = [
            {"role": "system", "content": "Answer fans of a science show."},
            {"role": "user", "content": text},
        ]
        told = await client.chat.completions.create(model="instant", messages=lines)
        return told.choices[0].message.content or ""

    yield Bare(stage, ask)


if __name__ == "__main__":
    loop.run(play(asking if "asking" in sys.argv else bare))
