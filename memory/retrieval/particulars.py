"""What a question turns on that likeness overlooks: names, numbers, days, words that have an opposite."""

from dataclasses import dataclass
from functools import lru_cache

import regex
from babel import Locale
from babel.core import UnknownLocaleError

from memory.retrieval import analysis, named, word_lists

_UNSPACED = regex.compile(rf"[{analysis.UNSEGMENTED}]")
_INFLECTED = 4  # letters: a longer name may end in another way
Sides = dict[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Particulars:
    """The language of a question, the names and numbers it says, and its side in each group it touches."""

    lang: str
    names: tuple[str, ...]
    sides: Sides

    def apart(self, other: "Particulars") -> bool:
        """Whether both can't be the same question: each says of one kind what the other doesn't."""
        if any(not side & other.sides.get(group, side) for group, side in self.sides.items()):
            return True
        mine, theirs = (_comparable(one, self.lang == other.lang) for one in (self, other))
        return bool(named.of_others(mine, theirs)) and bool(named.of_others(theirs, mine))


def _comparable(one: Particulars, all_of_them: bool) -> tuple[str, ...]:
    return tuple(name for name in one.names if all_of_them or name[0].isdigit())


@lru_cache(maxsize=4096)
def read(text: str, lang: str) -> Particulars:
    """What a question in a language turns on."""
    lang = analysis.base(lang)
    plain = analysis.normalise(text)
    sides: dict[str, set[int]] = {}
    for group, side, pattern in _patterns(lang):
        if pattern.search(plain):
            sides.setdefault(group, set()).add(side)
    days = {
        word for group, _, pattern in _patterns(lang) if group == "day" for word in pattern.findall(plain)
    }
    names = tuple(
        name for name in named.read(text, lang) if not any(name in analysis.fold(day) for day in days)
    )
    return Particulars(lang, names, {group: frozenset(found) for group, found in sides.items()})


@lru_cache(maxsize=64)
def _patterns(lang: str) -> tuple[tuple[str, int, "regex.Pattern[str]"], ...]:
    """(group, side, what is found of it) of the language's opposites, and of the days of the week."""
    found = []
    for number, group in enumerate(_opposites().get(lang, ())):
        for side, words in enumerate(group):
            found.append((str(number), side, _any_of(words)))
    try:
        days = Locale.parse(lang).days["format"]["wide"]
    except (UnknownLocaleError, ValueError):
        days = {}
    found += [("day", day, _day(analysis.normalise(name))) for day, name in days.items()]
    return tuple(found)


def _day(name: str) -> "regex.Pattern[str]":
    """Its forms, too: "Sundays", "domingos"."""
    if _UNSPACED.search(name):
        return regex.compile(regex.escape(name))
    return regex.compile(rf"\b{regex.escape(name[:-1] if len(name) > _INFLECTED else name)}\p{{L}}{{0,3}}\b")


def _any_of(words: tuple[str, ...]) -> "regex.Pattern[str]":
    edge = "" if _UNSPACED.search("".join(words)) else r"\b"
    return regex.compile(f"{edge}(?:{'|'.join(map(regex.escape, words))}){edge}")


@lru_cache(maxsize=1)
def _opposites() -> dict[str, tuple[tuple[tuple[str, ...], ...], ...]]:
    found = {}
    for lang, groups in word_lists.entries("opposites"):
        found[lang] = tuple(
            tuple(
                tuple(analysis.normalise(word.strip()) for word in side.split(","))
                for side in group.split("/")
                if side.strip(" -")
            )
            for group in groups.split("|")
        )
    return found
