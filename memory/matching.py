"""Which of a few labelled examples a message resembles, in any language; nothing is stored, no rule is known.

The examples are few and nobody says what they are not. So a message counts only where it is nearer to a
label's examples than harmless everyday talk in its language ever comes, and than to the exceptions.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from threading import Lock
from typing import Final

import numpy as np

from memory.retrieval import Encoder, EncoderUnavailable, pivot, split_sentences, terms
from memory.retrieval.analysis import base, fold, normalise, stem, tokens
from memory.retrieval.gate import background

#: A message matches from here on.
MATCHED: Final = 0.5
_SLOPE: Final = 2.5
# What a pair's resemblance is made of, by how the two texts' languages lie to each other: meaning (a sentence
# encoder reads English, or a word-by-word rendering), words as they stand, English stems of the lexicon.
# In English meaning tells nearly all: "How do I build a guitar?" shares its words with what is forbidden.
_SHARES: Final = {
    "english": (0.9, 0.1, 0.0),
    "same": (0.3, 0.25, 0.45),
    "crossing": (0.35, 0.0, 0.65),
    "blind": (0.0, 0.4, 0.6),
}
# How far above harmless talk a message must be: in deviations, and above which share of it.
_ABOVE: Final = 4.0
_HARMLESS_SHARE: Final = 0.97
# Of what the creator themselves says, all labels together may stop this share.
_OWN_STOPPED: Final = 0.1
# What the creator speaks of themselves may still be forbidden.
_MOST_SCORE: Final = 0.62
# A lexicon from few sentences is surer than it should be: its chances are flattened by this power.
_FLATTEN: Final = 0.6
_LEAST_SPREAD: Final = 0.04
# An encoder finds something in common between any two questions about people.
_LEAST_SCORE: Final = {"en": 0.4}
_LEAST_ELSEWHERE: Final = 0.3
_OWN: Final = 200
_SAYS_SOMETHING, _LONGEST_OWN = 20, 200
_SAME: Final = 0.8
_PHRASE_CONFIDENCE: Final = 0.95
_PHRASE_CHANCE: Final = 0.3
_LANGUAGES: Final = 24  # calibrated at a time; more than an avatar speaks


@dataclass(frozen=True, slots=True)
class Example:
    """A text of a label: something like it is meant, or with `allowed` something like it isn't.

    A `phrase` is meant wherever its words stand in a message, whatever else that says.
    """

    label: str
    text: str
    lang: str
    allowed: bool = False
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A label that a message falls under: how surely (0..1, from ``MATCHED`` on), and by which example."""

    label: str
    confidence: float
    example: str


@dataclass(slots=True)
class _View:
    """A text as it is compared: weighted native terms and English stems, a vector where there is one."""

    lang: str
    text: str
    words: Mapping[str, float]
    pivot: Mapping[str, float]
    english: str
    vector: "np.ndarray[tuple[int], np.dtype[np.float32]] | None" = None


@lru_cache(maxsize=1)
def _fans() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for line in resources.files("memory.data").joinpath("fan_questions.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            lang, _, text = line.partition("\t")
            found.setdefault(lang, []).append(text)
    return {lang: tuple(texts) for lang, texts in found.items()}


def harmless(lang: str) -> tuple[str, ...]:
    """What nobody minds, in a language: fans' questions and everyday text; empty where there is none."""
    return _fans().get(base(lang), ()) + background(lang)


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / length for term, weight in weights.items()} if length else {}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(other) < len(one):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


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


def _view(text: str, lang: str) -> _View:
    lang = base(lang)
    units = terms.units(text, lang)
    words: dict[str, float] = {}
    for unit in units:
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
    return _View(lang, text, _unit(words), _unit(stems), rendering)


def _shares(one: _View, other: _View) -> tuple[float, float, float]:
    if one.vector is None or other.vector is None:
        return _SHARES["blind"]
    if one.lang == other.lang:
        return _SHARES["english" if one.lang == "en" else "same"]
    return _SHARES["crossing"]


def _resemblance(one: _View, other: _View) -> float:
    """0..1: how alike two texts are."""
    meaning, words, stems = _shares(one, other)
    found = words * _cosine(one.words, other.words) + stems * _cosine(one.pivot, other.pivot)
    if one.vector is not None and other.vector is not None:
        found += meaning * float(one.vector @ other.vector)
    return found


@dataclass(frozen=True, slots=True)
class _Bar:
    """What a label's resemblance must reach in a language, and the spread of harmless talk's."""

    least: float
    spread: float
    #: What was said without meaning the label: a message nearer to that is judged more strictly.
    contrast: tuple[_View, ...] = ()

    def confidence(self, resemblance: float) -> float:
        above = (resemblance - self.least) / self.spread
        return 1.0 / (1.0 + math.exp(-_SLOPE * above))


