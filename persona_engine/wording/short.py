"""Sentences too short to be held against a source: yes, no, a time, a number, what leads in a list.

Whether one stays is decided in `founding`.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.lang import locale
from persona_engine.smalltalk.normal import normal, unaccented, units
from persona_engine.wording.checks import figures

_WORDS: Final = Path(__file__).with_name("short.toml")
_LONGEST: Final = 60  # characters
_COLONS: Final = (":", "：")
_ANSWER, _LEAD, _GLUE = "answer", "lead", "glue"


@dataclass(frozen=True, slots=True)
class Short:
    """What a short sentence is: an answer of yes or no, or numbers, or what leads in a list."""

    numbers: frozenset[str] = frozenset()
    leads: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """What words of a language, in units, are; the units of the longest."""

    known: dict[tuple[str, ...], frozenset[str]]
    longest: int

    def of(self, part: tuple[str, ...]) -> frozenset[str] | None:
        """What some units are: kinds of words, or a number; None for anything else."""
        number = frozenset(part) if len(part) == 1 and part[0].isdecimal() else None
        return self.known.get(part, number)


def short(text: str, lang: str) -> Short | None:
    """What a sentence in a language is, if its words to the last are such that nothing else is said."""
    words = _words(lang) if len(text) <= _LONGEST else None
    if words is None:
        return None
    said = units(unaccented(normal(figures.NUMBER.sub(lambda found: f" {figures.plain(found[0])} ", text))))
    ways: list[frozenset[str] | None] = [frozenset(), *(None for _ in said)]
    for start in range(len(said)):
        if (so_far := ways[start]) is None:
            continue
        for end in range(start + 1, min(len(said), start + words.longest) + 1):
            # What was reached by fewer, longer words stays.
            if ways[end] is None and (says := words.of(said[start:end])) is not None:
                ways[end] = so_far | says
    says = ways[-1] if said else None
    if says is None:
        return None
    numbers = frozenset(each for each in says if each.isdecimal())
    leads = _LEAD in says and text.rstrip().endswith(_COLONS)
    return Short(numbers, leads) if numbers or leads or _ANSWER in says else None


@lru_cache(maxsize=32)
def _words(lang: str) -> _Words | None:
    kinds = tomllib.loads(_WORDS.read_text("utf-8")).get(lang)
    if kinds is None:
        return None
    found: dict[tuple[str, ...], frozenset[str]] = {}
    where = locale(lang)
    named = [*where.days["format"]["wide"].values(), *where.months["format"]["wide"].values()]
    for kind, words in (*kinds.items(), ("figure", named)):
        for word in words:
            key = units(unaccented(normal(word)))
            found[key] = found.get(key, frozenset()) | {kind}
    for number, words in figures.small(lang).items():
        for word in words:
            found.setdefault(units(unaccented(normal(word))), frozenset((number,)))
    return _Words(found, max(map(len, found)))
