"""Text in pictures, by the program tesseract in a process of its own; opening picture files is image.py's."""

import csv
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from memory.readers.errors import ReadError, Waiting
from memory.readers.options import ReadOptions
from memory.readers.plain import ends_sentence, goes_on, join_printed

# Language -> (tesseract's data, the script group it is read with).
_DATA: Final = {
    "en": ("eng", "latin"),
    "es": ("spa", "latin"),
    "pt": ("por", "latin"),
    "fr": ("fra", "latin"),
    "de": ("deu", "latin"),
    "it": ("ita", "latin"),
    "nl": ("nld", "latin"),
    "pl": ("pol", "latin"),
    "ro": ("ron", "latin"),
    "sv": ("swe", "latin"),
    "tr": ("tur", "latin"),
    "id": ("ind", "latin"),
    "vi": ("vie", "latin"),
    "zh-Hans": ("chi_sim", "hans"),
    "zh-Hant": ("chi_tra", "hant"),
    "ja": ("jpn", "kana"),
    "ko": ("kor", "hangul"),
    "ru": ("rus", "cyrillic"),
    "uk": ("ukr", "cyrillic"),
    "ar": ("ara", "arabic"),
    "fa": ("fas", "arabic"),
    "hi": ("hin", "devanagari"),
    "th": ("tha", "thai"),
    "el": ("ell", "greek"),
    "he": ("heb", "hebrew"),
    "bn": ("ben", "bengali"),
    "km": ("khm", "khmer"),
    "lo": ("lao", "lao"),
    "my": ("mya", "myanmar"),
}
_SECONDS: Final = 180
_SMALL, _LARGE = 500, 4000  # pixels on the longer side: below, letters are too small; above, it's slow
_NEARLY_WHITE: Final = 225
_CAPTION_SHARE: Final = (0.001, 0.3)  # of the pixels: letters, not paper
_LATIN_AT_A_TIME: Final = 4
_HOLD_LATIN: Final = frozenset({"latin", "hans", "hant", "kana", "hangul"})  # their data know Latin letters
_GOOD: Final = 85.0  # mean confidence (0..100) at which no other script is tried
_LINE_MIN: Final = 45.0  # lines below are what tesseract sees in leaves and faces
_WRAPPED: Final = 0.6
_APART: Final = 3.0  # heights of a line: further below, a line belongs to something else
_ALIKE: Final = 1.5  # heights of two lines of one text: letters without descenders are lower
_BULLET: Final = re.compile(r"[•*+¢·«»°©@®\-–—]\s+(?=\S)")  # tesseract takes a bullet for many things
_NUMBERED: Final = re.compile(r"\(?\d{1,2}[.)]\s+\S")
_UNSPACED = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u0e00-\u0eff]"
_BLANK_BETWEEN: Final = re.compile(rf"(?<={_UNSPACED})\s+(?={_UNSPACED})")
_MARKS: Final = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200D])


@dataclass(frozen=True, slots=True)
class Recognised:
    """The paragraphs of text in a picture, in reading order, and how surely they are read (0..1)."""

    paragraphs: tuple[str, ...]
    sure: float


@dataclass(frozen=True, slots=True)
class _Reading:
    paragraphs: tuple[str, ...]
    confidence: float
    score: float
    blank: bool = False

    @property
    def told(self) -> Recognised:
        """What of it others need."""
        return Recognised(self.paragraphs, round(self.confidence / 100, 2))


