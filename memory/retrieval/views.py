"""Passages as ranking sees them: sentences with what each holds, worked out when indexed. No scores."""

import threading
import zlib
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from memory.retrieval import analysis, cues, naming, pivot, probe, terms, titles
from memory.retrieval.probe import Facets
from memory.retrieval.roles import ROLES, Role, formula, roles
from memory.retrieval.sentences import is_marked, quotable
from memory.types import IndexedPassage

_SKETCH = 48
# How much of a heading is said by the passages below it after the first, and how much of a title by all.
_FURTHER = 0.6
_TITLED = 0.8
_TELL = frozenset({ROLES.index("tells"), ROLES.index("heads")})
_REPEATS = ROLES.index("repeats")


class Sentence(NamedTuple):
    """Where one sentence stands, and what it does."""

    start: int
    end: int
    role: Role
    #: The sentence it stands under, a question, a title or a table's head; -1: none.
    under: int


class Notes(NamedTuple):
    """A passage's analysis, as it is kept beside its text, so that a search needn't repeat it.

    Strings and one list: each search opens a dozen passages that it hasn't met, and whatever is made of them
    there is waited for, by the collector of garbage, too.
    """

    #: For each sentence in turn its start, its end, its role (a place in ``ROLES``), what it stands under.
    sentences: list[int]
    #: A line for each sentence, and the last two for the heading above and the title of the whole: words'
    #: keys and runs' grams.
    native: str
    #: Likewise its words' spellings.
    spellings: str
    #: Likewise English stems, and the skeletons of names.
    pivot: str
    #: The lowest hashes of its grams (Broder's sketch), to tell near-copies by.
    sketch: str
    #: What sentences are known by that may be greetings or sign-offs: ``place:formula``.
    formulas: str

    def silenced(self, places: Collection[int]) -> "Notes":
        """The notes, with the sentences in these places saying nothing: they stand in every post."""
        roles = list(self.sentences)
        for place in places:
            roles[4 * place + 2] = _REPEATS
        native, spellings, pivot = (
            "\n".join("" if place in places else line for place, line in enumerate(lines.split("\n")))
            for lines in (self.native, self.spellings, self.pivot)
        )
        return self._replace(sentences=roles, native=native, spellings=spellings, pivot=pivot)


class _Lines(NamedTuple):
    """What a sentence holds."""

    native: str
    spellings: str
    pivot: str


def analyse(passage: IndexedPassage) -> tuple[dict[str, list[str]], Notes]:
    """A passage's terms by index field, its heading's among them, and its notes."""
    fields: dict[str, list[str]] = {"pivot": [], "names": [], "title": titles.indexed(passage)}
    alone = passage.heading == passage.text
    spans = quotable(passage.text, passage.lang, passage.cues)
    told = roles(passage.text, spans, passage.lang)
    sentences = [
        number
        for (start, end), (role, under) in zip(spans, told, strict=True)
        for number in (start, end, ROLES.index("heading" if alone else role), under)
    ]
    lines = [_analysed(passage.text[start:end], passage.lang, fields) for start, end in spans]
    formulas = _formulas(passage.text, spans, [role for role, _ in told])
    fields["formulas"] = sorted(set(formulas.values()))
    # Two answers below one heading are no copies of each other: the sketch is the text's alone.
    hashes = sorted({f"{zlib.crc32(gram.encode()):08x}" for gram in fields.get("grams", ())})
    lines += _analysed_above(passage, fields)
    return fields, Notes(
        sentences,
        "\n".join(one.native for one in lines),
        "\n".join(one.spellings for one in lines),
        "\n".join(one.pivot for one in lines),
        " ".join(hashes[:_SKETCH]),
        " ".join(f"{place}:{one}" for place, one in formulas.items()),
    )


def above(passage: IndexedPassage) -> tuple[str, str]:
    """The heading that a passage stands under, and the title of the whole; each said once, or ""."""
    said = analysis.normalise(passage.text)
    heading, title = (
        "" if analysis.normalise(one) == said else one for one in (passage.heading, passage.title)
    )
    return heading, "" if analysis.normalise(title) == analysis.normalise(heading) else title


def _formulas(text: str, spans: Sequence[tuple[int, int]], told: Sequence[Role]) -> dict[int, str]:
    """By their places, the sentences that may be greetings or sign-offs; a lone one is what its post says."""
    telling = [place for place, role in enumerate(told) if role in ("tells", "titles")]
    if len(telling) < 2:
        return {}
    found = {place: formula(text[slice(*spans[place])]) for place in telling}
    return {place: one for place, one in found.items() if one}


