"""Which module reads which kind, and what holds for all of them: limits, clean text, errors by name."""

import importlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final
from unicodedata import category

from memory.readers.decode import clean
from memory.readers.errors import ReadError
from memory.readers.options import MB, Limits, Progress, ReadOptions, ReadResult
from memory.readers.sniff import sniff
from memory.readers.titles import readable
from memory.types import Block, Document

_WORD: Final = re.compile(r"[^\W\d_]+")
_FEW_LETTERS: Final = 2  # different ones: a key held down
_LONG_WORD: Final = 100  # characters
_MANY_WORDS: Final = 20
_HEADING_CHARS: Final = 480  # with those above it

Reader = Callable[[Path, str, ReadOptions, Progress], ReadResult]

# Imported when first needed: a reader of text files shouldn't wait for the video decoder.
MODULES: Final = {
    "text": "plain",
    "markdown": "markdown",
    "html": "html_page",
    "mhtml": "saved_page",
    "pdf": "pdf",
    "docx": "word",
    "image": "image",
    "subtitles": "subtitles",
    "audio": "media",
    "video": "media",
    "telegram": "telegram",
    "telegram_html": "telegram_html",
    "youtube": "takeout",
    "feed": "feed",
    "zip": "archive",
    "folder": "folder",
}


def read(path: Path, name: str, options: ReadOptions, progress: Progress) -> ReadResult:
    """Read one file or folder. ``name`` is what a person calls it; ``progress`` is told 0..1.

    Blocking, and as heavy as the file: call it through ``read_isolated``. Raises ReadError, or Waiting
    where something outside the file is missing.
    """
    kind = sniff(path, name)
    if kind != "folder" and path.stat().st_size > options.limits.file_bytes:
        raise ReadError("too_large", limit_mb=options.limits.file_bytes // MB)
    if options.page is not None:
        drawing = importlib.import_module("memory.readers.drawing")
        drawn: ReadResult = drawing.draw(path, kind, options, options.page)
        return drawn
    reader: Reader = importlib.import_module(f"memory.readers.{MODULES[kind]}").read
    try:
        result = reader(path, name, options, progress)
    except MemoryError:
        raise ReadError("out_of_memory") from None
    except RecursionError:
        raise ReadError("damaged", detail="nested too deeply") from None
    result = _titled(result, name)
    result = replace(result, documents=_tidy(result.documents, options.limits))
    if not (result.documents or result.members or result.refused):
        raise ReadError("no_text")
    if result.documents and not (result.members or _says_something(result.documents)):
        raise ReadError("nothing_said")
    progress(1.0)
    return result


def _titled(result: ReadResult, name: str) -> ReadResult:
    """A result in which what states no title has one; a stated one stays, whatever the file is called."""
    stem = Path(name).stem
    documents = tuple(
        each if each.title.strip() else replace(each, title=readable(stem, each.blocks))
        for each in result.documents
    )
    title = readable(stem) if result.title == "" else result.title
    return replace(result, documents=documents, title=title)


def _tidy(documents: tuple[Document, ...], limits: Limits) -> tuple[Document, ...]:
    """Documents with clean text only, without blank blocks; those left with none vanish."""
    left = limits.text_bytes
    kept = []
    for document in documents:
        blocks = [tidied for block in document.blocks if (tidied := _tidy_block(block)).text]
        left -= sum(len(block.text) for block in blocks)
        if left < 0:
            raise ReadError("too_much_text", limit_mb=limits.text_bytes // MB)
        if blocks:
            kept.append(
                replace(
                    document,
                    title=_line(document.title, 300) or document.kind,
                    blocks=tuple(blocks),
                    author=_line(document.author, 200) if document.author else None,
                    url=web_url(document.url),
                    meta={_line(key, 60): _line(value, 1000) for key, value in document.meta.items()},
                )
            )
    return tuple(kept)


def _says_something(documents: Sequence[Document]) -> bool:
    """Whether there are words: letters of any script, or emoji; not one word or letter again and again."""
    texts = [block.text for document in documents for block in document.blocks]
    chars = set().union(*texts)
    letters = sum(map(str.isalpha, chars))
    if not letters:
        return any(category(char) == "So" for char in chars)
    seen: set[str] = set()
    count = length = 0
    for found in chain.from_iterable(map(_WORD.finditer, texts)):
        count, length = count + 1, length + found.end() - found.start()
        seen.add(found.group()[:_LONG_WORD].casefold())
        if len(seen) > 1 and letters > _FEW_LETTERS:
            return True
    return length < _LONG_WORD or (letters > _FEW_LETTERS and count < _MANY_WORDS)


def _tidy_block(block: Block) -> Block:
    locator = block.locator
    if locator.heading or locator.url:
        heading = _line(locator.heading, _HEADING_CHARS) if locator.heading else None
        locator = replace(locator, heading=heading or None, url=web_url(locator.url))
    return Block(clean(block.text).strip(), locator)


def _line(text: str, limit: int) -> str:
    return " ".join(clean(text).split())[:limit].strip()


def web_url(url: str | None) -> str | None:
    """The address, if a browser may follow it: files state what they like, javascript: among it."""
    if url is None or len(url) > 2000 or any(char.isspace() or char in '<>"' for char in url):
        return None
    return url if url.startswith(("http://", "https://")) else None