def recognise(picture: Image.Image, options: ReadOptions) -> Recognised:
    """The text in a picture; no paragraphs where there is none.

    Each script of the content's languages is tried until one reads well (mixing all of them at once
    reads worse and puts blanks between ideographs). Raises Waiting where tesseract or all its data for
    these languages are missing, ReadError("timeout").
    """
    program = options.tesseract or "tesseract"
    best = _Reading((), 0.0, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        for version in _versions(_prepare(picture)):
            version.save(path)
            for data in _data_sets(program, options.langs):
                reading = _run(program, path, data)
                if reading.score > best.score:
                    best = reading
                if best.confidence >= _GOOD:
                    return best.told
                if reading.blank:
                    break  # where the letters are is found alike for every script
    return best.told


def _versions(picture: Image.Image) -> Iterator[Image.Image]:
    """The picture, then what is nearly white in it as black: captions on photographs (48 -> 96 of 100)."""
    yield picture
    histogram = picture.histogram()
    share = sum(histogram[_NEARLY_WHITE:]) / max(sum(histogram), 1)
    if _CAPTION_SHARE[0] < share < _CAPTION_SHARE[1]:
        yield picture.point(lambda value: 0 if value >= _NEARLY_WHITE else 255)


def _prepare(picture: Image.Image) -> Image.Image:
    """Upright, on white, grey, and of a size at which letters are legible."""
    picture = ImageOps.exif_transpose(picture)
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


def _data_sets(program: str, langs: Sequence[str]) -> list[str]:
    """What to pass as tesseract's language, one per script, Latin first (it fails clearest elsewhere)."""
    wanted = [(lang, *_DATA[lang]) for lang in langs if lang in _DATA] or [("en", *_DATA["en"])]
    installed = _installed(program, _DATA[wanted[0][0]][0])
    usable = [(data, script) for _, data, script in wanted if data in installed]
    if not usable:
        data = wanted[0][1]
        missing = ", ".join(lang for lang, _, _ in wanted)
        raise Waiting("no_tesseract_language", langs=missing, pack=data.replace("_", "-"))
    order = sorted({script: None for _, script in usable}, key=lambda script: script != "latin")
    latin_too = any(data == "eng" for data, _ in usable)
    sets = []
    for script in order:
        names = [data for data, its in usable if its == script][:_LATIN_AT_A_TIME]
        sets.append("+".join(names + (["eng"] if latin_too and script not in _HOLD_LATIN else [])))
    return sets


@lru_cache(maxsize=8)
def _installed(program: str, pack: str) -> frozenset[str]:
    output = _call([program, "--list-langs"], pack)
    return frozenset(output.split("\n")[1:])


def _call(command: list[str], pack: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the operator's program, our arguments, no shell
            command,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        raise Waiting("no_tesseract", pack=pack.replace("_", "-")) from None
    except subprocess.TimeoutExpired:
        raise ReadError("timeout", seconds=_SECONDS) from None
    if done.returncode != 0:
        detail = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1][:120]
        raise ReadError("damaged", detail=detail or f"tesseract ended with {done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def _run(program: str, path: Path, data: str) -> _Reading:
    output = _call([program, str(path), "stdout", "-l", data, "tsv"], data.split("+")[0])
    words = [row for row in _words(output) if row.text]
    lines = [_line(list(group)) for _, group in groupby(words, key=lambda word: word.line)]
    kept = [line for line in lines if line.confidence >= _LINE_MIN and re.search(r"\w", line.text)]
    paragraphs = tuple(_paragraph([line.text for line in group]) for group in _grouped(kept))
    total = sum(len(line.text) for line in kept)
    mean = sum(len(line.text) * line.confidence for line in kept) / total if total else 0.0
    # Garbage is longer than the text it stands for, so length counts for less than confidence.
    return _Reading(paragraphs, mean, total**0.5 * max(0.0, mean - _LINE_MIN), blank=not words)


@dataclass(frozen=True, slots=True)
class _Print:
    """A word or a line; the numbers but ``confidence`` are its edges in pixels."""

    paragraph: tuple[str, str]
    confidence: float
    text: str
    left: int
    right: int
    top: int
    bottom: int

    @property
    def height(self) -> int:
        return max(self.bottom - self.top, 1)


@dataclass(frozen=True, slots=True)
class _Word(_Print):
    line: tuple[str, str, str]


def _words(output: str) -> Iterator[_Word]:
    """The words in tesseract's table: level 5 of its rows."""
    rows = csv.DictReader(output.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        if row["level"] == "5" and row["text"]:
            block, paragraph, line = row["block_num"], row["par_num"], row["line_num"]
            text = row["text"].translate(_MARKS).strip()
            left, top = int(row["left"]), int(row["top"])
            right, bottom = left + int(row["width"]), top + int(row["height"])
            at = (block, paragraph)
            yield _Word(at, float(row["conf"]), text, left, right, top, bottom, (*at, line))


def _line(words: list[_Word]) -> _Print:
    return _Print(
        words[0].paragraph,
        _confidence(words),
        _text(words),
        min(word.left for word in words),
        max(word.right for word in words),
        min(word.top for word in words),
        max(word.bottom for word in words),
    )


def _grouped(lines: list[_Print]) -> list[list[_Print]]:
    """Lines by paragraph; tesseract takes each line for one where they stand far apart."""
    groups: list[list[_Print]] = []
    for line in lines:
        before = groups[-1][-1] if groups else None
        if before and (before.paragraph == line.paragraph or _continues(before, line)):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _continues(before: _Print, line: _Print) -> bool:
    """Whether a line stands right below another, in like letters, and in the middle of its sentence."""
    low, high = sorted((before.height, line.height))
    below = 0 < line.top - before.top <= _APART * high and min(before.right, line.right) > max(
        before.left, line.left
    )
    if not below or high > _ALIKE * low:
        return False
    if re.match(_UNSPACED, line.text):  # no case tells: the line above is a full one
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


def _text(line: list[_Word]) -> str:
    return _BLANK_BETWEEN.sub("", " ".join(word.text for word in line))


def _confidence(line: list[_Word]) -> float:
    total = sum(len(word.text) for word in line)
    return sum(word.confidence * len(word.text) for word in line) / total
