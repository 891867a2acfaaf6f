"""A round of fans, whatever their platform: each says something when what they said before is answered."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Protocol

from benchmarks.beside import next_line, say
from benchmarks.fans import Heard


class Asking(Protocol):
    """A fan."""

    async def ask(self, number: int) -> float:
        """Say something; milliseconds until its answer."""
        ...


async def played(fans: Sequence[Asking], messages: int, unasked: Callable[[], int]) -> None:
    """Have all of them say so many messages at once, and tell how long that took.

    Raises:
        RuntimeError: something was answered twice, or too late.
    """

    async def asks(fan: Asking) -> list[float]:
        return [await fan.ask(number) for number in range(messages)]

    say("ready")
    await next_line()
    begun = time.perf_counter()
    waited = await asyncio.gather(*(asks(fan) for fan in fans))
    took = time.perf_counter() - begun
    if unasked():
        raise RuntimeError(f"{unasked()} answers that nobody waited for")
    say(json.dumps(asdict(Heard(took, [ms for each in waited for ms in each]))))
