"""Text in pictures: which of tesseract's data are tried on one, and what of its lines is the text.

Opening picture files is image.py's, the program tesseract.py's.
"""

import math
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from memory.readers.options import ReadOptions
from memory.readers.plain import ends_sentence, goes_on, join_printed
from memory.readers.tesseract import UNSPACED, Data, Print, Program
from memory.retrieval.langid import detect

_SMALL, _LARGE = 500, 4000  # pixels on the longer side: below, letters are too small; above, it's slow
_NEARLY_WHITE: Final = 225
_GROUND_SHARE: Final = 0.5  # of the pixels alike: a slide or a page, no photograph
_CAPTION_SHARE: Final = (0.001, 0.3)  # of the pixels: letters, not paper
_GOOD: Final = 85.0  # confidence (0..100) of a line that no other data of its script read better
_LINE_SURE: Final = 80.0  # below, a line may be in another script: some of those come to 65
_ADDED: Final = 70.0  # a line that another script reads than most is surer: in leaves each sees its own
_LINE_MIN: Final = 45.0  # lines below are what tesseract sees in leaves and faces
_FOR_ITS_LANGUAGE: Final = 12.0  # as much less sure may be a reading by the data of the line's own language
_TELLING: Final = 20  # letters: a shorter line is in the language of the others
_CERTAIN: Final = 0.9
_OVER: Final = 0.5  # of the smaller one's area: two lines in one place
# Drafts by the data of another of these are in its letters.
_ALIKE_DRAFTS: Final = frozenset({"zh-Hans", "zh-Hant", "ja", "ar", "fa"})
_WRAPPED: Final = 0.6
_APART: Final = 3.0  # heights of a line: further below, a line belongs to something else
_ALIKE: Final = 1.5  # heights of two lines of one text: letters without descenders are lower
_BULLET: Final = re.compile(r"[•*+¢·«»°©@®\-–—]\s+(?=\S)")  # tesseract takes a bullet for many things
_NUMBERED: Final = re.compile(r"\(?\d{1,2}[.)]\s+\S")


@dataclass(frozen=True, slots=True)
class Recognised:
    """The paragraphs of text in a picture, in reading order, and how surely they are read (0..1)."""

    paragraphs: tuple[str, ...]
    sure: float


@dataclass(slots=True)
class _Sheet:
    """The lines found so far, each as the data read it that fit it best."""

    lines: list[Print] = field(default_factory=list)

    @property
    def kept(self) -> list[Print]:
        return [line for line in self.lines if line.confidence >= _LINE_MIN and re.search(r"\w", line.text)]

    @property
    def confidence(self) -> float:
        total = sum(len(line.text) for line in self.kept)
        return sum(len(line.text) * line.confidence for line in self.kept) / total if total else 0.0

    @property
    def score(self) -> float:
        """Garbage is longer than the text it stands for, so length counts for less than confidence."""
        total: float = sum(len(line.text) for line in self.kept)
        return math.sqrt(total) * max(0.0, self.confidence - _LINE_MIN)

    @property
    def sure(self) -> bool:
        """Whether all lines are in scripts that have been tried."""
        return bool(self.lines) and all(line.confidence >= _LINE_SURE for line in self.lines)

    def take(self, line: Print, margin: float = 0.0) -> None:
        """Put a line where those stand that it overlaps, unless they are surer by more than `margin`."""
        there = [each for each in self.lines if _over(each, line)]
        if not there:
            place = next((at for at, each in enumerate(self.lines) if each.top > line.top), len(self.lines))
            self.lines.insert(place, line)
            return
        total = sum(len(each.text) for each in there)
        if sum(each.confidence * len(each.text) for each in there) / total < line.confidence + margin:
            place = self.lines.index(there[0])
            self.lines = [each for each in self.lines if each not in there]
            self.lines.insert(place, line)

    def told(self) -> Recognised:
        paragraphs = tuple(_paragraph([line.text for line in group]) for group in _grouped(self.kept))
        return Recognised(paragraphs, round(self.confidence / 100, 2))


def recognise(picture: Image.Image, options: ReadOptions) -> Recognised:
    """The text in a picture; no paragraphs where there is none.

    Each script of the content's languages is tried until all lines are read surely (mixing all of them at
    once reads worse and puts blanks between ideographs), and each line again in the language it turns out
    to be in. Bounded by three minutes a picture. Raises Waiting where tesseract or all its data for these
    languages are missing, ReadError("timeout").
    """
    program = Program(options.tesseract or "tesseract")
    families = program.families(options.langs)
    best = _Sheet()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        for version, sparse in _versions(_prepare(picture)):
            if sparse and best.kept:
                break
            version.save(path)
            sheet = _read(program, path, families, sparse=sparse)
            if sheet.score > best.score and not (sparse and sheet.confidence < _ADDED):
                best = sheet
            if best.confidence >= _GOOD or program.late:
                break
    return best.told()


