"""What a draft says to cost nothing: a price of nought, which a source that is cited must name, too."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import regex

from kernel.lang import base
from memory import service as memory
from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault

_WORDS: Final = Path(__file__).with_name("gratis.toml")
_CLAUSE: Final = regex.compile(
    r"[,;:()—–。،؛、]|(?<!\w)(?:and|but|because|since|y|pero|porque|e|mas|et|mais|car|und|aber|denn|weil|и|но|а|і|й|але"
    r"|dan|tapi|karena|và|nhưng|و|بل|ve|ama|और|लेकिन)(?![\w\p{M}])"
)
_BETWEEN: Final = r"(?:[\w']+ +){0,4}?"
# How near, in words, or in signs where words aren't parted.
_NEAR: Final = 4
_NEAR_BEHIND: Final = 3
_NEAR_SIGNS: Final = {"zh": 5, "ja": 8, "th": 12}


def check(draft: Draft) -> Fault | None:
    """A gift of no known origin. That a thing isn't free may be said of anything."""
    found = _free(draft.plain, base(draft.lang))
    if found is None or any(_given(f"{each.title}\n{each.text}", base(each.lang)) for each in draft.cited):
        return None
    return Fault("number", found)


def _given(text: str, lang: str) -> bool:
    """Whether a source says that something is free, in its language where that is known."""
    return any(_free(text, each) for each in ([lang] if lang in _ways() else _ways()))


def _free(text: str, lang: str) -> str | None:
    """What first says so in a text, neither asked nor denied in its clause."""
    if (ways := _ways().get(lang)) is None:
        return None
    for sentence in reading.sentences(reading.statements(reading.plain(text))):
        for clause in _CLAUSE.split(_folded(sentence)):
            for found in ways.finditer(clause):
                if found["said"] and not _denied(clause, *found.span(), lang):
                    return found["said"]
    return None


def _denied(clause: str, start: int, end: int, lang: str) -> bool:
    near = clause[end:] if lang in memory.DENIED_BEHIND else clause[:start]
    if (signs := _NEAR_SIGNS.get(lang)) is not None:
        near = near[:signs] if lang in memory.DENIED_BEHIND else near[-signs:]
    else:
        words = near.split()
        near = " ".join(words[:_NEAR_BEHIND] if lang in memory.DENIED_BEHIND else words[-_NEAR:])
    return memory.denies(near, lang)


def _folded(text: str) -> str:
    return reading.plain(text).replace("’", "'").casefold()


@lru_cache(maxsize=1)
def _ways() -> dict[str, "regex.Pattern[str]"]:
    """What says it in each language."""
    told = tomllib.loads(_WORDS.read_text("utf-8"))
    return {lang: _any_of(words, told["not"].get(lang, ())) for lang, words in told["said"].items()}


def _any_of(said: Sequence[str], others: Sequence[str]) -> "regex.Pattern[str]":
    """What finds the longest of them; its group is empty where that is other words."""
    ways = [(each, "said") for each in said] + [(each, "other") for each in others]
    ways.sort(key=lambda way: -len(way[0]))
    return regex.compile("|".join(f"(?P<{kind}>{_whole(_folded(each))})" for each, kind in ways))


def _whole(words: str) -> str:
    """What finds words as they are written, whole where words are parted."""
    if regex.search(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]", words):
        return regex.escape(words)
    begin = "" if words.startswith("*") else r"(?<![\w\p{M}])[وب]?"
    end = "" if words.endswith("*") else r"(?![\w\p{M}])"
    inner = _BETWEEN.join(regex.escape(part, literal_spaces=True) for part in words.strip("*").split("~"))
    return f"{begin}{inner}{end}"
