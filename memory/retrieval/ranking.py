"""From a question to scored passages: two channels of words, and the encoder. Their order is merging.py's."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from memory.retrieval import bare, cues, frames, named, naming, pivot, queries, terms
from memory.retrieval.analysis import base
from memory.retrieval.candidates import Candidate, Channel
from memory.retrieval.dense import DenseIndex
from memory.retrieval.encoder import Encoder, EncoderUnavailable, Vectors
from memory.retrieval.lexical import Restriction, Snapshot
from memory.retrieval.probe import Coverage, cover
from memory.retrieval.views import PassageView

logger = logging.getLogger(__name__)

_CANDIDATES = _NEAREST = 6
_MENTIONS = 24  # of a name that is all of a question: who it is may stand in any
# Measured: what the best sentence's coverage adds to a passage's own score, and what the cosine adds.
_SENTENCE = {"native": 0.3, "crossing": 0.6}
_COSINE = {"native": 1.7, "crossing": 0.6}
# What the gate weighs across languages: the cosine, and the idf that the best sentence meets, since a lexicon
# knows only some of a question's words. A passage without a vector is taken to be as near as any other.
_SEEN, _MET = 1.2, 0.03
_ANY_COSINE = 0.2
_MOST = 0.5
_CROWDED = 0.4


class Asked:
    """A question made ready once for all indexes; what none of them needs isn't worked out."""

    def __init__(self, text: str, lang: str, encoder: Encoder | None, called: tuple[str, ...] = ()) -> None:
        self.text = frames.without(text, lang, called)
        self.lang = lang
        #: Words that name the creator; nearly all passages are by them, and few say so.
        self.light = frames.of_whom(self.text, called)
        #: Whether the vector is the question's own, not that of its English rendering.
        self.own_vector = encoder is not None and encoder.covers(lang)
        self._encoder = encoder
        self._called = called
        self._glosses: tuple[pivot.Gloss, ...] | None = None
        self._vector: Vectors | None = None

    def lightened(self, words: frozenset[str]) -> "Asked":
        """The same question, in which these words count for little."""
        again = copy(self)
        again.light, again._glosses = self.light | words, None
        return again

    def glosses(self) -> tuple[pivot.Gloss, ...]:
        """The question on the common ground of languages."""
        if self._glosses is None:
            found = pivot.glosses(self.text, self.lang, everyday=True)
            if not naming.asks(self.text, self.lang):
                found = list(map(_not_calling, found))
            self._glosses = tuple(
                replace(one, weight=terms.FUNCTION_WEIGHT) if one.word in self.light else one for one in found
            )
        return self._glosses

    @cached_property
    def bare(self) -> bare.Bare | None:
        """What it says where that is a name or a year alone."""
        return bare.read(self.text, self.lang)

    @cached_property
    def because(self) -> bool:
        """Whether it asks for a cause."""
        return "cause" in cues.asked_for(self.text, self.lang)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names and numbers that it asks about, without the creator's own."""
        return named.of_others(named.read(self.text, self.lang), self._called)

    def to_encode(self) -> str:
        """What its vector is made of: the question, or its English rendering; empty where neither serves."""
        if self._encoder is None:
            return ""
        return self.text if self.own_vector else pivot.in_english(self.glosses())

    def vector(self) -> Vectors | None:
        """Its vector, made once; None without an encoder, or while the encoder can't be asked. Blocking."""
        text = self.to_encode()
        if self._vector is None and self._encoder is not None and text:
            try:
                self._vector = self._encoder.encode([text])[0]
            except EncoderUnavailable as error:
                logger.warning("searching without vectors: %s", error)
        return self._vector


def _not_calling(gloss: pivot.Gloss) -> pivot.Gloss:
    """A gloss without the name that a word means only where one is asked for: "la llama", "a chama"."""
    others = tuple(pair for pair in gloss.stems if pair[0] not in naming.stems("en"))
    return replace(gloss, stems=others or gloss.stems)


# Both halves of a search leave the interpreter's lock for most of their time.
_beside = ThreadPoolExecutor(max_workers=2, thread_name_prefix="encode")


