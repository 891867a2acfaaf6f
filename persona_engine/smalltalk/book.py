"""The phrases of small talk in every language, indexed by the units they are made of."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Final

from kernel.lang import SUPPORTED
from persona_engine.smalltalk.intents import Intent
from persona_engine.smalltalk.normal import normal, squeezed, unaccented, units

_FOLDER: Final = Path(__file__).parent / "phrases"
_FILLER: Final = "filler"
_SKIPPED: Final = "skipped"
_SPELLING: Final = "spelling"
_EMOJI: Final = "emoji"
_ANY: Final = "und"
_LENT: Final = "lent"
_HOME: Final = "home"
_ASKED: Final = "asked_if_real"
_CHOICE: Final = re.compile(r"\(([^)]*)\)")

# A message of several parts is answered for the part that asks most.
WEIGHT: Final = {
    intent: weight
    for weight, intent in enumerate(
        (
            Intent.LAUGHTER,
            Intent.GREETING,
            Intent.COMPLIMENT,
            Intent.THANKS,
            Intent.GOODBYE,
            Intent.HOW_ARE_YOU,
            Intent.MORE,
            Intent.ASK,
            Intent.JOKE,
            Intent.JOY,
            Intent.INSULT,
            Intent.SAD,
            Intent.AGE,
            Intent.MAKE,
            Intent.IDENTITY,
            Intent.REAL,
            Intent.PERSON,
            Intent.PRIVACY,
        )
    )
}

# Who tells how they are says how much, and since when. Of an insult the same words may be said of oneself.
MOODS: Final = frozenset({Intent.JOY, Intent.SAD})

Units = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """For each phrase what it says in which languages; None where it is a filler that says nothing.

    `moods` are the phrases of moods by language and first unit, with which mood, `first` those units of all
    languages; `skipped` the words of degree and time that people put between theirs ("a bit", "today").
    """

    phrases: dict[Units, dict[str, Intent | None]]
    longest: int
    moods: dict[str, dict[str, list[tuple[Units, Intent]]]]
    skipped: dict[str, frozenset[Units]]
    first: frozenset[str]


@lru_cache(maxsize=1)
def books() -> tuple[Book, Book, Book]:
    """The phrases as they are written; without the accents of Latin letters; without doubled letters, too.

    Reads files and takes about a second the first time: a start calls it in a thread.
    """
    found: tuple[dict[Units, dict[str, Intent | None]], ...] = ({}, {}, {})
    for lang, intent, phrase in _phrases():
        # Each form is made of the one before: thirty thousand phrases are read whenever a process starts.
        bare = unaccented(whole := normal(phrase))
        forms = (whole, bare, squeezed(bare))
        split = {said: units(said) for said in {*forms}}  # mostly they are one
        for phrases, said in zip(found, forms, strict=True):
            langs = phrases.setdefault(split[said], {})
            for each in SUPPORTED if lang == _ANY else (lang,):
                if (known := langs.get(each)) is None or (intent and WEIGHT[intent] > WEIGHT[known]):
                    langs[each] = intent
    skipped = {lang: _read(lang)[_SKIPPED] for lang in SUPPORTED}
    written, plain, short = (
        Book(
            phrases,
            max(map(len, phrases)),
            moods := _moods(phrases),
            {lang: frozenset(units(form(each)) for each in said) for lang, said in skipped.items()},
            frozenset().union(*moods.values()),
        )
        for phrases, form in zip(found, (normal, _plain, _short), strict=True)
    )
    return written, plain, short


def _plain(phrase: str) -> str:
    return unaccented(normal(phrase))


def _short(phrase: str) -> str:
    return squeezed(_plain(phrase))


def _moods(
    phrases: Mapping[Units, Mapping[str, Intent | None]],
) -> dict[str, dict[str, list[tuple[Units, Intent]]]]:
    found: dict[str, dict[str, list[tuple[Units, Intent]]]] = {lang: {} for lang in SUPPORTED}
    for phrase, says in phrases.items():
        for lang, intent in says.items():
            if intent in MOODS:
                found[lang].setdefault(phrase[0], []).append((phrase, intent))
    return found


@lru_cache(maxsize=1)
def emoji() -> dict[str, Intent]:
    """What an emoji says where nothing else is said. One that is not here is a reaction."""
    return {each: Intent(name) for name, chars in _read(_ANY)[_EMOJI].items() for each in chars}


@lru_cache(maxsize=1)
def lent() -> dict[str, str]:
    """Greetings that are at home in a language which isn't among ours, by what is said."""
    return dict(_read(_ANY)[_LENT])


@lru_cache(maxsize=1)
def homes() -> dict[str, str]:
    """The language that words which several of ours say are at home in, by what is said."""
    return dict(_read(_ANY)[_HOME])


def asked_words(lang: str) -> dict[str, list[str]]:
    """The words of a language in which people ask whether a person answers, by their part in that."""
    return dict(_read(lang).get(_ASKED, {}))


def light_words(lang: str) -> list[str]:
    """The words of a language that say nothing by themselves: of degree and time, and fillers."""
    own = _read(lang)
    return [*own[_SKIPPED], *own[_FILLER]]


def _read(lang: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))


def _phrases() -> Iterator[tuple[str, Intent | None, str]]:
    for lang in (_ANY, *SUPPORTED):
        sections = _read(lang)
        spelling = sections.pop(_SPELLING, {})
        sections.pop(_EMOJI, None)
        sections.pop(_SKIPPED, None)
        sections.pop(_ASKED, None)
        sections.pop(_LENT, None)
        sections.pop(_HOME, None)
        for section, phrases in sections.items():
            intent = None if section == _FILLER else Intent(section)
            for phrase in phrases:
                yield from ((lang, intent, spelt) for spelt in _spelt(phrase, spelling))


def _spelt(phrase: str, spelling: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A phrase with each of its choices, "(can|may) i": in every way that people write its words, "r u"."""
    parts = (part.split("|") if at % 2 else (part,) for at, part in enumerate(_CHOICE.split(phrase)))
    for said in product(*parts):
        yield from _written("".join(said), spelling)


def _written(phrase: str, spelling: Mapping[str, Sequence[str]]) -> Iterator[str]:
    ways = ((word, *spelling.get(word, ())) for word in phrase.split(" "))
    yield from (" ".join(words) for words in product(*ways))
