"""Whether a message tells, in whichever words, of a low mood or a bad day, or good news; and what besides."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.lang import SUPPORTED, base
from memory import service as memory
from persona_engine.boundaries.wordings import Wording, Wordings
from persona_engine.smalltalk.book import light_words
from persona_engine.smalltalk.clauses import clauses_of, clauses_written
from persona_engine.smalltalk.intents import Intent

_LINES: Final = Path(__file__).with_name("moods.toml")
_ASKED: Final = re.compile(r"[?？؟;՞]")
_KANA: Final = re.compile(r"[\u3041-\u30fa]")


@dataclass(frozen=True, slots=True)
class _Lines:
    """How a language tells of low moods and of good ones, and how it asks for something.

    `disbelief` denies nothing ("I can't believe it"); `light` is what says nothing of what a mood is about.
    """

    moods: Wordings
    joys: Wordings
    disbelief: Wordings
    asks: Wordings
    light: Wordings

    @property
    def of(self) -> dict[Intent, Wordings]:
        """The lines of each mood."""
        return {Intent.SAD: self.moods, Intent.JOY: self.joys}


def languages(text: str) -> dict[str, Intent]:
    """In which languages a message tells of which mood, and neither asks nor wants to have anything.

    Who tells of both is met in the low one.
    """
    if _ASKED.search(text):
        return {}
    clauses, written = clauses_of(text), clauses_written(text)
    # Chinese and Japanese share characters, but no Japanese sentence does without kana.
    never = "zh" if _KANA.search(text) else "ja"
    return {
        lang: mood
        for lang, lines in _lines().items()
        if base(lang) != never
        and (mood := _mood(clauses, written, lang, lines))
        and not lines.asks.first_in(clauses)
    }


def beside(text: str, lang: str, mood: Intent) -> str:
    """What a message that tells of a mood says besides: "I can't sleep after coffee", the coffee.

    Nothing where words of degree and time are left, or of who was there: "my boss", "all day".
    """
    lines = _lines()[lang]
    left = " ".join(rest for each in clauses_written(text) if (rest := lines.of[mood].beside(each)))
    return left if lines.light.beside(left) else ""


def denied(text: str, lang: str) -> bool:
    """Whether a clause of a message denies something, as good news don't: "no me dieron el trabajo"."""
    disbelief = _lines()[lang].disbelief
    return any(memory.denies(disbelief.beside(each), lang) for each in clauses_written(text))


def _mood(clauses: list[str], written: list[str], lang: str, lines: _Lines) -> Intent | None:
    if lines.moods.first_in(clauses):
        return Intent.SAD
    told = (each for each, plain in zip(clauses, written, strict=True) if not denied(plain, lang))
    return Intent.JOY if lines.joys.first_in(list(told)) else None


@lru_cache(maxsize=1)
def _lines() -> dict[str, _Lines]:
    told = tomllib.loads(_LINES.read_text("utf-8"))
    return {lang: _of(lang, told[lang]) for lang in SUPPORTED}


def _of(lang: str, own: dict[str, Any]) -> _Lines:
    words = own.get("words", {})
    light = {*own["light"].split("/"), *(each.replace(" ", "_") for each in light_words(lang))}
    # The longest first, since where no spaces part words the first one that fits is taken.
    own["light"] = ["/".join(sorted(light, key=lambda each: (-len(each), each)))]
    own["moods"] = [*own["moods"], *own["missed"]]
    return _Lines(
        *(
            Wordings(Wording(line, words) for line in own[kind])
            for kind in ("moods", "joys", "disbelief", "asks", "light")
        )
    )