def _bar(lang: str, harmless_scores: Sequence[float], own_scores: Sequence[float], own_share: float) -> _Bar:
    least, spread = _LEAST_SCORE.get(lang, _LEAST_ELSEWHERE), _LEAST_SPREAD
    if harmless_scores:
        centre = float(np.median(harmless_scores))
        deviation = 1.4826 * float(np.median(np.abs(np.asarray(harmless_scores) - centre)))
        spread = max(deviation, _LEAST_SPREAD)
        highest = float(np.quantile(harmless_scores, _HARMLESS_SHARE))
        least = max(least, centre + _ABOVE * spread, highest)
    if own_scores:
        least = max(least, float(np.quantile(own_scores, own_share)))
    return _Bar(min(least, _MOST_SCORE), spread)


class _Phrase:
    """Words that count wherever they stand together in a message, in its own language or another."""

    def __init__(self, example: Example) -> None:
        self.example = example
        self.lang = base(example.lang)
        self.runs, self.words = _surface(example.text, example.lang)
        self.run = fold(normalise(example.text)).replace(" ", "")
        glosses = pivot.glosses(example.text, example.lang)
        # Without its "my" and "not" a phrase says something else: such a one holds in its own language only.
        whole = all(gloss.weight == 1.0 for gloss in glosses)
        self.stems = [
            {key for key, chance in gloss.stems if chance >= _PHRASE_CHANCE} or {pivot.NAME + gloss.skeleton}
            for gloss in (glosses if whole else ())
        ]

    def stands_in(self, said: "_Said") -> bool:
        words, size = said.words(self.lang), len(self.words)
        if self.lang == "ko":
            # Endings follow without a space, and spaces are left out at will.
            return self.run in said.plain.replace(" ", "")
        if self.runs:
            if all(run in said.plain for run in self.runs) and set(self.words) <= set(words):
                return True
        elif size and any(words[at : at + size] == self.words for at in range(len(words) - size + 1)):
            return True
        crossing = said.lang != self.lang and bool(self.stems)
        return crossing and all(any(stems & each for each in said.stems) for stems in self.stems)


class _Said:
    """A message as phrases are looked for in it."""

    def __init__(self, text: str, lang: str) -> None:
        self.lang = base(lang)
        self.plain = fold(normalise(text))
        self._text = text
        self.stems = [
            {key for key, chance in gloss.stems if chance >= _PHRASE_CHANCE}
            | ({pivot.NAME + gloss.skeleton} if len(gloss.skeleton) >= 4 else set())
            for gloss in pivot.glosses(text, lang)
            if gloss.weight == 1.0
        ]
        self._stemmed: dict[str, list[str]] = {}

    def words(self, lang: str) -> list[str]:
        """The words as a phrase's language stems them: a short message's language is easily mistaken."""
        if lang not in self._stemmed:
            self._stemmed[lang] = _surface(self._text, lang)[1]
        return self._stemmed[lang]


def _surface(text: str, lang: str) -> tuple[list[str], list[str]]:
    """The runs of a script without spaces, and the stems of the words between spaces, in order."""
    runs: list[str] = []
    words: list[str] = []
    for token, is_run in tokens(normalise(text)):
        (runs if is_run else words).append(token)
    return [fold(run) for run in runs], stem(words, lang)


def _sentence(text: str, lang: str) -> str:
    """A text's first sentence of some length: what is asked is no longer."""
    sentences = [text[start:end] for start, end in split_sentences(text, lang)]
    return next((each for each in sentences if len(each) >= _SAYS_SOMETHING), text)[:_LONGEST_OWN]


_kept: dict[tuple[str, str], list[_View]] = {}


