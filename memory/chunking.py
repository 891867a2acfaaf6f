"""Documents to passages: by place and heading first, then by sentences; searching them is retrieval's."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, groupby

import regex

from kernel.lang import SUPPORTED, normalise
from memory.readers.plain import join_lines
from memory.retrieval.langid import detect, likeliest
from memory.retrieval.sentences import WIDE, WIDE_WORTH, split_sentences, weight
from memory.types import Block, Document, Locator, Passage

TARGET_CHARS = 700
_WINDOW = 20_000  # sentence splitting copies the rest of its text: a line of megabytes comes in windows
_BREAKS = re.compile(r"[\s,;:，、；：،؛]")
_SENTENCE_END = re.compile(r"[.!?。！？…؟।]['\"”’»）)」』]*\s*$")
_MARK = re.compile(r"[^\w\s]$")
_CUE_SHARE = 0.45  # cue passages are shorter, so that a citation opens near the words
_CUE_MOST = 1.6
_AGAIN = 0.3  # so much of a passage of cues, about, is said again by the next
_CUE_GAP_SECONDS = 4.0
_CUE_SILENCE_SECONDS = 12.0  # after which something else is spoken of, however little was said
_CUE_SPAN_SECONDS = 60.0
_CHINESE = frozenset({"zh", "wuu", "yue"})
_SAMPLE_CHARS = 4000  # of a document, for its main language
_TELLING_CHARS = 400  # more of a passage tells no more: 300 are right on all six XQuAD languages
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_SCRIPT = regex.compile(
    r"(?P<latin>\p{Latin})|(?P<kana>[\p{Hiragana}\p{Katakana}])|(?P<han>\p{Han})|(?P<hangul>\p{Hangul})"
    r"|(?P<arabic>\p{Arabic})|(?P<hebrew>\p{Hebrew})|(?P<cyrillic>\p{Cyrillic})|(?P<greek>\p{Greek})"
    r"|(?P<devanagari>\p{Devanagari})|(?P<bengali>\p{Bengali})|(?P<thai>\p{Thai})"
)
_CELLS = re.compile(r"[,;\t|\n]")
_TABLE_CELLS = 4
_LINES_CHARS = 200  # so few may resemble a language that they aren't in
_CERTAIN_CHARS = 24  # shorter texts take the document's language where it is known


@dataclass(frozen=True, slots=True)
class _Piece:
    """One sentence: a span of a block."""

    block: int
    start: int
    end: int
    weight: float


def chunk(document: Document, *, target_chars: int = TARGET_CHARS) -> Iterator[Passage]:
    """The passages of a document, in reading order. Blocking, and run in a reader's process.

    Each is about ``target_chars`` Latin characters (at most half as much again; cues about half),
    whole sentences where sentences aren't longer than that. Passages don't overlap, but where captions are
    cut in mid-sentence the next passage repeats the last of them. No passage crosses a page, a post, an
    address or a heading. The same document gives the same passages and ordinals.
    """
    texts: list[tuple[str, Locator]] = []
    for timed, group in groupby(document.blocks, key=lambda block: block.locator.start is not None):
        if timed:
            texts.extend(_cue_passages(list(group), target_chars * _CUE_SHARE))
            continue
        for _, section in groupby(group, key=lambda block: block.locator):
            texts.extend(_section_passages(list(section), target_chars, document.lang or ""))
    stated = normalise(document.lang) or document.lang or "und"
    main = _language(" ".join(text for text, _ in texts[:20])[:_SAMPLE_CHARS], stated)
    for ordinal, (text, locator) in enumerate(texts):
        yield Passage(text, locator, _language(text[:_TELLING_CHARS], main, main), ordinal)


def _section_passages(blocks: list[Block], target: int, lang: str) -> Iterator[tuple[str, Locator]]:
    """Passages of consecutive blocks that share one place."""
    pieces = [
        piece for index, block in enumerate(blocks) for piece in _pieces(index, block.text, target, lang)
    ]
    runs: list[list[_Piece]] = []
    size = 0.0
    for piece in pieces:
        fresh_block = bool(runs) and piece.block != runs[-1][-1].block
        full = size + piece.weight > 1.3 * target or size >= target or (fresh_block and size >= 0.6 * target)
        if not runs or full or (fresh_block and not _one_script(blocks, runs[-1][-1], piece)):
            runs.append([])
            size = 0.0
        runs[-1].append(piece)
        size += piece.weight
    short = len(runs) > 1 and size < 0.25 * target and _size(runs[-2]) + size <= 1.5 * target
    if short and _one_script(blocks, runs[-2][-1], runs[-1][0]):
        runs[-2].extend(runs.pop())
    for run in runs:
        yield _joined(blocks, run), blocks[0].locator


def _one_script(blocks: list[Block], one: _Piece, other: _Piece) -> bool:
    """Whether the blocks of two pieces may be in one language: a passage has one, and is quoted as in it."""
    mine, theirs = (_script(blocks[piece.block].text) for piece in (one, other))
    return mine == theirs or not mine or not theirs


@lru_cache(maxsize=256)
def _script(text: str) -> str:
    """What most letters of a text are written in; empty of a few, such as stand in a text of any language."""
    counts = Counter(match.lastgroup for match in _SCRIPT.finditer(text[:_TELLING_CHARS]))
    if counts["kana"]:
        counts["kana"] += counts.pop("han", 0)
    script, most = max(counts.items(), key=lambda each: each[1], default=("", 0))
    return str(script) if most * (WIDE_WORTH if script in ("han", "kana") else 1) >= _CERTAIN_CHARS else ""


def _size(run: list[_Piece]) -> float:
    return sum(piece.weight for piece in run)


def _joined(blocks: list[Block], run: list[_Piece]) -> str:
    """The run's text, verbatim within a block, a new line between blocks."""
    parts = []
    for index, group in groupby(run, key=lambda piece: piece.block):
        pieces = list(group)
        parts.append(blocks[index].text[pieces[0].start : pieces[-1].end].strip())
    return "\n".join(part for part in parts if part)


