"""Passages as ranking sees them: sentences with what each holds, worked out when indexed. No scores."""

import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from memory.retrieval import analysis, pivot, terms, titles
from memory.retrieval.probe import Facet, Facets
from memory.retrieval.sentences import split_sentences
from memory.types import IndexedPassage

_SKETCH = 48


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


class Notes(NamedTuple):
    """A passage's analysis, as it is kept beside its text, so that a search needn't repeat it."""

    sentences: tuple[Sentence, ...]
    #: The lowest hashes of its grams (Broder's sketch), to tell near-copies by.
    sketch: frozenset[int]

    @classmethod
    def unpack(cls, stored: tuple[list[list[Any]], list[int]]) -> "Notes":
        """The notes that ``pack`` made a plain structure of."""
        sentences, sketch = stored
        return cls(tuple(map(Sentence._make, sentences)), frozenset(sketch))

    def pack(self) -> tuple[list[list[Any]], list[int]]:
        """Lists, strings and numbers only, for storage."""
        return [list(sentence) for sentence in self.sentences], sorted(self.sketch)


def analyse(passage: IndexedPassage) -> tuple[dict[str, list[str]], Notes]:
    """A passage's terms by index field, and its notes."""
    fields: dict[str, list[str]] = {"pivot": [], "names": [], "title": titles.indexed(passage)}
    sentences: list[Sentence] = []
    for start, end in split_sentences(passage.text, passage.lang):
        text = passage.text[start:end]
        units = terms.units(text, passage.lang)
        for name, pairs in terms.by_field(units).items():
            fields.setdefault(name, []).extend(term for term, _ in pairs)
        glosses = pivot.glosses(text, passage.lang)
        stems, names = pivot.stems_of_passage(glosses), pivot.names_of_passage(glosses)
        fields["pivot"].extend(stems)
        fields["names"].extend(names)
        plain = [unit for unit in units if not unit.in_run]
        sentences.append(
            Sentence(
                start,
                end,
                " ".join(unit.key for unit in plain),
                " ".join(analysis.fold(unit.surface) for unit in plain),
                " ".join(unit.key for unit in units if unit.in_run),
                " ".join(chain(stems, (pivot.NAME + name for name in names))),
            )
        )
    hashes = sorted({zlib.crc32(gram.encode()) for gram in fields.get("grams", ())})
    return fields, Notes(tuple(sentences), frozenset(hashes[:_SKETCH]))


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
    def native(self) -> Facets:
        """Each sentence in the passage's own words."""
        return Facets([Facet(f"{s.keys} {s.runs}", s.spellings) for s in self.notes.sentences])

    @cached_property
    def pivot(self) -> Facets:
        """Each sentence on the common ground: English stems, and the skeletons of names."""
        return Facets([Facet(s.pivot) for s in self.notes.sentences])

    def likeness(self, other: "PassageView") -> float:
        """About the share of both passages' grams that they have in common (0..1), by their sketches."""
        mine, theirs = self.notes.sketch, other.notes.sketch
        shared = mine & theirs
        if not shared:
            return 0.0
        lowest = sorted(mine | theirs)[:_SKETCH]
        return len(shared.intersection(lowest)) / len(lowest)


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
