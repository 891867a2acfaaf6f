"""The phrases file, and the one expression of each language that it becomes."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.lang import SUPPORTED, UNSPACED, base

# In this order: what takes back or asks is never what tells.
SECTIONS: Final = (
    "forget_name", "forget_place", "forget_all", "ask_name", "ask_all",
    "name", "called", "from", "lives", "likes", "makes", "am",
)  # fmt: skip
_FILE: Final = Path(__file__).parent / "phrases.toml"
_SLOT: Final = "(.{1,60}?)"
_JOINER: Final = "\u200c"
# Thai parts clauses with a space, and words with none.
_THAI_PAUSE: Final = r"(?<=[\u0e00-\u0e7f])\s+(?=[\u0e00-\u0e7f])"


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A language's expression; its n-th group is the slot of a phrase of the n-th of `sections`."""

    whole: re.Pattern[str]
    sections: tuple[str, ...]

    def find(self, clause: str) -> tuple[str, str] | None:
        """The section of the phrase that a whole clause is, and what stands in its slot."""
        found = self.whole.fullmatch(clause)
        if found is None or found.lastindex is None:
            return None
        return self.sections[found.lastindex - 1], found[found.lastindex]


def load() -> None:
    """Compile what every message is held against. Blocking: a tenth of a second."""
    for lang in SUPPORTED:
        phrasing(lang)


def words_of(lang: str, section: str) -> Sequence[str]:
    """The words of a list; none where the language has no such list."""
    words: Sequence[str] = _file().get(lang, {}).get(section, ())
    return words


@lru_cache(maxsize=32)
def phrasing(lang: str) -> Phrasing:
    """A language's phrases, compiled."""
    told = list(_phrases(lang))
    ways = "|".join(way for _, way in told)
    opening, closing = (_choice(lang, section) for section in ("opening", "closing"))
    apart = r"[\s,，、]*" if base(lang) in UNSPACED else r"[\s,،]+"
    glued = f"(?:{_choice(lang, 'glued')})?"
    whole = rf"(?:(?:{opening}){apart})*{glued}(?:{ways})(?:{apart}(?:{closing}))*"
    return Phrasing(re.compile(whole, re.IGNORECASE), tuple(section for section, _ in told))


@lru_cache(maxsize=1)
def joining() -> re.Pattern[str]:
    """What stands between two clauses, in any language."""
    spaced, close = (
        "|".join(
            sorted(
                {
                    _expression(each, lang)
                    for lang in SUPPORTED
                    if (base(lang) in UNSPACED) is unspaced
                    for each in words_of(lang, "joining")
                }
            )
        )
        for unspaced in (False, True)
    )
    glued = "|".join(each for lang in SUPPORTED for each in words_of(lang, "glued"))
    return re.compile(
        rf"\s+(?:{spaced})\s+|\s*(?:{close})\s*|\s+(?:{glued})(?=\S)|{_THAI_PAUSE}", re.IGNORECASE
    )


def _phrases(lang: str) -> Iterator[tuple[str, str]]:
    for section in SECTIONS:
        for phrase in words_of(lang, section):
            way = _expression(phrase, lang)
            # Each phrase has one group, so that the last one found says which phrase it was.
            yield section, way.replace("{}", _SLOT) if "{}" in way else f"{way}()"


def _choice(lang: str, section: str) -> str:
    return "|".join(
        _expression(each, lang) for each in sorted(words_of(lang, section), key=len, reverse=True)
    )


def _expression(phrase: str, lang: str) -> str:
    space = r"\s*" if base(lang) in UNSPACED else r"\s+"
    return (
        phrase.replace("(", "(?:")
        .replace(" ?", r"\s*")
        .replace(" ", space)
        .replace(_JOINER, rf"[\s{_JOINER}]?")
    )


@lru_cache(maxsize=1)
def _file() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
