"""Figures of the quality benchmark, beside the prototype's, and what no language may fall below."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

ERRORS = 12.0  # percent of either kind at the gate: half as many again as measured when it was set
# What each language reached when this was last set, in percent.
_REACHED: dict[str, dict[str, float]] = {}
# Percent by which a language may be worse: two standard errors of about twelve hundred questions.
_CHANCE = 3.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured mean in percent, what it is made of, and the prototype's (None: it had none).

    ``at_most``: of errors, what may not be passed. ``worse``: parts that are worse than they were. A mere
    ``reference`` is what the prototype's parts reached by themselves; nobody is answered by one alone.
    """

    name: str
    value: float
    prototype: float | None
    parts: dict[str, float]
    at_most: float | None = None
    reference: float | None = None
    worse: tuple[str, ...] = ()

    @property
    def reached(self) -> bool:
        """Whether it is no lower than the prototype's, and neither errors nor any part pass their bounds."""
        if self.worse or (self.at_most is not None and self.value > self.at_most):
            return False
        return self.prototype is None or round(self.value, 1) >= self.prototype


def mean(name: str, parts: dict[str, float], prototype: float | None, at_most: float | None = None) -> Figure:
    """A figure of parts (percent by language, or by pair of them)."""
    rounded = {key: round(value, 2) for key, value in parts.items()}
    return Figure(name, statistics.fmean(parts.values()), prototype, rounded, at_most)


def bounded(figure: Figure, every: int) -> Figure:
    """The figure, with the languages in which it is worse than it was by more than chance."""
    chance = _CHANCE * math.sqrt(every)
    errors = any(word in figure.name for word in ("false", "came first"))
    worse = [
        part
        for part, reached in _REACHED.get(figure.name, {}).items()
        if part in figure.parts
        and (figure.parts[part] - reached if errors else reached - figure.parts[part]) > chance
    ]
    return replace(figure, worse=tuple(worse))


def percent(hits: Sequence[bool]) -> float:
    """How many of the hundred were hits."""
    return 100.0 * sum(hits) / len(hits)
