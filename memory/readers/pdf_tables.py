"""Tables on a PDF's page: cells painted beside each other, row after row; what they say is pdf_lines.py's.

Columns of prose are painted one after the other; where their lines are painted in turns, they are full.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from statistics import median
from typing import Final

from memory.readers.pdf_cells import Cell, Row, bold, rows_of
from memory.readers.pdf_glyphs import RIGHT_TO_LEFT, Shown

_LEVEL: Final = 0.5  # points: less apart, two sizes are one
_RIVER: Final = 2.0  # sizes: what a full line's words are apart at most
_NEAR: Final = 0.3  # sizes: so far from a column's side is at it
_APART: Final = 3.0  # sizes: rows further apart are of different tables
_CELL_LINES: Final = 8
_LEAST: Final = 5  # rows and columns together: fewer are an address beside a date
_ALIKE: Final = 0.8
# What goes on in the middle of a sentence or a formula, and dots from a title to its page.
_NO_CELL: Final = re.compile(r"^[,;:!?)\]}=](?!$)|(?:[.·…] ?){4}")
_WIDE, _FULL, _MOST = 12.0, 0.8, 0.6  # sizes; share of a column's width; share of its lines
_WORD: Final = re.compile(r"[^\W\d_]{3}|[\u0590-\u08ff]{2}|[\u2e80-\u9fff\uac00-\ud7af]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_MARKER: Final = re.compile(r"[•◦▪‣·*–—-]|[(\[]?\w{1,4}[.)\]]|\d{1,3}")


@dataclass(slots=True)
class _Column:
    """From where to where a column reaches, and in which rows it has a cell."""

    left: float
    right: float
    rows: set[int]

    def fits(self, cell: Cell) -> bool:
        """Whether a cell stands at a side of it or in its middle."""
        left, right = cell.left - self.left, cell.right - self.right
        return min(abs(left), abs(right), abs(left + right) / 2) <= _NEAR * cell.first.size

    def take(self, other: "_Column") -> None:
        """Make one column of two."""
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.rows |= other.rows


@dataclass(slots=True)
class _Run:
    """Rows below each other, and their columns from left to right."""

    rows: list[Row] = field(default_factory=list)
    columns: list[_Column] = field(default_factory=list)
    head: int = 0  # the first row's number

    def taken(self, row: Row, *, above: bool = False) -> bool:
        """Take a row in; False where a cell of it stands in several columns, or two of it in one."""
        met: list[list[_Column]] = []
        for cell in row:
            its = [each for each in self.columns if cell.left < each.right and each.left < cell.right]
            if any(not one.rows.isdisjoint(other.rows) for one, other in pairwise(its)):
                return False
            met.append(its)
        if len({id(each) for its in met for each in its}) < sum(map(len, met)):
            return False
        self.head -= above
        number = self.head if above else len(self.rows)
        for cell, its in zip(row, met, strict=True):
            whole = _Column(cell.left, cell.right, {number})
            for each in its:
                self.columns.remove(each)
                each.take(whole)
                whole = each
            self.columns.append(whole)
        self.columns.sort(key=lambda each: each.left)
        self.rows.insert(0 if above else len(self.rows), row)
        return True

    def cut(self, row: Row) -> Row:
        """A row without wide gaps, cut at those between the columns; as it is where that fits none."""
        between = [(one.right, other.left) for one, other in pairwise(self.columns)]
        parts = [list(_cut(cell, between)) for cell in row]
        made = [cell for part in parts if len(part) > 1 for cell in part]
        fit = all(any(each.fits(cell) for each in self.columns) for cell in made)
        return list(chain.from_iterable(parts)) if fit else row

    def settle(self) -> None:
        """Put the head's cells above those of their columns: it may be in the middle, and those at a side."""
        for at in range(len(self.columns) - 1, 0, -1):
            one, other = self.columns[at - 1 : at + 1]
            if {self.head} in (one.rows, other.rows) and one.rows.isdisjoint(other.rows):
                one.take(other)
                del self.columns[at]

    def place(self, cell: Cell) -> int:
        """The number of the column that a cell stands in."""
        return next((at for at, each in enumerate(self.columns) if cell.left < each.right), 0)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells as they are read, None for an empty one. `headed`: the first row is a head in bold.

    `sections` are the rows, by number, that head some of those below them.
    """

    rows: list[list[Cell | None]]
    headed: bool
    sections: frozenset[int]
    columns: Sequence[tuple[float, float]]  # from where to where each reaches, in points

    def below(self, columns: Sequence[tuple[float, float]]) -> bool:
        """Whether its columns stand below these."""
        return len(columns) == len(self.columns) and all(
            one[0] < other[1] and other[0] < one[1] for one, other in zip(columns, self.columns, strict=True)
        )

    def printed(self) -> Iterator[list[Shown]]:
        """The lines of print in its cells."""
        return (line for row in self.rows for cell in row if cell is not None for line in cell.lines)


def parted(shown: Sequence[Shown]) -> Iterator[Sequence[Shown] | Table]:
    """A page's texts in the order in which they are painted, in parts; those that are tables as such."""
    done = 0
    for run in _runs(rows_of(shown)):
        run.settle()
        if _is_table(run):
            yield shown[done : run.rows[0][0].begin]
            yield _table(run)
            done = run.rows[-1][-1].end
    yield shown[done:]


