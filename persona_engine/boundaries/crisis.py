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

_FOLDER: Final = Path(__file__).parent
_LABEL: Final = "crisis"


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
def examples() -> tuple[Example, ...]:
    """What such messages say, in every language, and what only sounds alike."""
    found: list[Example] = []
    for lang, told in tomllib.loads((_FOLDER / "crisis.toml").read_text("utf-8")).items():
        found += [Example(_LABEL, text, lang, phrase=True) for text in told["phrases"]]
        found += [Example(_LABEL, text, lang) for text in told["examples"]]
        found += [Example(_LABEL, text, lang, allowed=True) for text in told["harmless"]]
    return tuple(found)


@lru_cache(maxsize=32)
def examples_for(lang: str) -> tuple[Example, ...]:
    """What concerns a message in a language (a primary subtag): its own examples, and every phrase.

    Of other languages' phrases only those of several words: a short message's language may be mistaken, but
    what a lexicon makes of one word ("my own ...") stands in harmless sentences.
    In a language without examples, those of all: words of grief are near to each other in a lexicon, so
    that otherwise too much would seem like them.
    """
    own = tuple(each for each in examples() if base(each.lang) == lang or (each.phrase and " " in each.text))
    return own if any(not each.phrase for each in own) else examples()


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
