"""Showing that an answer is on its way: only where it takes so long that somebody would wonder."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

FIRST_AFTER_S = 0.3
LONGEST_S = 18.0
"""So long it is shown at most: an answer takes no longer, and a lost one isn't shown for ever."""


class CannotShow(Exception):
    """The platform doesn't show it: nothing is lost by that."""


class Typing:
    """The chats in which the avatar is about to answer, of one process."""

    def __init__(self, *, first_after_s: float = FIRST_AFTER_S) -> None:
        self._first_after_s = first_after_s
        self._tasks: dict[tuple[int, str], asyncio.Task[None]] = {}

    def begin(
        self, connection_id: int, chat_id: str, show: Callable[[], Awaitable[object]], every_s: float
    ) -> None:
        """An answer is being made for a chat (`Thread.chat_id`): `show` it, again when that has faded."""
        key = (connection_id, chat_id)
        if key not in self._tasks:
            task = self._tasks[key] = asyncio.create_task(self._show(show, every_s), name="typing")
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

    async def _show(self, show: Callable[[], Awaitable[object]], every_s: float) -> None:
        await asyncio.sleep(self._first_after_s)
        with suppress(CannotShow):
            for _ in range(round(LONGEST_S / every_s)):
                await show()
                await asyncio.sleep(every_s)
