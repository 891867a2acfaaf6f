"""Where a text names somebody, in any script: as the name is written, or by what sounds like it."""

from functools import lru_cache

import regex

from memory.retrieval import analysis, bare, frames, translit

_WORD = regex.compile(r"[\p{L}\p{M}'’]+")
_RUN = regex.compile(r"[\p{Katakana}ー]+|\p{Han}+|[[\p{L}\p{M}]--[\p{Han}\p{Katakana}]]+", regex.VERSION1)
_HANGUL = regex.compile(r"\p{Hangul}")
_SPACED = ("Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari")  # besides Latin, scripts of whole words
_BEFORE = {"Arabic": "وفبلك", "Hebrew": "ובלכמשה"}  # "and", "to" and the like are written onto a name
_SHORTEST = 4  # letters of a name, or it sounds like any word
_LONGEST = 8  # ideographs that spell a name
_MOST = 40  # words and runs that are looked at: what asks who speaks is short


def marked(text: str, called: tuple[str, ...], mark: str) -> str:
    """The text with a mark, as a word of its own, in the place of each name."""
    written, heard = _ways(called)
    if written is not None:
        text = written.sub(f" {mark} ", text)
    runs = list(_RUN.finditer(text))
    if not heard or len(runs) > _MOST:
        return text
    parts, at = [], 0
    for run in runs:
        for start, end in _spans(run):
            if start >= at and run.group() != mark and _sounds(text[start:end], heard):
                parts += [text[at:start], f" {mark} "]
                at = end
                break
    return "".join([*parts, text[at:]])


@lru_cache(maxsize=256)
def _ways(called: tuple[str, ...]) -> tuple["regex.Pattern[str] | None", tuple[bare.Name, ...]]:
    """Names as they are written, and what their words sound like."""
    ways = frames.names(called)
    words = {word for way in ways for word in _WORD.findall(way) if len(word) >= _SHORTEST}
    heard = tuple(each for word in sorted(words) if (each := _name(word)).weight > 1)
    written = "|".join(map(_standing_alone, ways))
    return regex.compile(written, regex.IGNORECASE) if written else None, heard


def _standing_alone(way: str) -> str:
    """A pattern of a name that is no part of a longer word: its script's letters don't go on at its edges."""
    first, last = (
        next((script for script in _SPACED if regex.match(rf"\p{{{script}}}", edge)), "Latin")
        for edge in (way[0], way.rstrip()[-1])
    )
    begin = rf"(?<!\p{{{first}}})" if first == "Latin" else rf"(?<![\p{{{first}}}\p{{M}}])"
    if first in _BEFORE:
        begin = rf"(?:{begin}|(?<={begin}[{_BEFORE[first]}]))"
    return rf"{begin}{regex.escape(way)}(?![\p{{{last}}}\p{{M}}])"


def _spans(run: "regex.Match[str]") -> list[tuple[int, int]]:
    """What of a run may be a name: all of it, or of ideographs each part that they spell, longest first."""
    begin, end = run.span()
    if _HANGUL.match(run.group()):  # a particle stands at a name's end
        return [(begin, stop) for stop in range(end, max(end - 3, begin + 1), -1)]
    if not analysis.IDEOGRAPH.match(run.group()):
        return [(begin, end)]
    spelling = set(translit.spelling_ideographs())
    sizes = range(min(_LONGEST, end - begin), 1, -1)
    return [
        (start, start + size)
        for size in sizes
        for start in range(begin, end - size + 1)
        if spelling.issuperset(run.string[start : start + size])
    ]


def _sounds(word: str, heard: tuple[bare.Name, ...]) -> bool:
    name = _name(word)
    return any(name.written != other.written and name.much_like(other) for other in heard)


@lru_cache(maxsize=4096)
def _name(word: str) -> bare.Name:
    return bare.Name.of(analysis.fold(analysis.normalise(word)))
