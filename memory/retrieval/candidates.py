"""A passage that may answer a question, and what of the question it says; finding it is ranking.py's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from memory.retrieval import bare, cues, gate, named, queries
from memory.retrieval.analysis import base
from memory.retrieval.probe import Coverage, Facets, cover, met
from memory.retrieval.views import PassageView

Channel = Literal["native", "crossing"]

# What the gate takes off at most where a passage has little of the question: more where a cosine adds to the
# evidence of all that is near to its topic, less of grams, which are never met whole, and half of words that
# are held against another language's. A word so rare (idf) says something of a question by itself.
_DOUBT, _DOUBT_RUNS, _DOUBT_SEEN, _DOUBT_ABROAD = 0.5, 0.3, 0.3, 0.5
_RARE = 3.5
# ... and of a question all of whose names the passage lacks.
_DOUBT_NAMED = 0.6
# Where a cause is asked for, sentences that say so much of what the best does may be beside it.
_NEARLY = 0.7
# A passage says a question nearly whole where one of its sentences holds so much of the topic, which must
# weigh so much. One word alone is said in passing in a sentence of more characters.
_WHOLE, _WEIGHTY, _IN_PASSING = 0.85, 1.5, 120


@dataclass(slots=True)
class Candidate:
    """A passage that may answer.

    ``words`` and ``cosine`` are about 0..1; ``score`` orders the candidates of one channel; ``evidence`` is
    what the gate weighs; ``seen``: the cosine with the question itself is part of it.
    """

    view: PassageView
    channel: Channel
    lexical: float
    coverage: Coverage
    topic: queries.Topic
    cosine: float | None = None
    #: The question, where it is a name or a year alone and the passage says that.
    said: bare.Bare | None = None
    #: The names and numbers that the question asks about.
    names: tuple[str, ...] = ()
    #: Whether the question asks for a cause.
    because: bool = False
    words: float = 0.0
    score: float = 0.0
    evidence: float = 0.0
    seen: bool = False

    @property
    def facets(self) -> Facets:
        """Its sentences, and what stands above them, in the space in which it was found."""
        return self.view.pivot if self.channel == "crossing" else self.view.native

    def doubt(self, beside: Sequence[PassageView] = ()) -> float:
        """What the gate takes off the evidence, since the question asks more than the passage speaks of.

        In a corpus about one thing every passage has that thing's word, and whatever is asked of it ("who
        invented ...?") is half covered. Where one common word is all that is met, that says little; a rare
        one says more, and a long question may well be answered in other words than its own. A name or a
        number, though, has no other words: ``beside`` are passages of its source that may have it.
        """
        said, whole = self.meets(self.topic)
        if not whole:
            return 0.0
        runs = self.channel == "native" and self.topic.lang in gate.UNSPACED
        most = (_DOUBT_RUNS if runs else _DOUBT) + self.seen * _DOUBT_SEEN
        if self.channel == "native" and not self.at_home():
            most *= _DOUBT_ABROAD
        doubt = most * (1.0 - said / whole) / max(1.0, said / _RARE) ** 2
        return doubt + _DOUBT_NAMED * self.lacks(beside)

    def unexplained(self) -> bool:
        """Whether it tells what is to be explained, and nowhere near that a cause, which is asked for."""
        covered = self.coverage.distinctive
        near = _NEARLY * max(covered, default=0.0)
        return self.because and not any(
            self.explains(index) for index, share in enumerate(covered) if share >= near
        )

    def explains(self, place: int) -> bool:
        """Whether a sentence tells a cause, or one beside it."""
        passage, spans = self.view.passage, self.view.spans[max(0, place - 1) : place + 2]
        return any(cues.bears(passage.text[start:end], passage.lang, "cause", "") for start, end in spans)

    def meets(self, topic: queries.Topic) -> tuple[float, float]:
        """What the words of a topic that the passage has weigh, and what all of them weigh."""
        found = met([item for item, _ in topic.words], self.facets)
        # A word that is met half (inflected, or in a compound) is met.
        said = sum(
            min(1.0, 2.0 * value) * item.weight * worth
            for value, (item, worth) in zip(found, topic.words, strict=True)
        )
        return said, sum(item.weight * worth for item, worth in topic.words)

    def lacks(self, beside: Sequence[PassageView] = ()) -> float:
        """The share (0..1) of the names and numbers asked about that the passage lacks, and those beside.

        Another language writes names in its own way, and numbers in the same digits.
        """
        names = self.names if self.at_home() else tuple(one for one in self.names if one[0].isdigit())
        return named.lacking(names, self.view, beside)

    def at_home(self) -> bool:
        """Whether it was found by its own words, which are in the asker's language."""
        return self.channel == "native" and base(self.view.passage.lang) in (self.topic.lang, "und")

    def named(self) -> float:
        """How much (0..1) of a name that is all of the question it says."""
        return max(self.coverage.own, default=0.0) if self.said is not None else 0.0

    def only_mentioned(self, at_home: PassageView) -> bool:
        """Whether it says the whole name of whom a passage in the asker's language only mentions."""
        return self.said is not None and self.named() >= 1.0 and self.said.mentioned(at_home.passage.text)

    def says_all(self) -> bool:
        """Whether the passage, in the asker's language, says the question nearly whole."""
        topic = self.topic
        if topic.mass < _WEIGHTY or not self.at_home() or self.lacks():
            return False
        anywhere = topic.numbers or len(topic.items) > 1
        covered = cover(topic.items, self.view.native).sentences
        return any(
            share >= _WHOLE
            and (anywhere or end - start <= _IN_PASSING)
            and (not self.because or self.explains(index))
            for index, (share, (start, end)) in enumerate(zip(covered, self.view.spans, strict=True))
        )
