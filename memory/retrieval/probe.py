"""A question held against sentences: how much of it each one covers. Knows no index and no language."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from memory.retrieval.terms import Unit

# A word found only by its character grams counts by their share squared, above this share.
_LOOSE = 0.45


@dataclass(frozen=True, slots=True)
class Item:
    """One word of a question: what would answer to it (term -> 0..1), its grams, its weight."""

    keys: Mapping[str, float]
    grams: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Facet:
    """A sentence's terms and grams in one space (its own words, or the pivot's)."""

    keys: frozenset[str]
    grams: frozenset[str]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a question's weight is met: by the passage as a whole, and sentence by sentence (0..1)."""

    whole: float
    sentences: tuple[float, ...]
    #: The same per sentence, but with words that occur all over the passage told apart less.
    distinctive: tuple[float, ...]


def match(item: Item, facet: Facet) -> float:
    """0..1: how well one sentence answers to one word."""
    best = 0.0
    for key, worth in item.keys.items():
        if worth > best and key in facet.keys:
            best = worth
    if best < 1.0 and len(item.grams) > 1:
        share = sum(gram in facet.grams for gram in item.grams) / len(item.grams)
        if share > _LOOSE:
            best = max(best, share * share)
    return best


def cover(items: Sequence[Item], facets: Sequence[Facet]) -> Coverage:
    """Hold a question's items against a passage's sentences."""
    count = len(facets)
    total = sum(item.weight for item in items) or 1.0
    whole = 0.0
    plain = [0.0] * count
    told = [0.0] * count
    told_total = 0.0
    for item in items:
        matches = [match(item, facet) for facet in facets]
        best = max(matches, default=0.0)
        whole += item.weight * best
        spread = sum(matches)
        # Robertson and Spärck Jones' idf once more, among the passage's own sentences.
        telling = item.weight * (0.2 + math.log(1.0 + (count - spread + 0.5) / (spread + 0.5)))
        told_total += telling
        if best:
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
        items.append(Item({unit.key: 1.0}, unit.grams, weight))
    return items


def native_facet(units: Sequence[Unit]) -> Facet:
    """A sentence's own words."""
    return Facet(frozenset(u.key for u in units), frozenset(gram for u in units for gram in u.grams))
