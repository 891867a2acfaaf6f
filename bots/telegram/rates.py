"""How much each bot may send now: in all, to one chat, to one group. Nothing is slept away here.

Telegram's own numbers (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this), kept
in windows. (A bucket that fills steadily would have to be half as large to promise the same of a group's
minute.)
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from bots.windows import Line, Window, under_way
from kernel.clock import monotonic

IN_ALL_PER_S, CHAT_PER_S, GROUP_PER_MIN = 30, 1, 20
RESERVED_IN_ALL, RESERVED_IN_GROUP = 10, 5
"""What is kept free for answers, by what may wait (priority above 0)."""

_SOON_S: Final = 0.05
_SWEPT_FROM: Final = 4_096

Key = tuple[int, ...]


class Rates:
    """The rates of every bot of a process.

    `clock` gives seconds, `pace` times as fast as the system's: what is told to wait is in the system's.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, pace: float = 1.0) -> None:
        self._clock = clock
        self._pace = pace
        self._windows: dict[Key, Window] = {}
        self._stopped: dict[int, float] = {}
        self._lines: dict[int, Line] = {}
        self._swept_at = _SWEPT_FROM
        self.between = 1 / CHAT_PER_S / pace
        """Seconds between two messages to one chat, at best."""

    def wait(self, bot_id: int, chat_id: int, *, count: int = 1, priority: int = 0) -> float:
        """Seconds until so many messages may go to a chat; 0 where they may now."""
        now = self._clock()
        stopped = self._stopped.get(bot_id, now) - now
        windows = self._of(bot_id, chat_id)
        longest = max(stopped, *(one.wait(now, count, priority) for one in windows))
        if longest <= 0:
            return 0.0
        if priority:
            line = self._lines.setdefault(bot_id, Line(IN_ALL_PER_S - RESERVED_IN_ALL))
            longest = line.wait(now, longest)
        return max(longest / self._pace, _SOON_S)

    def under_way(self, bot_id: int, chat_id: int, *, count: int = 1) -> AbstractContextManager[None]:
        """Around a call that sends so many messages, which `wait` has just allowed."""
        return under_way(self._of(bot_id, chat_id), self._clock, count)

    def stop(self, bot_id: int, seconds: float) -> float:
        """Have a bot send nothing for so many seconds of Telegram's; what that is in the system's."""
        self._stopped[bot_id] = max(self._stopped.get(bot_id, 0.0), self._clock() + seconds)
        return seconds / self._pace

    def stopped(self, bot_id: int) -> float:
        """Seconds of the system's that a bot has still to send nothing; 0 where it may."""
        return max(self._stopped.get(bot_id, 0.0) - self._clock(), 0.0) / self._pace

    def _of(self, bot_id: int, chat_id: int) -> list[Window]:
        if len(self._windows) >= self._swept_at:
            self._sweep()
        found = [
            self._window((bot_id,), 1.0, IN_ALL_PER_S, RESERVED_IN_ALL),
            self._window((bot_id, chat_id), 1.0, CHAT_PER_S, 0),
        ]
        if chat_id < 0:
            found.append(self._window((bot_id, chat_id, 60), 60.0, GROUP_PER_MIN, RESERVED_IN_GROUP))
        return found

    def _window(self, key: Key, span: float, most: int, reserved: int) -> Window:
        known = self._windows.get(key)
        if known is None:
            known = self._windows[key] = Window(span, most, reserved)
        return known

    def _sweep(self) -> None:
        """Forget windows in which nothing is any more."""
        now = self._clock()
        self._windows = {
            key: one
            for key, one in self._windows.items()
            if one.under_way or (one.ended and one.ended[-1] > now - one.span)
        }
        self._stopped = {bot: until for bot, until in self._stopped.items() if until > now}
        self._lines = {bot: line for bot, line in self._lines.items() if line.last > now}
        self._swept_at = max(_SWEPT_FROM, 2 * len(self._windows))
