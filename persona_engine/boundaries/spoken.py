"""What no written answer may say, whatever its creator allows: a human's voice, promised gains, no rules.

Told by examples, which a matcher holds against sentences, and by phrases of every language, looked for here.
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.i18n import t, variants
from kernel.lang import base
from memory import service as memory
from memory.service import Example
from persona_engine.boundaries.spelling import plainly

_FILE: Final = Path(__file__).with_name("spoken.toml")
_SOMEBODY: Final = "Alex"
_OURS: Final = (
    "smalltalk.real", "smalltalk.greeting", "smalltalk.thanks", "smalltalk.goodbye", "smalltalk.sad",
    "answer.same", "answer.nothing", "boundary.forbidden", "boundary.only",
)  # fmt: skip
_WORD: Final = re.compile(r"\w+")
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@lru_cache(maxsize=1)
def _told() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@lru_cache(maxsize=32)
def examples_for(lang: str) -> tuple[Example, ...]:
    """What is looked for by likeness in an answer in a language (a primary subtag)."""
    found: list[Example] = []
    for tag, kinds in _told().items():
        if base(tag) == lang:
            found += [Example(kind, text, tag) for kind in kinds for text in kinds[kind]["examples"]]
            found += [
                Example(kind, text, tag, allowed=True) for kind in kinds for text in kinds[kind]["harmless"]
            ]
            # What we say ourselves, it may say too.
            found += [Example(kind, text, tag, allowed=True) for kind in kinds for text in _ours(tag)]
    return tuple(found)


def _ours(lang: str) -> list[str]:
    """What the catalogues say of what it is, what it has said and what it leaves alone, by sentences too."""
    keys = ("disclosure.again", *(key for each in _OURS for key in variants(each)))
    whole = [t(lang, key, creator=_SOMEBODY, title="…") for key in keys]
    parts = [text[start:end] for text in whole for start, end in memory.split_sentences(text, lang)]
    return list(dict.fromkeys(whole + parts))


def phrase_in(text: str) -> tuple[str, str] | None:
    """The first phrase that stands in a text, of whatever language, however spaced: its kind, and itself."""
    meant = plainly(text)
    disguised = meant != text
    (spaced, _), (plain, joined) = _levelled(text), _levelled(meant)
    for kind, phrase, words, letters in _phrases():
        if (
            words in spaced
            or words in plain
            or ((disguised or _UNSPACED.search(phrase)) and letters in joined)
        ):
            return kind, phrase
    return None


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[str, str, str, str], ...]:
    return tuple(
        (kind, text, *_levelled(text))
        for kinds in _told().values()
        for kind, texts in kinds.items()
        for text in texts["phrases"]
    )


def _levelled(text: str) -> tuple[str, str]:
    """The words without accents, parted by one space, and all run together."""
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.category(c) != "Mn"
    )
    words = _WORD.findall(bare)
    return f" {' '.join(words)} ", "".join(words)
