"""Whether a draft declines of the model's own accord: what is declined here is the boundaries' matter."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

from persona_engine.boundaries.spelling import Words, levelled
from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault

_WORDS: Final = Path(__file__).with_name("refusing.toml")


def check(draft: Draft) -> Fault | None:
    """Words of a model that refuses, which no source has."""
    if _words().stand_in(levelled(draft.source)):
        return None
    for sentence in reading.sentences(draft.plain):
        if _words().stand_in(levelled(sentence)):
            return Fault("unfounded", sentence)
    return None


@lru_cache(maxsize=1)
def _words() -> Words:
    return Words([each for told in tomllib.loads(_WORDS.read_text("utf-8")).values() for each in told])
