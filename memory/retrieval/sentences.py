"""Where sentences begin and end, in any script; nothing is known here of questions or of scores."""

from collections.abc import Sequence
from functools import lru_cache

import regex

from memory.retrieval import word_lists
from memory.retrieval.analysis import base

_CLOSERS = r"[\"'”’»）)\]】」』›\p{Pf}\p{Pe}]*+"
_STRONG = "。！？｡．!?؟…‥۔।॥።።፧፨។៕။༎།"
_OPENERS = r"[\"'“‘«„(\[\p{Pi}\p{Ps}]*+"
# Marks of footnotes, which many put behind the full stop.
_NOTES = r"(?:\[(?:\p{L}+[ \u00a0])?\p{Nd}{1,3}\]|\[\p{L}{1,2}\]|\(\p{Nd}{1,2}\)(?=\s|$)|[⁰¹²³⁴-⁹])*+"
# Nothing is tried twice: whatever a text repeats, it is read as quickly as it is long.
_END = regex.compile(
    rf"(?P<strong>[{_STRONG}]+{_CLOSERS}{_NOTES})"
    rf"|(?P<dot>(?<!\.)\.++{_CLOSERS}{_NOTES}(?=\s|$))|(?P<greek>(?<![;;])[;;]++{_CLOSERS}(?=\s|$))"
    r"|(?P<line>(?<![ \t])[ \t]*+(?:\r?\n)++[ \t]*)"
)
_ASCII_STRONG = frozenset("!?…")
# Where a sentence may begin in a script with capitals: a full stop or another mark, white space, a letter.
_BEGINNING = regex.compile(
    rf"(?<![.…])(?P<mark>[.!?]){_CLOSERS}{_NOTES}\s+{_OPENERS}(?P<letter>[\p{{Lu}}\p{{Ll}}])"
)
_FIRST = regex.compile(r"[\p{Lu}\p{Ll}]")


@lru_cache(maxsize=1)
def _abbreviations() -> frozenset[str]:
    return frozenset(word for line in word_lists.lines("abbreviations") for word in line.split())


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
# One CJK character says about as much as two and a half Latin ones (measured on the XQuAD translations).
WIDE = regex.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
WIDE_WORTH = 2.5
_MARKED = regex.compile(rf"[.{_STRONG}]{_CLOSERS}{_NOTES}$")
# Captions have little punctuation where fewer than one sentence in so many cues is seen to end.
_CUES_A_SENTENCE = 5
# By weight: cues that say less go together, of which those without blanks are whole clauses; what is longer
# than a sentence may be is cut into parts of about so much.
_LEAST, _LEAST_WIDE = 30, 20
_LONGEST, _PART = 320, 90
# A sentence that ends with a mark, and is divided by others, is one up to so much; words go on without any
# mark for no more than so much.
_LONGEST_MARKED, _BREATH = 800, 280
_CLAUSE_END = regex.compile(r"[,;:，、；：،؛—–]+\s*|\s+")
_CLAUSE_MARK = regex.compile(r"[\p{P}--['’‘_/&*-]]+", flags=regex.VERSION1)
_SPACE, _WITHIN = regex.compile(r"\s+"), regex.compile(r"\X")
_LAST_WORD = regex.compile(r"[\p{L}\p{M}\p{N}.]+$")


def weight(text: str) -> float:
    """How much a text says, in Latin characters."""
    return len(text) + (WIDE_WORTH - 1) * sum(map(len, WIDE.findall(text)))


def is_marked(sentence: str) -> bool:
    """Whether a mark ends the sentence: one without goes on, or ends with its line."""
    return _MARKED.search(sentence) is not None


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


def sentences_of(text: str, lang: str) -> list[str]:
    """The sentences of ``text`` themselves, in order."""
    return [text[start:end] for start, end in split_sentences(text, lang)]


def quotable(text: str, lang: str, cues: Sequence[int] = ()) -> list[tuple[int, int]]:
    """The spans that quotes are made of: sentences, and parts of what is longer than a sentence may be.

    ``cues`` are the places where captions begin: they bound what is spoken where punctuation doesn't.
    """
    spans = split_sentences(text, lang)
    marked = sum(is_marked(text[start:end]) for start, end in spans)
    unmarked = _CUES_A_SENTENCE * marked < len(cues)
    found: list[tuple[int, int]] = []
    for start, end in spans:
        lines = [(start, end)]
        if unmarked or _is_too_long(text[start:end]):
            lines = _by_cues(text, start, end, cues)
        for line in lines:
            found += _parts(text, *line) if _is_too_long(text[slice(*line)]) else [line]
    return found


def _is_too_long(said: str) -> bool:
    """Whether nobody would quote so much at once, or read it as one sentence; a table's row is one."""
    size = weight(said)
    if size <= _LONGEST or (len(said) <= _ROW_MOST and _BAR in said):
        return False
    divided = is_marked(said) and max(map(weight, _CLAUSE_MARK.split(said))) <= _BREATH
    return not divided or size > _LONGEST_MARKED


def _by_cues(text: str, start: int, end: int, cues: Sequence[int]) -> list[tuple[int, int]]:
    """Cut a stretch where cues begin; those that say little go together."""
    spans: list[tuple[int, int]] = []
    for cue in cues:
        if not start < cue < end:
            continue
        left, right = _trim(text, start, cue), _trim(text, cue, end)
        least = _LEAST_WIDE if WIDE.match(text[left[1] - 1]) else _LEAST
        if min(weight(text[slice(*left)]), weight(text[slice(*right)])) >= least:
            spans.append(left)
            start = right[0]
    return [*spans, (start, end)]


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a stretch at a comma, at a blank, or, in scripts that have none, behind any letter."""
    spans: list[tuple[int, int]] = []
    while weight(text[start:end]) > 1.5 * _PART:
        most = start + round(_PART * (end - start) / weight(text[start:end]))
        breaks = list(_CLAUSE_END.finditer(text, start + (most - start) // 2, most + 1))
        clauses = [one.end() for one in breaks if not one.group().isspace()]
        cut = clauses[-1] if clauses else breaks[-1].end() if breaks else _letter(text, most, end)
        spans.append(_trim(text, start, cut))
        start = _trim(text, cut, end)[0]
    return [*spans, (start, end)] if start < end else spans


def _letter(text: str, place: int, end: int) -> int:
    """The first place from one on where a word may be cut: before a blank, else between two letters."""
    blank = _SPACE.search(text, place, min(end, place + _PART))
    if blank is not None:
        return blank.end()
    letter = _WITHIN.match(text, place - 1, end)
    return letter.end() if letter is not None else place
