"""Whether what is quoted, in whatever way, stands so in a passage that is cited."""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault
from persona_engine.wording.checks.marks import left, levelling, quotes, unquoted, written

__all__ = ["check", "quotes", "span_of", "unquoted"]

_SAYING: Final = Path(__file__).with_name("saying.toml")
_TELLING: Final = 12
_AROUND: Final = " \t\n'.,;:!?…。，、！？؟،*_"
# Lines set apart, and words set in slanted letters: where they are many, they are somebody's.
_SET_APART: Final = re.compile(r"(?m)(?:^[ \t]*[>＞][^\n]*\n?)+")
_ITS_SIGN: Final = re.compile(r"(?m)^[ \t]*(?:[>＞][ \t]*)+")
_SLANTED: Final = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]+)(?<=\S)\*(?![\w*])|(?<!\w)_(?=[^\s_])([^\n]+?)(?<=\S)_(?!\w)"
)
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MARKED: Final = "\x00"
_LIST: Final = re.compile(r"\s*(?:[-*+–—•·・‣▪◦●○]\s|[(（]?\d{1,2}[.)）、．]|[①-⑳])")


def check(draft: Draft) -> Fault | None:
    """A quote that its sources don't have, or a quotation mark that nothing answers."""
    text = reading.without_markers(draft.text)
    sources = [_levelled(f"{each.title}\n{each.text}") for each in draft.cited]
    for said in (*quotes(text), *_unmarked(text)):
        wanted = _levelled(said).strip(_AROUND)
        if not any(wanted in source for source in sources):
            return Fault("quote", said)
    told = [each.casefold() for each in sources]
    for said in _announced(text):
        wanted = _levelled(said).strip(_AROUND).casefold()
        if wanted and not any(wanted in source for source in told):
            return Fault("quote", said)
    return Fault("quote") if left(_ITS_SIGN.sub("", text)) else None


def span_of(text: str, passage: str) -> tuple[int, int] | None:
    """Where in a passage the first thing stands that a text quotes from it, letter by letter."""
    for said in quotes(text):
        at = passage.find(said) if len(said) >= _TELLING else -1
        if at >= 0:
            return at, at + len(said)
    return None


def _unmarked(text: str) -> Iterator[str]:
    """What is quoted by how it is set: lines apart, and slanted letters, if there are enough of them."""
    for found in _SET_APART.finditer(text):
        yield from (each for each in reading.sentences(_ITS_SIGN.sub("", found[0])) if reading.bare(each))
    for found in _SLANTED.finditer(text):
        said = found[1] or found[2]
        if reading.weight(said) >= _TELLING:
            yield said


def _announced(text: str) -> Iterator[str]:
    """What follows a colon behind a word of saying: to the end of its sentence, no mark needed."""
    bare = unquoted(text, _MARKED)
    for found in _saying().finditer(bare):
        behind = bare[found.end() :]
        if not _LIST.match(behind) and not behind.lstrip().startswith(_MARKED):
            yield from reading.sentences(behind)[:1]


@lru_cache(maxsize=1)
def _saying() -> re.Pattern[str]:
    words = [each for told in tomllib.loads(_SAYING.read_text("utf-8")).values() for each in told]
    joined = "|".join(re.escape(each) for each in words if _UNSPACED.search(each))
    spaced = "|".join(re.escape(each) for each in words if not _UNSPACED.search(each))
    said = rf"(?:\b(?:{spaced})\b(?:[^\S\n]+[\w'’]+){{0,4}}|(?:{joined})[\w、，,]{{0,6}})"
    return re.compile(rf"{said}\s?[:：](?!\d|//)", re.IGNORECASE)


def _levelled(text: str) -> str:
    """Without what differs between two settings of the same words: white space, kinds of quotation marks."""
    return " ".join(reading.plain(written(text).translate(levelling())).split())
