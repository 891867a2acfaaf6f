"""Whether the best passage answers: evidence measured against what unrelated questions get on this corpus."""

import math
import random
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from memory.retrieval import analysis, word_lists
from memory.retrieval.views import PassageView
from memory.types import IndexedPassage

#: An answer is given from here on. Confidence is probability-like, so the gate is the same everywhere.
THRESHOLD = 0.5
# Spreads above the centre of unrelated questions, once what a passage leaves unsaid is taken off. About as
# many questions on held-out articles are answered falsely there as are declined falsely.
_GATE = {"native": 1.5, "crossing": 1.5}
_SLOPE = 1.2
# What is believed before anything is measured, and how many measurements that is worth.
_PRIOR = {"native": (0.32, 0.13), "crossing": (0.52, 0.16)}
# Natively: in scripts without spaces, where hardly all of a text's grams are met; and what a cosine adds.
_PRIOR_RUNS, _PRIOR_SEEN = (0.2, 0.1), (0.18, 0.12)
# A passage says so much of what is near to its corpus's topic, however many of its stretches were asked.
_PRIOR_WEIGHT, _PASSAGE_WEIGHT = 10.0, 2.5
#: Languages written without spaces, whose passages are met by grams.
UNSPACED = frozenset({"bo", "ja", "km", "lo", "my", "th", "yue", "zh"})
# Across languages the spread hardly depends on the corpus: what it was elsewhere is worth half.
_SPREAD_KNOWN = {"native": 0.0, "crossing": 0.5}
_LEAST_SPREAD = 0.05
# Evidence that stretches of a corpus find in its other sources: up to the one they share a topic, from the
# other on they share sentences.
_TOPICAL, _REPEATED = 0.4, 0.7
_WORD = regex.compile(r"\S+")
_WINDOW_WORDS = 8
_STRETCHES = 64
_WINDOW_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class Level:
    """How strong the evidence of unrelated questions is: its centre and its spread."""

    centre: float
    spread: float

    def above(self, evidence: float) -> float:
        """Spreads by which the evidence is above the centre."""
        return (evidence - self.centre) / self.spread


def margin(above: float, channel: str) -> float:
    """Spreads by which evidence passes the gate: what the channels have in common."""
    return above - _GATE[channel]


def confidence(above: float, channel: str) -> float:
    """0..1; ``THRESHOLD`` where the evidence is as far above the unrelated as the gate asks."""
    return 1.0 / (1.0 + math.exp(-_SLOPE * margin(above, channel)))


def prior(lang: str, channel: str, *, seen: bool = False) -> Level:
    """What is believed of unrelated questions in a language; ``seen``: its own vectors are compared, too."""
    if channel != "native":
        return Level(*_PRIOR[channel])
    centre, spread = _PRIOR_RUNS if analysis.base(lang) in UNSPACED else _PRIOR[channel]
    return Level(centre + seen * _PRIOR_SEEN[0], spread + seen * _PRIOR_SEEN[1])


def level(*kinds: Sequence[float], channel: str, believed: Level, passages: int | None = None) -> Level:
    """The level that the evidence of unrelated questions shows, drawn to the ``believed`` where they are few.

    ``passages``: how many of them the questions were taken from; without, each question counts by itself.

    Each kind of unrelated question has an equal say, however many there are of it. Median and median
    deviation: among a corpus's own sentences some do touch on another source.
    """
    centre, spread = believed.centre, believed.spread
    kinds = tuple(samples for samples in kinds if samples)
    if kinds:
        middles = [statistics.median(samples) for samples in kinds]
        deviations = [
            1.4826 * statistics.median(abs(sample - middle) for sample in samples)
            for samples, middle in zip(kinds, middles, strict=True)
        ]
        count = sum(len(samples) for samples in kinds) if passages is None else _PASSAGE_WEIGHT * passages
        share = count / (count + _PRIOR_WEIGHT)
        says = _says(middles) if channel == "native" else [1.0] * len(middles)
        centre += share * (statistics.fmean(middles, says) - centre)
        spread += (1.0 - _SPREAD_KNOWN[channel]) * share * (statistics.fmean(deviations, says) - spread)
    return Level(centre, max(spread, _LEAST_SPREAD))


def _says(middles: Sequence[float]) -> list[float]:
    """How much each kind of unrelated question counts: the one that finds more, up to all of it.

    What is near to a corpus's topic is what fans ask about. But where it finds nearly whole matches, the
    corpus says the same again and again, and it counts no more than the others.
    """
    most = max(middles)
    others = min(1.0, max(0.0, (most - _TOPICAL) / (_REPEATED - _TOPICAL)))
    return [1.0 if middle == most else others for middle in middles]


@lru_cache(maxsize=1)
def _background() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in ("background", "everyday"):
        for lang, words in word_lists.entries(name, "\t"):
            found.setdefault(lang, []).append(words)
    return {lang: tuple(words) for lang, words in found.items()}


def background(lang: str) -> tuple[str, ...]:
    """Stretches of everyday text in a language, unrelated to any creator; empty where there are none."""
    return _background().get(analysis.base(lang), ())


def _window(text: str, chance: random.Random) -> str:
    """A stretch of a sentence about as long as a question."""
    words = [match.span() for match in _WORD.finditer(text)]
    if len(words) > _WINDOW_WORDS:
        first = chance.randrange(len(words) - _WINDOW_WORDS + 1)
        return text[words[first][0] : words[first + _WINDOW_WORDS - 1][1]]
    if len(words) < 4 and len(text) > _WINDOW_CHARACTERS:
        first = chance.randrange(len(text) - _WINDOW_CHARACTERS + 1)
        return text[first : first + _WINDOW_CHARACTERS]
    return text


def own_samples(
    views: Iterable[PassageView], evidence: Callable[[str, IndexedPassage], float | None]
) -> list[float]:
    """The evidence that stretches of the corpus itself find in *other* sources than their own.

    ``evidence(text, passage)`` searches without the passage's source; None where nothing else is there.
    The choice is the same for the same passages.
    """
    found: list[float] = []
    views = list(views)
    # Few passages are asked for more stretches each, lest the gate hang on which sentence the lot took.
    stretches = max(1, _STRETCHES // max(1, len(views)))
    for view in views:
        chance = random.Random(view.passage.text)  # noqa: S311 (repeatable choice, no secret)
        # What every post begins with finds itself in each, and nobody asks for it.
        spans = [(one.start, one.end) for one in view.sentences if one.role != "repeats"] or [(0, 0)]
        for start, end in chance.sample(spans, min(stretches, len(spans))):
            stretch = _window(view.passage.text[start:end], chance)
            value = evidence(stretch, view.passage) if stretch else None
            if value is not None:
                found.append(value)
    return found
