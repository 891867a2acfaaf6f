"""So much within so many seconds: windows that a platform surely sees no fuller than they are counted here.

What was asked is remembered for the length of its window from the moment its answer came: it reached the
platform before that, so that no window of the platform's ever holds more, however long a call was on its way.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

LONGEST_LINE_S: Final = 900.0


@dataclass(slots=True)
class Window:
    """What was asked within so many seconds: when each ended, and how many are under way.

    `reserved` of the `most` are kept free of what may wait (priority above 0).
    """

    span: float
    most: int
    reserved: int = 0
    ended: deque[float] = field(default_factory=deque)
    under_way: int = 0

    def wait(self, now: float, count: int = 1, priority: int = 0) -> float:
        """Seconds until `count` more may be asked."""
        while self.ended and self.ended[0] <= now - self.span:
            self.ended.popleft()
        most = self.most - (self.reserved if priority else 0)
        # What is more than would ever go at once goes when it alone would.
        over = len(self.ended) + self.under_way + min(count, most) - most
        if over <= 0:
            return 0.0
        # What is under way frees its place a span after its end, which nobody knows yet.
        return self.ended[over - 1] + self.span - now if over <= len(self.ended) else self.span


@contextmanager
def under_way(windows: list[Window], clock: Callable[[], float], count: int = 1) -> Iterator[None]:
    """Around a call that asks so much of these, which they have just allowed."""
    for one in windows:
        one.under_way += count
    try:
        yield
    finally:
        now = clock()
        for one in windows:
            one.under_way -= count
            one.ended.extend([now] * min(count, one.most))


@dataclass(slots=True)
class Line:
    """When each of many that may wait comes again: so many a second, each at a time of its own."""

    per_s: float
    last: float = 0.0

    def wait(self, now: float, wait: float) -> float:
        """Seconds that the next one is to wait which would have to wait so many."""
        at = max(now + wait, min(self.last, now + LONGEST_LINE_S))
        self.last = at + 1 / self.per_s
        return at - now
