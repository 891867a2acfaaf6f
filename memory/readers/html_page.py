"""Web pages: the article without navigation and scripts, its headings, title, date, author and address."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree, html

from memory.readers.decode import decode, read_bytes
from memory.readers.options import Progress, ReadOptions, ReadResult
from memory.types import Block, Document, Locator

_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I)
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head", "nav", "form")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    [
        "p",
        "li",
        "td",
        "th",
        "tr",
        "blockquote",
        "pre",
        "div",
        "section",
        "article",
        "figcaption",
        "dt",
        "dd",
        "header",
        "main",
        "footer",
        "table",
        "ul",
        "ol",
        "dl",
        "br",
        "body",
    ]
)


def read(path: Path, name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    data = read_bytes(path, options.limits)
    declared = _DECLARED.search(data[:4096])
    text = decode(data, declared.group(1).decode("ascii") if declared else None)
    return ReadResult((page_document(text, Path(name).stem),))


def page_document(text: str, name: str) -> Document:
    """The document in a page's HTML; ``name`` is its title where it states none."""
    # Heavy (half a second), so imported when the first page comes.
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Extracted

    tree = html.document_fromstring(_without_declaration(text), parser=_parser())
    lang = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    title = (tree.findtext(".//title") or "").strip()
    found = bare_extraction(text, with_metadata=True, favor_recall=True, include_comments=False)
    extracted = found if isinstance(found, Extracted) else None
    blocks = tuple(_article_blocks(extracted.body)) if extracted and extracted.body is not None else ()
    everything = tuple(_all_blocks(tree))
    # Short pages aren't articles: what the extractor then drops is the content.
    if sum(len(block.text) for block in everything) < 1500 or not blocks:
        blocks = everything
    meta = {"licence": extracted.license} if extracted and extracted.license else {}
    return Document(
        "html",
        (extracted.title if extracted else None) or title or name,
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
    return tuple(_all_blocks(tree, heading))


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


def _article_blocks(body: etree._Element) -> Iterator[Block]:
    """Blocks of the extractor's own tree: head, p, item, row, quote, code."""
    heading: str | None = None
    pending = False
    for element in body.iter("head", "p", "item", "row", "quote", "code", "ab"):
        if any(parent.tag in ("item", "row", "quote", "p") for parent in element.iterancestors()):
            continue  # its text has come with the parent's
        text = _squeeze(_text_of(element))
        if not text:
            continue
        if element.tag == "head":
            if pending and heading:
                yield Block(heading, Locator(heading=heading))
            heading, pending = text, True
        else:
            pending = False
            yield Block(text, Locator(heading=heading))
    if pending and heading:
        yield Block(heading, Locator(heading=heading))


def _text_of(element: etree._Element) -> str:
    if element.tag == "row":
        return " | ".join(filter(None, (_squeeze("".join(cell.itertext())) for cell in element)))
    return "".join(map(str, element.itertext()))


def _all_blocks(tree: html.HtmlElement, heading: str | None = None) -> Iterator[Block]:
    """Every visible text of a page, a block for each block-level element."""
    for element in list(tree.iter(*_UNSEEN)):
        element.drop_tree()
    parts: list[str] = []
    pending = False
    level = ""  # the heading that the text being gathered belongs to

    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag
        if tag in _BLOCKS and (text := _squeeze("".join(parts))):
            parts.clear()
            if level:
                if pending and heading:
                    yield Block(heading, Locator(heading=heading))
                heading, pending = text, True
            else:
                pending = False
                yield Block(text, Locator(heading=heading))
        if event == "start":
            level = tag if tag in _HEADINGS else level
            parts.append(element.text or "")
        else:
            level = "" if tag == level else level
            parts.append(element.tail or "")
    text = _squeeze("".join(parts))
    if text or (pending and heading):
        yield Block(text or heading or "", Locator(heading=heading))
