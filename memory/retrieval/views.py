"""Passages as quoting sees them: sentences with their facets, worked out once and kept. No scores."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from memory.retrieval import pivot, terms
from memory.retrieval.probe import Facet, native_facet
from memory.retrieval.sentences import split_sentences
from memory.types import IndexedPassage


@dataclass(eq=False)
class PassageView:
    """A passage, its sentences' spans, and what each sentence holds."""

    passage: IndexedPassage

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where the sentences stand in the text."""
        return split_sentences(self.passage.text, self.passage.lang)

    @cached_property
    def units(self) -> list[list[terms.Unit]]:
        """The words of each sentence."""
        return [terms.units(self.passage.text[start:end], self.passage.lang) for start, end in self.spans]

    @cached_property
    def native(self) -> list[Facet]:
        """Each sentence in the passage's own words."""
        return [native_facet(units) for units in self.units]

    @cached_property
    def pivot(self) -> list[Facet]:
        """Each sentence on the common ground: English stems, and the skeletons of names."""
        facets = []
        for start, end in self.spans:
            found = pivot.glosses(self.passage.text[start:end], self.passage.lang)
            names = {pivot.NAME + name for name in pivot.names_of_passage(found)}
            facets.append(Facet(frozenset(pivot.stems_of_passage(found)) | names, frozenset()))
        return facets

    @cached_property
    def fingerprint(self) -> frozenset[str]:
        """The passage's grams, to tell near-identical passages by."""
        return frozenset(gram for facet in self.native for gram in facet.grams)


class ViewCache:
    """The views of the passages met last; thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._views: OrderedDict[int, PassageView] = OrderedDict()

    def get(self, passage_id: int, load: Callable[[], IndexedPassage]) -> PassageView:
        """The view of a passage, made from ``load()`` where it isn't at hand."""
        with self._lock:
            view = self._views.get(passage_id)
            if view is not None:
                self._views.move_to_end(passage_id)
                return view
        view = PassageView(load())
        with self._lock:
            self._views[passage_id] = view
            if len(self._views) > self._size:
                self._views.popitem(last=False)
        return view

    def clear(self) -> None:
        """Forget every view (after a change of the passages)."""
        with self._lock:
            self._views.clear()
