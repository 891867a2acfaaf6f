"""Tables in plain text, by what stands between their cells: commas in a file of rows; bars, tabs, blanks."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple
from unicodedata import east_asian_width

from memory.readers.chat_table import refuse_table
from memory.readers.tables import Row, in_line, labelled

#: Endings of files that are tables, by what may stand between their cells, the likeliest first.
DELIMITERS: Final = {".csv": ",;\t|", ".tsv": "\t,;|"}
_SEPARATOR: Final = re.compile(r"\A\ufeff?(?:sep=.\r?\n)?", re.I)  # as spreadsheets begin such a file
_SAMPLE: Final = 200  # rows
_ALIKE: Final = 0.9  # of the rows have as many cells as most
_TITLES: Final = 5  # rows that may stand above a table
_ANOTHER: Final = re.compile(r"[;\t|]")  # what cuts a row, and hardly stands in a title
_HEAD_CHARS: Final = 60
_SAID: Final = re.compile(r"[.!?。！？؟][\"'”’»）)」』]*$")
_RULE: Final = re.compile(r"(?=.*[-=_─━═]{2})[\s|+:=_\-─━═│┼╋┌┐└┘├┤┬┴]+")
_BAR: Final = re.compile("[|│]")
_GAP: Final = re.compile(r"\s{2,}")
_LINE_CHARS: Final = 1000  # a table's lines were set to be seen at once
_ROWS: Final = 3  # fewer lines that happen to have gaps in the same places are no table


class _Fit(NamedTuple):
    """How well a delimiter cuts a file (the larger the better), and how many rows stand above the table."""

    rank: tuple[bool, bool, float]
    above: int


def of_file(text: str, suffix: str) -> list[str] | None:
    """The rows of a table in a file of its own, each with what its head says, below what stands above it.

    None where it is none. Raises ReadError ("chat_log").
    """
    fits = {each: fit for each in DELIMITERS.get(suffix, "") if (fit := _fit(text, each)) is not None}
    for delimiter in sorted(fits, key=lambda each: fits[each].rank, reverse=True):
        try:
            rows = [row for row in _rows(text, delimiter) if any(row)]
        except csv.Error:
            continue
        above = fits[delimiter].above
        titles, table = rows[:above], rows[above:]
        refuse_table(table)
        return [*map(in_line, titles), *_said(table, marked=_is_head(table[0]))]
    return None


def of_lines(lines: Sequence[str]) -> list[str] | None:
    """The rows of a table that neighbouring lines are, likewise; None where they are none."""
    drawn = [_RULE.fullmatch(line) is not None for line in lines]
    filled = [line for line, rule in zip(lines, drawn, strict=True) if line.strip() and not rule]
    rows = _barred(filled) or _aligned(filled)
    # A line drawn below the first row marks it as the head.
    return _said(rows, marked=any(drawn[lines.index(filled[0]) + 1 :][:1])) if rows else None


def _fit(text: str, delimiter: str) -> _Fit | None:
    """How well a delimiter cuts a file; None where it cuts no table.

    What names the columns tells: commas that stand in prices or sentences don't stand in that, which would
    then be taken for a title above the table.
    """
    try:
        rows = list(islice(filter(any, _rows(text, delimiter)), _SAMPLE))
    except csv.Error:
        return None
    sizes = Counter(len(row) for row in rows if _filled(row) > 1)
    size = sizes.most_common(1)[0][0] if sizes else 0
    above = next((at for at, row in enumerate(rows) if len(row) == size and _filled(row) > 1), 0)
    above = above if above <= _TITLES else 0
    alike = sum(len(row) == size for row in rows[above:]) / max(1, len(rows) - above)
    if size < 2 or alike < _ALIKE:
        return None
    told = not any(_ANOTHER.search(cell) for row in rows[:above] for cell in row)
    return _Fit((told, len(rows[above]) == size, alike), above)


def _filled(row: Row) -> int:
    return sum(map(bool, row))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    for row in csv.reader(io.StringIO(_SEPARATOR.sub("", text)), delimiter=delimiter):
        yield [" ".join(cell.split()) for cell in row]


def _is_head(row: Row) -> bool:
    """Whether a file's first row names its columns, as most do: each by another few words, in no sentence."""
    return (
        len(set(row)) == len(row)
        and all(0 < len(cell) <= _HEAD_CHARS and not _SAID.search(cell) for cell in row)
        and not any(char.isdigit() for cell in row for char in cell)
    )


def _said(rows: Sequence[Row], *, marked: bool) -> list[str]:
    return [text for row in labelled(rows, marked=marked) if (text := in_line(row))]


def _barred(lines: Sequence[str]) -> list[list[str]] | None:
    rows = [[cell.strip() for cell in _BAR.split(line.strip().strip("|│"))] for line in lines]
    return rows if len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1 else None


def _aligned(lines: Sequence[str]) -> list[list[str]] | None:
    """The cells of lines with gaps at the same places: each column's begin, or end, below one another."""
    if len(lines) < _ROWS or any(len(line) > _LINE_CHARS for line in lines):
        return None
    if all("\t" in line.strip() for line in lines):
        rows = [[cell.strip() for cell in line.strip().split("\t")] for line in lines]
        return rows if len({len(row) for row in rows}) == 1 else None
    columns = [list(_edges(line.rstrip())) for line in lines]
    if len({len(row) for row in columns}) != 1 or len(columns[0]) < 2:
        return None
    for column in zip(*columns, strict=True):
        starts, ends = ({each[side] for each in column} for side in (0, 1))
        if len(starts) > 1 and len(ends) > 1:
            return None
    return [[cell for _, _, cell in row] for row in columns]


def _edges(line: str) -> Iterator[tuple[int, int, str]]:
    """Each cell of a line with its first and last place, in columns of a typewriter."""
    at = 0
    for gap in [*_GAP.finditer(line), None]:
        cell = line[at : gap.start() if gap else len(line)]
        if cell:
            start = _width(line[:at])
            yield start, start + _width(cell), cell
        at = gap.end() if gap else len(line)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
