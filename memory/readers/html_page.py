"""Web pages: the article without navigation and scripts, its headings, title, date, author and address."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree, html

from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ReadError
from memory.readers.headings import Told, below_headings
from memory.readers.options import Progress, ReadOptions, ReadResult
from memory.readers.parts import of_history
from memory.readers.tables import BAR, labelled
from memory.types import Block, Document, Locator

_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I)
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head", "nav", "form")
# Stand for line breaks and cells while white space is squeezed; private, so that no page means them.
_LINE, _CELL = "\ue000", "\ue001"
_SHORT_CHARS = 1500
_MATCHED_SHARE = 0.8
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# What a cell that lays a page out may hold, and one with a value doesn't.
_PARTS = (*_HEADINGS, "article", "section", "ul", "ol")
_BLOCKS = _HEADINGS | {
    *("p", "li", "tr", "blockquote", "pre", "div", "section", "article", "figcaption", "dt", "dd"),
    *("header", "main", "footer", "table", "ul", "ol", "dl", "body"),
}


def read(path: Path, _name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    data = read_bytes(path, options.limits)
    declared = _DECLARED.search(data[:4096])
    text = decode(data, declared.group(1).decode("ascii") if declared else None)
    if of_history(text):
        raise ReadError("takeout_part")
    return ReadResult((page_document(text),))


def page_document(text: str) -> Document:
    """The document in a page's HTML."""
    # Heavy (half a second), so imported when the first page comes.
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Extracted

    tree = html.document_fromstring(_without_declaration(text), parser=_parser())
    lang = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    title = (tree.findtext(".//title") or "").strip()
    said = html.tostring(tree, encoding="unicode") if _say_heads(tree) else text
    found = bare_extraction(said, with_metadata=True, favor_recall=True, include_comments=False)
    extracted = found if isinstance(found, Extracted) else None
    article = extracted.body if extracted else None
    blocks = _main_blocks(tuple(_all_blocks(tree)), article)
    meta = {"licence": extracted.license} if extracted and extracted.license else {}
    return Document(
        "html",
        (extracted.title if extracted else None) or title,
        blocks,
        url=extracted.url if extracted else None,
        author=extracted.author if extracted else None,
        published_at=_date(extracted.date if extracted else None),
        lang=lang,
        meta=meta,
    )


def plain_blocks(fragment: str, heading: str | None = None) -> tuple[Block, ...]:
    """The blocks of an HTML fragment that is all content, such as a feed entry's."""
    if "<" not in fragment and "&" not in fragment:
        return (Block(fragment.strip(), Locator(heading=heading)),) if fragment.strip() else ()
    tree = html.document_fromstring(f"<html><body>{fragment}</body></html>", parser=_parser())
    _say_heads(tree)
    return tuple(_all_blocks(tree, heading))


def _say_heads(tree: html.HtmlElement) -> bool:
    """Have each row of the tables in a page say what their heads say. Returns whether there are any."""
    said = False
    for table in list(tree.iter("table")):
        rows = [list(row.iterchildren("td", "th")) for row in table.iter("tr")]
        rows = [row for row in rows if row]
        nested = next(table.iterdescendants("table"), None) is not None
        if nested or any(_laid_out(cell) for row in rows for cell in row):
            continue  # a page laid out by a table
        before = [[_words(cell) for cell in row] for row in rows]
        after = labelled(before, marked=bool(rows) and _marked(rows[0]))
        if after == before:
            continue
        said = True
        for row, texts in zip(rows[1:], after[1:], strict=True):
            for cell, text in zip(row, texts, strict=True):
                cell.tag = "td"
                del cell[:]
                cell.text = text
        head = rows[0][0].getparent()
        head.getparent().remove(head)
    return said


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
        if each.tag in ("br", "hr") or each.tag in _BLOCKS:
            parts.append(" ")
        if event == "end":
            parts.append((each.tail or "") if each is not element else "")
        elif each.tag in _UNSEEN:
            walk.skip_subtree()
        else:
            parts.append(each.text or "")
    return _squeeze("".join(parts))


def _parser() -> html.HTMLParser:
    return html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)


def _without_declaration(text: str) -> str:
    """lxml refuses a text that declares the encoding of its bytes."""
    return re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text, count=1)


def _date(value: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if value else None
    except ValueError:
        return None


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _main_blocks(everything: tuple[Block, ...], article: etree._Element | None) -> tuple[Block, ...]:
    """The page's blocks that belong to its article, under their headings (which the extractor loses).

    A short page is no article: what the extractor drops of it is the content.
    """
    if article is None or sum(len(block.text) for block in everything) < _SHORT_CHARS:
        return everything
    text = _solid("".join(map(str, article.itertext())))
    kept = []
    at = found = 0
    for block in everything:
        piece = _solid(block.text)
        here = text.find(piece, at)
        if here < 0:
            here = text.find(piece)
        if here >= 0:
            kept.append(block)
            at = here + len(piece)
            found += len(piece)
    return tuple(kept) if found > _MATCHED_SHARE * len(text) else tuple(_article_blocks(article))


def _solid(text: str) -> str:
    return "".join(text.replace("|", "").split())


def _article_blocks(article: etree._Element) -> Iterator[Block]:
    """The blocks of the extractor's own tree."""
    elements = article.iter("head", "p", "item", "row", "quote", "code", "ab")
    # What stands in another of them comes with that.
    outer = (one for one in elements if next(one.iterancestors("item", "row", "quote", "p"), None) is None)
    told = (Told(_squeeze(_text_of(one)), _level(one)) for one in outer)
    return below_headings(each for each in told if each.text)


def _level(element: etree._Element) -> int | None:
    """The level of one of the extractor's headings; None of anything else."""
    if element.tag != "head":
        return None
    stated = element.get("rend") or ""
    return int(stated[1]) if stated in _HEADINGS else 1


def _text_of(element: etree._Element) -> str:
    if element.tag == "row":
        return BAR.join(filter(None, (_squeeze("".join(cell.itertext())) for cell in element)))
    return "".join(map(str, element.itertext()))


def _all_blocks(tree: html.HtmlElement, heading: str | None = None) -> Iterator[Block]:
    """Every visible text of a page, a block for each block-level element."""
    return below_headings(_all_texts(tree), heading)


def _all_texts(tree: html.HtmlElement) -> Iterator[Told]:
    """The texts of a page, its headings among them."""
    for element in list(tree.iter(*_UNSEEN)):
        element.drop_tree()
    parts: list[str] = []
    level = ""  # the heading that the text being gathered belongs to
    pre = 0

    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag
        if tag in _BLOCKS and (text := _lines("".join(parts))):
            parts.clear()
            yield Told(_squeeze(text), int(level[1])) if level else Told(text)
        if event == "start":
            level = tag if tag in _HEADINGS else level
            pre += tag == "pre"
            parts.append({"br": _LINE, "td": _CELL, "th": _CELL}.get(tag, ""))
            words = element.text or ""
        else:
            level = "" if tag == level else level
            pre -= tag == "pre"
            words = element.tail or ""
        parts.append(words.replace("\n", _LINE) if pre else words)
    if text := _lines("".join(parts)):
        yield Told(text)


def _lines(text: str) -> str:
    """Text with single blanks, line breaks where the page has them, and bars between cells."""
    lines = (_squeeze(line).strip("| ") for line in text.replace(_CELL, BAR).split(_LINE))
    return "\n".join(line for line in lines if line)
