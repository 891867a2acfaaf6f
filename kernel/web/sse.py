"""Server-sent events (HTML Living Standard, 9.2): async generators as streams that end with the site."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.responses import StreamingResponse

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
) -> StreamingResponse:
    """A response that sends `events` as they come, and a comment every `heartbeat_s` seconds of silence.

    It ends after `lifetime_s` seconds. The heartbeat keeps proxies from closing the connection, and finds
    out that the browser has gone.
    """
    return StreamingResponse(
        _lines(events, streams, heartbeat_s, lifetime_s),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _lines(
    events: AsyncIterator[ServerEvent], streams: Streams, heartbeat_s: float, lifetime_s: float
) -> AsyncIterator[bytes]:
    yield f"retry: {_RETRY_MS}\n\n".encode()
    closing: asyncio.Future[Any] = asyncio.ensure_future(streams.until_closed())
    upcoming: asyncio.Future[Any] | None = None
    try:
        end = clock.monotonic() + lifetime_s
        while not closing.done() and clock.monotonic() < end:
            upcoming = upcoming or asyncio.ensure_future(anext(events))
            await asyncio.wait({upcoming, closing}, timeout=heartbeat_s, return_when=asyncio.FIRST_COMPLETED)
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
