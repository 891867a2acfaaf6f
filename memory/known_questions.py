"""Which of many known questions a message asks again, and which ask the same; no answer is known here.

A wrong one is worse than none. So the nearest must be near, and nearer than what belongs to any other answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memory.likeness import (
    BLIND,
    CROSSING,
    ENGLISH,
    SAME,
    Likeness,
    Scores,
    Vector,
    View,
    agreement,
    harmless,
    vectors_of,
    views,
)
from memory.retrieval import Encoder, particulars
from memory.retrieval.analysis import base

#: From here on a question is taken for a known one.
SURE: Final = 0.8
# How near a question must be, 0 being what texts are that have nothing to do with each other and 1 the same
# text, plus how much nearer than to any other answer's: on each kind of pair another scale.
_BARS: Final = np.zeros(4)
_BARS[[ENGLISH, SAME, CROSSING, BLIND]] = (0.9, 0.75, 0.65, 0.85)
# More lead than this says no more.
_MOST_LEAD: Final = 0.15
# Questions of other answers: among so many, half of the lead across languages counts whatever the words mean.
_FEW: Final = 8
# Questions are shown together from this share of the bar on: there a mistake costs little.
_ALIKE: Final = 0.85
_STRANGERS: Final = 24
_LANGUAGES: Final = 24

Vectors = Mapping[tuple[str, str], Vector]
_NO_VECTORS: Final[Vectors] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """A question whose answer, called `answer`, is known."""

    answer: int
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """The known question that a message comes nearest to. It is taken for that one from ``SURE`` on."""

    known: KnownQuestion
    confidence: float

    @property
    def sure(self) -> bool:
        """Whether the message is taken for the known question."""
        return self.confidence >= SURE


class KnownQuestions:
    """Known questions, ready to be held against messages. Built once, used from any thread; blocking."""

    def __init__(
        self,
        known: Sequence[KnownQuestion],
        encoder: Encoder | None = None,
        before: "KnownQuestions | None" = None,
    ) -> None:
        """Of two that are equally near the first counts. What was known `before` isn't encoded again."""
        self._known = tuple(known)
        self._encoder = encoder
        encoded = before.vectors if before else _NO_VECTORS
        self._views = views([(each.text, each.lang) for each in known], encoder, encoded)
        self._texts = Likeness(self._views)
        self.vectors: Vectors = vectors_of(self._views)
        self._answers = np.array([each.answer for each in known], dtype=np.int64)
        self._scale = _Scale(encoder)

    @property
    def whole(self) -> bool:
        """Whether every question was encoded, where there is an encoder: an endpoint may be away just now."""
        return self._encoder is None or self._texts.whole

    def find(self, text: str, lang: str) -> AskedAgain | None:
        """The nearest question to a message in a language; None where none is known."""
        return self.find_all([(text, lang)])[0]

    def find_all(
        self, texts: Sequence[tuple[str, str]], vectors: Vectors = _NO_VECTORS
    ) -> list[AskedAgain | None]:
        """The nearest question to each of (text, language); what has a vector already isn't encoded again."""
        if not self._known:
            return [None] * len(texts)
        return [self._find(one) for one in views(texts, self._encoder, vectors)]

    def _find(self, one: View) -> AskedAgain:
        near, pairs = self._scale.near(self._texts, one)
        # What is nearest on its scale: across languages little likeness says as much as more within one.
        best = int(np.argmax(near / _BARS[pairs]))
        asked = particulars.read(one.text, one.lang)
        while near[best] > 0.0 and asked.apart(
            particulars.read(self._views[best].text, self._views[best].lang)
        ):
            near[best] = 0.0  # "on Monday?" is nearly "on Sunday?", and another question
            best = int(np.argmax(near / _BARS[pairs]))
        others = near[self._answers != self._answers[best]]
        lead = min(_MOST_LEAD, near[best] - max(0.0, others.max(initial=0.0)))
        if pairs[best] == CROSSING:
            # To be far from the others says little while they are few and words of it mean another thing.
            known = len(others) / (len(others) + _FEW)
            lead *= known + (1.0 - known) * agreement(one, self._views[best])
        reached, needed = float(near[best] + lead), float(_BARS[pairs[best]])
        if reached < needed:
            confidence = SURE * max(0.0, reached) / needed
        else:
            confidence = min(1.0, SURE + (1.0 - SURE) * (reached - needed) / (1.0 + _MOST_LEAD - needed))
        return AskedAgain(self._known[best], confidence)


class SameQuestions:
    """Which of many questions are the same one. Built once; blocking."""

    def __init__(
        self,
        texts: Sequence[tuple[str, str]],
        encoder: Encoder | None = None,
        before: "SameQuestions | None" = None,
    ) -> None:
        """`texts` are (text, language). What was compared `before` isn't encoded again."""
        self._views = views(texts, encoder, before.vectors if before else _NO_VECTORS)
        self._texts = Likeness(self._views)
        self._scale = _Scale(encoder)
        self.vectors: Vectors = vectors_of(self._views)

    def clusters(self) -> list[list[int]]:
        """The numbers of the texts, those of the same question together: each is like one before."""
        found: list[list[int]] = []
        cluster = np.full(len(self._views), -1)
        for number, one in enumerate(self._views):
            near, pairs = self._scale.near(self._texts, one)
            scaled = (near / _BARS[pairs])[:number]
            if number and scaled.max() >= _ALIKE:
                cluster[number] = cluster[int(np.argmax(scaled))]
                found[cluster[number]].append(number)
            else:
                cluster[number] = len(found)
                found.append([number])
        return found


class _Scale:
    """Likeness on a scale from texts that have nothing to do with each other (0) to the same text (1)."""

    def __init__(self, encoder: Encoder | None) -> None:
        self._encoder = encoder
        self._floors: dict[tuple[str, bool], Scores] = {}
        self._lock = Lock()

    def near(self, texts: Likeness, one: View) -> tuple[Scores, NDArray[np.int64]]:
        """How near each text is to this one, and by which kind of pair."""
        pairs = texts.pairs(one)
        floor = self._floor(texts, one.lang, one.vector is None)[pairs]
        return (texts.to(one) - floor) / (1.0 - floor), pairs

    def _floor(self, texts: Likeness, lang: str, blind: bool) -> Scores:
        """By kind of pair, how alike the texts are to what has nothing to do with them."""
        key = (base(lang), blind)
        with self._lock:
            known = self._floors.get(key)
            if known is None:
                if len(self._floors) >= _LANGUAGES:
                    self._floors.clear()
                known = self._floors[key] = self._measure(texts, *key)
            return known

    def _measure(self, texts: Likeness, lang: str, blind: bool) -> Scores:
        found = np.zeros(4)
        others = [(text, lang) for text in harmless(lang)[-_STRANGERS:]]
        strangers = views(others, None if blind else self._encoder)
        if strangers:
            scores = np.stack([texts.to(each) for each in strangers])
            kinds = np.stack([texts.pairs(each) for each in strangers])
            for kind in np.unique(kinds):
                found[kind] = np.clip(np.median(scores[kinds == kind]), 0.0, 0.95)
        return found