def _runs(rows: Iterable[Row]) -> Iterator[_Run]:
    """Rows one after the other in the same columns; a line alone among them may head those below it."""
    run, loose = _Run(), list[Row]()
    for row in rows:
        if run.rows and _follows(run.rows[-1], row):
            whole = run.cut(row)
            if len(whole) > 1 and run.taken(whole):
                continue
            if len(row) == 1 and _may_head(row[0], run.rows):
                run.rows.append(row)
                continue
        yield _begun(run, loose)
        loose = run.rows if len(run.rows) == 1 else []
        run = _Run()
        if len(row) > 1:
            run.taken(row)
        else:
            loose = [row]
    yield _begun(run, loose)


def _begun(run: _Run, loose: Sequence[Row]) -> _Run:
    """A run with the row before it, where that is of it but for wide gaps, and without a last line alone."""
    for row in loose:
        if run.rows and _follows(row, run.rows[0]):
            whole = run.cut(row)
            if len(whole) > 1:
                run.taken(whole, above=True)
    while run.rows and len(run.rows[-1]) == 1:
        run.rows.pop()
    return run


def _follows(row: Row, below: Row) -> bool:
    """Whether a row is painted next after another, and stands right below it."""
    size, top = row[0].first.size, max(cell.top for cell in below)
    bases = [cell.base for cell in row]
    next_to = row[-1].end == below[0].begin and row[0].first.turn == below[0].first.turn
    return next_to and max(bases) > top and min(bases) - top <= _APART * size


def _cut(cell: Cell, between: Sequence[tuple[float, float]]) -> Iterator[Cell]:
    """The parts of a cell of one line, cut at its gaps that are between columns."""
    line = cell.lines[0]
    held = line[:1]
    for one, other in pairwise(line if len(cell.lines) == 1 else held):
        left, right = sorted((one, other), key=lambda each: each.left)
        gap = left.right, right.left
        wide = gap[1] - gap[0] > max(one.blank, other.blank)
        if wide and any(gap[0] < end and start < gap[1] for start, end in between):
            yield Cell.of(held, cell.begin, cell.end)
            held = []
        held.append(other)
    yield Cell.of(held, cell.begin, cell.end) if len(cell.lines) == 1 else cell


def _may_head(cell: Cell, above: Sequence[Row]) -> bool:
    """Whether a line alone may head rows: below a row, or both in bold below another that heads the same."""
    if len(cell.lines) > 1 or abs(cell.first.size - above[-1][0].first.size) > _LEVEL:
        return False
    return len(above[-1]) > 1 or (
        len(above) > 1 and len(above[-2]) > 1 and _dark([cell]) and _dark(above[-1])
    )