class Matcher:
    """Labelled examples, ready to be held against messages. Built once, used from any thread; blocking.

    `own` are (language, text) sentences of the creator's, for what their fans will ask about anyway.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        encoder: Encoder | None = None,
        own: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._encoder = encoder
        self._own = [(other, _sentence(text, other)) for other, text in own[:_OWN]]
        self._phrases = [_Phrase(each) for each in examples if each.phrase]
        alike = [each for each in examples if not each.phrase]
        self._examples = list(zip(alike, self._views([(e.text, e.lang) for e in alike]), strict=True))
        self._labels = sorted({each.label for each in alike if not each.allowed})
        self._bars: dict[tuple[str, bool], dict[str, _Bar]] = {}
        self._lock = Lock()

    def match(self, text: str, lang: str) -> list[Match]:
        """The labels that a message in a language falls under, surest first."""
        found = [each for each in self.weigh(text, lang) if each.confidence >= MATCHED]
        return sorted(found, key=lambda each: -each.confidence)

    def weigh(self, text: str, lang: str) -> list[Match]:
        """Each label's confidence for a message, whether or not it falls under it."""
        best: dict[str, Match] = {}
        view = self._views([(text, lang)])[0]
        if self._labels:
            bars = self._calibrated(lang, view.vector is None)
            for label in self._labels:
                score, example = self._nearest(view, label)
                if example and example.lang == view.lang:
                    # Across languages resemblance is on another scale than to what is harmless in this one.
                    beside = max((_resemblance(view, other) for other in bars[label].contrast), default=0.0)
                    score -= max(0.0, beside - score)
                best[label] = Match(label, bars[label].confidence(score), example.text if example else "")
        said = _Said(text, lang)
        for phrase in self._phrases:
            label = phrase.example.label
            if phrase.stands_in(said) and not self._allowed(view, label):
                known = best.get(label)
                if known is None or known.confidence < _PHRASE_CONFIDENCE:
                    best[label] = Match(label, _PHRASE_CONFIDENCE, phrase.example.text)
        return list(best.values())

    def _nearest(self, view: _View, label: str) -> tuple[float, _View | None]:
        """The resemblance to a label's nearest example, and the example; 0 where an exception is nearer."""
        score, nearest = 0.0, None
        allowed = 0.0
        for example, other in self._examples:
            if example.label != label:
                continue
            value = _resemblance(view, other)
            if example.allowed:
                allowed = max(allowed, value)
            elif value > score:
                score, nearest = value, other
        return (score, nearest) if score > allowed else (0.0, nearest)

    def _allowed(self, view: _View, label: str) -> bool:
        """Whether a message is all but one of a label's exceptions."""
        return any(
            example.allowed and example.label == label and _resemblance(view, other) >= _SAME
            for example, other in self._examples
        )

    def _views(self, texts: Sequence[tuple[str, str]]) -> list[_View]:
        views = [_view(text, lang) for text, lang in texts]
        readable = [view for view in views if view.english]
        if self._encoder is None or self._encoder.resting() or not readable:
            return views
        # One for all languages reads what was written; one for English reads the rendering.
        every = self._encoder.covers("zh")
        try:
            vectors = self._encoder.encode([view.text if every else view.english for view in readable])
        except EncoderUnavailable:
            return views
        for view, vector in zip(readable, vectors, strict=True):
            view.vector = vector
        return views

    @property
    def whole(self) -> bool:
        """Whether every example was encoded, where there is an encoder: an endpoint may be away just now."""
        readable = [view for _, view in self._examples if view.english]
        return self._encoder is None or all(view.vector is not None for view in readable)

    def _calibrated(self, lang: str, blind: bool) -> dict[str, _Bar]:
        """Each label's bar in a language; the first message in it waits for that, a fraction of a second."""
        key = (base(lang), blind)
        with self._lock:
            known = self._bars.get(key)
            if known is None:
                if len(self._bars) >= _LANGUAGES:
                    self._bars.clear()
                known = self._bars[key] = self._measure(*key)
            return known

    def _measure(self, lang: str, blind: bool) -> dict[str, _Bar]:
        far = self._harmless(lang, blind)
        own = [(text, other) for other, text in self._own if base(other) == lang]
        near = [_view(*each) for each in own] if blind else self._views(own)
        share = 1.0 - _OWN_STOPPED / len(self._labels)
        found: dict[str, _Bar] = {}
        for label in self._labels:
            distant = [self._nearest(view, label)[0] for view in far]
            close = [self._nearest(view, label)[0] for view in near]
            bar = _bar(lang, distant, close, share)
            contrast = [v for v, value in zip(far + near, distant + close, strict=True) if value < bar.least]
            found[label] = replace(bar, contrast=tuple(contrast))
        return found

    def _harmless(self, lang: str, blind: bool) -> list[_View]:
        """Harmless talk in a language as it is compared, kept for every matcher of the process."""
        name = "" if blind or self._encoder is None else self._encoder.name
        known = _kept.get((name, lang))
        if known is None:
            texts = [(text, lang) for text in harmless(lang)]
            known = [_view(*each) for each in texts] if not name else self._views(texts)
            if not name or any(view.vector is not None for view in known):
                if len(_kept) >= 2 * _LANGUAGES:
                    _kept.clear()
                _kept[name, lang] = known
        return known
