"""A question held against sentences: how much of it each one covers. Knows no index and no language."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from memory.retrieval.terms import FUNCTION_WEIGHT, Unit

# A word found only by its character grams counts by their share squared, above this share.
_LOOSE = 0.45
# ... and so much of it is in one word.
_IN_ONE = 0.4
# A part of a compound ("Kartenzahlung") is met as well as an inflected word; shorter stems are in any word.
_PART, _SHORTEST_PART = 0.6, 4
# What a sentence doesn't say itself, but what it stands under does: a heading, the question that it answers.
_LED = 0.8
# Most grams of three Latin letters are in any word that begins alike ("cal", "calor").
_THREE_LETTERS = 5


class Item:
    """One word of a question: what would answer to it (term -> 0..1), its grams, its weight."""

    __slots__ = ("grams", "lacking", "part", "shortest", "terms", "weight")

    def __init__(
        self, keys: Mapping[str, float], grams: frozenset[str], weight: float, part: str = ""
    ) -> None:
        self.terms = [(f" {key} ", worth) for key, worth in keys.items()]
        self.grams = frozenset() if len(grams) == _THREE_LETTERS and "".join(grams).isascii() else grams
        self.weight = weight
        #: What of it would stand in a compound; empty where that says nothing.
        self.part = part
        # A gram that a text lacks it lacks with the next letter, too: so many of the shortest, and the word
        # isn't loosely there, whatever the others say. Most texts are done with after a few.
        least = min(map(len, self.grams), default=0)
        self.shortest = [gram for gram in self.grams if len(gram) == least]
        self.lacking = math.ceil(((1.0 - _LOOSE) * len(self.grams) + 1.0) / 2.0)

    def hardly_in(self, spellings: str) -> bool:
        """Whether a text lacks too many of its grams for it to stand there inflected, or in a compound."""
        if self.part and self.part in spellings:
            return False
        left = self.lacking
        for gram in self.shortest:
            if gram not in spellings:
                left -= 1
                if not left:
                    return True
        return False


def line(terms: Iterable[str]) -> str:
    """A sentence's terms as ``Facets`` hold them."""
    return f" {' '.join(terms)} "


def spelt(words: Iterable[str]) -> str:
    """The spellings of a sentence's words as ``Facets`` hold them: word grams mark their word's edges so."""
    return " ".join(f"_{word}_" for word in words)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a question's weight is met: by the passage as a whole, and sentence by sentence (0..1)."""

    whole: float
    sentences: tuple[float, ...]
    #: The same per sentence, but with words that occur all over the passage told apart less, and most
    #: of what the question, or the table's head, says that a sentence stands under.
    distinctive: tuple[float, ...]
    #: How much of the last two the sentences say themselves; and how much the heading says.
    own: tuple[float, ...]
    heading: float = 0.0
    #: Whether the title of the whole says more of the question than the passage.
    bounded: bool = False


class Facets:
    """A passage's sentences in one space (its own words, or the pivot's), its heading and title behind them.

    Kept as text, a line for each: a search for a substring is quick, and most passages are looked at by one
    question, for which sets of their terms would cost more to build than they save. ``under`` says which
    sentence each stands under (-1: none), a question or a table's head; ``worth`` (0..1), how much what
    each line behind the sentences says is said by the passage.
    """

    __slots__ = ("_lines", "count", "keys", "spellings", "titled", "under", "worth")

    def __init__(
        self, count: int, keys: str, spellings: str, under: Sequence[int] = (), worth: Sequence[float] = ()
    ) -> None:
        self.count = count
        self.keys = keys
        self.spellings = spellings
        self.under = under if any(one >= 0 for one in under) else ()
        self.worth = worth
        #: Whether the last line, the title of the whole, says anything.
        self.titled = any(worth[1:]) and not keys.endswith(f"\n{line(())}")
        self._lines: list[tuple[str, str]] | None = None

    def lines(self) -> list[tuple[str, str]]:
        """Terms and spellings of each sentence, and of what stands above them all."""
        if self._lines is None:
            keys = self.keys.split("\n")
            spellings = self.spellings.split("\n") if self.spellings else [""] * len(keys)
            self._lines = list(zip(keys, spellings, strict=True))
        return self._lines


def _loosely(item: Item, spellings: str) -> float:
    inside = _PART if item.part and item.part in spellings else 0.0
    there = [gram for gram in item.grams if gram in spellings]
    share = len(there) / len(item.grams)
    if share <= _LOOSE:
        return inside
    # Bits of many words are no word: "brillante" and "misma" don't say "amarilla".
    most = max(sum(gram in word for gram in there) for word in spellings.split())
    return max(share * share, inside) if most > _IN_ONE * len(item.grams) else inside


def matches(item: Item, facets: Facets) -> list[float] | None:
    """0..1 for each sentence and what is above: how well it answers to one word; None where none does."""
    whole = facets.keys
    terms = [pair for pair in item.terms if pair[0] in whole]
    # A word that stands in the passage as it was asked needn't be looked for by its grams.
    exact = max([worth for _, worth in terms], default=0.0) >= 1.0
    loose = not exact and len(item.grams) > 1 and not item.hardly_in(facets.spellings)
    if not terms and not loose:
        return None
    lines = facets.lines()
    if len(terms) == 1:
        term, worth = terms[0]
        found = [worth if term in keys else 0.0 for keys, _ in lines]
    else:
        found = [max([worth for term, worth in terms if term in keys], default=0.0) for keys, _ in lines]
    if loose:
        loosely = [_loosely(item, spellings) for _, spellings in lines]
        found = list(map(max, found, loosely))
    for place, worth in enumerate(facets.worth, facets.count):
        found[place] *= worth
    return found


