"""The phrases of small talk in every language, indexed by the units they are made of."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.lang import SUPPORTED
from persona_engine.smalltalk.intents import Intent
from persona_engine.smalltalk.normal import normal, unaccented, units

_FOLDER: Final = Path(__file__).parent / "phrases"
_FILLER: Final = "filler"
_ANY: Final = "und"

# A message of several parts is answered for the part that asks most.
WEIGHT: Final = {
    intent: weight
    for weight, intent in enumerate(
        (
            Intent.LAUGHTER,
            Intent.GREETING,
            Intent.THANKS,
            Intent.GOODBYE,
            Intent.HOW_ARE_YOU,
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
def books() -> tuple[Book, Book]:
    """The phrases as they are written, and without the accents of Latin letters.

    Reads files and takes a tenth of a second the first time: a start calls it in a thread.
    """
    written: dict[Units, dict[str, Intent | None]] = {}
    plain: dict[Units, dict[str, Intent | None]] = {}
    for lang, intent, phrase in _phrases():
        form = normal(phrase)
        for phrases, said in ((written, units(form)), (plain, units(unaccented(form)))):
            langs = phrases.setdefault(said, {})
            for each in SUPPORTED if lang == _ANY else (lang,):
                if (known := langs.get(each)) is None or (intent and WEIGHT[intent] > WEIGHT[known]):
                    langs[each] = intent
    return Book(written, max(map(len, written))), Book(plain, max(map(len, plain)))


def _phrases() -> Iterator[tuple[str, Intent | None, str]]:
    for lang in (_ANY, *SUPPORTED):
        sections = tomllib.loads((_FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
        for section, phrases in sections.items():
            intent = None if section == _FILLER else Intent(section)
            yield from ((lang, intent, phrase) for phrase in phrases)