def _read(program: Program, path: Path, families: Sequence[list[Data]], *, sparse: bool) -> _Sheet:
    """The lines as the script reads them that reads them best, and those that another reads surely."""
    sheets: list[_Sheet] = []
    whole = _Sheet()
    for family in families:
        draft = program.lines(path, family[0].name, sparse=sparse)
        if draft is None and not sheets:
            break  # where the letters are is found alike for every script
        sheets.append(_Sheet(_by_language(program, path, family, draft or [], sparse=sparse)))
        best = max(sheets, key=lambda sheet: sheet.score)
        whole = _Sheet(list(best.lines))
        for line in (line for sheet in sheets for line in sheet.lines if line.confidence >= _ADDED):
            whole.take(line)
        if whole.sure or program.late:
            break
    return whole


def _by_language(
    program: Program, path: Path, family: list[Data], draft: list[Print], *, sparse: bool
) -> list[Print]:
    """The draft's lines, those in another language of its script than the first as its own data read them.

    A draft's words tell their language even where its data lack some of their letters.
    """
    langs = [data.lang for data in family]
    read = _Sheet(list(draft))
    legible = read.kept
    if not legible:
        return draft
    by_line = {line: _language(line.text, langs) for line in legible}
    main = detect(" ".join(line.text for line in legible), langs).lang
    its = {line: lang or main for line, lang in by_line.items()}
    unsure = any(line.confidence < _GOOD for line in legible) and langs[0] in _ALIKE_DRAFTS
    # What most is in comes first; a line that seems to be in another language is read as whichever is surer.
    for data in sorted(family[1:], key=lambda each: each.lang != main):
        lines = [line for line in draft if data.lang in (main, its.get(line))]
        if not (unsure or data.lang in its.values()) or program.late:
            continue
        margin = _FOR_ITS_LANGUAGE if data.lang == main and not unsure else 0.0
        for line in program.lines(path, data.name, sparse=sparse) or ():
            if unsure or any(_over(each, line) for each in lines):
                read.take(line, margin)
    for data in family:
        poor = any(each.confidence < _GOOD and each.paragraph[0] == data.name for each in read.lines)
        if data.latin and poor and not program.late:
            for line in program.lines(path, data.latin, sparse=sparse) or ():
                if any(_over(each, line) for each in draft):
                    read.take(line)
    return read.lines


def _language(text: str, langs: Sequence[str]) -> str | None:
    """The language of a line that is long enough to tell."""
    found = detect(text, langs)
    return found.lang if len(text) >= _TELLING and found.confidence >= _CERTAIN else None


def _over(one: Print, other: Print) -> bool:
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    least = min(each.height * max(each.right - each.left, 1) for each in (one, other))
    return wide > 0 and high > 0 and wide * high > _OVER * least


def _versions(picture: Image.Image) -> Iterator[tuple[Image.Image, bool]]:
    """The picture, then what is nearly white in it as black (captions on photographs: 48 -> 96 of 100), then
    a plain picture again for letters without a layout (True): few lines of Thai are seen so alone.
    """
    yield picture, False
    histogram = picture.histogram()
    share = sum(histogram[_NEARLY_WHITE:]) / max(sum(histogram), 1)
    if _CAPTION_SHARE[0] < share < _CAPTION_SHARE[1]:
        yield picture.point(lambda value: 0 if value >= _NEARLY_WHITE else 255), False
    if max(sum(histogram[at : at + 16]) for at in range(0, 256, 16)) > _GROUND_SHARE * sum(histogram):
        yield picture, True


def in_bytes(picture: Image.Image) -> Image.Image:
    """A grey picture of two bytes a pixel in one; converted as it is, all but black comes out white."""
    if not picture.mode.startswith("I;16"):
        return picture
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _prepare(picture: Image.Image) -> Image.Image:
    """Upright, on white, grey, and of a size at which letters are legible."""
    picture = in_bytes(ImageOps.exif_transpose(picture))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture)
    picture = picture.convert("L")
    longer = max(picture.size)
    scale = 2.0 if longer < _SMALL else min(1.0, _LARGE / longer)
    if scale != 1.0:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return picture


def _grouped(lines: list[Print]) -> list[list[Print]]:
    """Lines by paragraph; tesseract takes each line for one where they stand far apart."""
    groups: list[list[Print]] = []
    for line in lines:
        before = groups[-1][-1] if groups else None
        if before and (before.paragraph == line.paragraph or _continues(before, line)):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _continues(before: Print, line: Print) -> bool:
    """Whether a line stands right below another, in like letters, and in the middle of its sentence."""
    low, high = sorted((before.height, line.height))
    below = 0 < line.top - before.top <= _APART * high and min(before.right, line.right) > max(
        before.left, line.left
    )
    if not below or high > _ALIKE * low:
        return False
    if re.match(UNSPACED, line.text):  # no case tells: the line above is a full one
        wide = before.right - before.left >= line.right - line.left
        return wide and not ends_sentence(before.text)
    return goes_on(before.text, line.text)


def _paragraph(lines: list[str]) -> str:
    """Lines joined where they wrap: not before what begins like a list's item, nor behind a short line,
    unless a sentence goes on."""
    lines = [_BULLET.sub("- ", line, count=1) if _BULLET.match(line) else line for line in lines]
    longest = max(map(len, lines))
    parts = [[lines[0]]]
    for before, line in pairwise(lines):
        short = len(before) < _WRAPPED * longest and not goes_on(before, line)
        if short or line.startswith("- ") or _NUMBERED.match(line):
            parts.append([])
        parts[-1].append(line)
    return "\n".join(map(join_printed, parts))
