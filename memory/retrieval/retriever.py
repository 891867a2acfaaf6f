"""One creator's replica of the search index: changes in, rankings out. Blocking; no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from memory.retrieval import analysis, cues, pivot, queries, quotes, terms
from memory.retrieval.encoder import Encoder
from memory.retrieval.lexical import LexicalIndex, Restriction, Snapshot
from memory.retrieval.probe import Coverage, cover
from memory.retrieval.views import PassageView, ViewCache
from memory.types import Hit, IndexedPassage, Question, Quote, Ranking

_CANDIDATES = 10
_VIEWS = 2000


@dataclass(slots=True)
class _Candidate:
    view: PassageView
    lexical: float
    coverage: Coverage
    score: float


class Retriever:
    """What one creator has published, searchable: public passages and gated ones in indexes of their own.

    Safe for many searching threads beside one that changes it. ``position`` is the feed position of the
    last commit, 0 where the index is new or had to be begun anew.
    """

    def __init__(self, folder: Path, *, encoder: Encoder | None, chroma_url: str | None = None) -> None:
        self._public = LexicalIndex(folder / "public")
        self._gated = LexicalIndex(folder / "gated")
        self._views = ViewCache(_VIEWS)
        self.position = min(self._public.position, self._gated.position)

    def add(self, passages: Sequence[IndexedPassage]) -> None:
        """Put passages in, replacing those with the same ids; found after ``commit``."""
        for passage in passages:
            found = terms.units(passage.text, passage.lang)
            fields = {name: [term for term, _ in pairs] for name, pairs in terms.by_field(found).items()}
            glosses = pivot.glosses(passage.text, passage.lang)
            fields["pivot"] = pivot.stems_of_passage(glosses)
            fields["names"] = pivot.names_of_passage(glosses)
            here, there = (self._public, self._gated) if passage.tier is None else (self._gated, self._public)
            there.remove([passage.id])
            here.add(passage, fields)

    def remove(self, passage_ids: Sequence[int]) -> None:
        """Take passages out from the next ``commit`` on; unknown ids are ignored."""
        self._public.remove(passage_ids)
        self._gated.remove(passage_ids)

    def commit(self, position: int) -> None:
        """Make changes searchable, and keep the feed position with them durably."""
        self._gated.commit(position)
        self._public.commit(position)
        self._views.clear()
        self.position = position

    def count(self) -> int:
        """How many passages are searchable, gated ones included."""
        return self._public.count() + self._gated.count()

    def search(self, question: Question) -> Ranking:
        """Rank what the viewer may see, pick the quote, and say whether it answers."""
        glosses = pivot.glosses(question.text, question.lang)
        found = self._both(question, glosses, self._public.snapshot(), frozenset())
        if question.tiers:
            found += self._both(question, glosses, self._gated.snapshot(), question.tiers)
        found.sort(key=lambda candidate: -candidate.score)
        quote = self._quote(question, found)
        hits = tuple(self._hit(candidate) for candidate in found[: question.limit])
        confidence = min(1.0, found[0].score / 1.3) if found else 0.0
        crossed = bool(found) and analysis.base(found[0].view.passage.lang) != analysis.base(question.lang)
        return Ranking(hits, quote, confidence, 0.3, confidence >= 0.3, crossed)

    def _both(
        self, question: Question, glosses: Sequence[pivot.Gloss], snapshot: Snapshot, tiers: frozenset[str]
    ) -> list[_Candidate]:
        lang = analysis.base(question.lang)
        native = queries.native(question.text, question.lang, snapshot)
        found = self._search(snapshot, native, Restriction(tiers), crossing=False)
        crossing = queries.crossing(glosses, snapshot)
        return found + self._search(snapshot, crossing, Restriction(tiers, not_lang=lang), crossing=True)

    def _search(
        self, snapshot: Snapshot, query: queries.Query, restriction: Restriction, *, crossing: bool
    ) -> list[_Candidate]:
        found = []
        for raw, address in snapshot.search(query.clauses, _CANDIDATES, restriction):
            view = self._views.get(snapshot.id(address), lambda: snapshot.passage(address))  # noqa: B023 (called at once)
            coverage = cover(query.items, view.pivot if crossing else view.native)
            score = raw / query.whole
            found.append(
                _Candidate(view, score, coverage, score + 0.3 * max(coverage.sentences, default=0.0))
            )
        return found

    @staticmethod
    def _quote(question: Question, found: Sequence[_Candidate]) -> Quote | None:
        kinds = cues.asked_for(question.text, question.lang)
        if not found:
            return None
        scores = quotes.score_sentences(found[0].view, found[0].coverage, kinds, question.text)
        return quotes.best_quote(found[0].view, scores)

    @staticmethod
    def _hit(candidate: _Candidate) -> Hit:
        passage = candidate.view.passage
        return Hit(
            passage.id, passage.source_id, min(1.0, candidate.score / 1.3), min(1.0, candidate.lexical), None,
            passage.text, passage.lang, passage.title,
        )  # fmt: skip

    def locked_tiers(self, question: Question) -> tuple[str, ...]:
        """The tiers of gated passages that the viewer may not see and whose titles match the question."""
        return ()

    def close(self) -> None:
        """Let go of the files."""
        self._public.close()
        self._gated.close()
