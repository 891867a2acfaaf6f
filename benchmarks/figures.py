"""Figures of the quality benchmark, beside the prototype's, and what no language may fall below."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

ERRORS = 12.0  # percent of either kind at the gate: half as many again as measured when it was set
# What each language reached when this was last set, in percent (of a quarter of the questions).
_REACHED: dict[str, dict[str, float]] = {
    "recall@1, words and grams": {
        "ar": 91.6,
        "en": 95.0,
        "es": 95.0,
        "hi": 93.0,
        "ru": 94.6,
        "zh": 94.0,
    },
    "recall@5, words and grams": {
        "ar": 98.7,
        "en": 98.3,
        "es": 98.7,
        "hi": 97.0,
        "ru": 98.0,
        "zh": 98.3,
    },
    "answer in the sentence, end to end": {
        "ar": 73.5,
        "en": 81.5,
        "es": 80.9,
        "hi": 74.8,
        "ru": 80.5,
        "zh": 78.2,
    },
    "abstention, AUROC": {
        "ar": 96.8,
        "en": 98.9,
        "es": 97.9,
        "hi": 96.4,
        "ru": 98.3,
        "zh": 98.5,
    },
    "false answers at the gate": {
        "ar": 11.0,
        "en": 10.3,
        "es": 4.1,
        "hi": 3.4,
        "ru": 4.1,
        "zh": 8.9,
    },
    "false declines at the gate": {
        "ar": 7.2,
        "en": 2.6,
        "es": 9.9,
        "hi": 19.7,
        "ru": 9.9,
        "zh": 4.0,
    },
    "across languages, answered": {
        "ar>en": 56.7,
        "es>en": 85.7,
        "hi>en": 64.8,
        "ru>en": 67.8,
        "zh>en": 49.2,
    },
    "across languages, answered from the right passage": {
        "ar>en": 50.2,
        "es>en": 78.8,
        "hi>en": 61.6,
        "ru>en": 60.9,
        "zh>en": 45.3,
    },
    "across languages, false answers": {
        "ar>en": 2.8,
        "es>en": 13.9,
        "hi>en": 4.9,
        "ru>en": 5.6,
        "zh>en": 3.1,
    },
}
# Percent by which a language may be worse: two standard errors of about three hundred questions.
_CHANCE = 6.0


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
