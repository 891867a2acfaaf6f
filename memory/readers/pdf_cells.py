"""What a PDF's page shows beside each other and below: cells and rows of them, as they are painted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from memory.readers.pdf_glyphs import Shown

_LEVEL: Final = 0.5  # sizes: less apart, two bases are one line, and two sizes one size
_GAP: Final = 0.75  # sizes: what stands further apart on a line stands in two cells
_NEXT: Final = 1.45  # sizes: at most so far below each other are a cell's lines
_HIGH: Final = 1.0  # sizes above its base, and a little more: a cell may stand between two rows
_CELLS: Final = 40  # in a row


@dataclass(slots=True)
class Cell:
    """What stands in a cell, line by line, from where to where; `begin` and `end` count the page's texts."""

    lines: list[list[Shown]]
    left: float
    right: float
    begin: int
    end: int

    @property
    def first(self) -> Shown:
        """What its first line begins with, as it was painted."""
        return self.lines[0][0]

    @property
    def base(self) -> float:
        """Where its last line stands."""
        return self.lines[-1][0].base

    @property
    def top(self) -> float:
        """How far up it reaches."""
        return self.first.base + _HIGH * self.first.size

    @property
    def text(self) -> str:
        """Its letters as they were painted."""
        return "".join(each.text for line in self.lines for each in line)

    @classmethod
    def of(cls, line: list[Shown], begin: int, end: int) -> "Cell":
        """The cell of one line."""
        return cls([line], min(each.left for each in line), max(each.right for each in line), begin, end)

    def apart(self, other: "Cell") -> bool:
        """Whether it stands wholly to the left or right of another."""
        return other.right <= self.left or self.right <= other.left


Row = list[Cell]


def _pieces(shown: Sequence[Shown]) -> Iterator[Cell]:
    """What stands on a line without a wide gap, as a cell of that line."""
    held: Cell | None = None
    for at, each in enumerate(shown):
        blank = not each.text.strip()
        if held is not None and (blank or _goes_on(held, each)):
            held.end = at + 1
            if _goes_on(held, each):
                held.left, held.right = min(held.left, each.left), max(held.right, each.right)
                held.lines[0].append(each)
        elif not blank:
            if held is not None:
                yield held
            held = Cell([[each]], each.left, each.right, at, at + 1)
    if held is not None:
        yield held


def _goes_on(piece: Cell, each: Shown) -> bool:
    last = piece.lines[0][-1]
    size = max(last.size, each.size)
    return (
        each.turn == last.turn
        and any(abs(each.base - other.base) <= _LEVEL * size for other in (last, piece.first))
        and max(each.left - piece.right, piece.left - each.right) <= _GAP * size
    )


def _cells(pieces: Iterable[Cell]) -> Iterator[Cell]:
    """Pieces with those that are painted next, right below and in the same letters."""
    held: list[Cell] = []
    before: Cell | None = None
    for piece in pieces:
        # What stands below the cell before, too, begins a row.
        over = before is not None and bool(held) and _level(before, held[0]) and not before.apart(piece)
        if held and (over or not _below(held[-1], piece)):
            # What stands beside the last line alone begins a row with it, below a text or another row.
            if len(held) > 1 and _level(held[-1], piece) and held[-1].apart(piece):
                yield _joined(held[:-1])
                held = held[-1:]
            before = _joined(held)
            yield before
            held = []
        held.append(piece)
    if held:
        yield _joined(held)


def _joined(pieces: Sequence[Cell]) -> Cell:
    return Cell(
        [line for piece in pieces for line in piece.lines],
        min(piece.left for piece in pieces),
        max(piece.right for piece in pieces),
        pieces[0].begin,
        pieces[-1].end,
    )


def _below(one: Cell, other: Cell) -> bool:
    return (
        one.first.turn == other.first.turn
        and abs(one.first.size - other.first.size) <= _LEVEL
        and 0 < one.base - other.base <= _NEXT * one.first.size
        and not one.apart(other)
        and bold(one.lines[0]) == bold(other.lines[0])
    )


def _level(one: Cell, other: Cell) -> bool:
    return abs(one.base - other.base) <= _LEVEL * one.first.size


def bold(line: Sequence[Shown]) -> bool:
    """Whether all letters of a line are in bold."""
    return all(each.bold for each in line if each.text.strip())


def rows_of(shown: Sequence[Shown]) -> Iterator[Row]:
    """A page's texts by rows, in the order in which they are painted."""
    row: Row = []
    for cell in _cells(_pieces(shown)):
        if row and not _within(row, cell):
            yield row
            row = []
        row.append(cell)
    if row:
        yield row


def _within(row: Row, cell: Cell) -> bool:
    """Whether a cell stands to the side of all those of a row, and as high."""
    return (
        len(row) < _CELLS
        and cell.first.turn == row[0].first.turn
        and all(map(cell.apart, row))
        and cell.base < max(other.top for other in row)
        and min(other.base for other in row) < cell.top
    )
