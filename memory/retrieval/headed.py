"""Where a question is what stands above an answer: what of it is asked beyond that heading, or question."""

from dataclasses import dataclass
from functools import lru_cache

import regex

from memory.retrieval import cues, pivot, terms, word_lists
from memory.retrieval.analysis import base
from memory.retrieval.candidates import Candidate, Channel
from memory.retrieval.probe import Coverage, Facets, Item, cover, matches
from memory.retrieval.roles import ABOVE

# A question is what stands above where it says so much of that: more than one half of "Wire and scissors".
_NEARLY = 0.6
# What answers yes or no answers a question that says so much of the one above it.
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Headed:
    """How much of the question each sentence says, and which sentences begin what it is the heading of.

    A word that stands above tells nothing where a sentence says it again, nor does a word of grammar.
    """

    coverage: Coverage
    begins: frozenset[int]


def read(candidate: Candidate, *, titled: bool = False) -> Headed | None:
    """What is said below what the question nearly says; None where that stands above nothing.

    ``titled``: its title says all that a heading does. That tells its sentences apart, but not it from other
    passages: a title stands above much that says nothing of it.
    """
    said = _said(candidate)
    if not any(said):
        return None
    view, facets = candidate.view, candidate.facets
    passage, sentences = view.passage, view.sentences
    tells = [index for index, sentence in enumerate(sentences) if sentence.role in ("tells", "heads")]
    above = [
        (said[index], passage.text[one.start : one.end], index + 1)
        for index, one in enumerate(sentences)
        if one.role in ABOVE
    ]
    if passage.opens and tells:
        above += [
            (share / worth if titled and worth else share, text, tells[0])
            for share, worth, text in zip(
                said[len(sentences) :], facets.worth, (passage.heading, passage.title), strict=False
            )
        ]
    begins = frozenset(
        first
        for share, text, first in above
        if first in tells and share and share >= _NEARLY * _words(text, passage.lang, candidate.channel)
    )
    shown = _as_one(facets) if titled else facets
    return Headed(cover(_items(candidate), shown, led=1.0), begins) if begins else None


def answers_another(candidate: Candidate) -> frozenset[int]:
    """The sentences that answer yes or no, and go on from there, to a question that isn't the one asked.

    What says a word of the question itself may answer it all the same.
    """
    view = candidate.view
    passage, sentences = view.passage, view.sentences
    bare = [
        index
        for index, one in enumerate(sentences)
        if (index == 0 or one.under == index - 1)
        and _bare(base(passage.lang)).match(passage.text, one.start, one.end)
    ]
    said = _said(candidate) if bare else []
    found: set[int] = set()
    for index in bare:
        asked = sentences[index - 1] if index else None
        text = passage.text[asked.start : asked.end] if asked else passage.heading
        share = said[index - 1] if asked else said[len(sentences)]
        if share < _HALF * _words(text, passage.lang, candidate.channel):
            under = sentences[index].under
            below = (place for place in range(index, len(sentences)) if sentences[place].under == under)
            found.update(place for place in below if not said[place])
    return frozenset(found)


@lru_cache(maxsize=32)
def _bare(lang: str) -> "regex.Pattern[str]":
    """What a sentence of a language begins with that says yes or no."""
    told = dict(word_lists.entries("bare_answers")).get(lang, "").split()
    words = "|".join(regex.escape(word.replace("_", " ")) for word in sorted(told, key=len, reverse=True))
    return regex.compile(rf"(?:{words})\s?[\p{{P}}–—]" if words else r"(?!)", regex.IGNORECASE)


def is_of_another_part(candidate: Candidate, index: int) -> bool:
    """Whether a sentence has words of the heading, and none of those that are asked about."""
    lines = candidate.facets.lines()
    shared = set(lines[index][0].split()).intersection(lines[len(candidate.view.sentences)][0].split())
    return bool(shared) and not _said(candidate)[index]


def _said(candidate: Candidate) -> list[float]:
    """How many words of the question's topic each sentence has, and what stands above them all."""
    facets = candidate.facets
    found = [matches(item, facets) for item in _items(candidate)]
    nothing = [0.0] * len(facets.lines())
    return [sum(line) for line in zip(nothing, *(one for one in found if one), strict=True)]


def _items(candidate: Candidate) -> list[Item]:
    topic = candidate.topic
    return list(topic.items) or [item for item, _ in topic.words]


def _as_one(facets: Facets) -> Facets:
    """With heading and title as one line: what repeats a title says no more than what repeats a heading."""
    if not all(facets.worth):  # what a title is said to mean in another language is a guess
        return facets
    lines = facets.lines()
    above = zip(*lines[facets.count :], strict=True)
    keys, spellings = zip(*lines[: facets.count], map(" ".join, above), strict=True)
    return Facets(facets.count, "\n".join(keys), "\n".join(spellings), facets.under, (1.0,))


@lru_cache(maxsize=512)
def _words(text: str, lang: str, channel: Channel) -> int:
    """How many words of a topic a text has: of a run, its grams."""
    if channel == "crossing":
        return len({one.word for one in pivot.glosses(text, lang) if one.weight == 1.0 and one.stems})
    for light in (cues.scaffolding(text, lang) | terms.light_verbs(lang), frozenset[str]()):
        units = terms.topical(terms.units(text, lang, light))
        if units:
            return len({one.key for one in units})
    return 0
