"""How much a bot may send: in all, to a chat, to a group, by the emulator's clock. Off at first."""

import math
from collections import deque
from dataclasses import dataclass, field

from tests.emulators.clock import Clock
from tests.emulators.telegram.errors import too_many

# A message that was sent in time may arrive a little early, since the one before it was slower on its way.
_TOLERANCE = 0.05


@dataclass(frozen=True)
class Rates:
    """Messages a second of one bot in all and in one chat, and a minute in one group."""

    in_all_per_s: int = 30
    chat_per_s: int = 1
    group_per_min: int = 20


@dataclass
class Limits:
    """What bots have sent lately.

    `refused` counts the refusals, by bot: a well-behaved one has none.
    """

    clock: Clock
    rates: Rates | None = None
    refused: dict[int, int] = field(default_factory=dict)
    _sent: dict[tuple[int, ...], deque[float]] = field(default_factory=dict)

    def spend(self, bot_id: int, chat_id: int, *, count: int = 1, group: bool) -> None:
        """Take `count` messages to a chat into account.

        Raises:
            ApiError: 429, with the whole seconds to wait. Nothing was taken into account then.
        """
        if self.rates is None:
            return
        windows = [((bot_id,), 1.0, self.rates.in_all_per_s), ((bot_id, chat_id), 1.0, self.rates.chat_per_s)]
        if group:
            windows.append(((bot_id, chat_id, 60), 60.0, self.rates.group_per_min))
        now = self.clock.now()
        wait = max(self._wait(key, now, span, most) for key, span, most in windows)
        if wait > 0:
            self.refused[bot_id] = self.refused.get(bot_id, 0) + 1
            raise too_many(max(math.ceil(wait), 1))
        for key, _, _ in windows:
            self._sent[key].extend([now] * count)

    def _wait(self, key: tuple[int, ...], now: float, span: float, most: int) -> float:
        sent = self._sent.setdefault(key, deque())
        while sent and sent[0] <= now - span * (1 - _TOLERANCE):
            sent.popleft()
        return sent[len(sent) - most] + span - now if len(sent) >= most else 0.0
