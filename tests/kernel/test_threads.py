"""Threads with a queue each: what takes long holds up nothing that another thread has time for."""

import asyncio
import threading

import pytest

from kernel.threads import Threads


async def test_work_goes_where_nothing_waits() -> None:
    threads, go_on = Threads(2, "test"), threading.Event()
    slow = asyncio.create_task(threads.run(go_on.wait, 20))
    await asyncio.sleep(0)
    names = [await threads.run(lambda: threading.current_thread().name) for _ in range(3)]
    assert names == ["test_1_0"] * 3
    go_on.set()
    assert await slow


async def test_what_work_raises_is_raised_to_who_waits_for_it_and_frees_its_place() -> None:
    threads = Threads(1, "test")
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    assert await threads.run(sum, [1, 2]) == 3
