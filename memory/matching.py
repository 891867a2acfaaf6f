"""Which of a few labelled examples a message resembles, in any language; nothing is stored, no rule is known.

The examples are few and nobody says what they are not. So a message counts only where it is nearer to a
label's examples than harmless everyday talk in its language ever comes, and than to the exceptions.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from memory.likeness import Likeness, Scores, View, agreement, harmless, in_common, view, views
from memory.own_words import OwnWords
from memory.retrieval import Encoder, pivot, sentences_of
from memory.retrieval.analysis import base, fold, normalise, stem, tokens

#: A message matches from here on.
MATCHED: Final = 0.5
_SLOPE: Final = 2.5
# How far above harmless talk a message must be: in deviations, and above which share of it.
_ABOVE: Final = 4.0
_HARMLESS_SHARE: Final = 0.97
#: Of what the creator themselves says, all labels together may stop this share.
OWN_STOPPED: Final = 0.1
# What the creator speaks of themselves may still be forbidden.
_MOST_SCORE: Final = 0.62
_LEAST_SPREAD: Final = 0.04
# An encoder finds something in common between any two questions about people.
_LEAST_SCORE: Final = {"en": 0.4}
_LEAST_ELSEWHERE: Final = 0.3
# All but an exception passes, with a phrase in it, too: by how alike they are; for a phrase in two languages
# on common ground, where each must say most of what the other does.
_SAME: Final = 0.8
_SAME_ACROSS, _SAYS_THE_SAME = 0.4, 0.6
# An exception in another language must say as much as this of what a message says.
_SAYS_ALIKE: Final = 0.3
_PHRASE_CONFIDENCE: Final = 0.95
_PHRASE_CHANCE: Final = 0.3
_NAME_SOUNDS: Final = 4  # consonants; of fewer, too many words are made
_SOUND: Final = "≈"  # marks what a word in other letters than Latin ones sounds like
_LANGUAGES: Final = 24  # calibrated at a time; more than an avatar speaks
_READ: Final = 100  # harmless talk by language, and avatars' rules: many have those that the product brings


def below(deviations: float) -> float:
    """The confidence of what is so many deviations of harmless talk less alike than a match must be."""
    return 1.0 / (1.0 + math.exp(_SLOPE * deviations))


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
    """A label that a message falls under: how surely (0..1, from ``MATCHED`` on), and by which example.

    ``said``: one of its phrases stands there.
    """

    label: str
    confidence: float
    example: str
    said: bool = False


@dataclass(frozen=True, slots=True)
class _Bars:
    """What each label's resemblance must reach in a language, and the spread of harmless talk's.

    `contrast` says, by label, which of `beside` was said without meaning it: a message nearer to that is
    judged more strictly.
    """

    least: Scores
    spread: Scores
    beside: tuple[Likeness, ...]
    contrast: NDArray[np.bool_]

    def confidences(self, resemblances: Scores) -> Scores:
        return np.asarray(1.0 / (1.0 + np.exp(-_SLOPE * (resemblances - self.least) / self.spread)))


def _bars(
    lang: str,
    far: Scores,
    near: Scores,
    own_share: float,
    beside: tuple[Likeness, ...],
    has_say: NDArray[np.bool_],
) -> _Bars:
    """`far` and `near`: a row for each harmless text and each of the creator's, a column for each label.

    `has_say`: which of the creator's have a say on which label.
    """
    labels = far.shape[1]
    least = np.full(labels, _LEAST_SCORE.get(lang, _LEAST_ELSEWHERE))
    spread = np.full(labels, _LEAST_SPREAD)
    if len(far):
        centre = np.median(far, axis=0)
        spread = np.maximum(1.4826 * np.median(np.abs(far - centre), axis=0), _LEAST_SPREAD)
        highest = np.quantile(far, _HARMLESS_SHARE, axis=0)
        least = np.maximum.reduce([least, centre + _ABOVE * spread, highest])
    if has_say.any():
        heard = near[has_say.any(axis=1)]
        reached = np.maximum(least, np.quantile(heard, own_share, axis=0))
        least = np.where(has_say.any(axis=0), reached, least)
    least = np.minimum(least, _MOST_SCORE)
    contrast = np.concatenate([far < least, (near < least) & has_say])
    return _Bars(least, spread, beside, contrast.T)


Apart = Callable[[str, str], bool]
"""Whether what only sounds like a label in a language (a primary subtag) is told apart by other means."""


def never_apart(_label: str, _lang: str) -> bool:
    """Likeness alone tells what falls under a label."""
    return False


class _Phrase:
    """Words that count wherever they stand together in a message, in its own language or another."""

    def __init__(self, example: Example) -> None:
        self.example = example
        self.lang = base(example.lang)
        self.runs, words = _surface(example.text)
        self.words = stem(words, example.lang)
        self.run = fold(normalise(example.text)).replace(" ", "")
        glosses = pivot.glosses(example.text, example.lang)
        # Without its "my" and "not" a phrase says something else: such a one holds in its own language only.
        whole = all(gloss.weight == 1.0 for gloss in glosses)
        self.stems = _keys(glosses, self.lang) if whole else []

    def stands_in(self, said: "Said") -> bool:
        words, size = said.words(self.lang), len(self.words)
        if self.lang == "ko":
            # Endings follow without a space, and spaces are left out at will.
            return self.run in said.plain.replace(" ", "")
        if self.runs:
            if all(run in said.plain for run in self.runs) and set(self.words) <= set(words):
                return True
        elif (
            size
            and self.words[0] in words
            and any(words[at : at + size] == self.words for at in range(len(words) - size + 1))
        ):
            return True
        if said.lang == self.lang or not self.stems:
            return False
        return any(not any(stems.isdisjoint(each) for stems in self.stems) for each in said.stems)


class Said:
    """A message as it is compared: read once, for all matchers with its encoder that it is held against."""

    def __init__(self, text: str, lang: str, encoder: Encoder | None) -> None:
        self.view = views([(text, lang)], encoder)[0]
        self.lang = self.view.lang
        self._alike: dict[Likeness, tuple[Scores, Scores]] = {}
        self._stemmed: dict[str, list[str]] = {}

    def to(self, texts: Likeness) -> Scores:
        """How alike the message is to each of the texts."""
        return self.compared(texts)[0]

    def compared(self, texts: Likeness) -> tuple[Scores, Scores]:
        """The same, and how alike they are on common ground."""
        if texts not in self._alike:
            self._alike[texts] = texts.compared(self.view)
        return self._alike[texts]

    @cached_property
    def plain(self) -> str:
        """The message in its plainest spelling."""
        return fold(normalise(self.view.text))

    @cached_property
    def stems(self) -> tuple[frozenset[str], ...]:
        """What its words mean in English, and what names they may be: by sentence.

        In a long message any phrase's words stand somewhere.
        """
        text, lang = self.view.text, self.lang
        return tuple(_stems(each, lang) for each in sentences_of(text, lang))

    def words(self, lang: str) -> list[str]:
        """The words as a phrase's language stems them: a short message's language is easily mistaken."""
        if lang not in self._stemmed:
            self._stemmed[lang] = stem(self._between_spaces, lang)
        return self._stemmed[lang]

    @cached_property
    def _between_spaces(self) -> list[str]:
        return _surface(self.view.text)[1]


def _keys(glosses: Sequence[pivot.Gloss], lang: str) -> list[set[str]]:
    """What a phrase's words are found by in another language: their meanings, and a name's by their sound.

    A name in Latin letters is a word that means nothing and has consonants enough; beside one the others
    count by their sound, too, however short they are. In Latin letters it stands there as it is written.
    """
    meant = [{key for key, chance in each.stems if chance >= _PHRASE_CHANCE} for each in glosses]
    heard = [pivot.sounds(each, lang) if each.word.isascii() else set() for each in glosses]
    named = any(
        not any(map(pivot.known, stems)) and any(len(each) >= _NAME_SOUNDS for each in sounds)
        for stems, sounds in zip(meant, heard, strict=True)
    )
    return [
        stems | {_SOUND + each for each in sounds if named} or {pivot.NAME + gloss.skeleton}
        for gloss, stems, sounds in zip(glosses, meant, heard, strict=True)
    ]


def _stems(text: str, lang: str) -> frozenset[str]:
    """English stems of what is said, and the consonants of its names, with their endings and without."""
    found: set[str] = set()
    for gloss in pivot.glosses(text, lang):
        if gloss.weight == 1.0:
            found.update(key for key, chance in gloss.stems if chance >= _PHRASE_CHANCE)
            if len(gloss.skeleton) >= _NAME_SOUNDS:
                found.add(pivot.NAME + gloss.skeleton)
            # A name that ideographs spell is told by its sound alone.
            if not gloss.word.isascii() or gloss.word == gloss.skeleton:
                found.update(_SOUND + each for each in pivot.sounds(gloss, lang))
    return frozenset(found)


def _surface(text: str) -> tuple[list[str], list[str]]:
    """The runs of a script without spaces, and the words between spaces, in order."""
    runs: list[str] = []
    words: list[str] = []
    for token, is_run in tokens(normalise(text)):
        (runs if is_run else words).append(token)
    return [fold(run) for run in runs], words


_Read = tuple[list[View], Likeness]
_read: OrderedDict[tuple[str, tuple[tuple[str, str], ...]], _Read] = OrderedDict()
_far: WeakKeyDictionary[Likeness, dict[tuple[Likeness, tuple[str, ...]], Scores]] = WeakKeyDictionary()


class _Groups:
    """Texts by label: the nearest of each label's."""

    def __init__(self, labels: Sequence[str], texts: Sequence[tuple[str, int]]) -> None:
        """`texts` are (label, number) of those among which the nearest is looked for."""
        place = {label: number for number, label in enumerate(labels)}
        ordered = sorted((place[label], number) for label, number in texts if label in place)
        self._labels = len(labels)
        self._of = np.array([label for label, _ in ordered], dtype=np.int64)
        self._numbers = np.array([number for _, number in ordered], dtype=np.int64)
        self._there, self._starts = np.unique(self._of, return_index=True)

    def nearest(self, scores: Scores) -> tuple[Scores, NDArray[np.int64]]:
        """For each label the highest score above 0, and the number of that text; 0 and -1 where none is."""
        best, which = np.zeros(self._labels), np.full(self._labels, -1)
        if len(self._numbers):
            values = scores[self._numbers]
            best[self._there] = np.maximum.reduceat(values, self._starts)
            hits = np.flatnonzero((values == best[self._of]) & (values > 0))[::-1]
            which[self._of[hits]] = self._numbers[hits]
        return np.maximum(best, 0.0), which


