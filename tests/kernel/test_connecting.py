"""A connection that is given up while it opens is closed at once, whoever opens it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kernel.bus import Bus
from kernel.db import Database

PATIENCE_S = 10


class Mute:
    """A server that takes connections, and says nothing."""

    def __init__(self) -> None:
        self.met, self.left = asyncio.Event(), asyncio.Event()

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first word to its end."""
        await reader.read(1)
        self.met.set()
        await reader.read()
        self.left.set()
        writer.close()


@pytest.fixture
async def mute() -> Mute:
    return Mute()


@pytest.fixture
async def dsn(mute: Mute, tmp_path: Path) -> AsyncIterator[str]:
    async with await asyncio.start_unix_server(mute.hear, tmp_path / ".s.PGSQL.5432"):
        yield f"postgresql://nobody@/nothing?host={tmp_path}"


async def ask(dsn: str) -> None:
    database = Database(dsn)
    try:
        await database.ping()
    finally:
        await database.close()


async def listen(dsn: str) -> None:
    bus = Bus(dsn)
    try:
        await bus.open()
    finally:
        await bus.close()


@pytest.mark.parametrize("begin", [ask, listen])
async def test_nothing_is_left_of_one_that_is_given_up(
    begin: Callable[[str], Awaitable[None]], mute: Mute, dsn: str
) -> None:
    opening = asyncio.ensure_future(begin(dsn))
    gc.disable()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await mute.met.wait()
            opening.cancel()
            with suppress(asyncio.CancelledError):
                await opening
            await mute.left.wait()
    finally:
        gc.enable()
