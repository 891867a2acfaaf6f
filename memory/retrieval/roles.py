"""What each sentence of a passage does: tell, ask, head a text or a table; and which it stands under."""

import zlib
from collections.abc import Sequence
from typing import Literal, get_args

import regex

from memory.retrieval import analysis
from memory.retrieval.analysis import base
from memory.retrieval.sentences import is_marked, weight

#: ``heading`` is a heading that nothing was written under; ``repeats`` what a creator says in every post;
#: ``titles`` is a title that nothing but its look and its place says is one.
Role = Literal["tells", "asks", "heads", "heading", "repeats", "titles"]
#: Indexes keep a role as its place here.
ROLES: tuple[Role, ...] = get_args(Role)
#: What stands above its answer, and never is one.
ABOVE: frozenset[Role] = frozenset({"asks", "titles"})
_MARKS = frozenset("?？؟;⁇⁈")
_CLOSERS = "\"'”’»）)」』*_"
_BAR = " | "
_LABELLED = regex.compile(r"\S(?:: |：)\S")
# So many sentences after a question may be its answer.
_ANSWER = 5
# By weight: so long a title may be; so long what stands below it is, at least, and twice as long as that; and
# so long a line without a full stop that is no verse, nor an item of a list.
_TITLE, _PROSE, _UNMARKED_PROSE = 60, 60, 120
_NO_TITLE = regex.compile(
    r"^[\p{Pd}•*·‣▪◦#>\p{Ll}]|[\p{Nd}:：|]|[\p{P}--[\"'”’»）)\]」』》*_]]$", regex.VERSION1
)
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
        elif _titles(text, start, end):
            role = "titles"
        near = question if question >= 0 and index - question <= _ANSWER else -1
        found.append((role, head if -1 < head < index else near))
        if role in ABOVE:
            question = index
    return found


def formula(sentence: str) -> str:
    """What a sentence is known by again where it may be a greeting or a sign-off; empty where it may not."""
    if len(sentence) > _FORMULA or _PARTICULAR.search(sentence):
        return ""
    words = "".join(token for token, _ in analysis.tokens(analysis.normalise(sentence)))
    return f"{zlib.crc32(words.encode()):08x}" if words else ""


def _titles(text: str, start: int, end: int) -> bool:
    """Whether a sentence is the title of what follows: a short line without a full stop above a paragraph.

    What stands below another such line is an item of a list or a verse; what has a number in it tells
    something.
    """
    before, line, after = text[:start].rstrip(" \t"), text[start:end], text[end:].lstrip(" \t")
    if (before and not before.endswith("\n")) or not after.startswith("\n"):
        return False
    if not any(map(str.isalpha, line)) or weight(line) > _TITLE or _NO_TITLE.search(line):
        return False
    below = after.lstrip().partition("\n")[0].rstrip()
    says = weight(below)
    prose = says >= max(_PROSE, 2 * weight(line)) and (is_marked(below) or says >= _UNMARKED_PROSE)
    return prose and (not before.strip() or is_marked(before.rstrip()))


def _heads(row: str, index: int, rows: Sequence[bool]) -> bool:
    """Whether a row is the head of a table: its first, with others below it, and without a number.

    One whose cells say what they are ("Metal: copper") isn't.
    """
    first = index == 0 or not rows[index - 1]
    below = any(rows[index + 1 : index + 2])
    return first and below and not _LABELLED.search(row) and not any(map(str.isdigit, row))