def _analysed(text: str, lang: str, fields: dict[str, list[str]]) -> _Lines:
    """What a sentence holds, put into the index fields, too."""
    lines, terms_of = _read(text, lang, terms.units(text, lang))
    _put(terms_of, fields)
    if naming.introduces(text, lang):  # what asks for the name is met, though no word says that it is one
        told, abroad = naming.stems(lang), naming.stems("en")
        _put({"words": told, "pivot": abroad}, fields)
        lines = lines._replace(
            native=lines.native + probe.line(told).lstrip(), pivot=lines.pivot + probe.line(abroad).lstrip()
        )
    return lines


def _analysed_above(passage: IndexedPassage, fields: dict[str, list[str]]) -> Iterator[_Lines]:
    """Likewise of its heading; and of its title what it doesn't say itself, since all beside it say that."""
    heading, title = above(passage)
    lines, terms_of = _heading(heading, passage.lang)
    _put(terms_of, fields)
    yield lines
    lines, terms_of = _heading(title, passage.lang)
    _put({name: sorted(set(found).difference(fields[name])) for name, found in terms_of.items()}, fields)
    yield lines


def _put(found: Mapping[str, Sequence[str]], fields: dict[str, list[str]]) -> None:
    for name, some in found.items():
        fields.setdefault(name, []).extend(some)


@lru_cache(maxsize=64)
def _heading(text: str, lang: str) -> tuple[_Lines, dict[str, list[str]]]:
    """What a heading holds without its grammar. Two questions share that, whatever they are about."""
    units = terms.units(text, lang, cues.scaffolding(text, lang))
    return _read(text, lang, terms.topical(units) or units)


def _read(text: str, lang: str, units: Sequence[terms.Unit]) -> tuple[_Lines, dict[str, list[str]]]:
    """What a text holds, and its terms by index field."""
    glosses = pivot.glosses(text, lang, everyday=True)
    stems, names = pivot.stems_of_passage(glosses), pivot.names_of_passage(glosses)
    fields = {name: [term for term, _ in pairs] for name, pairs in terms.by_field(units).items()}
    return _Lines(
        probe.line(unit.key for unit in units),
        probe.spelt(analysis.fold(unit.surface) for unit in units if not unit.in_run),
        probe.line(chain(stems, (pivot.NAME + name for name in names))),
    ), {**fields, "pivot": list(stems), "names": list(names)}


@dataclass(eq=False)
class PassageView:
    """A passage with its notes, opened up as far as it is looked at."""

    passage: IndexedPassage
    notes: Notes

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Its sentences in order."""
        numbers = self.notes.sentences
        columns = (numbers[place::4] for place in range(4))
        return [
            Sentence(start, end, ROLES[role], under) for start, end, role, under in zip(*columns, strict=True)
        ]

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where the sentences stand in the text."""
        return [(sentence.start, sentence.end) for sentence in self.sentences]

    def goes_on(self, index: int) -> bool:
        """Whether a sentence is followed by more of itself: it was cut where no mark and no line ends it."""
        here, after = self.spans[index : index + 2] if index + 1 < len(self.spans) else (None, None)
        if here is None or after is None or "\n" in self.passage.text[here[1] : after[0]]:
            return False
        return not is_marked(self.passage.text[slice(*here)])

    @cached_property
    def tells(self) -> bool:
        """Whether any of it could be an answer: it is not all questions, nor a heading alone."""
        return not _TELL.isdisjoint(self.notes.sentences[2::4])

    @cached_property
    def habitual(self) -> bool:
        """Whether some of it is said out of habit, which the index finds and nobody asks for."""
        return _REPEATS in self.notes.sentences[2::4]

    @cached_property
    def native(self) -> Facets:
        """Each sentence in the passage's own words."""
        return self._facets(self.notes.native, self.notes.spellings, _TITLED)

    @cached_property
    def pivot(self) -> Facets:
        """Each sentence on the common ground: English stems, and the skeletons of names."""
        # What a title is said to mean is no evidence: it would be the same guess for all below it.
        return self._facets(self.notes.pivot, "", 0.0)

    def _facets(self, keys: str, spellings: str, titled: float) -> Facets:
        numbers = self.notes.sentences
        worth = 1.0 if self.passage.opens else _FURTHER
        return Facets(len(numbers) // 4, keys, spellings, numbers[3::4], (worth, titled))

    @cached_property
    def _sketch(self) -> frozenset[str]:
        return frozenset(self.notes.sketch.split())

    @cached_property
    def _lines(self) -> tuple[str, ...]:
        return tuple(self.notes.native.split("\n")[: len(self.notes.sentences) // 4])

    def said_beside(self, other: "PassageView") -> set[str]:
        """The words, or runs' grams, of its sentences that the other passage doesn't say."""
        apart = set(self._lines).difference(other._lines)
        return {word for line in apart for word in line.split()}

    def likeness(self, other: "PassageView") -> float:
        """About the share of both passages' grams that they have in common (0..1), by their sketches.

        Below a half it may be less.
        """
        mine, theirs = self._sketch, other._sketch
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
