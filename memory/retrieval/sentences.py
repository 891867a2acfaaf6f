"""Where sentences begin and end, in any script; nothing is known here of questions or of scores."""

from functools import lru_cache
from importlib import resources

import regex

from memory.retrieval.analysis import base

_CLOSERS = r"[\"'”’»）)\]】」』›\p{Pf}\p{Pe}]*"
_OPENERS = r"[\"'“‘«„(\[\p{Pi}\p{Ps}]*"
# Marks of footnotes, which many put behind the full stop.
_NOTES = r"(?:\[(?:\p{L}+[ \u00a0])?\p{Nd}{1,3}\]|\[\p{L}{1,2}\]|\(\p{Nd}{1,2}\)(?=\s|$)|[⁰¹²³⁴-⁹])*+"
_END = regex.compile(
    rf"(?P<strong>[。！？｡．!?؟…‥۔।॥።።፧፨។៕။༎།]+{_CLOSERS}{_NOTES})"
    rf"|(?P<dot>\.+{_CLOSERS}{_NOTES}(?=\s|$))|(?P<greek>[;;]+{_CLOSERS}(?=\s|$))"
    r"|(?P<line>[ \t]*(?:\r?\n)+[ \t]*)"
)
_ASCII_STRONG = frozenset("!?…")
# Where a sentence may begin in a script with capitals: a full stop or another mark, white space, a letter.
_BEGINNING = regex.compile(
    rf"(?<![.…])(?P<mark>[.!?]){_CLOSERS}{_NOTES}\s+{_OPENERS}(?P<letter>[\p{{Lu}}\p{{Ll}}])"
)
_FIRST = regex.compile(r"[\p{Lu}\p{Ll}]")


@lru_cache(maxsize=1)
def _abbreviations() -> frozenset[str]:
    text = resources.files("memory.data").joinpath("abbreviations.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


_ORDINAL_LANGUAGES = frozenset(
    ("de", "da", "nb", "nn", "no", "fi", "cs", "sk", "hu", "tr", "hr", "sr", "sl", "et", "lv")
)
_SPACED = regex.compile(r"[\p{Thai}\p{Lao}]")
_CLAUSE_LANGUAGES = frozenset({"th", "lo"})
# Thai and Lao end a sentence with a space, but put spaces elsewhere too: below this many characters a
# clause is not a sentence yet.
_CLAUSE_MIN = 45
_TAIL_MIN = 12
_BAR = " | "
_ROW_MOST = 300
_LAST_WORD = regex.compile(r"[\p{L}\p{M}\p{N}.]+$")


def _is_abbreviation(text: str, dot: int, lang: str) -> bool:
    """True where the full stop at ``dot`` belongs to the word before it."""
    match = _LAST_WORD.search(text, max(0, dot - 24), dot)
    if match is None:
        return False
    word = match.group()
    bare = word.replace(".", "").casefold()
    if bare.isdecimal():
        return base(lang) in _ORDINAL_LANGUAGES and len(bare) <= 2 and "." not in word
    after = text[dot + 1 : dot + 8].lstrip()[:1]
    if len(bare) == 1 and word.isalpha() and (word.isupper() or (after.islower() and bare != "i")):
        return True
    if bare == "no":
        return after.isdecimal()
    return bare in _abbreviations() or "." in word


def _goes_without_capitals(text: str, lang: str) -> bool:
    """Whether sentences begin with small letters, as in chats: most of those that could begin here do.

    The text's own first letter counts double: abbreviations that nobody knows of stand in any text.
    """
    first = _FIRST.search(text)
    if first is None:
        return False
    small = 2 if first.group().islower() else -2
    for match in _BEGINNING.finditer(text):
        if match["mark"] != "." or not _is_abbreviation(text, match.start("mark"), lang):
            small += 1 if match["letter"].islower() else -1
    return small > 0


def _ends_here(text: str, match: "regex.Match[str]", lang: str, *, small: bool) -> bool:
    """Whether a mark ends a sentence; ``small``: sentences begin with small letters, too."""
    kind = match.lastgroup
    if kind == "line":
        return True
    if kind == "greek":
        return base(lang) == "el"
    goes_on = text[match.end() :].lstrip()[:1].islower()
    if kind == "dot":
        if match.group()[:2] == "..":
            return not goes_on
        return (small or not goes_on) and not _is_abbreviation(text, match.start(), lang)
    if match.group()[0] in _ASCII_STRONG:
        # "Yahoo! announced", "wait… what": a small letter goes on with the sentence.
        return not goes_on or (small and match.group()[0] != "…")
    return True


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a Thai or Lao stretch at spaces between two letters of the script, never into crumbs."""
    spans: list[tuple[int, int]] = []
    begin = start
    for match in regex.finditer(r"\s+", text, pos=start, endpos=end):
        left, right = match.span()
        if left - begin < _CLAUSE_MIN or end - right < _TAIL_MIN:
            continue
        if _SPACED.match(text[left - 1]) and _SPACED.match(text[right : right + 1]):
            spans.append((begin, left))
            begin = right
    spans.append((begin, end))
    return spans


def _whole_rows(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put together again what was cut within a table's row, whose cells are told apart by bars."""
    found: list[tuple[int, int]] = []
    at, row = 0, False
    for start, end in spans:
        if start >= at:  # a new line
            at = text.find("\n", start)
            at = len(text) if at < 0 else at
            row = at - start <= _ROW_MOST and _BAR in text[start:at]
            found.append((start, end))
        elif row:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def split_sentences(text: str, lang: str) -> list[tuple[int, int]]:
    """Spans ``(start, end)`` of the sentences of ``text``, in order, without surrounding white space.

    Full stops are read with care for abbreviations, initials and ordinals, and before a small letter they
    end a sentence only in a text that goes without capitals; scripts with marks of their
    own (CJK, Arabic, Devanagari, Khmer, Burmese...) by those marks; Thai and Lao by their spaces. A
    table's row is one.
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    small = _goes_without_capitals(text, lang)
    for match in _END.finditer(text):
        if not _ends_here(text, match, lang, small=small):
            continue
        start, end = _trim(text, begin, match.end())
        if end > start:
            spans.append((start, end))
        begin = match.end()
    start, end = _trim(text, begin, len(text))
    if end > start:
        spans.append((start, end))
    if _BAR in text:
        spans = _whole_rows(text, spans)
    if base(lang) in _CLAUSE_LANGUAGES:
        spans = [part for span in spans for part in _clauses(text, *span)]
    return spans
