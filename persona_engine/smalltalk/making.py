"""Whether a message asks to have something made: a poem, a picture, a translation. No avatar makes any."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.lang import SUPPORTED, base
from persona_engine.boundaries.wordings import Wording, Wordings
from persona_engine.smalltalk.clauses import clauses_of

_LINES: Final = Path(__file__).with_name("making.toml")
_ASKED: Final = re.compile(r"[?？؟;՞]+")


def languages(text: str) -> list[str]:
    """The languages in which it asks for that; none where it asks for something else, too."""
    if len(_ASKED.findall(text)) > 1:
        return []
    clauses = clauses_of(text)
    return [lang for lang in SUPPORTED if _lines()[base(lang)].first_in(clauses)]


@lru_cache(maxsize=1)
def _lines() -> dict[str, Wordings]:
    told = tomllib.loads(_LINES.read_text("utf-8"))
    return {
        lang: Wordings(Wording(line, own.get("words", {})) for line in own["lines"])
        for lang, own in told.items()
    }