@dataclass(slots=True)
class Scope:
    """One index of a creator (public, or gated with the viewer's tiers) and what searches it.

    ``without``: passages that aren't to be found, and take no other's place among the few that are.
    """

    snapshot: Snapshot
    dense: DenseIndex | None
    tiers: frozenset[str] = frozenset()
    without: frozenset[int] = frozenset()

    def candidates(
        self, asked: Asked, only: Channel | None = None, at_home: str | None = None
    ) -> list[Candidate]:
        """Everything worth a look in this index, each channel (or one ``only``) scored on its own scale.

        Passages in the language ``at_home`` (the question's, where none is given) are native.
        """
        lang = base(at_home or asked.lang)
        dense = self.dense if self.dense is not None and self.dense.holds_any(self.tiers) else None
        nearest = self._begin_nearest(asked, dense) if dense is not None else None
        searched: list[_Searched] = []
        if only != "crossing":
            native = queries.native(asked.text, asked.lang, self.snapshot, asked.light)
            searched.append(self._by_words("native", native, asked, self._restriction()))
        if only != "native" and self.snapshot.has_other_language(lang):
            crossing = queries.crossing(
                asked.glosses(), self.snapshot, naming.pattern_in(asked.text, asked.lang)
            )
            searched.append(self._by_words("crossing", crossing, asked, self._restriction(not_lang=lang)))
        # What words found is looked at while the encoder is still at work.
        told = [list(one.candidates(one.matched)) for one in searched]
        vector, ids = nearest.result() if nearest is not None else (None, ())
        if dense is None or vector is None:
            return list(chain.from_iterable(told))
        near = self.snapshot.views(ids)
        for one, mine in zip(searched, told, strict=True):
            own = one.channel == "native"
            beside = one.beside(view for view in near if (base(view.passage.lang) == lang) == own)
            mine.extend(one.candidates(beside))
        found = list(chain.from_iterable(told))
        cosines = dense.similarities(vector, [c.view.passage.id for c in found], self.tiers)
        crowds = {one: dense.crowd(one, self.tiers) for one in cosines}
        _add_cosines(found, cosines, crowds, own=asked.own_vector)
        return found

    def _restriction(self, not_lang: str | None = None) -> Restriction:
        return Restriction(self.tiers, not_lang=not_lang, without=self.without)

    def _begin_nearest(self, asked: Asked, dense: DenseIndex) -> Future[tuple[Vectors | None, Iterable[int]]]:
        """Have the question encoded and its nearest passages found while words are looked up."""
        asked.to_encode()  # works out the glosses, which words need too, before both threads ask for them

        def nearest() -> tuple[Vectors | None, Iterable[int]]:
            vector = asked.vector()
            if vector is None:
                return None, ()
            found = dense.search(vector, _NEAREST + len(self.without), self.tiers)
            return vector, [one for one in found if one not in self.without][:_NEAREST]

        return _beside.submit(nearest)

    def _by_words(
        self, channel: Channel, query: queries.Query, asked: Asked, restriction: Restriction
    ) -> "_Searched":
        only = asked.bare
        limit = _MENTIONS if only is not None and only.names and channel == "crossing" else _CANDIDATES
        hits = self.snapshot.search(query.clauses, limit, restriction)
        views = [self.snapshot.view(hit.id, hit.address) for hit in hits]
        return _Searched(
            channel, query, asked, [(hit.score / query.whole, v) for hit, v in zip(hits, views, strict=True)]
        )


@dataclass(slots=True)
class _Searched:
    """What one channel found: passages with the share of the question's words that they match."""

    channel: Channel
    query: queries.Query
    asked: Asked
    matched: list[tuple[float, PassageView]]

    def beside(self, near: Iterable[PassageView]) -> list[tuple[float, PassageView]]:
        """What only the encoder found; it matches fewer words than the last that words found."""
        floor = 0.5 * min((lexical for lexical, _ in self.matched), default=0.0)
        known = {view.passage.id for _, view in self.matched}
        return [(floor, view) for view in near if view.passage.id not in known]

    def candidates(self, matched: Iterable[tuple[float, PassageView]]) -> Iterator[Candidate]:
        """Each passage with its score by words alone."""
        for lexical, view in matched:
            facets = view.pivot if self.channel == "crossing" else view.native
            coverage = cover(self.query.items, facets)
            best = max(coverage.sentences, default=0.0)
            if view.habitual or coverage.bounded:
                lexical = min(lexical, coverage.whole)
            words = lexical + _SENTENCE[self.channel] * best
            evidence = words * self.query.substance * self._told(coverage)
            if self.channel == "crossing":
                # A passage that says one word of the question again and again doesn't say more of it.
                said = min(lexical, coverage.whole) + _SENTENCE["crossing"] * best
                evidence = said * self.query.substance + _MET * best * self.query.mass
            told = self._said_by(view)
            if told:
                coverage = Coverage(1.0, told, told, told)
            yield Candidate(
                view, self.channel, lexical, coverage, self.query.topic,
                said=self.asked.bare if told else None, names=self.asked.names, because=self.asked.because,
                words=words, score=words, evidence=evidence,
            )  # fmt: skip

    def _said_by(self, view: PassageView) -> tuple[float, ...]:
        """How much each sentence says of all that a question with nothing but a name says; () for none."""
        passage, bare = view.passage, self.asked.bare
        if bare is None or not view.tells or not bare.said_by(passage.text, passage.lang):
            return ()
        said = [
            bare.said_by(passage.text[sentence.start : sentence.end], passage.lang)
            if sentence.role in ("tells", "heads")
            else 0.0
            for sentence in view.sentences
        ]
        return tuple(said) if any(said) else ()

    def _told(self, coverage: Coverage) -> float:
        """Less than 1 where a short word that is most of the question ("¿qué es la cal?") isn't there."""
        share = self.query.telling
        return 1.0 - share if share > _MOST and coverage.whole <= 1.0 - share else 1.0


def _add_cosines(
    found: Sequence[Candidate], cosines: Mapping[int, float], crowds: Mapping[int, float], *, own: bool
) -> None:
    """Fuse the encoder's cosines into the scores; ``own``: the vector is of the question as it was asked."""
    # Where words match poorly (a paraphrase), the encoder has the say.
    sure = min(1.0, max((c.words for c in found if c.channel == "native"), default=0.0))
    for candidate in found:
        cosine = candidate.cosine = cosines.get(candidate.view.passage.id)
        if candidate.channel == "crossing":
            known = _ANY_COSINE if cosine is None else cosine
            candidate.score = candidate.words + _COSINE["crossing"] * known
            candidate.evidence += _SEEN * known
        elif cosine is None:
            continue
        elif own:
            # A passage near to everything is near to this question too (Lample et al. 2018 correct alike).
            apart = cosine - _CROWDED * crowds[candidate.view.passage.id]
            candidate.score = candidate.words * sure + _COSINE["native"] * apart
            candidate.evidence += cosine
            candidate.seen = True
        else:
            candidate.score = candidate.words + _COSINE["crossing"] * cosine
            candidate.evidence += _COSINE["crossing"] * cosine
