"""Letters as they stand on paper, from left to right -> as they are read, some of them from the right."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from memory.readers.pdf_glyphs import RIGHT_TO_LEFT

_FORMS: Final = re.compile(
    r"[\ufb00-\ufb06\ufb1d-\ufdff\ufe70-\ufefc]"
)  # as drawn: ligatures, joined letters
_MARKS: Final = dict.fromkeys([0x200E, 0x200F, 0x61C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_MIRRORED: Final = str.maketrans("()[]{}<>«»‹›≤≥", ")(][}{><»«›‹≥≤")
_OPENING, _CLOSING = "([{«", ")]}»"
_NUMBERS: Final = frozenset({"EN", "AN"})


def as_written(text: str) -> str:
    """The letters that the forms stand for in which a font draws them: ﺳﻨﺔ -> سنة, ﬁ -> fi."""
    if not _FORMS.search(text):
        return text
    return _FORMS.sub(lambda form: unicodedata.normalize("NFKC", form.group()).strip(), text)


def as_read(pieces: Sequence[str], *, from_right: bool) -> str:
    """A line's pieces in the order in which they are read; they come as they stand, from left to right.

    ``from_right``: the line as a whole is read from right to left, and what is in Latin letters, and each
    number, from left to right within it; else the other way about.
    """
    kinds = _kinds(pieces)
    if not from_right:
        return _mirrored_back("".join(_turned(pieces, _runs(kinds, "R"))))
    order = list(reversed(pieces))
    back = _joined_numbers(list(reversed(kinds)))
    return _mirrored_back("".join(_turned(order, _runs(back, "L")))).translate(_MARKS)


def _kinds(pieces: Sequence[str]) -> list[str]:
    """The direction of each piece, as Unicode names it: R, L, of numbers EN or AN, of others theirs."""
    kinds = []
    for piece in pieces:
        classes = [unicodedata.bidirectional(char) for char in piece]
        strong = next((each for each in classes if each in ("L", "R", "AL", "EN", "AN")), None)
        kinds.append(strong or (classes[0] if classes else "ON"))
    return kinds


def _joined_numbers(kinds: list[str]) -> list[str]:
    """In a line read from the right: numbers with the signs that belong to them ("3.5", "12:30", "50%").

    After an Arabic letter only points, commas, colons and strokes do, each between two digits.
    """
    joined = list(kinds)
    arabic = False
    for at, kind in enumerate(kinds):
        if kind in ("L", "R", "AL"):
            arabic = kind == "AL"
        elif kind == "EN" and arabic:
            joined[at] = "AN"
    for at in range(1, len(joined) - 1):
        before, kind, after = joined[at - 1 : at + 2]
        if before == after and ((kind == "CS" and before in _NUMBERS) or (kind == "ES" and before == "EN")):
            joined[at] = before
    for step in (1, -1):
        places = range(len(joined)) if step == 1 else range(len(joined) - 1, -1, -1)
        near = ""
        for at in places:
            if joined[at] == "ET" and near == "EN":
                joined[at] = "EN"
            near = joined[at]
    return joined


def _runs(kinds: Sequence[str], way: str) -> Iterator[tuple[int, int]]:
    """The parts to be turned: letters written the other `way` than their line, with what stands among them.

    To the left-hand letters of a line read from the right belong numbers; two numbers alone stand side by
    side as the line runs.
    """
    letters = {"L"} if way == "L" else {"R", "AL"}
    numbers = _NUMBERS if way == "L" else frozenset()
    strong = {"L", "R", "AL", *_NUMBERS}
    start = end = -1
    worded = False
    for at, kind in enumerate(kinds):
        if kind not in strong:
            continue
        its = kind in letters or kind in numbers
        near = start >= 0 and (at == end + 1 or worded or kind in letters)
        if start >= 0 and not (its and near):
            yield start, end + 1
            start, worded = -1, False
        if its:
            start, end = (at if start < 0 else start), at
            worded = worded or kind in letters
    if start >= 0:
        yield start, end + 1


def _turned(pieces: Sequence[str], runs: Iterable[tuple[int, int]]) -> list[str]:
    whole = list(pieces)
    for start, end in runs:
        whole[start:end] = reversed(whole[start:end])
    return whole


def _mirrored_back(text: str) -> str:
    """Brackets as they are written: some files tell how they look from the right, where "(" is drawn ")"."""
    if not RIGHT_TO_LEFT.search(text):
        return text
    mirrored = text.translate(_MIRRORED)
    return mirrored if _unpaired(mirrored) < _unpaired(text) else text


def _unpaired(text: str) -> int:
    open_ones: list[int] = []
    unpaired = 0
    for char in text:
        if char in _OPENING:
            open_ones.append(_OPENING.index(char))
        elif char in _CLOSING:
            if open_ones and open_ones[-1] == _CLOSING.index(char):
                open_ones.pop()
            else:
                unpaired += 1
    return unpaired + len(open_ones)
