"""What a draft says to cost nothing: a price of nought, which a source that is cited must name, too."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

import regex

from kernel.lang import base
from memory import service as memory
from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault

_WORDS: Final = Path(__file__).with_name("gratis.toml")


def check(draft: Draft) -> Fault | None:
    """A gift of no known origin. That a thing isn't free may be said of anything."""
    saying = _ways("said").get(base(draft.lang))
    if saying is None:
        return None
    for sentence in reading.sentences(reading.statements(draft.plain)):
        found = saying.search(_folded(sentence))
        if found is None or memory.denies(saying.sub(" ", _folded(sentence)), draft.lang):
            continue
        if not any(known.search(_folded(draft.source)) for known in _ways("known").values()):
            return Fault("number", found[0])
    return None


def _folded(text: str) -> str:
    return reading.plain(text).replace("’", "'").casefold()


@lru_cache(maxsize=2)
def _ways(kind: str) -> dict[str, "regex.Pattern[str]"]:
    """What says it in each language; of a source, all that a draft may say as well."""
    told = tomllib.loads(_WORDS.read_text("utf-8"))
    return {
        lang: _any_of([*words, *(told["known"].get(lang, ()) if kind == "known" else ())])
        for lang, words in told["said"].items()
    }


def _any_of(words: list[str]) -> "regex.Pattern[str]":
    return regex.compile("|".join(map(_whole, map(_folded, words))))


def _whole(words: str) -> str:
    """What finds words as they are written, whole where words are parted."""
    if regex.search(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]", words):
        return regex.escape(words)
    end = "" if words.endswith("*") else r"(?![\w\p{M}])"
    return rf"(?<![\w\p{{M}}])[وب]?{regex.escape(words.rstrip('*'))}{end}"
