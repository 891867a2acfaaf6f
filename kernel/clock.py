"""The one clock: UTC now, and seconds for measuring. Tests may set it; nothing else asks the system."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_offset: timedelta = timedelta()


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return datetime.now(UTC) + _offset


def timecode(seconds: float) -> str:
    """Seconds as they stand on a player: `2:05`, `1:02:05`."""
    minutes, rest = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def monotonic() -> float:
    """Seconds from an arbitrary start; never goes back."""
    return time.monotonic()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Move `now()` by a span for the length of a test."""
    global _offset
    before, _offset = _offset, _offset + by
    try:
        yield
    finally:
        _offset = before
