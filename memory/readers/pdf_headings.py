"""Which lines of a PDF are headings: lines alone in larger letters, or in bold ones above a gap."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from memory.readers.pdf_lines import Line
from memory.readers.plain import join_lines

_LARGER: Final = 1.12  # times the size of most letters
_CHARS: Final = 150  # more is a text in large letters
_LINES: Final = 3
# A heading may ask or call, but tells nothing.
_ENDED: Final = re.compile(r"[.。।۔؛,;，、…][\"'”’»）)」』]*$")
_WORD: Final = re.compile(r"[^\W\d_]{2}|[\u2e80-\u9fff\uac00-\ud7af]")


class Levels:
    """What a document's letters say of its headings: the larger they are, the more stands below them."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        chars: Counter[tuple[float, bool]] = Counter()
        for page in pages:
            for line in page:
                if line.size:
                    chars[line.size, line.bold] += len(line.text)
        sizes: Counter[float] = Counter()
        for (size, _), count in chars.items():
            sizes[size] += count
        self._body = max(sizes, key=lambda size: sizes[size], default=0.0)
        self._light = chars[self._body, False] > chars[self._body, True]
        self._larger = sorted((size for size in sizes if size >= self._body * _LARGER), reverse=True)

    def larger(self, line: Line) -> bool:
        return line.size in self._larger

    def of(self, line: Line) -> int | None:
        """The level of a heading in such letters (from 1); None for letters of texts, and in tables."""
        if line.row:
            return None
        if self.larger(line):
            return 1 + self._larger.index(line.size)
        bold = line.bold and self._light and line.size >= self._body
        return 1 + len(self._larger) if bold else None


def by_headings(
    lines: Sequence[Line], levels: Levels
) -> Iterator[tuple[str | None, int | None, Sequence[Line]]]:
    """The lines in parts, each with the heading above it and its level; None before the first."""
    heading: str | None = None
    level: int | None = None
    held: list[Line] = []
    at = 0
    while at < len(lines):
        its = levels.of(lines[at])
        end = at + 1
        while its is not None and end < len(lines) and not lines[end].apart and levels.of(lines[end]) == its:
            end += 1
        run = lines[at:end]
        text = join_lines([line.text for line in run])
        if its is not None and _heads(text, run, lines[end] if end < len(lines) else None, levels):
            if heading or held:
                yield heading, level, held
            heading, level, held = text, its, []
        else:
            held.extend(run)
        at = end
    if heading or held:
        yield heading, level, held


def _heads(text: str, run: Sequence[Line], below: Line | None, levels: Levels) -> bool:
    if len(run) > _LINES or len(text) > _CHARS or _ENDED.search(text) or not _WORD.search(text):
        return False
    alone = run[0].apart or (below is not None and below.apart)
    return alone or levels.larger(run[0])
