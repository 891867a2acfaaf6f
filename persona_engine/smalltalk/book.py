"""The phrases of small talk in every language, indexed by the units they are made of."""

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
_SPELLING: Final = "spelling"
_EMOJI: Final = "emoji"
_ANY: Final = "und"

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
            Intent.SAD,
            Intent.IDENTITY,
            Intent.REAL,
        )
    )
}

Units = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """For each phrase what it says in which languages; None where it is a filler that says nothing."""

    phrases: dict[Units, dict[str, Intent | None]]
    longest: int


@lru_cache(maxsize=1)
def books() -> tuple[Book, Book, Book]:
    """The phrases as they are written; without the accents of Latin letters; without doubled letters, too.

    Reads files and takes a fifth of a second the first time: a start calls it in a thread.
    """
    found: tuple[dict[Units, dict[str, Intent | None]], ...] = ({}, {}, {})
    for lang, intent, phrase in _phrases():
        form = normal(phrase)
        forms = (form, unaccented(form), squeezed(unaccented(form)))
        for phrases, said in zip(found, forms, strict=True):
            langs = phrases.setdefault(units(said), {})
            for each in SUPPORTED if lang == _ANY else (lang,):
                if (known := langs.get(each)) is None or (intent and WEIGHT[intent] > WEIGHT[known]):
                    langs[each] = intent
    written, plain, short = (Book(phrases, max(map(len, phrases))) for phrases in found)
    return written, plain, short


@lru_cache(maxsize=1)
def emoji() -> dict[str, Intent]:
    """What an emoji says where nothing else is said. One that is not here is a reaction."""
    return {each: Intent(name) for name, chars in _read(_ANY)[_EMOJI].items() for each in chars}


def _read(lang: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))


def _phrases() -> Iterator[tuple[str, Intent | None, str]]:
    for lang in (_ANY, *SUPPORTED):
        sections = _read(lang)
        spelling = sections.pop(_SPELLING, {})
        sections.pop(_EMOJI, None)
        for section, phrases in sections.items():
            intent = None if section == _FILLER else Intent(section)
            for phrase in phrases:
                yield from ((lang, intent, spelt) for spelt in _spelt(phrase, spelling))


def _spelt(phrase: str, spelling: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A phrase in every way that people write its words: "are you", "are u", "r u"."""
    ways = ((word, *spelling.get(word, ())) for word in phrase.split(" "))
    yield from (" ".join(words) for words in product(*ways))
