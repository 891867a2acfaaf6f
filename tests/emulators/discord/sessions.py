"""A bot's session at the gateway: what it hears, numbered and kept for whoever comes back for it."""

import asyncio
import secrets
import zlib
from collections import deque
from typing import Protocol

from aiohttp import web

from tests.emulators.discord.events import Event
from tests.emulators.discord.faults import Faults
from tests.emulators.discord.people import App

KEPT = 2000
RESUMED_WITHIN_S = 180.0


class Compressor(Protocol):
    """Makes one message of a stream smaller."""

    def __call__(self, frame: bytes) -> bytes: ...


def zlib_stream() -> Compressor:
    """A zlib stream over the whole connection, flushed after each message."""
    stream = zlib.compressobj()
    return lambda frame: stream.compress(frame) + stream.flush(zlib.Z_SYNC_FLUSH)


def zstd_stream() -> Compressor:
    """A zstd stream over the whole connection, flushed after each message."""
    import zstandard

    stream = zstandard.ZstdCompressor().compressobj()
    return lambda frame: stream.compress(frame) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


class Connection:
    """A socket that a client has opened, and what is still to be written to it."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, compress: Compressor | None):
        self._request = request
        self._socket = socket
        self._compress = compress
        self._outbox: deque[bytes | int] = deque()
        self._wake = asyncio.Event()
        self.session: Session | None = None
        self.silent = False

    def push(self, frame: bytes) -> None:
        """Have a message written."""
        self._outbox.append(frame)
        self._wake.set()

    def close(self, code: int) -> None:
        """End it with a code, after what is still to be written."""
        self._outbox.append(code)
        self._wake.set()

    def drop(self) -> None:
        """Cut it, without a word."""
        self._outbox.clear()
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Write what comes, until the end."""
        while True:
            while self._outbox:
                one = self._outbox.popleft()
                if isinstance(one, int):
                    await self._socket.close(code=one)
                    return
                if self._compress is None:
                    await self._socket.send_str(one.decode())
                else:
                    await self._socket.send_bytes(self._compress(one))
            self._wake.clear()
            await self._wake.wait()


class Session:
    """What one shard of a bot hears. It outlives its connection for a while.

    `acknowledges`: heartbeats are answered. `left_at`: since when nobody listens, None while somebody does.
    """

    def __init__(self, app: App, faults: Faults, shard: tuple[int, int], intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.app = app
        self.shard = shard
        self.intents = intents
        self.sequence = 0
        self.acknowledges = True
        self.connection: Connection | None = None
        self.left_at: float | None = None
        self._faults = faults
        self._sent: deque[tuple[int, bytes]] = deque(maxlen=KEPT)
        self._held: list[Event] = []

    def wants(self, event: Event) -> bool:
        """Is it for this shard, and among what it asked for?"""
        if event.intents and not self.intents & event.intents:
            return False
        number, count = self.shard
        return (event.guild_id >> 22) % count == number if event.guild_id else number == 0

    def hear(self, event: Event) -> None:
        """Tell it, disturbed as was asked for."""
        if not self._faults.shuffles:
            self.tell(event)
            return
        self._held.append(event)
        if len(self._held) == 1:
            asyncio.get_running_loop().call_later(self._faults.holds_s, self._let_go)

    def tell(self, event: Event) -> None:
        """Number it, keep it, and write it where somebody listens."""
        self.sequence += 1
        frame = event.frame(self.sequence)
        self._sent.append((self.sequence, frame))
        if self.connection is not None:
            for _ in range(self._faults.copies()):
                self.connection.push(frame)

    def replay(self, since: int) -> bool:
        """Write again what came after a number. False where that can't be done any more."""
        oldest = self._sent[0][0] if self._sent else self.sequence + 1
        if self.connection is None or since > self.sequence or since + 1 < oldest:
            return False
        for number, frame in self._sent:
            if number > since - self._faults.repeats:
                self.connection.push(frame)
        return True

    def _let_go(self) -> None:
        held, self._held = self._held, []
        for one in self._faults.mixed(held):
            self.tell(one)
