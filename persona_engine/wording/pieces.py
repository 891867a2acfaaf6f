"""A draft cut into its sentences, marks of lists apart, and what is kept of them put together again."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from memory import service as memory
from persona_engine.wording import reading

# What counts items besides digits, each sign for one more.
_ROWS: Final = ("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", "一二三四五六七八九十", "abcdefghij")
_MARK: Final = re.compile(
    r"^[ \t]*(?:[-*+–—](?=[ \t])|[•·・‣▪◦●○]|[①-⑳]"
    r"|[(（]?(?:\d{1,2}|[一二三四五六七八九十]|[a-j](?=\)))[.)）．、](?!\d))[ \t]*"
    r"|(?<=[.!?:;。：؟] )\d{1,2}[.)][ \t]+",
    re.MULTILINE,
)
_COUNT: Final = re.compile(rf"\d+|[{''.join(_ROWS)}]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence with its citations and the space behind it; `mark` begins an item of a list with it."""

    mark: str
    text: str

    @property
    def _behind(self) -> str:
        return self.text[len(self.text.rstrip()) :]

    @property
    def ends_line(self) -> bool:
        """Whether nothing else stands behind it in its line."""
        return "\n" in self._behind

    @property
    def goes_on(self) -> bool:
        """Whether what is behind it, in its line or indented, belongs to its item, unless it has a mark."""
        return not self.ends_line or (self._behind[-1] != "\n" and "\n\n" not in self._behind)

    def broken(self, before: str) -> str:
        """What stands before it, once it is left out: a line that it ended stays ended."""
        return before.rstrip() + self._behind if before.strip() and not before.endswith("\n") else before


def cut(text: str, lang: str) -> list[Piece]:
    """A text's sentences, in order: joined, marks and all, they are the text."""
    masked = reading.masked(text)
    marks = {found.start(): found.end() for found in _MARK.finditer(masked)}
    starts = [start for start, _ in memory.split_sentences(masked, lang)]
    plain = (each for each in starts[1:] if not any(a <= each <= b for a, b in marks.items()))
    begins = sorted({0, *marks, *plain})
    return [
        Piece(text[a : marks.get(a, a)], text[marks.get(a, a) : b]) for a, b in pairwise([*begins, len(text)])
    ]


def items_behind(pieces: Sequence[Piece], place: int) -> range:
    """The places of the list that begins right behind a piece; empty where none does."""
    end = place + 1
    while end < len(pieces) and (pieces[end].mark or (end > place + 1 and pieces[end - 1].goes_on)):
        end += 1
    return range(place + 1, end)


def without(pieces: Sequence[Piece], left_out: Collection[int]) -> str:
    """The text without the pieces in these places. An item that is left out takes its mark along, and those
    behind it are counted anew.
    """
    marks, text, pending = _counted(pieces, left_out), "", ""
    for place, piece in enumerate(pieces):
        pending = marks[place] or pending
        if place not in left_out:
            text, pending = text + pending + piece.text, ""
        elif not piece.goes_on:
            text, pending = piece.broken(text), ""
    return text.strip()


def _counted(pieces: Sequence[Piece], left_out: Collection[int]) -> list[str]:
    """Each piece's mark, as it stands once these places are left out."""
    marks: list[str] = []
    last: dict[str, tuple[int, int]] = {}
    for place, piece in enumerate(pieces):
        found = _COUNT.search(piece.mark)
        if found is None:
            marks.append(piece.mark)
            continue
        kind, number = _COUNT.sub("#", piece.mark).strip(), _number(found[0])
        before, less = last.get(kind, (0, 0))
        less = less if number == before + 1 else 0
        marks.append(_COUNT.sub(_written(number - less, found[0]), piece.mark))
        last[kind] = number, less + all(each in left_out for each in _item(pieces, place))
    return marks


def _item(pieces: Sequence[Piece], place: int) -> Iterator[int]:
    yield place
    while pieces[place].goes_on and place + 1 < len(pieces) and not pieces[place + 1].mark:
        place += 1
        yield place


def _number(sign: str) -> int:
    return next((row.index(sign) + 1 for row in _ROWS if sign in row), 0) or int(sign)


def _written(number: int, like: str) -> str:
    """A number as another of its list is written."""
    row = next((row for row in _ROWS if like in row), None)
    if row:
        return row[number - 1]
    zero = ord(like[0]) - unicodedata.digit(like[0])
    return "".join(chr(zero + int(digit)) for digit in str(number))
