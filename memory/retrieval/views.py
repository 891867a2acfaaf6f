"""Passages as ranking sees them: sentences with what each holds, worked out when indexed. No scores."""

import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from memory.retrieval import analysis, cues, pivot, terms, titles
from memory.retrieval.probe import Facet, Facets
from memory.retrieval.roles import Role, roles
from memory.retrieval.sentences import split_sentences
from memory.types import IndexedPassage

_SKETCH = 48
# How much of a heading is said by the passages below it after the first.
_FURTHER = 0.6


class Sentence(NamedTuple):
    """What one sentence holds: its span, its words' keys and spellings, its runs' grams, its pivot terms.

    The lists are strings with spaces in between: most are read once or never, and strings load fast.
    """

    start: int
    end: int
    keys: str
    spellings: str
    runs: str
    pivot: str
    role: Role
    #: The sentence it stands under, a question or a table's head; -1: none.
    under: int


class Notes(NamedTuple):
    """A passage's analysis, as it is kept beside its text, so that a search needn't repeat it."""

    sentences: tuple[Sentence, ...]
    #: The lowest hashes of its grams (Broder's sketch), to tell near-copies by.
    sketch: frozenset[int]
    #: The heading above, as a sentence of no length.
    heading: Sentence | None

    @classmethod
    def unpack(cls, stored: tuple[list[list[Any]], list[int], list[Any] | None]) -> "Notes":
        """The notes that ``pack`` made a plain structure of."""
        sentences, sketch, heading = stored
        above = Sentence._make(heading) if heading else None
        return cls(tuple(map(Sentence._make, sentences)), frozenset(sketch), above)

    def pack(self) -> tuple[list[list[Any]], list[int], list[Any] | None]:
        """Lists, strings and numbers only, for storage."""
        heading = list(self.heading) if self.heading else None
        return [list(sentence) for sentence in self.sentences], sorted(self.sketch), heading


def analyse(passage: IndexedPassage) -> tuple[dict[str, list[str]], Notes]:
    """A passage's terms by index field, its heading's among them, and its notes."""
    fields: dict[str, list[str]] = {"pivot": [], "names": [], "title": titles.indexed(passage)}
    alone = passage.heading == passage.text
    spans = split_sentences(passage.text, passage.lang)
    sentences = [
        _analysed(passage.text[start:end], passage.lang, fields)._replace(
            start=start, end=end, role="heading" if alone else role, under=under
        )
        for (start, end), (role, under) in zip(spans, roles(passage.text, spans, passage.lang), strict=True)
    ]
    # Two answers below one heading are no copies of each other: the sketch is the text's alone.
    hashes = sorted({zlib.crc32(gram.encode()) for gram in fields.get("grams", ())})
    heading = None
    if passage.heading and not alone:
        heading = _analysed(passage.heading, passage.lang, fields, topic_alone=True)
    return fields, Notes(tuple(sentences), frozenset(hashes[:_SKETCH]), heading)


def _analysed(text: str, lang: str, fields: dict[str, list[str]], *, topic_alone: bool = False) -> Sentence:
    """What a sentence holds, put into the index fields, too; where it stands isn't known here.

    ``topic_alone``: without its grammar. Two questions share that, whatever they are about.
    """
    units = terms.units(text, lang, cues.scaffolding(text, lang) if topic_alone else frozenset())
    glosses = pivot.glosses(text, lang)
    if topic_alone:
        units = terms.topical(units) or units
    for name, pairs in terms.by_field(units).items():
        fields.setdefault(name, []).extend(term for term, _ in pairs)
    stems, names = pivot.stems_of_passage(glosses), pivot.names_of_passage(glosses)
    fields["pivot"].extend(stems)
    fields["names"].extend(names)
    plain = [unit for unit in units if not unit.in_run]
    return Sentence(
        0,
        0,
        " ".join(unit.key for unit in plain),
        " ".join(analysis.fold(unit.surface) for unit in plain),
        " ".join(unit.key for unit in units if unit.in_run),
        " ".join(chain(stems, (pivot.NAME + name for name in names))),
        "tells",
        -1,
    )


@dataclass(eq=False)
class PassageView:
    """A passage with its notes, opened up as far as it is looked at."""

    passage: IndexedPassage
    notes: Notes

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where the sentences stand in the text."""
        return [(sentence.start, sentence.end) for sentence in self.notes.sentences]

    @cached_property
    def tells(self) -> bool:
        """Whether any of it could be an answer: it is not all questions, nor a heading alone."""
        return any(sentence.role in ("tells", "heads") for sentence in self.notes.sentences)

    @cached_property
    def native(self) -> Facets:
        """Each sentence in the passage's own words."""
        return self._facets(lambda s: Facet(f"{s.keys} {s.runs}", s.spellings))

    @cached_property
    def pivot(self) -> Facets:
        """Each sentence on the common ground: English stems, and the skeletons of names."""
        return self._facets(lambda s: Facet(s.pivot))

    def _facets(self, facet: Callable[[Sentence], Facet]) -> Facets:
        notes = self.notes
        return Facets(
            [facet(sentence) for sentence in notes.sentences],
            [sentence.under for sentence in notes.sentences],
            None if notes.heading is None else facet(notes.heading),
            1.0 if self.passage.opens else _FURTHER,
        )

    def likeness(self, other: "PassageView") -> float:
        """About the share of both passages' grams that they have in common (0..1), by their sketches.

        Below a half it may be less.
        """
        mine, theirs = self.notes.sketch, other.notes.sketch
        shared = mine & theirs
        if not shared:
            return 0.0
        size = min(_SKETCH, len(mine) + len(theirs) - len(shared))
        if 2 * len(shared) < size:  # most pairs: too little to sort for
            return len(shared) / size
        lowest = sorted(mine | theirs)[:_SKETCH]
        return len(shared.intersection(lowest)) / size


class ViewCache:
    """The views of the passages met last; thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._views: OrderedDict[int, PassageView] = OrderedDict()

    def get(self, passage_id: int) -> PassageView | None:
        """The view of a passage, None where it isn't at hand."""
        with self._lock:
            view = self._views.get(passage_id)
            if view is not None:
                self._views.move_to_end(passage_id)
            return view

    def put(self, view: PassageView) -> PassageView:
        """Keep a view in place of the one not asked for longest."""
        with self._lock:
            self._views[view.passage.id] = view
            if len(self._views) > self._size:
                self._views.popitem(last=False)
        return view
