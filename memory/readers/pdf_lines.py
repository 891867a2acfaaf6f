"""The lines of a PDF's page, each as it is read, out of what the page shows; paragraphs are pdf.py's."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from memory.readers.pdf_cells import Cell
from memory.readers.pdf_glyphs import RIGHT_TO_LEFT, Shown
from memory.readers.pdf_tables import Table, parted
from memory.readers.plain import join_printed
from memory.readers.radicals import unified
from memory.readers.reading_order import as_read, as_written
from memory.readers.spacing import unspaced
from memory.readers.tables import in_line, labelled

_LEVEL: Final = 0.5  # of the larger size: so far apart are lines; less are raised numbers
_BACK: Final = 1.0  # sizes: what begins so far before the last letter's end is elsewhere
_BOLDER: Final = 0.15  # sizes: less apart, a text painted twice is one in bold
_PAINTED: Final = 32  # texts that may be painted before the first of them is painted again
_WIDE_GAP: Final = 0.7  # sizes: less between two ideographs is what fills up a line
_FAR: Final = 1.35  # times the usual distance of lines: below, a paragraph begins
_USUAL: Final = 1.4  # sizes between lines, where a text has too few to tell
_SINGLE: Final = 1.7  # sizes: where lines stand further apart throughout, each may be a paragraph
_WIDEST: Final = 2.5
_EDGE: Final = 2  # lines at most of a page's header or footer
_SIGNS: Final = re.compile(r"[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]+")
_BLANKS: Final = re.compile(r"[ \u00a0]{2,}")
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print; `size` (points) is 0 where nothing tells it. `apart`: a blank stands above it.

    `row`: it is all that stands in a table's row, with what the table's head says of it.
    """

    text: str
    size: float = 0.0
    bold: bool = False
    apart: bool = False
    base: float = 0.0
    turn: int = 0
    row: bool = False


@dataclass(slots=True)
class Above:
    """What the head of a page's last table says, for its rows on the next page; nothing where it ended."""

    head: Sequence[str] = ()
    columns: Sequence[tuple[float, float]] = ()


def lines_of(shown: Sequence[Shown], above: Above) -> list[Line]:
    """The lines of a page, in the order in which they are painted; a table's rows are a line each.

    ``above`` is kept from page to page.
    """
    parts = [part if isinstance(part, Table) else list(_rows(part)) for part in parted(list(_once(shown)))]
    printed = (row for part in parts for row in (part.printed() if isinstance(part, Table) else part))
    ways = Counter(map(_from_right, printed))
    mostly = ways[True] > ways[False]
    lines: list[Line] = []
    since = 0  # lines, at the page's beginning or behind a table
    first = True  # of the page's tables, to which alone the head of the page before may belong
    for part in parts:
        if since > (_EDGE if first else 0):
            above.head = ()
        if isinstance(part, Table):
            lines.extend(_lines_of_rows(part, above, mostly=mostly))
            since, first = 0, False
        else:
            lines.extend(_line(row, mostly=mostly) for row in part)
            since += len(part)
    # What stands at a page's foot may be no more than its number.
    if since > _EDGE:
        above.head = ()
    return lines


def _lines_of_rows(table: Table, above: Above, *, mostly: bool) -> Iterator[Line]:
    """What each row says; the head says it with the others, here or on the page before."""
    texts = [["" if cell is None else _words(cell, mostly=mostly) for cell in row] for row in table.rows]
    texts = [[in_line(row)] if at in table.sections else row for at, row in enumerate(texts)]
    told = labelled(texts, marked=table.headed)
    if told[0]:
        if above.head and table.below(above.columns):
            told = labelled([above.head, *texts], marked=True)[1:]
        else:
            above.head = ()
    else:
        above.head = texts[0]
    above.columns = table.columns
    for row, said in zip(table.rows, told, strict=True):
        first = next(cell for cell in row if cell is not None).first
        if any(said):
            yield Line(in_line(said), first.size, apart=True, base=first.base, turn=first.turn, row=True)


def _words(cell: Cell, *, mostly: bool) -> str:
    return join_printed([_line(part, mostly=mostly).text for line in cell.lines for part in _parts(line)])