def _is_table(run: _Run) -> bool:
    """Whether rows are a table: no list with its marks, no columns of prose, no words that stand apart."""
    rows = [row for row in run.rows if len(row) > 1]
    if len(rows) < 2 or len(rows) + len(run.columns) < _LEAST:
        return False
    body = rows[1:] if len(rows) > 2 else rows  # the head may stand in the middle
    columns: list[list[Cell]] = [[] for _ in run.columns]
    for cell in chain.from_iterable(body):
        columns[run.place(cell)].append(cell)
    several = [column for column in columns if len(column) > 1]
    if len(several) < 2 or not all(map(_aligned, several)):
        return False
    if len(columns) == 2 and all(_MARKER.fullmatch(row[0].text.strip()) for row in rows):
        return False
    if any(_NO_CELL.search(cell.text.strip()) for cell in chain.from_iterable(body)) or _justified(rows):
        return False
    worded = [[bool(_WORD.search(cell.text)) for cell in row] for row in rows]
    said = all(worded[0]) or 2 * sum(map(any, worded)) >= len(rows)
    long = any(len(cell.lines) > _CELL_LINES for column in columns for cell in column)
    return said and not long and not all(map(_prose, filter(None, columns)))


def _justified(rows: Sequence[Row]) -> bool:
    """Whether rows are lines of one text, all ending at one place, whose words happen to be far apart."""
    on = sum(one[-1].text[-1:] not in ".!?" and other[0].text[:1].islower() for one, other in pairwise(rows))
    size = rows[0][0].first.size
    gaps = [other.left - one.right for row in rows for one, other in pairwise(row)]
    ends = [row[-1].right for row in rows]
    close = max(gaps) <= _RIVER * size and max(ends) - min(ends) <= _NEAR * size
    return close and 2 * on >= len(rows) - 1


def _aligned(column: Sequence[Cell]) -> bool:
    """Whether most cells of a column stand at one side of it, or in its middle."""
    near = _NEAR * column[0].first.size
    sides = (
        [cell.left for cell in column],
        [cell.right for cell in column],
        [(cell.left + cell.right) / 2 for cell in column],
    )
    for places in sides:
        middle = median(places)
        if sum(abs(place - middle) <= near for place in places) >= _ALIKE * len(places):
            return True
    return False


def _prose(column: Sequence[Cell]) -> bool:
    """Whether a column's cells are lines that were broken where it ends."""
    width = max(cell.right for cell in column) - min(cell.left for cell in column)
    full = sum(cell.right - cell.left >= _FULL * width for cell in column)
    alone = all(len(cell.lines) == 1 for cell in column)
    return alone and width >= _WIDE * column[0].first.size and full >= _MOST * len(column)


def _dark(row: Row) -> bool:
    return all(bold(line) for cell in row for line in cell.lines)


def _headed(rows: Sequence[Row]) -> bool:
    """Whether the first row is in bold, as few others are: those head some of the rows, or sum them up."""
    first, *rest = [_dark(row) for row in rows if len(row) > 1]
    return first and 2 * sum(rest) < len(rest)


def _heads_some(cells: Sequence[Cell | None]) -> bool:
    """Whether a row in bold heads those below it: it says nothing in the last column, or nothing counted."""
    said = [cell for cell in cells if cell is not None]
    counted = any(map(str.isdigit, "".join(cell.text for cell in said)))
    return _dark(said) and (cells[-1] is None or not counted)


def _table(run: _Run) -> Table:
    """The rows of a run with a place for each column, as they are read."""
    rows: list[list[Cell | None]] = []
    for row in run.rows:
        if len(row) == 1:
            rows.append([*row])
            continue
        cells: list[Cell | None] = [None] * len(run.columns)
        for cell in row:
            cells[run.place(cell)] = cell
        rows.append(cells)
    back = [
        bool(RIGHT_TO_LEFT.search(cell.text)) for row in run.rows for cell in row if _LETTER.search(cell.text)
    ]
    columns = [(each.left, each.right) for each in run.columns]
    if 2 * sum(back) > len(back):
        rows, columns = [row[::-1] for row in rows], columns[::-1]
    headed = _headed(run.rows)
    sections = frozenset(at for at, row in enumerate(rows) if headed and at and _heads_some(row))
    return Table(rows, headed, sections, columns)
