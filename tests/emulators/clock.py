"""The emulators' clock: the system's, or one that runs faster so that a day passes in minutes."""

import asyncio
import time


class Clock:
    """Unix time in seconds, `pace` times as fast as the system's from the moment it is made."""

    def __init__(self, pace: float = 1.0, starts_at: float | None = None) -> None:
        self.pace = pace
        self._began = time.monotonic()
        self._starts_at = time.time() if starts_at is None else starts_at

    def now(self) -> float:
        """The present moment by this clock, in seconds."""
        return self._starts_at + (time.monotonic() - self._began) * self.pace

    def moves(self, seconds: float) -> None:
        """Have time pass at once."""
        self._starts_at += seconds

    def real(self, seconds: float) -> float:
        """How many of the system's seconds a span of this clock takes."""
        return seconds / self.pace

    async def sleep(self, seconds: float) -> None:
        """Wait for a span of this clock."""
        await asyncio.sleep(self.real(seconds))
