"""What happens in each channel in order, in some channels at once."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

AT_ONCE: Final = 16
MOST_WAITING: Final = 10_000

Deed = Callable[[], Awaitable[None]]


class Overrun(Exception):
    """More waits than is kept: whoever listens begins anew, and reads what it missed."""


class Lanes:
    """Runs deeds, each lane's one after the other. What one raises ends the group that they run in."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._waiting: dict[int, deque[Deed]] = {}
        self._count = 0
        self._room = asyncio.Semaphore(AT_ONCE)

    def put(self, lane: int, deed: Deed) -> None:
        """Do this when everything before it in its lane is done.

        Raises:
            Overrun: too much waits.
        """
        if self._count >= MOST_WAITING:
            raise Overrun
        self._count += 1
        if lane in self._waiting:
            self._waiting[lane].append(deed)
            return
        self._waiting[lane] = deque([deed])
        self._group.create_task(self._run(lane), name=f"lane {lane}")

    async def _run(self, lane: int) -> None:
        deeds = self._waiting[lane]
        while deeds:
            async with self._room:
                await deeds.popleft()()
            self._count -= 1
        del self._waiting[lane]
