"""Messages of people who may harm themselves: how they are known, and the fixed text that they get."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel import Locale

from kernel.i18n import t
from kernel.lang import base, locale
from memory.service import Example
from persona_engine.boundaries.spelling import Words, levelled, plainly, unspaced

_FOLDER: Final = Path(__file__).parent
LIKE: Final = "like"
"""The label of what only resembles an example."""

_PHRASE: Final = "phrase"


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone line of a country, where its number is from, and when it was entered."""

    country: str
    languages: tuple[str, ...]
    name: str
    number: str
    source: str
    date: date


@lru_cache(maxsize=1)
def _told() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((_FOLDER / "crisis.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """What such messages say, in every language, and what only sounds alike."""
    found: list[Example] = []
    for lang, told in _told().items():
        found += [Example(_PHRASE, text, lang, phrase=True) for text in told["phrases"]]
        found += [Example(LIKE, text, lang) for text in told["examples"]]
        for label in (LIKE, _PHRASE):
            found += [Example(label, text, lang, allowed=True) for text in told["harmless"]]
    return tuple(found)


@lru_cache(maxsize=32)
def examples_for(lang: str) -> tuple[Example, ...]:
    """What concerns a message in a language (a primary subtag); in one without examples, those of all.

    Words of grief are near to each other in a lexicon, so that among few of them too much would seem alike.
    """
    own = tuple(each for each in examples() if base(each.lang) == lang)
    return own or examples()


def is_about(text: str, lang: str) -> bool:
    """Whether a message in a language has a word without which it only resembles an example.

    "I want to go with you" is like "I want to die" in all but the word that counts.
    """
    words = _about(lang)
    return words is None or any(words.stand_in(levelled(way)) for way in (text, plainly(text)))


@lru_cache(maxsize=32)
def _about(lang: str) -> Words | None:
    words = [word for tag, told in _told().items() if base(tag) == lang for word in told.get("about", ())]
    return Words(words) if words else None


def foreign_phrase(text: str, lang: str) -> str:
    """A phrase of another language that stands in a message as it is written; empty where none does.

    A short message's language may be mistaken. One word of another language says too little.
    """
    said = levelled(text)
    return next((text for tag, text, words in _phrases() if tag != lang and words.stand_in(said)), "")


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[str, str, Words], ...]:
    every = ((base(tag), phrase) for tag, told in _told().items() for phrase in told["phrases"])
    return tuple((lang, each, Words([each])) for lang, each in every if " " in each or unspaced(each))


@lru_cache(maxsize=1)
def contacts() -> tuple[Line, ...]:
    """Every line of the data file."""
    found = tomllib.loads((_FOLDER / "contacts.toml").read_text("utf-8"))["line"]
    return tuple(Line(**(each | {"languages": tuple(each["languages"])})) for each in found)


def text(lang: str, hint: str | None) -> str:
    """The fixed text in a language, with the lines of the country that a platform's hint (``en-GB``) names.

    Without a country, those of the countries where the language is spoken; without any, whom to turn to.
    """
    country = _country(hint)
    lines = [line for line in contacts() if line.country == country]
    if not lines and country is None:
        lines = [line for line in contacts() if base(lang) in line.languages]
    said = [t(lang, "crisis.text")]
    said += [f"{_name(line.country, lang)}: {_called(line)}" for line in lines]
    said.append(t(lang, "crisis.danger"))
    return "\n".join(said)


def _called(line: Line) -> str:
    return line.number if line.name == line.number else f"{line.name}, {line.number}"


def _country(hint: str | None) -> str | None:
    parts = (hint or "").replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), None)


def _name(country: str, lang: str) -> str:
    return str(Locale.parse(locale(lang)).territories.get(country, country))
