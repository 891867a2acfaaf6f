"""What a table's head says, said by each of its rows; how a format marks its tables is its reader's."""

from collections.abc import Sequence

from memory.readers.spacing import unspaced

#: Between a row's cells, wherever one is text.
BAR = " | "
# An unmarked first row is taken for a head above so many columns: of two, the first may be the labels.
_COLUMNS = 3
_LABELLED = (":", "：", "?", "？")

Row = Sequence[str]


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
    return [[], *([*map(_said, head, row)] if len(row) == len(head) else row for row in body)]


def _heads(rows: Sequence[Row]) -> bool:
    head, *body = rows
    if len(head) < _COLUMNS or not all(head) or any(map(_numbered, head)):
        return False
    columns = zip(*(row for row in body if len(row) == len(head)), strict=True)
    return any(all(map(_numbered, column)) for column in columns)


def _numbered(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _said(label: str, cell: str) -> str:
    if not label or not cell:
        return cell
    if label.endswith(_LABELLED):
        return f"{label} {cell}"
    return f"{label}：{cell}" if unspaced(label[-1]) else f"{label}: {cell}"
