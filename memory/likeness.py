"""How alike texts are, in any language: by meaning, by words, by English stems. No label is known here.

Many texts are compared with one at a time: vectors by one product, words by the lists of who has them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memory.retrieval import Encoder, EncoderUnavailable, pivot, terms, word_lists
from memory.retrieval.analysis import base
from memory.retrieval.gate import background

# What a pair's resemblance is made of, by how the two texts' languages lie to each other: meaning (a sentence
# encoder reads English, or a word-by-word rendering), words as they stand, English stems of the lexicon.
# In English meaning tells nearly all: "How do I build a guitar?" shares its words with what is forbidden.
_SHARES: Final = np.array(
    [
        (0.9, 0.1, 0.0),  # both English
        (0.3, 0.25, 0.45),  # both of another language
        (0.35, 0.0, 0.65),  # of two languages
        (0.0, 0.4, 0.6),  # one has no vector
    ]
)
ENGLISH, SAME, CROSSING, BLIND = range(4)
# Across languages a lexicon loses a part: texts of one language are alike by that much more there.
_KEPT_ACROSS: Final = 0.7
# A lexicon from few sentences is surer than it should be: its chances are flattened by this power.
_FLATTEN: Final = 0.6

Vector = NDArray[np.float32]
Scores = NDArray[np.float64]


@dataclass(slots=True)
class View:
    """A text as it is compared: weighted native terms and English stems, a vector where there is one."""

    lang: str
    text: str
    words: Mapping[str, float]
    pivot: Mapping[str, float]
    english: str
    #: Each topic word's English stems, any of which it may mean, and how much it tells.
    meanings: tuple[tuple[frozenset[str], float], ...] = ()
    vector: Vector | None = None


def views(
    texts: Sequence[tuple[str, str]],
    encoder: Encoder | None,
    known: Mapping[tuple[str, str], Vector] = MappingProxyType({}),
) -> list[View]:
    """(text, language) pairs as they are compared; without vectors while the encoder is away. Blocking.

    What is `known` isn't encoded again.
    """
    found = [view(text, lang) for text, lang in texts]
    for one in found:
        one.vector = known.get((one.text, one.lang))
    readable = [one for one in found if one.english and one.vector is None]
    if encoder is None or encoder.resting() or not readable:
        return found
    # One for all languages reads what was written; one for English reads the rendering.
    every = encoder.covers("zh")
    try:
        vectors = encoder.encode([one.text if every else one.english for one in readable])
    except EncoderUnavailable:
        return found
    for one, vector in zip(readable, vectors, strict=True):
        one.vector = vector
    return found


def view(text: str, lang: str) -> View:
    """A text as it is compared, without a vector."""
    lang = base(lang)
    words: dict[str, float] = {}
    for unit in terms.units(text, lang):
        for gram in unit.grams:
            words[gram] = max(words.get(gram, 0.0), unit.weight)
        words[f"{unit.key} "] = max(words.get(f"{unit.key} ", 0.0), 2.0 * unit.weight)
    glosses = pivot.glosses(text, lang)
    stems: dict[str, float] = {}
    for gloss in glosses:
        for english, chance in gloss.stems:
            weight = gloss.weight * _worth(english) * chance**_FLATTEN
            stems[english] = max(stems.get(english, 0.0), weight)
        if gloss.skeleton and not (gloss.stems and gloss.stems[0][1] > 0.5):
            stems[pivot.NAME + gloss.skeleton] = gloss.weight * 2.0
    rendering = text if lang == "en" else pivot.in_english(glosses)
    return View(lang, text, _unit(words), _unit(stems), rendering, _meanings(glosses))


def _meanings(glosses: Sequence[pivot.Gloss]) -> tuple[tuple[frozenset[str], float], ...]:
    grammar = terms.function_words("en")
    topical = [gloss.stems for gloss in glosses if gloss.weight == 1.0 and gloss.stems]
    return tuple(
        (frozenset(stem.replace("our", "or") for stem, _ in stems), _worth(stems[0][0]))
        for stems in topical
        if stems[0][0] not in grammar
    )


def agreement(one: View, other: View) -> float:
    """How much (0..1) of what each of two texts is about the other may mean: of the one that says less."""
    return min(_said(one, other), _said(other, one))


def in_common(one: View, other: View) -> int:
    """How many words of a topic two texts share: by what they may mean; where that says none, as written."""
    meant = sum(
        any(not stems.isdisjoint(others) for others, _ in other.meanings) for stems, _ in one.meanings
    )
    return meant or (len(_topical(one) & _topical(other)) if one.lang == other.lang else 0)


def _topical(one: View) -> frozenset[str]:
    return frozenset(unit.key for unit in terms.units(one.text, one.lang) if unit.weight == 1.0)


def _said(one: View, by: View) -> float:
    may_mean = frozenset[str]().union(*(stems for stems, _ in by.meanings))
    whole = sum(worth for _, worth in one.meanings) or 1.0
    missing = sum(worth for stems, worth in one.meanings if stems.isdisjoint(may_mean))
    return 1.0 - missing / whole


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / length for term, weight in weights.items()} if length else {}


@lru_cache(maxsize=1)
def _fans() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for lang, text in word_lists.entries("fan_questions", "\t"):
        found.setdefault(lang, []).append(text)
    return {lang: tuple(texts) for lang, texts in found.items()}


def harmless(lang: str) -> tuple[str, ...]:
    """What nobody minds, in a language: fans' questions and everyday text; empty where there is none."""
    return _fans().get(base(lang), ()) + background(lang)