class Matcher:
    """Labelled examples, ready to be held against messages. Built once, used from any thread; blocking.

    `own` is what the creator says; `own_stopped` is the share of it that all labels together may stop. On
    labels that are told `apart` it has no say: on such a subject it would let through what is asked.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        encoder: Encoder | None = None,
        own: OwnWords | None = None,
        own_stopped: float = OWN_STOPPED,
        apart: Apart = never_apart,
    ) -> None:
        self._encoder = encoder
        self._own_stopped = own_stopped
        self._apart = apart
        self._own = own
        self._phrases = [_Phrase(each) for each in examples if each.phrase]
        alike = [each for each in examples if not each.phrase]
        self._compared, self._examples = self._together([(each.text, each.lang) for each in alike])
        self._labels = sorted({each.label for each in alike if not each.allowed})
        numbered = list(enumerate(alike))
        self._meant = _Groups(self._labels, [(each.label, n) for n, each in numbered if not each.allowed])
        self._meant_by = tuple("" if each.allowed else each.label for each in alike)
        self._exceptions = [(each.label, n) for n, each in numbered if each.allowed]
        place = {label: number for number, label in enumerate(self._labels)}
        self._excepting = [(place[label], n) for label, n in self._exceptions if label in place]
        self._bars: dict[tuple[str, bool], _Bars] = {}
        self._lock = Lock()

    def read(self, text: str, lang: str) -> Said:
        """A message in a language, to be held against this matcher and others with its encoder."""
        return Said(text, lang, self._encoder)

    def match(self, said: Said) -> list[Match]:
        """The labels that a message falls under, surest first."""
        return sorted(self._weighed(said, MATCHED), key=lambda each: -each.confidence)

    def weigh(self, said: Said) -> list[Match]:
        """Each label's confidence for a message, whether or not it falls under it."""
        return self._weighed(said, 0.0)

    def _weighed(self, said: Said, least: float) -> list[Match]:
        best: dict[str, Match] = {}
        if self._labels:
            confidences, which = self._confidences(said, least)
            for number in np.flatnonzero(confidences >= least):
                example = self._compared[which[number]].text if which[number] >= 0 else ""
                name = self._labels[number]
                best[name] = Match(name, float(confidences[number]), example)
        for phrase in self._phrases:
            label = phrase.example.label
            if phrase.stands_in(said) and not self.excepts(said, label):
                known = best.get(label)
                if known is None or known.confidence < _PHRASE_CONFIDENCE:
                    known = Match(label, _PHRASE_CONFIDENCE, phrase.example.text)
                best[label] = replace(known, said=True)
        return list(best.values())

    def _confidences(self, said: Said, least: float) -> tuple[Scores, NDArray[np.int64]]:
        """Each label's confidence, and the number of its example that is nearest; no more than below `least`
        where it is.
        """
        bars = self._calibrated(said.lang, said.view.vector is None)
        nearest, which = self._nearest(said.view, *said.compared(self._examples))
        bare = bars.confidences(nearest)
        if not (bare >= least).any():
            # What is beside a label only lowers its confidence: most messages needn't be held against it.
            return bare, which
        beside = np.concatenate([said.to(texts) for texts in bars.beside])
        closest = np.where(bars.contrast, np.maximum(beside, 0.0), 0.0).max(axis=1, initial=0.0)
        # Across languages resemblance is on another scale than to what is harmless in this one.
        comparable = (which >= 0) & self._examples.of(said.lang)[which]
        nearest = np.where(comparable, nearest - np.maximum(0.0, closest - nearest), nearest)
        return bars.confidences(nearest), which

    def _nearest(self, one: View, scores: Scores, ground: Scores) -> tuple[Scores, NDArray[np.int64]]:
        """Each label's resemblance to its nearest example, and which that is; 0 where an exception is nearer.

        `scores` and `ground` are how alike the examples and a text are, and how alike on common ground.
        """
        nearest, which = self._meant.nearest(scores)
        common, _ = self._meant.nearest(ground)
        if not self._excepting:
            return nearest, which
        labels, numbers = np.array(self._excepting).T
        examples, own, pairs = which[labels], self._examples.of(one.lang), self._examples.pairs(one)
        same = (own[numbers] == own[examples]) & (pairs[numbers] == pairs[examples])
        near = np.where(same, scores[numbers] >= nearest[labels], ground[numbers] >= common[labels])
        near |= scores[numbers] >= _SAME  # whatever else it is like, it is what was let through
        excepted = [
            labels[at]
            for at in np.flatnonzero(near & (examples >= 0))
            if own[numbers[at]] or self._says_more(one, numbers[at], examples[at], own[examples[at]])
        ]
        nearest[excepted], which[excepted] = 0.0, -1
        return nearest, which

    def _says_more(self, one: View, exception: int, example: int, own: bool) -> bool:
        """Whether an exception in another language says enough of what a text says; and, where the example is
        in the text's `own` language, more of it than that.
        """
        said = agreement(one, self._compared[exception])
        return said >= _SAYS_ALIKE and not (own and said <= agreement(one, self._compared[example]))

    def shared(self, said: Said, example: str) -> int:
        """How many words of a topic a message and one of the examples share."""
        return max((in_common(said.view, each) for each in self._compared if each.text == example), default=0)

    def excepts(self, said: Said, label: str) -> bool:
        """Whether a message is all but one of a label's exceptions."""
        (scores, ground), own = said.compared(self._examples), self._examples.of(said.lang)
        return any(
            scores[number] >= _SAME
            or (
                not own[number]
                and ground[number] >= _SAME_ACROSS
                and agreement(said.view, self._compared[number]) >= _SAYS_THE_SAME
            )
            for other, number in self._exceptions
            if other == label
        )

    def _views(self, texts: Sequence[tuple[str, str]]) -> list[View]:
        return views(texts, self._encoder)

    @property
    def whole(self) -> bool:
        """Whether every example was encoded, where there is an encoder: an endpoint may be away just now."""
        return self._encoder is None or self._examples.whole

    def _calibrated(self, lang: str, blind: bool) -> _Bars:
        """Each label's bar in a language; the first message in it waits for that, a fraction of a second."""
        key = (base(lang), blind)
        with self._lock:
            known = self._bars.get(key)
            if known is None:
                if len(self._bars) >= _LANGUAGES:
                    self._bars.clear()
                known = self._bars[key] = self._measure(*key)
            return known

    def _measure(self, lang: str, blind: bool) -> _Bars:
        far, talk = self._harmless(lang, blind)
        apart = np.array([self._apart(label, lang) for label in self._labels], dtype=bool)
        # Where it has no say on any label, what the creator says needn't be read.
        own = Likeness(()) if apart.all() or not self._own else self._own.sentences()
        share = 1.0 - self._own_stopped / len(self._labels)
        has_say = own.of(lang)[:, None] & ~apart
        return _bars(lang, self._far(talk, far), self._near(own, blind), share, (talk, own), has_say)

    def _near(self, own: Likeness, blind: bool) -> Scores:
        """How alike each of the creator's sentences is to each label: a row each."""
        if not len(own):
            return np.zeros((0, len(self._labels)))
        examples = (replace(each, vector=None) if blind else each for each in self._compared)
        scores = np.stack([own.to(each) for each in examples], axis=1)
        return np.stack([self._meant.nearest(each)[0] for each in scores])

    def _far(self, talk: Likeness, texts: Sequence[View]) -> Scores:
        """How alike harmless talk is to each label: the same for all who have the same examples."""
        kept, key = _far.setdefault(self._examples, {}), (talk, self._meant_by)
        if key not in kept:
            kept[key] = self._columns(texts)
        return kept[key]

    def _columns(self, texts: Sequence[View]) -> Scores:
        """Each text's resemblance to each label's nearest example, a row each.

        Whatever exceptions take out: a text that isn't meant says how alike such texts are all the same.
        """
        rows = [self._meant.nearest(self._examples.to(each))[0] for each in texts]
        return np.stack(rows) if rows else np.zeros((0, len(self._labels)))

    def _harmless(self, lang: str, blind: bool) -> _Read:
        """Harmless talk in a language as it is compared."""
        return self._together([(text, lang) for text in harmless(lang)], blind=blind)

    def _together(self, texts: Sequence[tuple[str, str]], *, blind: bool = False) -> _Read:
        """Texts as they are compared, kept for all matchers of the process: many avatars have the same rules.

        `blind`: without vectors.
        """
        name = "" if blind or self._encoder is None else self._encoder.name
        key = (name, tuple(texts))
        known = _read.get(key)
        if known is None:
            found = self._views(texts) if name else [view(*each) for each in texts]
            known = (found, Likeness(found))
            if not name or known[1].whole:
                _read[key] = known
        with suppress(KeyError):  # not kept, or another thread was first
            _read.move_to_end(key)
            while len(_read) > _READ:
                _read.popitem(last=False)
        return known
