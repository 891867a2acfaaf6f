"""What a question says only to ask for somebody's words ("what do you think about ...?"), left out of it."""

from collections.abc import Sequence
from functools import lru_cache

import regex

from kernel.naming import parts_of
from memory.retrieval import analysis, terms, word_lists

_UNSPACED = regex.compile(rf"[{analysis.UNSEGMENTED}]")
_SHORTEST = 3  # letters of a first name
_LONGEST = 300  # characters: a longer message says more than what it asks
_SUFFIXED = regex.compile(r"\p{Hangul}")
_AT_ENDS = " \t\n,;:–—-、，،"  # what is left beside a frame


@lru_cache(maxsize=1)
def _lines() -> dict[str, tuple[tuple[str, ...], str]]:
    """By language: its patterns, and whom they ask without a name."""
    patterns: dict[str, list[str]] = {}
    whom: dict[str, str] = {}
    for head, tail in word_lists.entries("frames"):
        lang, _, at = head.partition(" ")
        if at:
            whom[lang] = tail
        else:
            patterns.setdefault(lang, []).append(tail)
    return {lang: (tuple(found), whom.get(lang, "")) for lang, found in patterns.items()}


@lru_cache(maxsize=256)
def _compiled(lang: str, called: tuple[str, ...]) -> tuple["regex.Pattern[str]", ...]:
    if lang not in _lines():
        return ()
    patterns, pronouns = _lines()[lang]
    whom = f"(?:{'|'.join([*map(regex.escape, names(called)), *filter(None, [pronouns])]) or '(?!)'})"
    end = "" if _UNSPACED.search(patterns[0]) else r"\b"
    start = "" if _SUFFIXED.search(patterns[0]) else end
    return tuple(
        regex.compile(
            start + each.replace("'", "['’]").replace(" ", r"\s+").replace("@", whom) + end,
            regex.IGNORECASE | regex.POSIX,
        )
        for each in patterns
    )


@lru_cache(maxsize=256)
def names(called: tuple[str, ...]) -> tuple[str, ...]:
    """The ways in which somebody who is called so is named, the longest first."""
    parts = list(parts_of(called))
    firsts = [part.split()[0] for part in parts]
    found = {*parts, *(first for first in firsts if len(first) >= _SHORTEST)}
    return tuple(sorted(found, key=lambda one: (-len(one), one)))


def without(text: str, lang: str, called: Sequence[str] = ()) -> str:
    """A question without what asks for the words of whom it is put to; whole where nothing else is left.

    Every word that no passage holds counts against an answer, and none holds these.
    """
    lang = analysis.base(lang)
    rest = text
    if len(text) > _LONGEST:
        return text
    for pattern in _compiled(lang, tuple(called)):
        found = pattern.sub(" ", rest, count=1).strip(_AT_ENDS)
        if found != rest and terms.topical(terms.units(found, lang)):
            rest = found
    return rest


def beside(text: str, lang: str) -> str:
    """What a question says besides that, even where it is nothing."""
    for pattern in _compiled(analysis.base(lang), ()):
        text = pattern.sub(" ", text, count=1)
    return text


def of_whom(text: str, called: Sequence[str]) -> frozenset[str]:
    """The words, normalised, by which a question names whom it is put to, written as names are."""
    found = [one for one in names(tuple(called)) if regex.search(rf"\b{regex.escape(one)}", text)]
    return frozenset(token for one in found for token, _ in analysis.tokens(analysis.normalise(one)))