@lru_cache(maxsize=1)
def _rarity() -> tuple[dict[str, int], int]:
    """How many harmless English texts have a stem, and how many texts there are."""
    counts: dict[str, int] = {}
    lines = harmless("en")
    for line in lines:
        for key in {unit.key for unit in terms.units(line, "en")}:
            counts[key] = counts.get(key, 0) + 1
    return counts, len(lines)


def _worth(key: str) -> float:
    counts, total = _rarity()
    return math.log(1.0 + total / (1.0 + counts.get(key, 0)))


class _Terms:
    """Which texts have a term, and how much of them it is."""

    def __init__(self, texts: Sequence[Mapping[str, float]]) -> None:
        self._size = len(texts)
        lists: dict[str, tuple[list[int], list[float]]] = {}
        for number, weights in enumerate(texts):
            for term, weight in weights.items():
                numbers, shares = lists.setdefault(term, ([], []))
                numbers.append(number)
                shares.append(weight)
        self._lists = {
            term: (np.array(numbers, np.int32), np.array(shares)) for term, (numbers, shares) in lists.items()
        }

    def cosines(self, weights: Mapping[str, float]) -> Scores:
        lists = [(weight, *self._lists[term]) for term, weight in weights.items() if term in self._lists]
        if not lists:
            return np.zeros(self._size)
        # One sum over all lists: each step of numpy lets other threads in, and is taken up again later.
        numbers = np.concatenate([numbers for _, numbers, _ in lists])
        shares = np.concatenate([weight * shares for weight, _, shares in lists])
        return np.asarray(np.bincount(numbers, shares, self._size), np.float64)


class Likeness:
    """Texts, ready to be compared with others. Built once, used from any thread."""

    def __init__(self, texts: Sequence[View]) -> None:
        self.said: tuple[tuple[str, str], ...] = tuple((one.text, one.lang) for one in texts)
        self._langs = np.array([one.lang for one in texts], dtype=object)
        self._words = _Terms([one.words for one in texts])
        self._stems = _Terms([one.pivot for one in texts])
        self._encoded = np.array([one.vector is not None for one in texts], dtype=bool)
        vectors = [one.vector for one in texts if one.vector is not None]
        self._vectors = np.stack(vectors) if vectors else None
        #: Whether every text that an encoder could read has a vector.
        self.whole = all(one.vector is not None for one in texts if one.english)

    def __len__(self) -> int:
        return len(self.said)

    def vectors(self) -> dict[tuple[str, str], Vector]:
        """The vectors by text and language: what needn't be encoded again."""
        if self._vectors is None:
            return {}
        numbers = np.flatnonzero(self._encoded)
        return {self.said[number]: vector for number, vector in zip(numbers, self._vectors, strict=True)}

    def of(self, lang: str) -> NDArray[np.bool_]:
        """Which of the texts are in a language."""
        return np.asarray(self._langs == base(lang), dtype=bool)

    def pairs(self, one: View) -> NDArray[np.int64]:
        """How each text and this one lie to each other: ENGLISH, SAME, CROSSING or BLIND."""
        pair = np.where(self.of(one.lang), ENGLISH if one.lang == "en" else SAME, CROSSING)
        pair[~self._encoded if one.vector is not None else slice(None)] = BLIND
        return pair

    def to(self, one: View) -> Scores:
        """0..1 for each text: how alike it and this one are."""
        return self.compared(one)[0]

    def compared(self, one: View) -> tuple[Scores, Scores]:
        """How alike each text and this one are, 0..1: by the most that can be told; and on common ground.

        The first is told on another scale for each kind of pair. On common ground, which is what can be told
        of texts in two languages, those of one pair may be held against those of another.
        """
        pair = self.pairs(one)
        meaning = np.zeros(len(self))
        if one.vector is not None and self._vectors is not None:
            meaning[self._encoded] = self._vectors @ one.vector
        words, stems, shares = self._words.cosines(one.words), self._stems.cosines(one.pivot), _SHARES[pair]
        told = shares[:, 0] * meaning + shares[:, 1] * words + shares[:, 2] * stems
        ground = _SHARES[CROSSING, 0] * meaning + _SHARES[CROSSING, 2] * stems
        ground[self.of(one.lang)] *= _KEPT_ACROSS
        return np.asarray(told), np.asarray(ground)
