"""Messages of people who may harm themselves: how they are known, and the fixed text that they get."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.i18n import isolate, t
from kernel.lang import base, is_rtl, locale, same
from memory.service import Example
from persona_engine.boundaries.help_lines import Line, shipped
from persona_engine.boundaries.spelling import Words, levelled, plainly, unspaced

_FOLDER: Final = Path(__file__).parent
LIKE: Final = "like"
"""The label of what only resembles an example."""

MOST_NAMED: Final = 10
"""How many lines a text names: who is in need isn't to search in a list."""

_PHRASE: Final = "phrase"
_RLM: Final = "\u200f"
# Between a name and what follows, and between the ways to reach somebody.
_SIGNS: Final = {"ar": (": ", "، "), "fa": (": ", "، "), "ja": ("：", "、"), "zh": ("：", "，")}


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


def text(lang: str, hint: str | None, lines: Sequence[Line] | None = None) -> str:
    """The fixed text in a language, with those of the lines (by default the package's) that fit.

    A platform's hint (``en-GB``) tells the country. Where none fits, it says whom to turn to.
    """
    lines = tuple(shipped().values()) if lines is None else lines
    named = fitting(lines, lang, _country(hint))[:MOST_NAMED]
    told = (_named(each, lang) for each in named)
    return "\n".join((t(lang, "crisis.text"), *told, t(lang, "crisis.danger")))


def fitting(lines: Sequence[Line], lang: str, country: str | None) -> tuple[Line, ...]:
    """Those that help somebody: their country's, the ones in their language first, then those of no country.

    Where the country isn't known, those for speakers of the language, wherever they are.
    """
    spoken = [line for line in lines if any(same(lang, each) for each in line.languages)]
    if country is None:
        return tuple(spoken)
    near = [line for line in lines if line.country == country]
    anywhere = [line for line in spoken if not line.country]
    return (*sorted(near, key=lambda line: line not in spoken), *anywhere)


def _named(line: Line, lang: str) -> str:
    """A line of the text: where, who, and how to reach them."""
    after_name, between = _SIGNS.get(base(lang), (": ", ", "))
    ways = [
        *([isolate(line.phone, lang)] if line.phone else []),
        *([t(lang, "crisis.sms", number=line.sms)] if line.sms else []),
        # Last: what follows an address without a space is taken for a part of it.
        *([isolate(line.url, lang)] if line.url else []),
    ]
    name = isolate(line.name, lang)
    if line.country:
        # A service that is called by its number is named once.
        named = ways if line.name == line.phone else [name, *ways]
        return f"{_territory(line.country, lang)}{after_name}{between.join(named)}"
    # Without a word of the text's own language, nothing else tells the line's direction.
    turn = _RLM if is_rtl(lang) else ""
    return f"{turn}{name}{after_name}{between.join(ways)}"


def _country(hint: str | None) -> str | None:
    parts = (hint or "").replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), None)


def _territory(country: str, lang: str) -> str:
    return str(locale(lang).territories.get(country, country))
