"""What differs between two texts, to be marked where they are shown beside each other."""

import re
from difflib import SequenceMatcher
from typing import Final, NamedTuple

# Scripts without spaces are compared character by character, others by word.
_TOKEN: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\w+|\s+|.", re.S
)
_MOST: Final = 400_000
"""Pairs of words that are compared; of longer texts all that isn't common to both ends is marked."""


class Piece(NamedTuple):
    """A stretch of a text, and whether the other text lacks it."""

    text: str
    differs: bool


def marked(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; joined, they are the texts again. CPU work: at most a second."""
    left, right = _TOKEN.findall(one), _TOKEN.findall(other)
    if len(left) * len(right) > _MOST:
        return [Piece(one, one != other)], [Piece(other, one != other)]
    said: tuple[list[Piece], list[Piece]] = [], []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for pieces, tokens in zip(said, (left[a:b], right[c:d]), strict=True):
            if tokens:
                pieces.append(Piece("".join(tokens), kind != "equal"))
    return _joined(said[0]), _joined(said[1])


def _joined(pieces: list[Piece]) -> list[Piece]:
    """With the blanks between two stretches that differ taken into them: fewer marks read more easily."""
    found: list[Piece] = []
    for at, each in enumerate(pieces):
        after = pieces[at + 1 : at + 2]
        between = bool(found) and found[-1].differs and bool(after) and after[0].differs
        differs = each.differs or (between and each.text.isspace())
        if found and found[-1].differs == differs:
            found[-1] = Piece(found[-1].text + each.text, differs)
        else:
            found.append(Piece(each.text, differs))
    return found
