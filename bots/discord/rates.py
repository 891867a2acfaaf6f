"""How much one app may call now: Discord's buckets as its answers tell of them, and so many calls in all.

Who knows asks `wait` first; what Discord would refuse isn't asked. Refusals count against the whole address.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kernel.clock import monotonic

PER_SECOND: Final = 50
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

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._names: dict[str, str] = {}
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._sweep_at = _FEW
        self._lately: deque[float] = deque()
        self._stopped_until = 0.0

    def wait(self, route: str, major: str) -> float:
        """How many seconds to wait before this call; 0 where it may be made."""
        now = self._clock()
        until = self._stopped_until
        while self._lately and self._lately[0] <= now - 1:
            self._lately.popleft()
        if len(self._lately) >= PER_SECOND:
            until = max(until, self._lately[0] + 1)
        bucket = self._buckets.get(self._key(route, major))
        if bucket and bucket.left <= 0:
            until = max(until, bucket.resets_at)
        return max(until - now, 0.0)

    def spend(self, route: str, major: str) -> None:
        """A call is made now."""
        self._lately.append(self._clock())
        if bucket := self._buckets.get(self._key(route, major)):
            if bucket.resets_at <= self._clock():
                # Until its answer tells more, one at a time.
                bucket.left, bucket.resets_at = 1, self._clock() + 1
            bucket.left -= 1

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

    def refused(self, route: str, major: str, seconds: float, *, everywhere: bool) -> None:
        """Discord wants to be asked later: for this bucket, or for all."""
        until = self._clock() + seconds
        if everywhere:
            self._stopped_until = max(self._stopped_until, until)
        else:
            self._keep(self._key(route, major), _Bucket(0, until))

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

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._at: deque[float] = deque(maxlen=_INVALID)

    def count(self) -> None:
        """One more was refused."""
        self._at.append(self._clock())

    def wait(self) -> float:
        """How long nobody here may call; 0 where there were few enough."""
        if len(self._at) < _INVALID:
            return 0.0
        return max(self._at[0] + _INVALID_WITHIN_S - self._clock(), 0.0)
