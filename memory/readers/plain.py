"""Plain text: paragraphs between blank lines, and tables row by row."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath

from memory.readers import text_tables
from memory.readers.chat_log import refuse_chat
from memory.readers.decode import decode, read_bytes
from memory.readers.note_marks import without_marks
from memory.readers.options import Progress, ReadOptions, ReadResult
from memory.readers.spacing import unspaced
from memory.types import Block, Document

_BLANK = re.compile(r"\n[ \t]*\n")
_UNDERLINE = re.compile(r"[=\-~*]{3,}\s*")
_ENDED = re.compile(r"[.!?。！？…؟।:：][\"'”’»）)」』]*$")
_SENTENCE = re.compile(r"[.!?。！？…؟।;；][\"'”’»）)」』]*(?:\s|$)|[-\u00ad\u2010]$")
_ITEMS = 3
_HYPHENATED = re.compile(r"\w[-\u00ad\u2010]")


def paragraphs(text: str) -> Iterator[str]:
    """Paragraphs of ``text``, in which lines broken by hand are joined again.

    A text with long lines has one paragraph a line; one with short lines wraps, and breaks at blanks.
    """
    for part in _BLANK.split(text):
        lines = [line.strip() for line in part.split("\n")]
        lines = [line for line in lines if line and not _UNDERLINE.fullmatch(line)]
        if lines and _is_wrapped(lines) and not _are_items(lines):
            yield join_lines(lines)
        elif lines:
            yield "\n".join(lines)


def _is_wrapped(lines: list[str]) -> bool:
    """Lines of nearly the same length, none of them long: broken by an editor, not by the author."""
    body = lines[:-1]
    longest = max(map(len, lines))
    return len(lines) > 1 and 40 <= longest <= 120 and all(len(line) > 0.6 * longest for line in body)


def _are_items(lines: list[str]) -> bool:
    """Lines that are one each, items or verses: none ends a sentence or goes on from another's small letters.

    And some aren't full: an editor breaks a line only where the next word has no room in it.
    """
    longest = max(map(len, lines))
    return (
        len(lines) >= _ITEMS
        and not any(_SENTENCE.search(line) for line in lines[:-1])
        and not any(line[0].islower() for line in lines)
        and any(len(line) + 1 + len(after.split()[0]) <= longest for line, after in pairwise(lines))
    )


def join_lines(lines: list[str]) -> str:
    """One line out of wrapped ones: no blank between two ideographs or kana, a blank elsewhere."""
    parts = lines[:1]
    for line in lines[1:]:
        before = next((part for part in reversed(parts) if part), "")
        parts += ["" if unspaced(before[-1:]) and unspaced(line[:1]) else " ", line]
    return "".join(parts)


def join_printed(lines: list[str]) -> str:
    """Like ``join_lines``, with words put together that a hyphen cut at a line's end, as printers do."""
    whole: list[list[str]] = []
    for before, line in zip(["", *lines], lines, strict=False):
        if whole and _HYPHENATED.fullmatch(before[-2:]) and line[:1].islower():
            whole[-1][-1] = whole[-1][-1][:-1]
            whole[-1].append(line)
        else:
            whole.append([line])
    return join_lines(["".join(parts) for parts in whole])


def ends_sentence(text: str) -> bool:
    """Whether a text ends as sentences do, or as what announces a list does."""
    return bool(_ENDED.search(text))


def goes_on(before: str, line: str) -> bool:
    """Whether ``line`` begins in the middle of the sentence that ``before`` began: its case says so."""
    return line[:1].islower() and not ends_sentence(before)


def _told(text: str) -> Iterator[str]:
    """The paragraphs without the marks of notes, and where neighbouring lines are a table, its rows."""
    for part in _BLANK.split(without_marks(text)):
        yield from text_tables.of_lines(part.split("\n")) or paragraphs(part)


def read(path: Path, name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    text = decode(read_bytes(path, options.limits))
    refuse_chat(text)
    rows = text_tables.of_file(text, PurePosixPath(name).suffix.lower())
    blocks = tuple(map(Block, _told(text) if rows is None else rows))
    return ReadResult((Document("text", "", blocks),))
