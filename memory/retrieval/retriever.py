"""One creator's replica of the search index: changes in, rankings out. Blocking; no database."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from memory.retrieval import gate, leaning, queries, quotes, told_kinds
from memory.retrieval.analysis import base
from memory.retrieval.calibration import Gates
from memory.retrieval.candidates import Candidate
from memory.retrieval.dense import DenseIndex, Entry
from memory.retrieval.encoder import Encoder, EncoderUnavailable
from memory.retrieval.kept_levels import KeptLevels
from memory.retrieval.lexical import LexicalIndex
from memory.retrieval.merging import Ranked, merge, spread_out
from memory.retrieval.ranking import Asked, Scope
from memory.retrieval.titles import locked_tiers
from memory.retrieval.views import above, analyse
from memory.types import Hit, IndexedPassage, Question, Quote, Ranking

logger = logging.getLogger(__name__)

_QUOTED_FROM = 3
# How sure an answer is that says the question nearly whole, whatever else a corpus holds.
_SURE = 0.75


_NOTHING = Ranking((), None, 0.0, gate.THRESHOLD, answerable=False, cross_lingual=False)


def _confidence(one: Ranked) -> float:
    measured = gate.confidence(one.above, one.candidate.channel)
    return max(measured, _SURE) if one.whole else measured


def _in_context(passage: IndexedPassage) -> str:
    """What a passage's vector is made of: "Yes, for six euros." means what its heading asks."""
    heading, _ = above(passage)
    return f"{heading}\n{passage.text}" if heading else passage.text


