"""Whether a clause of a message asks, in whichever words, if a person writes here: the creator or anybody."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.lang import SUPPORTED
from memory import service as memory
from persona_engine.boundaries.wordings import Wording, Wordings
from persona_engine.smalltalk.clauses import clauses_of

_LINES: Final = Path(__file__).with_name("who_writes.toml")
_NAME: Final = "avatarname"


def languages(text: str, names: Sequence[str]) -> list[str]:
    """The languages in which it asks that; `names` are the avatar's and the creator's, in any script."""
    clauses = clauses_of(memory.naming(text, tuple(names), _NAME))
    return [
        lang
        for lang, (lines, asks) in _lines().items()
        if any(lines.first_in([each]) and not asks.first_in([each]) for each in clauses)
    ]


@lru_cache(maxsize=1)
def _lines() -> dict[str, tuple[Wordings, Wordings]]:
    """By language, how people ask that, and how for something else."""
    told = tomllib.loads(_LINES.read_text("utf-8"))
    return {lang: (_of(told[lang], "lines"), _of(told[lang], "asks")) for lang in SUPPORTED}


def _of(own: dict[str, Any], kind: str) -> Wordings:
    return Wordings(Wording(line, own.get("words", {})) for line in own[kind])
