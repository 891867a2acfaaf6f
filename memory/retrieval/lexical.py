"""One tantivy index on disk: its fields, commits, durable position and weighted search. No ranking policy."""

import logging
import math
import shutil
import threading
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import orjson
import tantivy
from tantivy import Occur, Query

from memory.retrieval import habits
from memory.retrieval.analysis import base
from memory.retrieval.views import Notes, PassageView, ViewCache
from memory.types import IndexedPassage

logger = logging.getLogger(__name__)

# Raise it whenever the analysis, the lexicon or the schema changes: an index with another number is rebuilt.
INDEX_VERSION = 25
TEXT_FIELDS = ("words", "pairs", "grams", "pivot", "names", "title", "formulas")
_VIEWS = 2000
_REMEMBERED = 20_000  # document frequencies
# Bytes, taken as they are needed, between two commits. Some thousand passages make one segment then, of which
# tantivy merges eight to one: a search looks into each.
_HEAP = 120_000_000
_PASSAGE = "passage"
# As many as tie for the last place are looked at, so that it isn't the order of import that chooses.
_TIED = 200
# Background passages mixed into document frequencies: with a dozen passages, a word's absence from all
# of them must not look as telling as it would among thousands.
_SMOOTHING = 20.0
_POSITION = "position"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("shuffle", fast=True)
    for name in ("kind", "tier", "lang"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_bytes_field("body", stored=True)
    return builder.build()


SCHEMA = _schema()


def _rounded(score: float) -> float:
    # Sums of the same shares differ by the order in which they were added.
    return round(score, 4)


def _numbered(passage_id: int) -> Query:
    # Deleting by term takes every number for a signed one, and finds nothing in this field.
    return Query.term_query(SCHEMA, "id", passage_id)


def _body(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> bytes:
    return bytes(searcher.doc(address).get_first("body") or b"")


@dataclass(frozen=True, slots=True)
class Clause:
    """A term to look for, and what one occurrence in a passage of average length adds to its score."""

    field: str
    term: str
    weight: float
    #: Also count terms one letter away, at this share of the weight.
    fuzzy: float = 0.0


@dataclass(frozen=True, slots=True)
class Restriction:
    """Which passages a search may see at all. Empty tiers: no restriction by tier."""

    tiers: frozenset[str] = frozenset()
    not_tiers: frozenset[str] = frozenset()
    not_lang: str | None = None
    without: frozenset[int] = frozenset()


class Found(NamedTuple):
    """A passage that a search found, what it scored, and where it stands."""

    id: int
    score: float
    address: tantivy.DocAddress


class LexicalIndex:
    """A tantivy index in ``folder``: one writer, any number of searching threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._writer: tantivy.IndexWriter | None = None
        self._index = self._open()
        self._snapshot = Snapshot(self._index.searcher())
        self.position = self._read_position()

    def _open(self) -> tantivy.Index:
        """Open the index, or begin it anew where its version differs or it can't be read."""
        stamp = self._folder / "version"
        if self._folder.exists():
            try:
                if stamp.read_text("ascii") != str(INDEX_VERSION):
                    raise ValueError("made by another version")
                index = tantivy.Index.open(str(self._folder))
                index.searcher()
            except (OSError, ValueError) as error:
                logger.warning("index in %s is begun anew: %s", self._folder, error)
                shutil.rmtree(self._folder)
            else:
                return self._prepared(index)
        self._folder.mkdir(parents=True)
        index = tantivy.Index(SCHEMA, path=str(self._folder))
        stamp.write_text(str(INDEX_VERSION), "ascii")
        return self._prepared(index)

    @staticmethod
    def _prepared(index: tantivy.Index) -> tantivy.Index:
        tokenizer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer("whitespace", tokenizer)
        index.config_reader("manual")
        index.reload()
        return index

    def _read_position(self) -> int:
        kept = self._folder / _POSITION
        said = kept.read_text("ascii") if kept.exists() else ""
        return int(said) if said.isdigit() else 0

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, 1)
        return self._writer

    def add(self, passage: IndexedPassage, fields: Mapping[str, Iterable[str]], notes: Notes) -> None:
        """Put a passage in, in place of one with the same id; found after the next ``commit``."""
        document = tantivy.Document()
        document.add_unsigned("id", passage.id)
        document.add_unsigned("shuffle", zlib.crc32(passage.text.encode()))
        document.add_text("kind", _PASSAGE)
        document.add_text("tier", passage.tier or "")
        document.add_text("lang", base(passage.lang))
        for name, terms in fields.items():
            document.add_text(name, " ".join(terms))
        body = [getattr(passage, field.name) for field in fields_of(passage)]
        document.add_bytes("body", orjson.dumps([body, list(notes)]))
        with self._lock:
            writer = self._open_writer()
            writer.delete_documents_by_query(_numbered(passage.id))
            writer.add_document(document)

    def remove(self, passage_ids: Iterable[int]) -> None:
        """Take passages out, from the next ``commit`` on; unknown ids are ignored."""
        with self._lock:
            writer = self._open_writer()
            for passage_id in passage_ids:
                writer.delete_documents_by_query(_numbered(passage_id))

    def commit(self, position: int) -> None:
        """Make changes searchable and durable, and then the feed position with them.

        After a crash in between the feed brings again what is there already, which changes nothing.
        """
        with self._lock:
            writer = self._open_writer()
            writer.commit()
            # An idle creator's index keeps no writer: its threads and its heap are for those who import.
            writer.wait_merging_threads()
            self._writer = None
            self._index.reload()
            self._snapshot = Snapshot(self._index.searcher())
            # Not a document: those it replaced would count in the statistics, commit by commit.
            fresh = self._folder / f"{_POSITION}.new"
            fresh.write_text(str(position), "ascii")
            fresh.replace(self._folder / _POSITION)
            self.position = position

    def close(self) -> None:
        """Let go of the writer; what wasn't committed is given up."""
        with self._lock:
            if self._writer is not None:
                self._writer.rollback()
                self._writer = None

    def count(self) -> int:
        """How many passages are searchable."""
        return self.snapshot().size

    def snapshot(self) -> "Snapshot":
        """The index as it stands at the last commit, for one search."""
        return self._snapshot


class Snapshot:
    """A searcher over one commit, with what its searches have read, so that nothing outlives a change."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self.size = searcher.num_docs
        #: Replaced passages are counted until their segment is merged, in this as in every frequency.
        self._documents = searcher.doc_freq("kind", _PASSAGE)
        self._views, self._unheard = ViewCache(_VIEWS), ViewCache(_VIEWS)
        self.frequency = lru_cache(maxsize=_REMEMBERED)(self._frequency)
        self.idf = lru_cache(maxsize=_REMEMBERED)(self._smoothed)
        self._habitual = lru_cache(maxsize=_REMEMBERED)(self._is_habitual)

    def _frequency(self, field: str, term: str) -> int:
        """How many passages hold the term in that field."""
        return self._searcher.doc_freq(field, term)

    def weigh(self, frequency: float) -> float:
        """Robertson and Spärck Jones' inverse document frequency, smoothed by background passages."""
        return self._idf(frequency, _SMOOTHING)

    def _smoothed(self, field: str, term: str, common: bool = False) -> float:
        """The smoothed inverse document frequency of a term; ``common``: half of the background holds it.

        Grammar's words stand in most long texts: that a few short posts lack one makes it no rarity.
        """
        background = _SMOOTHING / 2 if common else 0.0
        return self._idf(self.frequency(field, term) + background, _SMOOTHING)

    def _idf(self, frequency: float, background: float) -> float:
        total = max(self._documents, frequency) + background
        return math.log(1.0 + (total - frequency + 0.5) / (frequency + 0.5))

    def search(self, clauses: Sequence[Clause], limit: int, restriction: Restriction) -> list[Found]:
        """The best ``limit`` passages by BM25 over the clauses, weighted as they ask, best first."""
        scoring: list[tuple[Occur, Query]] = []
        for clause in clauses:
            frequency = self.frequency(clause.field, clause.term)
            if frequency:
                query = Query.term_query(SCHEMA, clause.field, clause.term, "freq")
                query = Query.boost_query(query, clause.weight / self._idf(frequency, 0.0))
                scoring.append((Occur.Should, query))
            elif clause.fuzzy:
                query = Query.fuzzy_term_query(SCHEMA, clause.field, clause.term)
                scoring.append((Occur.Should, Query.boost_query(query, clause.weight * clause.fuzzy)))
        if not scoring:
            return []
        query = Query.boolean_query(scoring)
        if restriction.not_lang is not None and not self.frequency("lang", restriction.not_lang):
            # Nobody speaks it here. Postings that can't reach the best are skipped only without exclusions.
            restriction = replace(restriction, not_lang=None)
        restricted = self._restrictions(restriction)
        if restricted:
            query = Query.boolean_query([(Occur.Must, query), *restricted])
        return self._best(query, limit)

    def _best(self, query: Query, limit: int) -> list[Found]:
        """The best hits; among equals those come first that a lot by their text has chosen."""
        hits = self._searcher.search(query, limit + 1, count=False).hits
        if len(hits) > limit and _rounded(hits[-1][0]) == _rounded(hits[-2][0]):
            hits = self._searcher.search(query, _TIED, count=False).hits
        addresses = [address for _, address in hits]
        lots = self._searcher.fast_field_values("shuffle", addresses)
        found = [
            (-_rounded(score), int(lot or 0), Found(one, score, address))
            for one, lot, (score, address) in zip(self._ids(addresses), lots, hits, strict=True)
        ]
        return [each for _, _, each in sorted(found, key=lambda each: each[:2])[:limit]]

    @staticmethod
    def _restrictions(restriction: Restriction) -> list[tuple[Occur, Query]]:
        clauses: list[tuple[Occur, Query]] = []
        if restriction.tiers:
            tiers = Query.term_set_query(SCHEMA, "tier", sorted(restriction.tiers))
            clauses.append((Occur.Must, Query.const_score_query(tiers, 0.0)))
        if restriction.not_tiers:
            held = Query.term_set_query(SCHEMA, "tier", sorted(restriction.not_tiers))
            clauses.append((Occur.MustNot, held))
        if restriction.not_lang is not None:
            clauses.append((Occur.MustNot, Query.term_query(SCHEMA, "lang", restriction.not_lang, "basic")))
        clauses += [(Occur.MustNot, _numbered(one)) for one in restriction.without]
        return clauses

    def sample(self, size: int, lang: str | None = None) -> list[PassageView]:
        """Passages (of one language) picked as by lot, always the same ones from the same index."""
        query = Query.term_query(SCHEMA, "kind", _PASSAGE, "basic")
        if lang is not None:
            query = Query.term_query(SCHEMA, "lang", lang, "basic")
        found = self._searcher.search(query, size, count=False, order_by_field="shuffle").hits
        addresses = [address for _, address in found]
        return [self.view(one, address) for one, address in zip(self._ids(addresses), addresses, strict=True)]

    def has_other_language(self, lang: str) -> bool:
        """Whether any passage is in another language."""
        return self.size > self._searcher.doc_freq("lang", lang)

    def _locate(self, passage_ids: Collection[int]) -> list[tuple[int, tantivy.DocAddress]]:
        if not passage_ids:
            return []
        wanted = Query.boolean_query([(Occur.Should, _numbered(one)) for one in passage_ids])
        hits = self._searcher.search(wanted, len(passage_ids), count=False).hits
        addresses = [address for _, address in hits]
        return list(zip(self._ids(addresses), addresses, strict=True))

    def _ids(self, addresses: list[tantivy.DocAddress]) -> list[int]:
        return [int(value or 0) for value in self._searcher.fast_field_values("id", addresses)]

    def view(self, passage_id: int, address: tantivy.DocAddress) -> PassageView:
        """The passage as it was added, with its notes; those met last are kept at hand."""
        view = self._views.get(passage_id)
        if view is None:
            view = self._views.put(self._heard(self._stored(passage_id, address)))
        return view

    def _stored(self, passage_id: int, address: tantivy.DocAddress) -> PassageView:
        """A passage and the notes on it, as they were put in."""
        view = self._unheard.get(passage_id)
        if view is None:
            body, notes = orjson.loads(_body(self._searcher, address))
            view = self._unheard.put(PassageView(IndexedPassage(*body), Notes._make(notes)))
        return view

    def _heard(self, view: PassageView) -> PassageView:
        """The passage, with what is said out of habit silenced."""
        formulas = (one.partition(":") for one in view.notes.formulas.split())
        places = {int(place) for place, _, formula in formulas if self._habitual(formula)}
        return PassageView(view.passage, view.notes.silenced(places)) if places else view

    def _is_habitual(self, formula: str) -> bool:
        """Whether so many unlike sources say it.

        Replaced passages are in the frequency, and not among the hits.
        """
        if self.frequency("formulas", formula) < habits.enough(self.size):
            return False
        query = Query.term_query(SCHEMA, "formulas", formula, "freq")
        addresses = [hit for _, hit in self._searcher.search(query, habits.SEEN, count=False).hits]
        sources: dict[int, list[PassageView]] = {}
        for passage_id, address in zip(self._ids(addresses), addresses, strict=True):
            view = self._stored(passage_id, address)
            sources.setdefault(view.passage.source_id, []).append(view)
        return habits.is_habit(sources.values(), self.size)

    def views(self, passage_ids: Iterable[int]) -> list[PassageView]:
        """The passages with these ids; those that aren't in the index are left out."""
        found = {one: self._views.get(one) for one in passage_ids}
        missing = [one for one, view in found.items() if view is None]
        found.update((one, self.view(one, address)) for one, address in self._locate(missing))
        return [view for view in found.values() if view is not None]
