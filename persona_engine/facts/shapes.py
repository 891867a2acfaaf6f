"""What a told word must look like to be a name, a place or a pastime. Everything else is kept by nobody."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from babel.core import get_global

from kernel.lang import UNSPACED, base, locale
from persona_engine.boundaries.spelling import plainly
from persona_engine.facts.phrasing import words_of
from persona_engine.smalltalk.normal import normal, squeezed, unaccented

LONGEST_NAME: Final = 24
LONGEST_PLACE: Final = 40
_MOST_WORDS: Final = 3
_LONGEST_UNSPACED: Final = {"zh": 6, "ja": 8, "th": 20}
# "Ana de la Cruz", "Jan van Dyk", "عمر بن علي": small in the middle of a name.
_PARTICLES: Final = frozenset(
    (
        "de", "da", "do", "dos", "das", "del", "di", "du", "la", "le", "el", "al", "bin", "ben", "ibn",
        "bint", "van", "von", "der", "den", "ter", "y", "e", "af", "av", "بن", "ابن",
    )
)  # fmt: skip
_JOINING: Final = frozenset("'-·・.")
_APART: Final = re.compile(r"[\s·・-]+")
_PARTS: Final = re.compile(r"[/|·•()]")
# German writes every noun with a capital: there one proves nothing.
_CAPITALS_PROVE_NOTHING: Final = frozenset({"de"})


def name_of(text: str, lang: str, *, sure: bool, taken: Iterable[str]) -> str | None:
    """The name that a word is; None where it is none, an insult, or somebody's who speaks here.

    `sure`: it was said to be a name, so that it may begin small. `taken`: what the avatar and its creator are
    called.
    """
    text = " ".join(text.split())
    spelt = _cased(text, sure=sure) if _has_case(text) else _uncased(text, lang)
    if spelt is None or plainly(spelt) != spelt or _never(spelt, lang) or _claims(spelt, taken):
        return None
    return spelt


def place_of(text: str, lang: str) -> str | None:
    """The place that a word is: a country or town that is known, or what looks like a place's name."""
    text = " ".join(text.split())
    if len(text) > LONGEST_PLACE or any(char.isdigit() for char in text):
        return None
    if _key(text) in _places(lang):
        return text
    if not _has_case(text) or base(lang) in _CAPITALS_PROVE_NOTHING:
        return None
    bare = text.replace(",", "")
    return text if len(text) > 2 and _cased(bare, sure=False) and not _never(bare, lang) else None


def thing_of(text: str, lang: str) -> str | None:
    """The pastime that a word is: one of a closed list, or nothing."""
    text = " ".join(text.split())
    return text if _key(text) in _things(lang) else None


def _key(text: str) -> str:
    return unaccented(normal(text))


def _has_case(text: str) -> bool:
    return any(char.lower() != char.upper() for char in text)


def _lettered(text: str) -> bool:
    """Whether it is letters of one alphabet, as names are, and what joins them."""
    if not all(unicodedata.category(c)[0] in "LM" or c == " " or c in _JOINING for c in text):
        return False
    scripts = {unicodedata.name(c, "?").split(" ")[0] for c in text if unicodedata.category(c)[0] == "L"}
    return len(scripts - {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "MODIFIER"}) <= 1


def _cased(text: str, *, sure: bool) -> str | None:
    """A name in an alphabet with capitals; one word may begin small where it is surely one."""
    words = text.split(" ")
    if not 2 <= len(text) <= LONGEST_NAME or len(words) > _MOST_WORDS or not _lettered(text):
        return None
    if sure and len(words) == 1:
        return text[0].upper() + text[1:]
    first, *others = words
    if not first[0].isupper() or not all(w[0].isupper() or w in _PARTICLES for w in others):
        return None
    return None if words[-1] in _PARTICLES else text


def _uncased(text: str, lang: str) -> str | None:
    most = _LONGEST_UNSPACED.get(base(lang), LONGEST_NAME)
    words = text.split(" ")
    fits = len(text) <= most and len(words) <= 2 and (len(text) > 1 or base(lang) in ("zh", "ja", "ko"))
    return text if fits and _lettered(text) else None


def _never(text: str, lang: str) -> bool:
    """Whether something in it is no name, or none that anybody is to be called by."""
    said = normal(text)
    if any(word in said for word in words_of("und", "within")):
        return True
    for tag in dict.fromkeys(("und", "en", lang)):
        words = _denied(tag)
        if base(tag) in UNSPACED:
            if any(word in said for word in words):
                return True
        elif any(part in words for part in (said, *said.split(" "))):
            return True
    return False


def _claims(text: str, taken: Iterable[str]) -> bool:
    """Whether somebody by this name would seem to be the avatar or its creator."""
    said = squeezed(_key(text))
    words = set(_APART.split(said))
    for name in taken:
        for part in filter(None, (squeezed(_key(each)) for each in _PARTS.split(name))):
            first = part.split(" ")[0]
            if part.replace(" ", "") in said.replace(" ", "") or (len(first) > 2 and first in words):
                return True
    return False


@lru_cache(maxsize=32)
def _denied(lang: str) -> frozenset[str]:
    return frozenset(normal(word) for word in words_of(lang, "never"))


@lru_cache(maxsize=32)
def _things(lang: str) -> frozenset[str]:
    return frozenset(_key(word) for word in words_of(lang, "things"))


@lru_cache(maxsize=32)
def _places(lang: str) -> frozenset[str]:
    """Countries and the towns of time zones in a language (CLDR), and more towns where it is spoken."""
    known = locale(lang)
    countries = (name for code, name in known.territories.items() if code.isalpha())
    zones = {zone: zone.rpartition("/")[2].replace("_", " ") for zone in get_global("zone_territories")}
    zones |= {zone: names["city"] for zone, names in known.time_zones.items() if "city" in names}
    return frozenset(map(_key, (*countries, *zones.values(), *words_of(lang, "places"))))
