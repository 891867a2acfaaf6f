"""Showing that an answer is on its way: only where it takes so long that somebody would wonder."""

import asyncio
from contextlib import suppress

from aiogram import Bot
from aiogram.exceptions import AiogramError

FIRST_AFTER_S = 0.3
AGAIN_AFTER_S = 4.5  # Telegram shows it for five seconds
TIMES = 4


class Typing:
    """The chats in which the avatar is about to answer, of one process."""

    def __init__(self, *, first_after_s: float = FIRST_AFTER_S) -> None:
        self._first_after_s = first_after_s
        self._tasks: dict[tuple[int, str], asyncio.Task[None]] = {}

    def begin(self, connection_id: int, bot: Bot, chat_id: str) -> None:
        """An answer is being made for a chat (`Thread.chat_id`)."""
        key = (connection_id, chat_id)
        if key not in self._tasks:
            task = self._tasks[key] = asyncio.create_task(self._show(bot, chat_id), name="typing")
            task.add_done_callback(lambda ended: self._forget(key, ended))

    def end(self, connection_id: int, chat_id: str) -> None:
        """It is there."""
        if task := self._tasks.pop((connection_id, chat_id), None):
            task.cancel()

    def _forget(self, key: tuple[int, str], ended: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is ended:
            del self._tasks[key]

    def close(self) -> None:
        """End all."""
        for task in self._tasks.values():
            task.cancel()

    async def _show(self, bot: Bot, chat_id: str) -> None:
        chat, _, topic = chat_id.partition("/")[0].partition(":")
        await asyncio.sleep(self._first_after_s)
        with suppress(AiogramError):
            for _ in range(TIMES):
                await bot.send_chat_action(
                    int(chat), "typing", message_thread_id=int(topic) if topic else None
                )
                await asyncio.sleep(AGAIN_AFTER_S)
