"""Which connections rest, because they failed several times in a row. Each process knows its own."""

from dataclasses import dataclass
from typing import Final

from kernel.clock import monotonic

FAILURES: Final = 3
REST_S: Final = 60.0


@dataclass
class _State:
    failures: int = 0
    until: float = 0.0


class Breaker:
    """Counts failures in a row; `key` is a connection's number and version, so that an edit begins anew."""

    def __init__(self) -> None:
        self._states: dict[object, _State] = {}

    def admits(self, key: object) -> bool:
        """Whether the connection may be asked. After a rest one call may try; others wait for its end."""
        state = self._states.get(key)
        if state is None or state.failures < FAILURES:
            return True
        if monotonic() < state.until:
            return False
        state.until = monotonic() + REST_S
        return True

    def note(self, key: object, *, good: bool) -> None:
        """Count how a call ended."""
        if good:
            self._states.pop(key, None)
            return
        if len(self._states) > 10_000:
            self._states.clear()
        state = self._states.setdefault(key, _State())
        state.failures += 1
        if state.failures >= FAILURES:
            state.until = monotonic() + REST_S
