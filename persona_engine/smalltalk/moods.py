"""Whether a message tells, in whichever words, of a low mood or a bad day, and what it says besides."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.lang import SUPPORTED, base
from persona_engine.boundaries.wordings import Wording, Wordings
from persona_engine.smalltalk.clauses import clauses_of, clauses_written

_LINES: Final = Path(__file__).with_name("moods.toml")
_ASKED: Final = re.compile(r"[?？؟;՞]")
_KANA: Final = re.compile(r"[\u3041-\u30fa]")


@dataclass(frozen=True, slots=True)
class _Lines:
    """How a language tells of a mood, and how it asks for something."""

    moods: Wordings
    asks: Wordings


def languages(text: str) -> list[str]:
    """The languages in which a message tells that, and neither asks nor wants to have anything."""
    if _ASKED.search(text):
        return []
    clauses = clauses_of(text)
    # Chinese and Japanese share characters, but no Japanese sentence does without kana.
    never = "zh" if _KANA.search(text) else "ja"
    return [
        lang
        for lang, lines in _lines().items()
        if base(lang) != never and lines.moods.first_in(clauses) and not lines.asks.first_in(clauses)
    ]


def beside(text: str, lang: str) -> str:
    """What a message that tells that in a language says besides: "I can't sleep after coffee", the coffee."""
    lines = _lines()[lang].moods
    return " ".join(rest for each in clauses_written(text) if (rest := lines.beside(each)))


@lru_cache(maxsize=1)
def _lines() -> dict[str, _Lines]:
    told = tomllib.loads(_LINES.read_text("utf-8"))
    return {lang: _Lines(_of(told[lang], "moods"), _of(told[lang], "asks")) for lang in SUPPORTED}


def _of(own: dict[str, Any], kind: str) -> Wordings:
    return Wordings(Wording(line, own.get("words", {})) for line in own[kind])
