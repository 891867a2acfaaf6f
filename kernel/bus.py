"""Waking up across processes: one LISTEN connection per process, fanned out to whoever waits here.

A wake-up carries no truth: whoever is woken reads the database, and also looks by itself now and then,
since a notification may be lost while the connection is down.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection, sql

from kernel.connecting import DriverConnection

log = structlog.get_logger(__name__)

_RECONNECT_S = 1.0
_BACKLOG = 256


class Subscription:
    """Payloads of one channel, in order; the oldest are dropped when nobody reads."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue(_BACKLOG)

    def put(self, payload: str) -> None:
        """Add a payload, dropping the oldest when full."""
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(payload)

    async def wait(self, timeout_s: float) -> list[str]:
        """The payloads that have come, waiting up to `timeout_s` for the first; empty on a time-out."""
        try:
            # Not wait_for: before Python 3.12 it forgets a cancellation that meets a payload.
            async with asyncio.timeout(timeout_s):
                first = await self._queue.get()
        except TimeoutError:
            return []
        payloads = [first]
        while not self._queue.empty():
            payloads.append(self._queue.get_nowait())
        return payloads


class Bus:
    """The process's ear for Postgres notifications. Channels are listened to while someone subscribes."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._subscribers: dict[str, dict[str | None, set[Subscription]]] = {}
        self._changed = asyncio.Event()
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: AsyncConnection[Any] | None = None
        self._listening: set[str] = set()

    async def open(self) -> None:
        """Begin to listen, in the background."""
        self._task = asyncio.create_task(self._run(), name="notification bus")
        await asyncio.wait_for(self._ready.wait(), 20)

    async def close(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @asynccontextmanager
    async def subscribe(self, channel: str, only: str | None = None) -> AsyncIterator[Subscription]:
        """Hear a channel for the length of the block: every payload, or `only` one."""
        subscription = Subscription()
        payloads = self._subscribers.setdefault(channel, {})
        payloads.setdefault(only, set()).add(subscription)
        self._changed.set()
        try:
            yield subscription
        finally:
            payloads[only].discard(subscription)
            if not payloads[only]:
                del payloads[only]
            if not payloads:
                del self._subscribers[channel]
                self._changed.set()

    async def _run(self) -> None:
        while True:
            try:
                async with await DriverConnection.connect(self._dsn, autocommit=True) as connection:
                    self._connection, self._listening = connection, set()
                    await self._follow(connection)
            except psycopg.OperationalError as error:
                log.warning("bus.lost", error=str(error))
                await asyncio.sleep(_RECONNECT_S)

    async def _follow(self, connection: "AsyncConnection[Any]") -> None:
        while True:
            self._changed.clear()
            wanted = set(self._subscribers)
            for channel in wanted - self._listening:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            for channel in self._listening - wanted:
                await connection.execute(sql.SQL("UNLISTEN {}").format(sql.Identifier(channel)))
            self._listening = wanted
            self._ready.set()
            await self._hear(connection)

    async def _hear(self, connection: "AsyncConnection[Any]") -> None:
        """Hand notifications on until the wanted channels change."""
        notes = asyncio.create_task(self._pass_on(connection))
        change = asyncio.create_task(self._changed.wait())
        try:
            done, _ = await asyncio.wait({notes, change}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # While a notifications' reader runs it holds the connection, which then could not even be closed.
            notes.cancel()
            change.cancel()
            await asyncio.wait({notes, change})
        if notes in done:
            notes.result()

    async def _pass_on(self, connection: "AsyncConnection[Any]") -> None:
        async for note in connection.notifies():
            payloads = self._subscribers.get(note.channel, {})
            for hearer in (None, note.payload):
                for subscription in payloads.get(hearer, ()):
                    subscription.put(note.payload)
