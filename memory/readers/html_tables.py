"""Tables of pages: which rows are a head, and what each other row says by it; a layout of a page is none."""

from collections.abc import Sequence
from typing import Final

from lxml import etree, html

from memory.readers.html_seen import BLOCKS, HEADINGS, UNSEEN
from memory.readers.tables import Cell, placed, said, said_by_heads, titles

# What a cell that lays a page out may hold, and one with a value doesn't.
_PARTS: Final = (*HEADINGS, "article", "section", "ul", "ol")
_HEADS: Final = 3  # rows; where more are marked, the marks mean something else


def say_heads(tree: html.HtmlElement) -> None:
    """Have each row of the tables in a page say what their heads say."""
    for table in list(tree.iter("table")):
        elements = [(row, list(row.iterchildren("td", "th"))) for row in table.iter("tr")]
        elements = [(row, cells) for row, cells in elements if cells]
        rows = [cells for _, cells in elements]
        nested = next(table.iterdescendants("table"), None) is not None
        if not rows or nested or any(_laid_out(cell) for row in rows for cell in row):
            continue  # a page laid out by a table
        grid = placed([[_cell(cell) for cell in row] for row in rows])
        by_heads = said_by_heads(grid, _heads(rows, titles(grid)))
        for (row, cells), texts in zip(elements, by_heads, strict=True):
            was = [words for cell in cells if (words := _words(cell))]
            if texts == was and [cell.tag for cell in cells] == ["th", "td"] and len(was) > 1:
                texts = [said(*was)]  # with a label of its own beside it
            if not texts:
                row.getparent().remove(row)
            elif list(filter(None, texts)) != was:
                for cell in cells:
                    row.remove(cell)
                for text in texts:
                    etree.SubElement(row, "td").text = text
    for cell in tree.iter("td", "th"):  # said now, and whoever lays them out makes every column they claim
        cell.attrib.pop("colspan", None)
        cell.attrib.pop("rowspan", None)


def _cell(cell: html.HtmlElement) -> Cell:
    return Cell(_words(cell), _number(cell.get("colspan")), _number(cell.get("rowspan")))


def _number(stated: str | None) -> int:
    return int(stated) if stated and stated.isascii() and stated.isdecimal() and len(stated) < 5 else 1


def _heads(rows: Sequence[Sequence[html.HtmlElement]], first: int) -> int:
    """How many rows from the ``first`` on are a head: it by its cells, a further one below what it spans."""
    if not _marked(rows[first]):
        return 0
    end = first + 1
    while end < len(rows) - 1 and _marked(rows[end]):
        told = next(rows[end][0].iterancestors("thead"), None) is not None
        if not told and all(_number(cell.get("colspan")) < 2 for cell in rows[end - 1]):
            break
        end += 1
    return end - first if end - first <= _HEADS else 1


def _laid_out(cell: html.HtmlElement) -> bool:
    """Whether a cell holds a part of a page rather than a value: a heading, a list, several paragraphs."""
    if any(map(_words, cell.iter(*_PARTS))):
        return True
    inmost = (one for one in cell.iter("p", "div") if next(one.iterdescendants("p", "div"), None) is None)
    return sum(bool(_words(one)) for one in inmost) > 1


def _marked(row: Sequence[html.HtmlElement]) -> bool:
    """Whether a row is a table's head by its cells: told so (but for an empty corner), or all in bold."""
    if all(cell.tag == "th" for cell in (row if _words(row[0]) else row[1:])):
        return any(map(_words, row))
    return all(cell.tag == "th" or "" != _words(cell) == _bold(cell) for cell in row)


def _bold(cell: html.HtmlElement) -> str:
    return " ".join(filter(None, map(_words, cell.iterchildren("b", "strong"))))


def _words(element: html.HtmlElement) -> str:
    """The visible text in an element, on one line, with a blank wherever the page breaks it."""
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, each in walk:
        if each.tag in ("br", "hr") or each.tag in BLOCKS:
            parts.append(" ")
        if event == "end":
            parts.append((each.tail or "") if each is not element else "")
        elif each.tag in UNSEEN:
            walk.skip_subtree()
        else:
            parts.append(each.text or "")
    return " ".join("".join(parts).split())
