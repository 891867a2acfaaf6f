"""Server-sent events (HTML Living Standard, 9.2): async generators as streams that end with the site."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from kernel import clock

HEARTBEAT_S = 15.0
# A browser comes back by itself, and is then asked again who it is.
LIFETIME_S = 600.0
_RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its text, its name, and the id that a browser sends back when it reconnects."""

    data: str
    name: str | None = None
    id: str | None = None

    def encode(self) -> bytes:
        """The event on the wire. Line ends in the data are kept; in name and id they would forge a field."""
        lines = []
        if self.name:
            lines.append(f"event: {_one_line(self.name)}")
        if self.id:
            lines.append(f"id: {_one_line(self.id)}")
        text = self.data.replace("\r\n", "\n").replace("\r", "\n")
        lines += [f"data: {line}" for line in text.split("\n")]
        return ("\n".join(lines) + "\n\n").encode()


class Streams:
    """The open streams of a site. A server waits for its connections before it stops, so they end first."""

    def __init__(self) -> None:
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End every stream now and every later one at once."""
        self._closing.set()

    async def until_closed(self) -> None:
        """Wait until `close()` is called."""
        await self._closing.wait()


def event_stream(
    events: AsyncIterator[ServerEvent],
    streams: Streams,
    *,
    heartbeat_s: float = HEARTBEAT_S,
    lifetime_s: float = LIFETIME_S,
    allowed: Callable[[], Awaitable[bool]] | None = None,
    ended: Callable[[], None] | None = None,
    retry_ms: int = _RETRY_MS,
) -> StreamingResponse:
    """A response that sends `events` as they come, and a comment every `heartbeat_s` seconds of silence.

    It ends after `lifetime_s` seconds, and when `allowed`, asked every `heartbeat_s` seconds, says no.
    The heartbeat keeps proxies from closing the connection, and finds out that the browser has gone.
    `ended` is called when the response is over, however it ends; the browser comes back `retry_ms` later.
    """
    lines = _lines(events, streams, heartbeat_s, lifetime_s, allowed, retry_ms)
    return _EventStream(lines, ended)


class _EventStream(StreamingResponse):
    def __init__(self, lines: AsyncIterator[bytes], ended: Callable[[], None] | None) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(lines, media_type="text/event-stream", headers=headers)
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._ended:
                self._ended()


async def _lines(
    events: AsyncIterator[ServerEvent],
    streams: Streams,
    heartbeat_s: float,
    lifetime_s: float,
    allowed: Callable[[], Awaitable[bool]] | None,
    retry_ms: int,
) -> AsyncIterator[bytes]:
    yield f"retry: {retry_ms}\n\n".encode()
    closing: asyncio.Future[Any] = asyncio.ensure_future(streams.until_closed())
    upcoming: asyncio.Future[Any] | None = None
    try:
        end = clock.monotonic() + lifetime_s
        asked = clock.monotonic()
        while not closing.done() and clock.monotonic() < end:
            if allowed and clock.monotonic() >= asked + heartbeat_s:
                if not await allowed():
                    return
                asked = clock.monotonic()
            upcoming = upcoming or asyncio.ensure_future(anext(events))
            wait_s = max(0.0, asked + heartbeat_s - clock.monotonic()) if allowed else heartbeat_s
            await asyncio.wait({upcoming, closing}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            if upcoming.done():
                try:
                    event = upcoming.result()
                except StopAsyncIteration:
                    return
                upcoming = None
                yield event.encode()
            elif not closing.done():
                yield b": still here\n\n"
    finally:
        closing.cancel()
        if upcoming is not None:
            upcoming.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await upcoming
        await _aclose(events)


async def _aclose(events: AsyncIterator[ServerEvent]) -> None:
    if isinstance(events, AsyncGenerator):
        await events.aclose()


def _one_line(text: str) -> str:
    return text.translate({10: " ", 13: " ", 0: " "})
