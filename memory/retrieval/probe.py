"""A question held against sentences: how much of it each one covers. Knows no index and no language."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from memory.retrieval.analysis import word_grams
from memory.retrieval.terms import Unit

# A word found only by its character grams counts by their share squared, above this share.
_LOOSE = 0.45


@dataclass(frozen=True, slots=True)
class Item:
    """One word of a question: what would answer to it (term -> 0..1), its grams, its weight."""

    keys: Mapping[str, float]
    grams: frozenset[str]
    weight: float


@dataclass(eq=False)
class Facet:
    """A sentence's terms in one space (its own words, or the pivot's), and spellings to take grams from."""

    keys: frozenset[str]
    spellings: Sequence[str] = ()
    runs: Sequence[str] = ()

    @cached_property
    def grams(self) -> frozenset[str]:
        """The character grams of its spellings; worked out when a word is looked for by its grams."""
        return frozenset(chain(self.runs, *map(word_grams, self.spellings)))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a question's weight is met: by the passage as a whole, and sentence by sentence (0..1)."""

    whole: float
    sentences: tuple[float, ...]
    #: The same per sentence, but with words that occur all over the passage told apart less.
    distinctive: tuple[float, ...]


@dataclass(eq=False)
class Facets:
    """A passage's sentences in one space, and all that they hold together."""

    sentences: tuple[Facet, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The terms of all sentences."""
        return frozenset(chain.from_iterable(facet.keys for facet in self.sentences))

    @cached_property
    def grams(self) -> frozenset[str]:
        """The grams of all sentences."""
        spellings = {spelling for facet in self.sentences for spelling in facet.spellings}
        return frozenset(chain(*(facet.runs for facet in self.sentences), *map(word_grams, spellings)))


def _loosely(item: Item, grams: frozenset[str]) -> float:
    share = len(item.grams & grams) / len(item.grams)
    return share * share if share > _LOOSE else 0.0


def _matches(item: Item, facets: Facets) -> list[float] | None:
    """0..1 for each sentence: how well it answers to one word; None where none does at all."""
    keys = [(worth, key) for key, worth in item.keys.items() if key in facets.keys]
    # A word that stands in the passage as it was asked needn't be looked for by its grams.
    exact = any(worth >= 1.0 for worth, _ in keys)
    loose = not exact and len(item.grams) > 1 and _loosely(item, facets.grams) > 0.0
    if not keys and not loose:
        return None
    found: list[float] = []
    for facet in facets.sentences:
        best = max((worth for worth, key in keys if key in facet.keys), default=0.0)
        if loose and best < 1.0:
            best = max(best, _loosely(item, facet.grams))
        found.append(best)
    return found


def cover(items: Sequence[Item], facets: Facets) -> Coverage:
    """Hold a question's items against a passage's sentences."""
    count = len(facets.sentences)
    total = sum(item.weight for item in items) or 1.0
    whole = 0.0
    plain = [0.0] * count
    told = [0.0] * count
    told_total = 0.0
    for item in items:
        matches = _matches(item, facets)
        spread = sum(matches) if matches else 0.0
        # Robertson and Spärck Jones' idf once more, among the passage's own sentences.
        telling = item.weight * (0.2 + math.log(1.0 + (count - spread + 0.5) / (spread + 0.5)))
        told_total += telling
        if matches:
            whole += item.weight * max(matches)
            for index, value in enumerate(matches):
                plain[index] += item.weight * value
                told[index] += telling * value
    told_total = told_total or 1.0
    return Coverage(whole / total, tuple(x / total for x in plain), tuple(x / told_total for x in told))


def native_items(units: Sequence[Unit], idf: Callable[[str, str], float]) -> list[Item]:
    """Items for passages in the question's own language; ``idf(field, term)`` weighs them."""
    seen: set[str] = set()
    items: list[Item] = []
    for unit in units:
        if unit.key in seen:
            continue
        seen.add(unit.key)
        weight = idf("grams" if unit.in_run else "words", unit.key) * unit.weight
        if unit.in_run and len(unit.key) == 1:
            weight *= 0.5
        items.append(Item({unit.key: 1.0}, frozenset(unit.grams), weight))
    return items
