"""RSS and Atom feeds: each entry under its own title, address and date."""

import calendar
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ReadError
from memory.readers.html_texts import plain_blocks
from memory.readers.options import Progress, ReadOptions, ReadResult
from memory.types import Block, Document, Locator

_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_ENCODING: Final = re.compile(rb"^[^<]{0,16}<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.-]{2,30})")


def read(path: Path, _name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    import feedparser

    data = read_bytes(path, options.limits)
    declared = _ENCODING.match(data[:256])
    text = decode(data, declared.group(1).decode("ascii") if declared else None)
    if "<!ENTITY" in text:
        raise ReadError("xml_entities")
    # A stream: given a text, the library would take one that looks like an address for an address.
    parsed = feedparser.parse(io.BytesIO(_DECLARATION.sub("", text).encode("utf-8")))
    if parsed.bozo and not parsed.entries:
        raise ReadError("damaged", detail=str(parsed.get("bozo_exception", ""))[:120])
    feed = parsed.feed
    title = _plain(feed.get("title"))
    documents = tuple(
        Document(
            "feed",
            _plain(entry.get("title")) or title,
            tuple(_entry_blocks(entry)),
            url=entry.get("link") or feed.get("link"),
            author=_plain(feed.get("author")) or None,
            published_at=_when(entry) or _when(feed),
            lang=feed.get("language"),
            meta={"licence": _plain(feed["rights"])} if feed.get("rights") else {},
        )
        for entry in parsed.entries
    )
    return ReadResult(documents, title=title)


def _entry_blocks(entry: Any) -> Iterator[Block]:
    """An entry's blocks. (feedparser's entries are untyped dictionaries.)"""
    title = _plain(entry.get("title"))
    contents = [part.get("value", "") for part in entry.get("content", ())] or [entry.get("summary", "")]
    body = max(contents, key=len)
    blocks = plain_blocks(body, title) or ((Block(title),) if title else ())
    for block in blocks:
        at = Locator(url=entry.get("link"), heading=block.locator.heading or title, published_at=_when(entry))
        yield Block(block.text, at)


def _plain(markup: str | None) -> str:
    return " ".join(block.text for block in plain_blocks(markup)) if markup else ""


def _when(entry: Any) -> datetime | None:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None