def _pieces(index: int, text: str, target: int, lang: str) -> Iterator[_Piece]:
    for offset, window in _windows(text):
        for start, end in split_sentences(window, lang):
            for left, right in _bounded(window, start, end, target):
                yield _Piece(index, offset + left, offset + right, weight(window[left:right]))


def _windows(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while len(text) - start > _WINDOW:
        cut = max(text.rfind("\n", start, start + _WINDOW), text.rfind(". ", start, start + _WINDOW) + 1)
        end = cut if cut > start + _WINDOW // 2 else start + _WINDOW
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _bounded(text: str, start: int, end: int, target: int) -> Iterator[tuple[int, int]]:
    """A span as spans of at most the hard limit, cut at a blank or a comma where there is one."""
    while weight(text[start:end]) > 1.5 * target:
        wide = weight(text[start : start + target]) / target
        cut = start + int(target / wide)
        breaks = [match.end() for match in _BREAKS.finditer(text, start + (cut - start) // 2, cut)]
        cut = breaks[-1] if breaks else cut
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def _cue_passages(blocks: list[Block], target: float) -> Iterator[tuple[str, Locator]]:
    """Cues merged into passages; each states the first cue's start, the last one's end, and where each is.

    One that ends in mid-sentence says its last cues again in the next one, or an answer might be cut in two.
    """
    run: list[Block] = []
    size = 0.0
    for block in chain.from_iterable(_sized(block, target) for block in blocks):
        if run and _cue_breaks(run, block, size, target):
            yield _cue_passage(run)
            run = _again(run, block, target)
            size = sum(weight(one.text) for one in run)
        run.append(block)
        size += weight(block.text)
    if run:
        yield _cue_passage(run)


def _sized(block: Block, target: float) -> Iterator[Block]:
    """A cue that isn't too long for a passage; a longer one in parts, spoken evenly."""
    whole = weight(block.text)
    if whole <= _CUE_MOST * target:
        yield block
        return
    at = block.locator
    for piece in _pieces(0, block.text, round(target), ""):
        begin = at.start or 0.0
        spoken = [
            None if at.end is None else begin + (at.end - begin) * place / len(block.text)
            for place in (piece.start, piece.end)
        ]
        start = begin if spoken[0] is None else spoken[0]
        yield Block(block.text[piece.start : piece.end], replace(at, start=start, end=spoken[1]))


def _again(run: list[Block], block: Block, target: float) -> list[Block]:
    """The last cues of a passage that the next one repeats: few, and none behind a sentence's end."""
    if _SENTENCE_END.search(run[-1].text) or not _goes_on(run[-1].locator, block.locator):
        return []
    kept: list[Block] = []
    size = weight(block.text)
    for cue in reversed(run[1:]):
        size += weight(cue.text)
        said = sum(weight(one.text) for one in kept)
        late = (block.locator.start or 0.0) - (cue.locator.start or 0.0) > _CUE_SPAN_SECONDS / 2
        if late or said >= _AGAIN * target or size > target:
            break
        kept.insert(0, cue)
    return kept


def _goes_on(last: Locator, here: Locator) -> bool:
    """Whether a cue belongs to the same piece as the one before it, and follows it without a pause."""
    gap = (here.start or 0.0) - (last.end if last.end is not None else here.start or 0.0)
    return _piece(last) == _piece(here) and gap <= _CUE_GAP_SECONDS


def _piece(at: Locator) -> Locator:
    return replace(at, start=None, end=None)


def _cue_breaks(run: list[Block], block: Block, size: float, target: float) -> bool:
    first, last, here = run[0].locator, run[-1].locator, block.locator
    if _piece(first) != _piece(here):
        return True
    start = here.start or 0.0
    gap = start - (last.end if last.end is not None else start)
    if start - (first.start or 0.0) > _CUE_SPAN_SECONDS or size + weight(block.text) > _CUE_MOST * target:
        return True
    sentence_over = bool(_SENTENCE_END.search(run[-1].text))
    return (
        gap > _CUE_SILENCE_SECONDS
        or (size >= target and sentence_over)
        or (size >= 0.3 * target and gap > _CUE_GAP_SECONDS)
    )


def _cue_passage(run: list[Block]) -> tuple[str, Locator]:
    text, cues = "", list[tuple[int, float, float]]()
    for block in run:
        said = [line.strip() for line in block.text.split("\n") if line.strip()]
        if not said:
            continue
        spoken = join_lines(said)
        # In scripts without blanks, too, a cue ends where no mark says so.
        apart = text and not _MARK.search(text)
        text = f"{text} {spoken}" if apart else join_lines([text, spoken] if text else said)
        start = block.locator.start or 0.0
        cues.append((len(text) - len(spoken), start, max(start, block.locator.end or start)))
    ends = [block.locator.end for block in run if block.locator.end is not None]
    return text, replace(run[0].locator, end=max(ends, default=None), cues=tuple(cues))


def _language(text: str, hint: str, main: str | None = None) -> str:
    """The language of a text (BCP 47), or ``hint`` where its words are too few to tell.

    Where nothing hints at one, a few words are taken to be in a language that the product speaks.

    A table is taken to be in one that the product speaks, or in the one hinted at.

    ``main`` is the document's: code and tables look like rare languages, so a passage is taken to be in
    one that the product doesn't speak only where the whole document is.
    """
    letters = sum(map(str.isalpha, text))
    if letters * (WIDE_WORTH if WIDE.search(text) else 1) < _CERTAIN_CHARS:
        return detect(text, SUPPORTED).lang if hint == "und" and letters else hint
    found = _classified(text, hint)
    spoken = SUPPORTED if hint == "und" else (*SUPPORTED, hint)
    if found not in spoken and _is_table(text):
        return detect(" ".join(_LATIN.findall(text)), spoken, hint=hint).lang
    return main if main is not None and found != main and found not in SUPPORTED else found


def _is_table(text: str) -> bool:
    """Whether a text in Latin letters is cells of a word or two, whose headings resemble any language."""
    words = len(_LATIN.findall(text))
    cells = [cell for cell in _CELLS.split(text) if cell.strip()]
    return len(cells) >= _TABLE_CELLS and 0 < words <= 2 * len(cells)


@lru_cache(maxsize=256)
def _classified(text: str, hint: str) -> str:
    """The language among all that are known; a close one is weighed against ``hint`` by letters and words.

    Of a line or two with nothing to hint at one, all that the product speaks are.
    """
    code = likeliest(text)
    if code == "zxx":  # numbers, addresses: no language
        return hint
    tags = ("zh-Hans", "zh-Hant") if code in _CHINESE else (normalise(code) or code,)
    rivals = tags if hint in ("und", *tags) else (*tags, hint)
    if hint == "und" and len(text) < _LINES_CHARS and tags[0] not in SUPPORTED:
        rivals = (*SUPPORTED, *tags)
    return detect(text, rivals, hint=hint).lang if len(rivals) > 1 else tags[0]
