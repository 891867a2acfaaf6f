"""DOCX: paragraphs, tables and notes under their headings, with the pages Word last laid out."""

import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from lxml import etree

from memory.readers.errors import ReadError
from memory.readers.headings import Told, below_headings, title_among
from memory.readers.note_marks import raised, without_marks
from memory.readers.options import MB, Limits, Progress, ReadOptions, ReadResult
from memory.readers.tables import BAR, Cell, Placed, said_by_heads, titles
from memory.types import Document

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_TERMS: Final = "{http://purl.org/dc/terms/}"
_HEADING: Final = re.compile(
    r"(?:heading|title|überschrift|titre|título|заголовок|标题|標題|見出し)\s*(\d{0,2})", re.I
)
_BODY_LEVEL: Final = 9  # how Word says that a paragraph is no heading
_STRICT: Final = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_ACROSS: Final = 100  # columns
_HEADS: Final = 3  # rows; where more are marked, the marks mean something else
_PART_BYTES: Final = 1024 * 1024
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED: Final = frozenset({_W + "del", _W + "moveFrom", _W + "instrText", _W + "p"})
_SIGNS: Final = {_W + "tab": " ", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_OFF: Final = ("0", "false", "off")
_NOTES: Final = ("word/footnotes.xml", "word/endnotes.xml")


def read(path: Path, _name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    try:
        with zipfile.ZipFile(path) as archive:
            body = _part(archive, "word/document.xml", options.limits)
            if body is None:
                raise ReadError("damaged", detail="no document in it")
            styles = _part(archive, "word/styles.xml", options.limits)
            notes = [part for name in _NOTES if (part := _part(archive, name, options.limits)) is not None]
            about = _part(archive, "docProps/core.xml", options.limits)
    except (zipfile.BadZipFile, struct.error, zlib.error, NotImplementedError, OSError, EOFError) as error:
        raise ReadError("damaged", detail=str(error)[:120] or type(error).__name__) from None
    except RuntimeError:  # zipfile's word for an encrypted member
        raise ReadError("password_protected") from None
    hidden = _hidden_styles(styles)
    for part in (body, *notes):
        _show(part, hidden)
    told = tuple(_told(body, _heading_styles(styles)))
    heads = title_among(told)
    title = about.findtext(_DC + "title") if about is not None else None
    author = about.findtext(_DC + "creator") if about is not None else None
    when = _date(about.findtext(_TERMS + "modified")) if about is not None else None
    title = title or (heads.text if heads else "")
    further = (block for part in notes for block in below_headings(_told(part, {})))
    blocks = [*below_headings(told, stated=title), *further]
    document = Document("docx", title, tuple(blocks), author=author or None, published_at=when)
    return ReadResult((document,))


def _part(archive: zipfile.ZipFile, name: str, limits: Limits) -> etree._Element | None:
    """A part of the package, parsed, or None where there is none.

    Bytes are counted while they are unpacked: what the archive says of its sizes proves nothing.
    """
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    data = bytearray()
    with archive.open(info) as stream:
        while part := stream.read(_PART_BYTES):
            data += part
            if len(data) > limits.ratio_from and len(data) > limits.ratio * max(info.compress_size, 1):
                raise ReadError("decompression_bomb")
            if len(data) > limits.text_bytes:
                raise ReadError("too_much_text", limit_mb=limits.text_bytes // MB)
    return parse_xml(bytes(data).replace(_STRICT, _W[1:-1].encode()))


def parse_xml(data: bytes) -> etree._Element:
    """The root element. Raises ReadError: "xml_entities" for a document type, "damaged" for bad XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ReadError("damaged", detail=str(error)[:120]) from None
    if root.getroottree().docinfo.doctype:
        raise ReadError("xml_entities")
    return root


def _heading_styles(styles: etree._Element | None) -> dict[str, int]:
    """The levels of styles that are headings, by id, whatever language Word's names are in."""
    if styles is None:
        return {}
    found = {}
    for style in styles.iter(_W + "style"):
        name = style.find(_W + "name")
        outlined = _outlined(style)
        named = _HEADING.fullmatch(name.get(_W + "val", "") if name is not None else "")
        if (stated := style.get(_W + "styleId")) and (outlined is not None or named):
            level = int(named[1]) if named and named[1] else 0  # "Title" stands above "Heading 1"
            found[stated] = level if outlined is None else outlined
    return found


def _hidden_styles(styles: etree._Element | None) -> frozenset[str]:
    """The ids of styles whose text Word doesn't show."""
    found = styles.iter(_W + "style") if styles is not None else ()
    return frozenset(stated for style in found if (stated := style.get(_W + "styleId")) and _vanishes(style))


def _vanishes(element: etree._Element) -> bool | None:
    """Whether a run's or a style's text is hidden; None where nothing is said of it."""
    stated = element.find(f"{_W}rPr/{_W}vanish")
    return stated.get(_W + "val", "") not in _OFF if stated is not None else None


def _show(body: etree._Element, hidden: Collection[str]) -> None:
    """Empty the texts that Word hides and the marks of notes, and word what is set high: m², 2^10."""
    for paragraph in body.iter(_W + "p"):
        style = _stated(paragraph, "pPr/pStyle")
        before = ""
        for run in paragraph.iter(_W + "r"):
            own = _vanishes(run)
            unseen = own if own is not None else not {style, _stated(run, "rPr/rStyle")}.isdisjoint(hidden)
            mark = any(run.find(_W + name) is not None for name in ("footnoteReference", "endnoteReference"))
            high = _stated(run, "rPr/vertAlign") == "superscript"
            for text in run.findall(_W + "t"):
                words = text.text or ""
                text.text = "" if unseen or mark else raised(before, words, "") if high else words
                before = text.text or before


def _stated(element: etree._Element, path: str) -> str:
    found = element.find("/".join(_W + name for name in path.split("/")))
    return found.get(_W + "val", "") if found is not None else ""


def _outlined(element: etree._Element) -> int | None:
    """The level (from 1) at which a style or a paragraph stands in Word's outline; None where in none."""
    stated = element.find(f"{_W}pPr/{_W}outlineLvl")
    level = stated.get(_W + "val", "") if stated is not None else ""
    return int(level) + 1 if level.isdecimal() and len(level) < 3 and int(level) < _BODY_LEVEL else None


def _told(body: etree._Element, headings: dict[str, int]) -> Iterator[Told]:
    """The texts in their order, each on the page on which it begins."""
    breaks = _page_breaks(body)
    rows = {row: text for table in body.iter(_W + "tbl") for row, text in _rows(table)}
    page = 1 if breaks else None  # without any, nobody has laid the document out yet
    for element in body.iter(_W + "p", _W + "tr"):
        if next(element.iterancestors(_W + "tr", _FALLBACK), None) is not None:
            continue  # comes with its row, or repeats the drawing it stands in for
        text, before, within = _text(element, breaks)
        text = rows.get(element, text)
        here = page + before if page else None
        page = page + before + within if page else None
        if text:
            yield Told(text, _level(element, headings), here)


def _page_breaks(body: etree._Element) -> frozenset[etree._Element]:
    """Where pages begin: as Word last laid them out, else the author's own breaks."""
    rendered = frozenset(body.iter(_W + "lastRenderedPageBreak"))
    return rendered or frozenset(br for br in body.iter(_W + "br") if br.get(_W + "type") == "page")


def _level(element: etree._Element, headings: dict[str, int]) -> int | None:
    """A heading's level; None of any other text."""
    outlined = _outlined(element)
    style = element.find(f"{_W}pPr/{_W}pStyle")
    return headings.get(style.get(_W + "val", "")) if outlined is None and style is not None else outlined


def _text(element: etree._Element, breaks: frozenset[etree._Element]) -> tuple[str, int, int]:
    """The text of a paragraph or row, and how many pages begin before its first word and after it."""
    if element.tag == _W + "tr":
        cells = [_text_of_cell(cell) for cell in _cells(element)]
        return _line(cells), sum(node in breaks for node in element.iter()), 0
    parts: list[str] = []
    before = within = 0
    for node in _shown(element):
        if node in breaks:
            written = any(part.strip() for part in parts)
            before, within = before + (not written), within + written
        else:
            parts.append(_words(node))
    lines = (" ".join(line.split()) for line in without_marks("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line), before, within


def _rows(table: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """The rows of a table that holds no other, each with the text that its head makes of it."""
    rows = list(table.iter(_W + "tr"))
    if rows and next(table.iterdescendants(_W + "tbl"), None) is None:
        grid = list(_grid(rows))
        cells = said_by_heads(grid, _heads(rows, grid))
        yield from zip(rows, map(_line, cells), strict=True)


def _grid(rows: Sequence[etree._Element]) -> Iterator[list[Placed]]:
    above: dict[int, str] = {}
    for row in rows:
        line: list[Placed] = []
        column = 0
        for cell in _cells(row):
            stated = _stated(cell, "tcPr/gridSpan")
            across = min(max(int(stated), 1), _ACROSS) if stated.isdecimal() and len(stated) < 5 else 1
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            goes_on = merged is not None and merged.get(_W + "val") != "restart"
            text = above.get(column, "") if goes_on else _text_of_cell(cell)
            line.append((column, Cell(text, across)))
            column += across
        above = {column: cell.text for column, cell in line}
        yield line


def _heads(rows: Sequence[etree._Element], grid: Sequence[Sequence[Placed]]) -> int:
    """How many rows below a table's titles are its head: one that is marked, and further ones it spans."""
    first = end = titles(grid)
    while end < max(len(rows) - 1, 1) and _marked(rows[end]):
        told = rows[end].find(f"{_W}trPr/{_W}tblHeader") is not None
        if end > first and not told and all(cell.across < 2 for _, cell in grid[end - 1]):
            break
        end += 1
    return end - first if end - first <= _HEADS else 1


def _marked(row: etree._Element) -> bool:
    """Whether a row is said to be a head: to be repeated on each page, or by all of its text in bold."""
    if row.find(f"{_W}trPr/{_W}tblHeader") is not None:
        return True
    runs = [run for run in row.iter(_W + "r") if "".join(t.text or "" for t in run.iter(_W + "t")).strip()]
    return bool(runs) and all(run.find(f"{_W}rPr/{_W}b") is not None for run in runs)


def _cells(row: etree._Element) -> list[etree._Element]:
    """A row's own cells: those of a table in one of them are that one's text."""
    return [cell for cell in row.iter(_W + "tc") if next(cell.iterancestors(_W + "tr")) is row]


def _line(cells: Sequence[str]) -> str:
    return BAR.join(filter(None, cells))


def _shown(element: etree._Element) -> Iterator[etree._Element]:
    """The nodes below, in order, without deleted text, field codes, and a text box's own paragraphs."""
    for child in element:
        if child.tag not in _SKIPPED:
            yield child
            yield from _shown(child)


def _text_of_cell(cell: etree._Element) -> str:
    """The text of a cell's paragraphs, and of those in its text boxes, each told once."""
    own = (line for line in cell.iter(_W + "p") if next(line.iterancestors(_FALLBACK), None) is None)
    lines = ("".join(map(_words, _shown(line))) for line in own)
    return " ".join(without_marks(" ".join(lines)).split())


def _words(node: etree._Element) -> str:
    return (node.text or "") if node.tag == _W + "t" else _SIGNS.get(str(node.tag), "")


def _date(value: str | None) -> datetime | None:
    try:
        when = datetime.fromisoformat(value) if value else None
    except ValueError:
        return None
    return when.replace(tzinfo=when.tzinfo or UTC) if when else None