class Retriever:
    """What one creator has published, searchable: public passages and gated ones in indexes of their own.

    Safe for many searching threads beside one that changes it. ``position`` is the feed position of the
    last commit, 0 where the index is new or had to be begun anew.
    """

    def __init__(self, folder: Path, *, encoder: Encoder | None, chroma_url: str | None = None) -> None:
        self._public = LexicalIndex(folder / "public")
        self._gated = LexicalIndex(folder / "gated")
        self._encoder = encoder
        self._changes = 0
        self._dense = DenseIndex(folder / "dense", encoder.name, chroma_url) if encoder is not None else None
        kept = KeptLevels(folder / "levels.json")
        self._gates = Gates(self._public, self._dense, encoder, kept)
        self.position = min(self._public.position, self._gated.position)
        if self._dense is not None and self._dense.fresh:
            self.position = 0

    def add(self, passages: Sequence[IndexedPassage]) -> None:
        """Put passages in, replacing those with the same ids; found after ``commit``.

        Those whose vectors can't be made just now are found by their words and *owed*: put in again, what
        was missing is made up for.
        """
        self._changes += len(passages)
        for passage in passages:
            here, there = (self._public, self._gated) if passage.tier is None else (self._gated, self._public)
            there.remove([passage.id])
            here.add(passage, *analyse(passage))
        if self._encoder is not None and self._dense is not None:
            covered = [passage for passage in passages if self._encoder.covers(passage.lang)]
            self._dense.remove([passage.id for passage in passages])
            try:
                vectors = (
                    self._encoder.encode([_in_context(passage) for passage in covered]) if covered else ()
                )
            except EncoderUnavailable as error:
                logger.warning("%s Passages are found by their words until it answers.", error)
                self._dense.owe(passage.id for passage in covered)
            else:
                self._dense.add(Entry(p.id, p.tier, v) for p, v in zip(covered, vectors, strict=True))

    def owed(self, limit: int) -> list[int]:
        """At most ``limit`` passages that are found by their words alone and could be put in again now."""
        if self._dense is None or self._encoder is None or self._encoder.resting():
            return []
        return self._dense.owed(limit)

    def remove(self, passage_ids: Sequence[int]) -> None:
        """Take passages out from the next ``commit`` on; unknown ids are ignored."""
        self._changes += len(passage_ids)
        self._public.remove(passage_ids)
        self._gated.remove(passage_ids)
        if self._dense is not None:
            self._dense.remove(passage_ids)

    def commit(self, position: int) -> None:
        """Make changes searchable, and keep the feed position with them durably."""
        # The position goes last: after a crash in between, the feed repeats what it didn't get to.
        if self._dense is not None:
            self._dense.commit()
        self._gated.commit(position)
        self._public.commit(position)
        self._gates.changed(self._changes)
        self._changes = 0
        self.position = position

    def count(self) -> int:
        """How many passages are searchable, gated ones included."""
        return self._public.count() + self._gated.count()

    def search(self, question: Question) -> Ranking:
        """Rank what the viewer may see, pick the quote, and say whether it answers."""
        if not queries.asks(question.text, question.lang):
            return _NOTHING
        whole = f"{question.text} {question.after}".rstrip()
        asked = Asked(whole, question.lang, self._encoder, question.called)
        # A price is told without the words that ask for it, too: "the cup is 18 euros".
        if asking := told_kinds.asking_words(question.text, question.lang):
            ranking = self._ranked(asked.lightened(asking), question)
            if ranking.answerable and self._tells(ranking, question):
                return ranking
        return self._ranked(asked, question)

    def _ranked(self, asked: Asked, question: Question) -> Ranking:
        levels = self._gates.levels(question.lang)
        ranked = merge(self._candidates(asked, question), levels)
        shown = spread_out(ranked, question.limit)
        if not shown:
            return _NOTHING
        hits = tuple(self._hit(one) for one in shown)
        telling = [one for one in shown if one.candidate.view.tells]
        # A title that says all of a question for a price has none: what stands behind it may, but not any
        # price where the question names only "it".
        if question.after or not leaning.points_back(question.text, question.lang):
            telling = [one for one in telling if self._may_hold(one, question)] or telling
        telling = telling[:_QUOTED_FROM]
        if not telling:  # posts that only ask answer nothing, however much they say of the question
            return replace(_NOTHING, hits=hits)
        best = telling[0]
        sure = _confidence(best)
        if question.after:
            quote = leaning.answered(best.candidate, question, self._public.snapshot())
        else:
            beside = [one.candidate for one in telling if one.beside(best)]
            quote = quotes.choose(beside, replace(question, text=asked.text))
        if quote is not None and not self._may_answer(shown, quote, question):
            sure = 0.0
        answerable = sure >= gate.THRESHOLD and quote is not None
        abroad = base(best.candidate.view.passage.lang) not in (base(question.lang), "und")
        return Ranking(hits, quote, sure, gate.THRESHOLD, answerable, abroad)

    @staticmethod
    def _tells(ranking: Ranking, question: Question) -> bool:
        """Whether the quote tells what is asked for, where that is told beside a number."""
        lang = ranking.hits[0].lang
        return ranking.quote is not None and (
            told_kinds.tells(ranking.quote.text, lang, question.text, question.lang)
        )

    @staticmethod
    def _may_hold(one: Ranked, question: Question) -> bool:
        """Whether a passage can hold the kind of thing that is asked for."""
        passage = one.candidate.view.passage
        said = "\n".join((passage.title, passage.heading, passage.text))
        return told_kinds.may_tell(said, passage.lang, question.text, question.lang)

    def _may_answer(self, shown: Sequence[Ranked], quote: Quote, question: Question) -> bool:
        """Whether the quoted passage can hold what is asked for, and the quote leaves none of it out."""
        one = next(one for one in shown if one.candidate.view.passage.id == quote.passage_id)
        lang = one.candidate.view.passage.lang
        return self._may_hold(one, question) and not (
            leaning.leaves_out(question.text, question.lang, quote.text, lang)
        )

    def _candidates(self, asked: Asked, question: Question) -> list[Candidate]:
        left = question.without
        found = Scope(self._public.snapshot(), self._dense, without=left).candidates(asked)
        if question.tiers:
            found += Scope(self._gated.snapshot(), self._dense, question.tiers, left).candidates(asked)
        return found

    @staticmethod
    def _hit(one: Ranked) -> Hit:
        candidate = one.candidate
        passage = candidate.view.passage
        return Hit(
            passage.id, passage.source_id, _confidence(one),
            min(1.0, candidate.lexical), candidate.cosine, passage.text, passage.lang, passage.title,
            passage.heading,
        )  # fmt: skip

    def locked_tiers(self, question: Question, ranking: Ranking) -> tuple[str, ...]:
        """The tiers of gated passages that the viewer may not see and whose titles match the question.

        Only titles are looked at: they are what a fan without the tier is shown of a locked item. Where
        the ranking answers, only a title counts that says more of the question than the best passage.
        """
        asked = Asked(question.text, question.lang, None)
        best = ranking.hits[0] if ranking.answerable else None
        return locked_tiers(self._gated.snapshot(), self._public.snapshot(), asked, question.tiers, best)

    def close(self) -> None:
        """Let go of the files."""
        self._public.close()
        self._gated.close()
        if self._dense is not None:
            self._dense.close()
