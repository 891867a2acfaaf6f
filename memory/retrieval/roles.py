"""What each sentence of a passage does: tell, ask, or head a table; and which of them it stands under."""

import zlib
from collections.abc import Sequence
from typing import Literal, get_args

import regex

from memory.retrieval import analysis
from memory.retrieval.analysis import base

#: ``heading`` is a heading that nothing was written under; ``repeats`` what a creator says in every post.
Role = Literal["tells", "asks", "heads", "heading", "repeats"]
#: Indexes keep a role as its place here.
ROLES: tuple[Role, ...] = get_args(Role)
_MARKS = frozenset("?？؟;⁇⁈")
_CLOSERS = "\"'”’»）)」』*_"
_BAR = " | "
_LABELLED = regex.compile(r"\S(?:: |：)\S")
# So many sentences after a question may be its answer.
_ANSWER = 5
# A greeting or a sign-off is no longer than that, in characters, and holds no name, number or address.
_FORMULA = 90
_PARTICULAR = regex.compile(
    r"[\p{Nd}@/#]|(?<!^)(?<![.!?…]\s)\b\p{Lu}\p{L}+|(?<=[\p{Han}\p{Kana}])\s?\p{Latin}"
)


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


def formula(sentence: str) -> str:
    """What a sentence is known by again where it may be a greeting or a sign-off; empty where it may not."""
    if len(sentence) > _FORMULA or _PARTICULAR.search(sentence):
        return ""
    words = "".join(token for token, _ in analysis.tokens(analysis.normalise(sentence)))
    return f"{zlib.crc32(words.encode()):08x}" if words else ""


def _heads(row: str, index: int, rows: Sequence[bool]) -> bool:
    """Whether a row is the head of a table: its first, with others below it, and without a number.

    One whose cells say what they are ("Metal: copper") isn't.
    """
    first = index == 0 or not rows[index - 1]
    below = any(rows[index + 1 : index + 2])
    return first and below and not _LABELLED.search(row) and not any(map(str.isdigit, row))