def met(items: Sequence[Item], facets: Facets) -> list[float]:
    """0..1 for each word: how well any sentence answers to it."""
    return [max(matches(item, facets) or (0.0,)) for item in items]


def cover(items: Sequence[Item], facets: Facets, led: float = _LED) -> Coverage:
    """Hold a question's items against a passage's sentences, each of which says the heading, too.

    Each says the title of the whole as well, but that adds no more than the passage says by itself: what a
    document is about is asked about other things, too. ``led`` (0..1): how much a sentence says of what it
    doesn't say itself, but what it stands under does.
    """
    count = facets.count
    total = sum(item.weight for item in items) or 1.0
    said = _Said(count)
    titled = _Said(count) if facets.titled else None
    told_total = 0.0
    unmet = _telling(count, 0.0)
    for item in items:
        found = matches(item, facets)
        if found is None:
            told_total += item.weight * unmet
            continue
        above, title = (*found[count:], 0.0, 0.0)[:2]
        del found[count:]
        telling = item.weight * _telling(count, sum(found))
        told_total += telling
        said.add(item.weight, telling, found, _led(found, facets.under, above, led), above)
        if titled is not None:
            over = max(above, title)
            titled.add(item.weight, telling, found, _led(found, facets.under, over, led), over)
    told_total = told_total or 1.0
    return said.alone(total, told_total) if titled is None else said.with_title(titled, total, told_total)


class _Said:
    """What has been met so far, of a question's words in turn."""

    __slots__ = ("heading", "own", "plain", "told", "whole")

    def __init__(self, count: int) -> None:
        self.whole = self.heading = 0.0
        self.plain, self.told, self.own = [0.0] * count, [0.0] * count, [0.0] * count

    def add(
        self, weight: float, telling: float, matches: Sequence[float], led: Sequence[float], above: float
    ) -> None:
        self.whole += weight * max(above, 0.0, *matches)
        self.heading += telling * above
        for index, (value, best) in enumerate(zip(matches, led, strict=True)):
            if best:
                self.plain[index] += weight * max(value, above)
                self.told[index] += telling * best
                self.own[index] += telling * value

    def alone(self, total: float, told_total: float) -> Coverage:
        """This, below no title."""
        return Coverage(
            self.whole / total,
            tuple([x / total for x in self.plain]),
            tuple([x / told_total for x in self.told]),
            tuple([x / told_total for x in self.own]),
            self.heading / told_total,
        )

    def with_title(self, titled: "_Said", total: float, told_total: float) -> Coverage:
        """This with as much of what is met with the title's help as may be added."""
        more = titled.whole - self.whole
        share = min(1.0, self.whole / more) if more else 1.0

        def mixed(mine: float, theirs: float) -> float:
            return mine + share * (theirs - mine)

        return Coverage(
            mixed(self.whole, titled.whole) / total,
            tuple(mixed(*pair) / total for pair in zip(self.plain, titled.plain, strict=True)),
            tuple(mixed(*pair) / told_total for pair in zip(self.told, titled.told, strict=True)),
            tuple(x / told_total for x in self.own),
            self.heading / told_total,
            bounded=share < 1.0,
        )


def _telling(count: int, spread: float) -> float:
    """Robertson and Spärck Jones' idf once more, among the passage's own sentences."""
    return 0.2 + math.log(1.0 + (count - spread + 0.5) / (spread + 0.5))


def _led(matched: Sequence[float], under: Sequence[int], above: float, led: float) -> Sequence[float]:
    """How well each sentence answers to a word with the help of what it stands under."""
    if not under and not above:
        return matched
    if not under:
        return [value + led * max(0.0, above - value) for value in matched]
    found: list[float] = []
    for value, lead in zip(matched, under, strict=True):
        best = max(above, found[lead] if lead >= 0 else 0.0)
        found.append(value + led * max(0.0, best - value))
    return found


def native_items(
    units: Sequence[Unit],
    idf: Callable[[str, str, bool], float],
    otherwise: Mapping[str, Iterable[str]] = MappingProxyType({}),
    *,
    compounds: bool = False,
) -> list[Item]:
    """Items for passages in the question's own language; ``idf(field, term, common)`` weighs them.

    ``otherwise``: by its key, what answers to a word as well; ``compounds``: the language writes them as one.
    """
    seen: set[str] = set()
    items: list[Item] = []
    for unit in units:
        if unit.key in seen:
            continue
        seen.add(unit.key)
        common = unit.weight <= FUNCTION_WEIGHT
        weight = idf("grams" if unit.in_run else "words", unit.key, common) * unit.weight
        if unit.in_run and len(unit.key) == 1:
            weight *= 0.5
        keys = dict.fromkeys((unit.key, *otherwise.get(unit.key, ())), 1.0)
        apart = compounds and not common and len(unit.key) >= _SHORTEST_PART
        items.append(Item(keys, frozenset(unit.grams), weight, unit.key if apart else ""))
    return items
