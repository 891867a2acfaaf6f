"""Messages of who may harm themselves or fears it of somebody close: how they are known, their fixed text."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.i18n import isolate, t
from kernel.lang import base, is_rtl, locale, same
from persona_engine.boundaries.help_lines import Line, shipped
from persona_engine.boundaries.spelling import plainly
from persona_engine.boundaries.wordings import Wording, Wordings, sentences_of

_FOLDER: Final = Path(__file__).parent

MOST_NAMED: Final = 10
"""How many lines a text names: who is in need isn't to search in a list."""

_RLM: Final = "\u200f"
# Between a name and what follows, and between the ways to reach somebody.
_SIGNS: Final = {"ar": (": ", "، "), "fa": (": ", "، "), "ja": ("：", "、"), "zh": ("：", "，")}


def found_in(text: str) -> str:
    """The way of putting it by which a message tells that somebody may harm themselves; empty for none.

    In all languages at once: a short message's language is easily mistaken.
    """
    certain, need, aside = _wordings()
    for way in dict.fromkeys((text, plainly(text))):
        if found := certain.first_in(sentences_of(way)) or need.first_in(aside.without(way)):
            return found.plain
    return ""


def languages(text: str) -> tuple[str, ...]:
    """The languages in which a message tells of that: letters alone hardly tell a few words' language."""
    ways = [sentences_of(way) for way in dict.fromkeys((text, plainly(text)))]
    return tuple(lang for lang, lines in _told().items() if any(map(lines.first_in, ways)))


@lru_cache(maxsize=1)
def _told() -> dict[str, Wordings]:
    """How people say it in each language."""
    return {lang: Wordings((*lines["certain"], *lines["phrases"])) for lang, lines in _lines().items()}


@lru_cache(maxsize=1)
def _wordings() -> tuple[Wordings, Wordings, Wordings]:
    """How people say it of themselves without a doubt, how they say it, and what only sounds like it."""
    certain, need, aside = (
        Wordings(line for own in _lines().values() for line in own[kind])
        for kind in ("certain", "phrases", "aside")
    )
    return certain, need, aside


@lru_cache(maxsize=1)
def _lines() -> dict[str, dict[str, list[Wording]]]:
    """By language and kind."""
    told = tomllib.loads((_FOLDER / "crisis.toml").read_text("utf-8"))
    return {
        lang: {
            kind: [Wording(line, own.get("words", {})) for line in own[kind]]
            for kind in ("certain", "phrases", "aside")
        }
        for lang, own in told.items()
    }


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
