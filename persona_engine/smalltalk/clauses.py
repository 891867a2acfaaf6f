"""The clauses of a message, as wordings are looked for in them."""

import re
from typing import Final

from persona_engine.boundaries.wordings import sentences_of, sentences_written

# A clause is looked at by itself: "I cried, the film was long" tells of crying where the clause ends.
_ENDS: Final = re.compile(r"[,，،、:：—–…~～]|\s-+\s")


def clauses_of(text: str) -> list[str]:
    """Each clause as plain words, with a space before each and behind the last."""
    return sentences_of(_ENDS.sub("\n", text))


def clauses_written(text: str) -> list[str]:
    """Each clause as it is written."""
    return sentences_written(_ENDS.sub("\n", text))
