"""How alike texts are, in any language: by meaning, by words, by English stems. No label is known here.

Many texts are compared with one at a time: vectors by one product, words by the lists of who has them.
"""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

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

# Odd, and its bits without a pattern: 2^64 divided by the golden ratio (Knuth, TAOCP 3, 6.4).
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)

Vector = NDArray[np.float32]
Scores = NDArray[np.float64]


class Weighed(NamedTuple):
    """Terms by their numbers, as of `_numbers_of`, and how much of a text each is: together a unit vector."""

    terms: NDArray[np.uint64]
    shares: Scores


@dataclass(slots=True)
class View:
    """A text as it is compared: weighted native terms and English stems, a vector where there is one."""

    lang: str
    text: str
    words: Weighed
    pivot: Weighed
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


def vectors_of(texts: Sequence[View]) -> dict[tuple[str, str], Vector]:
    """The vectors by text and language: what needn't be encoded again."""
    return {(one.text, one.lang): one.vector for one in texts if one.vector is not None}


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


def _unit(weights: Mapping[str, float]) -> Weighed:
    shares = np.fromiter(weights.values(), np.float64, len(weights))
    length = math.sqrt(float(shares @ shares))
    return Weighed(_numbers_of(list(weights)), shares / length) if length else _NOTHING


_NOTHING: Final = Weighed(np.empty(0, np.uint64), np.empty(0))


def _numbers_of(terms: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each term, the same in every process; among 64 bits no two terms have the same by chance.

    It is a polynomial of the term's letters, those of all terms at once.
    """
    letters = np.array(terms, np.str_)
    width = letters.itemsize // 4
    powers = np.cumprod(np.full(width, _FACTOR))
    return np.asarray(letters.view(np.uint32).reshape(-1, width) @ powers)


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


class _Terms(NamedTuple):
    """Which texts have a term, and how much of them it is: a list for each term, one behind the other.

    `starts` says where each begins, and where the last one ends. Arrays, since a few hundred texts have ten
    thousand terms, and are kept for thousands of avatars.
    """

    terms: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    texts: NDArray[np.unsignedinteger]
    shares: NDArray[np.float32]

    @classmethod
    def of(cls, weighed: Sequence[Weighed]) -> "_Terms":
        """Those of texts, which are numbered as they come."""
        terms = np.concatenate([each.terms for each in (_NOTHING, *weighed)])
        shares = np.concatenate([each.shares for each in (_NOTHING, *weighed)])
        texts = np.repeat(np.arange(len(weighed)), [len(each.terms) for each in weighed])
        order = np.argsort(terms, kind="stable")
        found, starts = np.unique(terms[order], return_index=True)
        return cls(
            found,
            np.append(starts, len(order)).astype(np.uint32),
            texts[order].astype(np.min_scalar_type(len(weighed))),
            shares[order].astype(np.float32),
        )

    def cosines(self, one: Weighed, size: int) -> Scores:
        """How alike each of so many texts is to one."""
        if not len(self.terms) or not len(one.terms):
            return np.zeros(size)
        near = np.minimum(np.searchsorted(self.terms, one.terms), len(self.terms) - 1)
        here = np.flatnonzero(self.terms[near] == one.terms)
        starts = self.starts[near[here]].astype(np.int64)
        lengths = self.starts[near[here] + 1] - starts
        # The places of all lists: each counts on from where it begins.
        places = np.arange(lengths.sum()) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
        shares = self.shares[places] * np.repeat(one.shares[here], lengths)
        return np.bincount(self.texts[places], shares, size).astype(np.float64)


class Likeness:
    """Texts, ready to be compared with others. Built once, used from any thread."""

    def __init__(self, texts: Sequence[View]) -> None:
        self._langs = np.array([one.lang for one in texts], np.str_)
        self._words = _Terms.of([one.words for one in texts])
        self._stems = _Terms.of([one.pivot for one in texts])
        self._encoded = np.array([one.vector is not None for one in texts], dtype=bool)
        vectors = [one.vector for one in texts if one.vector is not None]
        self._vectors = np.stack(vectors) if vectors else None
        #: Whether every text that an encoder could read has a vector.
        self.whole = all(one.vector is not None for one in texts if one.english)

    def packed(self) -> bytes:
        """As `unpacked` takes it, in one version of the product: for a few hundred texts below a megabyte."""
        kept = io.BytesIO()
        vectors = np.empty((0, 0), np.float32) if self._vectors is None else self._vectors
        parts = (self._langs, self._encoded, vectors, np.array(self.whole), *self._words, *self._stems)
        np.savez(kept, *parts)
        return kept.getvalue()

    @classmethod
    def unpacked(cls, packed: bytes) -> "Likeness":
        """What was packed."""
        made = cls(())
        with np.load(io.BytesIO(packed), allow_pickle=False) as parts:
            langs, encoded, vectors, whole, *terms = (parts[name] for name in parts.files)
        made._langs, made._encoded, made.whole = langs, encoded, bool(whole)
        made._vectors = vectors if len(vectors) else None
        made._words, made._stems = _Terms(*terms[:4]), _Terms(*terms[4:])
        return made

    def __len__(self) -> int:
        return len(self._langs)

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
        words, stems = self._words.cosines(one.words, len(self)), self._stems.cosines(one.pivot, len(self))
        shares = _SHARES[pair]
        told = shares[:, 0] * meaning + shares[:, 1] * words + shares[:, 2] * stems
        ground = _SHARES[CROSSING, 0] * meaning + _SHARES[CROSSING, 2] * stems
        ground[self.of(one.lang)] *= _KEPT_ACROSS
        return np.asarray(told), np.asarray(ground)
