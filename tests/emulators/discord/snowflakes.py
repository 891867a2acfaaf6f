"""Discord's identifiers: the milliseconds since 2015 in the upper bits, so that later ones are larger."""

from datetime import UTC, datetime

from tests.emulators.clock import Clock

EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Makes identifiers by a clock; each is larger than the one before it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def new(self) -> int:
        """The next identifier."""
        self._last = max(self._last + 1, int(self._clock.now() * 1000) - EPOCH_MS << 22)
        return self._last


def moment(snowflake: int) -> float:
    """When an identifier was made, in Unix seconds."""
    return ((snowflake >> 22) + EPOCH_MS) / 1000


def iso(unix: float) -> str:
    """A moment as Discord writes it."""
    return datetime.fromtimestamp(unix, UTC).isoformat(timespec="microseconds")
