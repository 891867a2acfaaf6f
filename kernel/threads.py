"""Threads for work that takes a few milliseconds of the processor and may not sit on the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """So many threads, each with a queue of its own; work goes to the one that has least to do.

    Where several wait at one queue, what one of them takes wakes the next in vain: it fights for the
    interpreter's lock a dozen times, only to find that there is nothing.
    """

    def __init__(self, count: int, name: str) -> None:
        self._threads = [
            ThreadPoolExecutor(1, thread_name_prefix=f"{name}_{number}") for number in range(count)
        ]
        self._waiting = [0] * count

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Have `work` done in one of them; what it returns, or raises."""
        number = min(range(len(self._threads)), key=self._waiting.__getitem__)
        self._waiting[number] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads[number], work, *arguments)
        finally:
            self._waiting[number] -= 1
