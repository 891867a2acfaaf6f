"""Limits in memory: how often (one token bucket per key), and how many at once.

What must survive a restart is in the database.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import NoReturn

from kernel import clock
from kernel.errors import TooMany

_PLACE_AGAIN_S = 5.0


def _refuse(wait_s: float) -> NoReturn:
    raise TooMany("That was a lot at once. Wait a moment, then try again.", retry_after=wait_s)


class RateLimiter:
    """At most `burst` at once and `per_minute` on average, for each key (an address, an account).

    Keys beyond `max_keys` push out the longest unused one, so that a flood of addresses can't fill memory.
    """

    def __init__(self, *, per_minute: float, burst: int, max_keys: int = 50_000) -> None:
        self._rate = per_minute / 60
        self._burst = burst
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_for(self, key: str) -> float:
        """Take one token; 0 if there was one, else the seconds until there is (and nothing is taken)."""
        now = clock.monotonic()
        tokens, since = self._buckets.pop(key, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._rate

    def check(self, key: str) -> None:
        """Take one token.

        Raises:
            TooMany: there was none; carries the seconds to wait.
        """
        if wait := self.wait_for(key):
            _refuse(wait)


class Places:
    """At most `per_key` at once for each key (an address), and `total` for all of them."""

    def __init__(self, *, per_key: int, total: int) -> None:
        self._per_key = per_key
        self._total = total
        self._taken: Counter[str] = Counter()

    def take(self, key: str) -> Callable[[], None]:
        """Take a place; what comes back gives it up again, to be called once.

        Raises:
            TooMany: all are taken.
        """
        if self._taken[key] >= self._per_key or self._taken.total() >= self._total:
            _refuse(_PLACE_AGAIN_S)
        self._taken[key] += 1

        def give_up() -> None:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]

        return give_up