def set_apart(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages with their lines told apart that stand further below the one above than lines usually do."""
    usual = _usual(pages)
    return [
        [
            line
            if above is None
            else replace(line, apart=line.apart or _distance(above, line) > _FAR * usual)
            for above, line in zip([None, *page], page, strict=False)
        ]
        for page in pages
    ]


def _usual(pages: Iterable[Sequence[Line]]) -> float:
    """How far below each other lines of one text stand, in sizes."""
    seen: Counter[float] = Counter()
    for page in pages:
        for above, line in pairwise(page):
            if above.size == line.size and 0 < (far := _distance(above, line)) < _WIDEST:
                seen[round(far, 1)] += 1
    most = max(seen.values(), default=0)
    often = [far for far, times in seen.items() if times >= max(3, most / 3)]
    return min(often, default=_USUAL) if min(often, default=_USUAL) < _SINGLE else _USUAL


def _distance(above: Line, line: Line) -> float:
    """In sizes; 0 for lines that aren't below each other."""
    if not above.size or not line.size or above.turn != line.turn:
        return 0.0
    return (above.base - line.base) / max(above.size, line.size)


def _once(shown: Iterable[Shown]) -> Iterator[Shown]:
    """What is shown, without what is painted over itself."""
    last: deque[Shown] = deque(maxlen=_PAINTED)
    for each in shown:
        if not any(_over(other, each) for other in last):
            last.append(each)
            yield each


def _rows(shown: Iterable[Shown]) -> Iterator[list[Shown]]:
    """What stands on one line each, as it was painted."""
    row: list[Shown] = []
    for each in shown:
        if row and not _beside(row, each):
            yield from _parts(row)
            row = []
        row.append(each)
    if row:
        yield from _parts(row)


def _over(one: Shown, each: Shown) -> bool:
    """Whether a text is painted over itself, which makes letters bold without a bold font."""
    near = _BOLDER * each.size
    return (
        one.text == each.text
        and one.turn == each.turn
        and abs(one.left - each.left) < min(near, each.right - each.left)
        and abs(one.base - each.base) < near
    )


def _beside(row: Sequence[Shown], each: Shown) -> bool:
    last = row[-1]
    return last.turn == each.turn and any(
        abs(other.base - each.base) <= _LEVEL * max(other.size, each.size) for other in (last, row[0])
    )


def _parts(row: list[Shown]) -> Iterator[list[Shown]]:
    """A row as one line, or as several, where it goes back to the left and none of it is read from right."""
    if any(RIGHT_TO_LEFT.search(each.text) for each in row):
        yield sorted(_marked(row), key=lambda each: each.left)
        return
    part: list[Shown] = []
    for each in row:
        if part and each.text.strip() and _back(part, each):
            yield part
            part = []
        part.append(each)
    yield part


def _back(part: Sequence[Shown], each: Shown) -> bool:
    """Whether a text stands left of those before it, by more than letters are moved together."""
    far = part[-1].right - each.left > _BACK * max(each.size, part[-1].size)
    return far and (each.right <= part[-1].left or each.left <= part[0].left)


def _marked(row: Sequence[Shown]) -> list[Shown]:
    """Letters with the vowel signs painted beside them: each stands behind its letter as letters are read."""
    letters = [each for each in row if not _SIGNS.fullmatch(each.text)]
    ahead = sum(one.left < other.left for one, other in pairwise(letters)) > (len(letters) - 1) / 2
    whole: list[Shown] = []
    signs = ""
    for each in row:
        if _SIGNS.fullmatch(each.text):
            if ahead:
                signs = each.text + signs
            elif whole:
                whole[-1] = replace(whole[-1], text=whole[-1].text + each.text)
            continue
        whole.append(replace(each, text=each.text + signs) if signs else each)
        signs = ""
    return whole


def _from_right(row: Sequence[Shown]) -> bool:
    text = "".join(each.text for each in row)
    back = len(RIGHT_TO_LEFT.findall(text))
    return back > 0 and 2 * back >= len(_LETTER.findall(text))


def _line(row: Sequence[Shown], *, mostly: bool) -> Line:
    pieces = list(_spaced(row))
    text = "".join(pieces)
    if RIGHT_TO_LEFT.search(text):
        cut = [part for piece in pieces for part in _apart(piece)]
        text = as_read(cut, from_right=mostly or _from_right(row))
    text = _BLANKS.sub(" ", unified(as_written(text))).strip()
    sizes: Counter[float] = Counter()
    for each in row:
        sizes[round(each.size * 2) / 2] += len(each.text.strip())
    size = max(sizes, key=lambda each: (sizes[each], each))
    bold = all(each.bold for each in row if each.text.strip()) and bool(text)
    return Line(text, size, bold, base=row[0].base, turn=row[0].turn)


def _apart(piece: str) -> list[str]:
    """A piece read from the right is one letter with its marks; others are cut into theirs."""
    return [piece] if RIGHT_TO_LEFT.search(piece) else list(piece)


def _spaced(row: Sequence[Shown]) -> Iterator[str]:
    """The pieces of a line, with a blank where a gap is as wide as one."""
    before: Shown | None = None
    reach = 0.0
    for each in row:
        if before is not None:
            gap = each.left - reach
            wide = unspaced(before.text[-1:]) and unspaced(each.text[:1])
            bound = _WIDE_GAP * each.size if wide else max(before.blank, each.blank)
            if gap > bound and not before.text[-1:].isspace() and not each.text[:1].isspace():
                yield " "
        yield each.text
        reach = each.right if before is None else max(reach, each.right)
        before = each
