"""How much one app may call now: Discord's buckets as its answers tell of them, and so many calls in all.

Who knows asks `wait` first; what Discord would refuse isn't asked. Refusals count against the whole address.
`clock` gives seconds, `pace` times as fast as the system's: what is told to wait is in the system's.
"""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from bots.windows import Line, Window, under_way
from kernel.clock import monotonic

PER_SECOND, RESERVED = 50, 15
"""Calls of one app within a second, and how many of them what may wait (priority above 0) leaves free."""

_FEW: Final = 100
"""Buckets that are kept whatever they are worth: each interaction has some of its own."""

_INVALID, _INVALID_WITHIN_S = 9_000, 600.0
"""Refused calls (401, 403, 429) after which all calls stop: Discord shuts an address out at 10,000."""


@dataclass(slots=True)
class _Bucket:
    left: int
    resets_at: float


class Rates:
    """What one app may call now. Buckets are Discord's: several routes may share one, by what it calls it."""

    def __init__(self, clock: Callable[[], float] = monotonic, pace: float = 1.0) -> None:
        self._clock = clock
        self._pace = pace
        self._names: dict[str, str] = {}
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._sweep_at = _FEW
        self._in_all = Window(1.0, PER_SECOND, RESERVED)
        self._line = Line(PER_SECOND - RESERVED)
        self._stopped_until = 0.0

    def wait(self, route: str, major: str, *, priority: int = 0) -> float:
        """How many seconds to wait before this call; 0 where it may be made."""
        now = self._clock()
        bucket = self._buckets.get(self._key(route, major))
        longest = max(
            self._stopped_until - now,
            self._in_all.wait(now, priority=priority),
            bucket.resets_at - now if bucket and bucket.left <= 0 else 0.0,
        )
        if longest <= 0:
            return 0.0
        return (self._line.wait(now, longest) if priority else longest) / self._pace

    def spend(self, route: str, major: str) -> AbstractContextManager[None]:
        """Around a call, which `wait` has just allowed."""
        if bucket := self._buckets.get(self._key(route, major)):
            if bucket.resets_at <= self._clock():
                # Until its answer tells more, one at a time.
                bucket.left, bucket.resets_at = 1, self._clock() + 1
            bucket.left -= 1
        return under_way([self._in_all], self._clock)

    def heard(self, route: str, major: str, headers: Mapping[str, str]) -> None:
        """Learn from an answer's headers."""
        try:
            left = int(headers["X-RateLimit-Remaining"])
            resets_at = self._clock() + float(headers["X-RateLimit-Reset-After"])
        except (KeyError, ValueError):
            # Nothing limits it that is told.
            self._buckets.pop(self._key(route, major), None)
            return
        if name := headers.get("X-RateLimit-Bucket"):
            self._names[route] = name
        key = self._key(route, major)
        known = self._buckets.get(key)
        if known and abs(known.resets_at - resets_at) < 0.5:
            left = min(left, known.left)  # answers may overtake each other
        self._keep(key, _Bucket(left, resets_at))

    def refused(self, route: str, major: str, seconds: float, *, everywhere: bool) -> float:
        """Discord wants to be asked so many of its seconds later, for this bucket or for all; in ours."""
        until = self._clock() + seconds
        if everywhere:
            self._stopped_until = max(self._stopped_until, until)
        else:
            self._keep(self._key(route, major), _Bucket(0, until))
        return seconds / self._pace

    def _key(self, route: str, major: str) -> tuple[str, str]:
        return self._names.get(route, route), major

    def _keep(self, key: tuple[str, str], bucket: _Bucket) -> None:
        if len(self._buckets) >= self._sweep_at:
            now = self._clock()
            self._buckets = {one: each for one, each in self._buckets.items() if each.resets_at > now}
            self._sweep_at = max(_FEW, 2 * len(self._buckets))
        self._buckets[key] = bucket


class Refusals:
    """The refused calls of this address, whosever they were."""

    def __init__(self, clock: Callable[[], float] = monotonic, pace: float = 1.0) -> None:
        self._clock = clock
        self._pace = pace
        self._at: deque[float] = deque(maxlen=_INVALID)

    def count(self) -> None:
        """One more was refused."""
        self._at.append(self._clock())

    def wait(self) -> float:
        """How long nobody here may call; 0 where there were few enough."""
        if len(self._at) < _INVALID:
            return 0.0
        return max(self._at[0] + _INVALID_WITHIN_S - self._clock(), 0.0) / self._pace
