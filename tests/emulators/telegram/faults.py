"""Misbehaviour on demand: refusals, broken servers, lost answers, updates twice or out of order."""

import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.emulators.telegram.errors import ApiError, too_many
from tests.emulators.telegram.people import Bot, Json


class NoAnswer(Exception):
    """The connection ends without an answer."""


@dataclass
class Fault:
    """What happens to the next `times` calls of a method (of any, where it names none) of a bot (of any).

    `done_first`: the call is carried out, and only its answer is lost or replaced.
    """

    error: ApiError | None = None
    method: str | None = None
    bot_id: int | None = None
    times: int = 1
    done_first: bool = False
    hangs_s: float = 0.0

    def meets(self, method: str, bot_id: int) -> bool:
        """Is this call one of those that it is for?"""
        return (
            self.times > 0
            and self.method in (None, method)
            and self.bot_id in (None, bot_id)
            and (self.method is not None or method != "getUpdates")
        )


@dataclass
class Faults:
    """The misbehaviour that a test has asked for."""

    calls: list[Fault] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    duplicates: float = 0.0
    shuffles: float = 0.0
    delays: float = 0.0

    def refuse(self, status: int, description: str, method: str | None = None, *, times: int = 1) -> None:
        """Answer the next call, or `times` calls, with an error: 500, 502, 403..."""
        self.calls.append(Fault(ApiError(status, description), method, times=times))

    def limit(self, retry_after: int, method: str | None = None, *, times: int = 1) -> None:
        """Answer the next call with 429 and how long to wait."""
        self.calls.append(Fault(too_many(retry_after), method, times=times))

    def lose_answer(self, method: str | None = None, *, times: int = 1, hangs_s: float = 0.0) -> None:
        """Carry the next call out, then end the connection without an answer."""
        self.calls.append(Fault(None, method, times=times, done_first=True, hangs_s=hangs_s))

    def lose_call(self, method: str | None = None, *, times: int = 1) -> None:
        """End the connection at the next call without doing anything."""
        self.calls.append(Fault(None, method, times=times))

    async def around(
        self,
        method: str,
        bot_id: int,
        sleep: Callable[[float], Awaitable[None]],
        do: Callable[[], Awaitable[object]],
    ) -> object:
        """Do a call, or what was asked for in its place.

        Raises:
            NoAnswer: the caller hears nothing.
            ApiError: the error that was asked for, or the call's own.
        """
        fault = next((one for one in self.calls if one.meets(method, bot_id)), None)
        if fault is None:
            return await do()
        fault.times -= 1
        if fault.done_first:
            await do()
        if fault.hangs_s:
            await sleep(fault.hangs_s)
        if fault.error is None:
            raise NoAnswer
        raise fault.error

    def disturbed(self, bot: Bot, batch: list[Json]) -> list[Json]:
        """The updates that go out in place of a batch: late, again, in another order.

        What is late stays in the bot's queue with all that came after it, as who confirms that confirms this.
        """
        out = list(itertools.takewhile(lambda _: self.chance.random() >= self.delays, batch))
        if self.duplicates and bot.confirmed:
            again = [one for one in bot.confirmed if self.chance.random() < self.duplicates]
            out = again[-5:] + out
        if self.shuffles and self.chance.random() < self.shuffles:
            self.chance.shuffle(out)
        return out
