"""What a table's head says, said by each of its rows; how a format marks its tables is its reader's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from memory.readers.spacing import unspaced

#: Between a row's cells, wherever one is text.
BAR = " | "
# An unmarked first row is taken for a head above so many columns: of two, the first may be the labels.
_COLUMNS = 3
_LABELLED = (":", "：", "?", "？")

# Of a cell over several columns; and of cells over several rows, all those rows' copies.
_ACROSS = 100
_COPIES = 10_000

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's words, and over how many columns and rows it stands."""

    text: str
    across: int = 1
    down: int = 1


Placed = tuple[int, Cell]  # the column in which it begins, from 0


def labelled(rows: Sequence[Row], *, marked: bool) -> list[list[str]]:
    """The cells of a table's rows, each with what its head says of it ("Opens: 08:15").

    The head itself is empty then. Where there is none, and in a row of other columns than the head has, cells
    stay as they are. ``marked``: the format says that the first row is the head; otherwise it is one that
    holds no number, above three columns or more of which at least one has a number in each row.
    """
    plain = [list(row) for row in rows]
    if len(plain) < 2 or len(plain[0]) < 2 or not (marked or _heads(plain)):
        return plain
    head, *body = plain
    if all(len(row) != len(head) for row in body):
        return plain
    return [[], *([*map(said, head, row)] if len(row) == len(head) else row for row in body)]


def _heads(rows: Sequence[Row]) -> bool:
    head, *body = rows
    if len(head) < _COLUMNS or not all(head) or any(map(_numbered, head)):
        return False
    columns = zip(*(row for row in body if len(row) == len(head)), strict=True)
    return any(all(map(_numbered, column)) for column in columns)


def _numbered(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def said(label: str, cell: str) -> str:
    """What stands below or beside a label, with it: "Opens: 08:15"."""
    if not label or not cell:
        return cell
    if label.endswith(_LABELLED):
        return f"{label} {cell}"
    return f"{label}：{cell}" if unspaced(label[-1]) else f"{label}: {cell}"


def in_line(row: Row) -> str:
    """A row in one line; "Weight:" and what stands beside it need nothing between them."""
    cells = [cell for cell in row if cell]
    return " ".join(cells) if len(cells) == 2 and cells[0].endswith((":", "：")) else BAR.join(cells)


def placed(rows: Sequence[Sequence[Cell]]) -> list[list[Placed]]:
    """The cells of each row in their columns, those among them that begin in a row above."""
    grid: list[list[Placed]] = []
    above: dict[int, Cell] = {}
    copies = 0
    for row in rows:
        line = list(above.items())
        column = 0
        for cell in row:
            while column in above:
                column += above[column].across
            line.append((column, replace(cell, across=max(1, min(cell.across, _ACROSS)))))
            column += line[-1][1].across
        line.sort(key=lambda one: one[0])
        grid.append(line)
        copies += len(above)
        above = {at: replace(cell, down=cell.down - 1) for at, cell in line if cell.down > 1}
        if copies > _COPIES:
            above = {}
    return grid


def titles(grid: Sequence[Sequence[Placed]]) -> int:
    """How many of a table's first rows are one cell, above all columns."""
    return next((at for at, row in enumerate(grid) if len(row) > 1), 0)


def said_by_heads(grid: Sequence[Sequence[Placed]], heads: int) -> list[list[str]]:
    """Like ``labelled``, for cells over several columns or rows, and ``heads`` head rows below the titles."""
    first = titles(grid)
    rows = [[cell.text for _, cell in row] for row in grid]
    body = grid[first + heads :]
    if heads < 2 and all(cell.across == 1 for row in grid[first:] for _, cell in row):
        return [*rows[:first], *labelled(rows[first:], marked=heads == 1)]
    if not heads or not body:
        return rows
    labels: dict[int, dict[str, None]] = {}
    for row in grid[first : first + heads]:
        for column, cell in row:
            for at in range(column, column + cell.across):
                labels.setdefault(at, {}).update({cell.text: None} if cell.text else {})
    return [*rows[:first], *([] for _ in range(heads)), *(_below(labels, row) for row in body)]


def _below(labels: dict[int, dict[str, None]], row: Sequence[Placed]) -> list[str]:
    if len(row) == 1 or any(at not in labels for at, _ in row):
        return [cell.text for _, cell in row]
    texts = []
    for column, cell in row:
        found = dict.fromkeys(
            label for at in range(column, column + cell.across) for label in labels.get(at, ())
        )
        glue = "、" if any(unspaced(label[-1]) for label in found) else ", "
        texts.append(said(glue.join(found), cell.text))
    return texts
