"""What each sentence of a passage does: tell, ask, or head a table; and which of them it stands under."""

from collections.abc import Sequence
from typing import Literal, get_args

from memory.retrieval.analysis import base

#: ``heading`` is a heading that nothing was written under.
Role = Literal["tells", "asks", "heads", "heading"]
#: Indexes keep a role as its place here.
ROLES: tuple[Role, ...] = get_args(Role)
_MARKS = frozenset("?？؟;⁇⁈")
_CLOSERS = "\"'”’»）)」』*_"
_BAR = " | "
# So many sentences after a question may be its answer.
_ANSWER = 5


def asks(sentence: str, lang: str) -> bool:
    """Whether a sentence is a question, by its mark."""
    end = sentence.rstrip(_CLOSERS)[-1:]
    return end in _MARKS or (end == ";" and base(lang) == "el")


def roles(text: str, spans: Sequence[tuple[int, int]], lang: str) -> list[tuple[Role, int]]:
    """For each sentence its role, and the sentence it stands under; -1 where it stands under none."""
    found: list[tuple[Role, int]] = []
    rows = [_BAR in text[start:end] for start, end in spans]
    question = head = -1
    for index, (start, end) in enumerate(spans):
        role: Role = "tells"
        if not rows[index]:
            head = -1
        elif _heads(text[start:end], index, rows):
            role, head = "heads", index
        if asks(text[start:end], lang):
            role = "asks"
        near = question if question >= 0 and index - question <= _ANSWER else -1
        found.append((role, head if -1 < head < index else near))
        if role == "asks":
            question = index
    return found


def _heads(row: str, index: int, rows: Sequence[bool]) -> bool:
    """Whether a row is the head of a table: its first, with others below it, and without a number."""
    first = index == 0 or not rows[index - 1]
    return first and any(rows[index + 1 : index + 2]) and not any(map(str.isdigit, row))
