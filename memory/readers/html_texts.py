"""The texts of HTML in their order, a block for each block-level element; what a page's article is, isn't
decided here.
"""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree, html

from memory.readers.errors import ReadError
from memory.readers.headings import Told, below_headings
from memory.readers.html_seen import BLOCKS, HEADINGS, UNSEEN, seen
from memory.readers.html_tables import say_heads
from memory.readers.tables import BAR
from memory.types import Block

# Stand for line breaks, cells and a code's blanks while white space is squeezed; no characters, so that no
# page means them, as fonts of icons do the private ones.
_LINE: Final = "\ufdd0"
_CELL: Final = "\ufdd1"
_BLANK: Final = "\ufdd2"


def parsed(text: str) -> html.HtmlElement:
    """The tree of a page, with what its author shows as its text, each row of its tables by its head.

    Raises ReadError ("no_text") for one without any element.
    """
    parser = html.HTMLParser(no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    # lxml refuses a text that declares the encoding of its bytes.
    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text, count=1), parser=parser)
    except etree.ParserError:
        raise ReadError("no_text") from None
    seen(tree)
    say_heads(tree)
    return tree


def plain_blocks(fragment: str, heading: str | None = None) -> tuple[Block, ...]:
    """The blocks of an HTML fragment that is all content, such as a feed entry's under its title."""
    return tuple(below_headings(told_in(fragment), heading, stated=heading))


def told_in(fragment: str) -> tuple[Told, ...]:
    """The texts of an HTML fragment that is all content, its headings among them."""
    if "<" not in fragment and "&" not in fragment:
        return (Told(fragment.strip()),) if fragment.strip() else ()
    return tuple(_all_texts(parsed(f"<html><body>{fragment}</body></html>")))


def all_blocks(tree: html.HtmlElement, title: str) -> Iterator[Block]:
    """Every text of a page of this title (or none: ""), under its headings."""
    return below_headings(_all_texts(tree), stated=title)


def squeezed(text: str) -> str:
    """``text`` with single blanks."""
    return " ".join(text.split())


def _all_texts(tree: html.HtmlElement) -> Iterator[Told]:
    """The texts of a page, its headings among them."""
    for element in list(tree.iter(*UNSEEN)):
        element.drop_tree()
    parts: list[str] = []
    level = ""  # the heading that the text being gathered belongs to
    pre = 0

    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag
        if tag in BLOCKS and (text := _lines("".join(parts))):
            parts.clear()
            yield Told(squeezed(text), int(level[1])) if level else Told(text)
        if event == "start":
            level = tag if tag in HEADINGS else level
            pre += tag == "pre"
            parts.append({"br": _LINE, "td": _CELL, "th": _CELL}.get(tag, ""))
            words = element.text or ""
        else:
            level = "" if tag == level else level
            pre -= tag == "pre"
            words = element.tail or ""
        parts.append(words.replace("\n", _LINE).replace(" ", _BLANK) if pre else words)
    if text := _lines("".join(parts)):
        yield Told(text)


def _lines(text: str) -> str:
    """Text with single blanks but in code, line breaks where the page has them, and bars between cells."""
    lines = (squeezed(line).strip("| ") for line in text.replace(_CELL, BAR).split(_LINE))
    return "\n".join(line.replace(_BLANK, " ").rstrip() for line in lines if line.strip(_BLANK)).strip("\n")
