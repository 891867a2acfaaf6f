"""Web pages: the article without navigation and scripts, its headings, title, date, author and address."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree, html

from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ReadError
from memory.readers.headings import Told, below_headings
from memory.readers.html_seen import HEADINGS
from memory.readers.html_texts import all_blocks, parsed, squeezed
from memory.readers.options import Progress, ReadOptions, ReadResult
from memory.readers.parts import of_history
from memory.readers.tables import BAR
from memory.types import Block, Document

_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I)
_SHORT_CHARS = 1500
_MATCHED_SHARE = 0.8


def read(path: Path, _name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    data = read_bytes(path, options.limits)
    declared = _DECLARED.search(data[:4096])
    return ReadResult((read_page(decode(data, declared.group(1).decode("ascii") if declared else None)),))


def read_page(text: str) -> Document:
    """The document in a page's HTML. Raises ReadError ("takeout_part") for one of a Takeout's."""
    if of_history(text):
        raise ReadError("takeout_part")
    # Heavy (half a second), so imported when the first page comes.
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Extracted

    tree = parsed(text)
    lang = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    seen = html.tostring(tree, encoding="unicode")
    found = bare_extraction(seen, with_metadata=True, favor_recall=True, include_comments=False)
    extracted = found if isinstance(found, Extracted) else None
    article = extracted.body if extracted else None
    title = (extracted.title if extracted else None) or (tree.findtext(".//title") or "").strip()
    blocks = _main_blocks(tuple(all_blocks(tree, title)), article, title)
    meta = {"licence": extracted.license} if extracted and extracted.license else {}
    return Document(
        "html",
        title,
        blocks,
        url=extracted.url if extracted else None,
        author=extracted.author if extracted else None,
        published_at=_date(extracted.date if extracted else None),
        lang=lang,
        meta=meta,
    )


def _date(value: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if value else None
    except ValueError:
        return None


def _main_blocks(
    everything: tuple[Block, ...], article: etree._Element | None, title: str
) -> tuple[Block, ...]:
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
    return tuple(kept) if found > _MATCHED_SHARE * len(text) else tuple(_article_blocks(article, title))


def _solid(text: str) -> str:
    return "".join(text.replace("|", "").split())


def _article_blocks(article: etree._Element, title: str) -> Iterator[Block]:
    """The blocks of the extractor's own tree."""
    elements = article.iter("head", "p", "item", "row", "quote", "code", "ab")
    # What stands in another of them comes with that.
    outer = (one for one in elements if next(one.iterancestors("item", "row", "quote", "p"), None) is None)
    told = (Told(squeezed(_text_of(one)), _level(one)) for one in outer)
    return below_headings((each for each in told if each.text), stated=title)


def _level(element: etree._Element) -> int | None:
    """The level of one of the extractor's headings; None of anything else."""
    if element.tag != "head":
        return None
    stated = element.get("rend") or ""
    return int(stated[1]) if stated in HEADINGS else 1


def _text_of(element: etree._Element) -> str:
    if element.tag == "row":
        return BAR.join(filter(None, (squeezed("".join(cell.itertext())) for cell in element)))
    return "".join(map(str, element.itertext()))
