"""The program tesseract, in a process of its own: which data it has, and the lines it sees in a picture file.

Which data are tried, and what of it is taken for the text, is ocr.py's.
"""

import csv
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

from memory.readers.errors import ReadError, Waiting

# Language -> (tesseract's data, the script group it is read with).
DATA: Final = {
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
    "zh-Hans": ("chi_sim", "han"),
    "zh-Hant": ("chi_tra", "han"),
    "ja": ("jpn", "han"),
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
SECONDS: Final = 180.0
_LIST_SECONDS: Final = 30.0
_DRAFTS: Final = frozenset({"en", "fa"})
_HOLD_LATIN: Final = frozenset({"latin", "han", "hangul"})  # their data know Latin letters
UNSPACED: Final = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u0e00-\u0eff]"
_BLANK_BETWEEN: Final = re.compile(rf"(?<={UNSPACED})\s+(?={UNSPACED})")
_MARKS: Final = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200D])
_SARA_AM: Final = "\u0e4d\u0e32", "\u0e33"  # in two signs, which nobody types


@dataclass(frozen=True, slots=True)
class Print:
    """A word or a line; the numbers but ``confidence`` are its edges in pixels."""

    paragraph: tuple[str, str, str]
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
class _Word(Print):
    line: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """What a language is read with; `latin` reads Latin words among its own, and its own less surely."""

    lang: str
    name: str
    latin: str | None


class Program:
    """Tesseract for one picture; its time is bounded, that of all its readings together."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._until = time.monotonic() + SECONDS
        self._seen = False

    @property
    def late(self) -> bool:
        """Whether half of the time is spent: what is read so far is taken."""
        return time.monotonic() > self._until - SECONDS / 2

    def families(self, langs: Sequence[str]) -> list[list[Data]]:
        """The languages that can be read, by script: Latin first, it fails clearest.

        Raises Waiting where tesseract or all its data for these languages are missing.
        """
        wanted = [(lang, *DATA[lang]) for lang in langs if lang in DATA] or [("en", *DATA["en"])]
        pack = wanted[0][1]
        installed = _installed(self._path, pack)
        usable = [each for each in wanted if each[1] in installed]
        if not usable:
            missing = ", ".join(lang for lang, _, _ in wanted)
            raise Waiting("no_tesseract_language", langs=missing, pack=pack.replace("_", "-"))
        order = sorted({script: None for *_, script in usable}, key=lambda script: script != "latin")
        latin_too = any(data == "eng" for _, data, _ in usable)
        families = []
        for script in order:
            beside = latin_too and script not in _HOLD_LATIN
            its = [
                Data(lang, data, f"{data}+eng" if beside else None)
                for lang, data, which in usable
                if which == script
            ]
            # First whose draft tells the others: Latin letters without marks, Arabic ones with all of theirs.
            families.append(sorted(its, key=lambda each: each.lang not in _DRAFTS))
        return families

    def lines(self, picture: Path, data: str, *, sparse: bool) -> list[Print] | None:
        """The lines of a picture, down to the unsure; None where it sees no letter at all.

        ``sparse``: letters anywhere, without a layout. Raises Waiting, ReadError("timeout", "damaged"), but
        not where letters were read before: those are taken, and it is late for others.
        """
        layout = ("--psm", "11") if sparse else ()
        command = [self._path, str(picture), "stdout", "-l", data, *layout, "tsv"]
        try:
            output = _call(command, data.split("+")[0], max(1.0, self._until - time.monotonic()))
        except ReadError:
            if not self._seen:
                raise
            self._until = time.monotonic()
            return None
        words = list(_words(output, data))
        self._seen = self._seen or bool(words)
        return [_line(list(group)) for _, group in groupby(words, key=lambda word: word.line)] or None


@lru_cache(maxsize=8)
def _installed(program: str, pack: str) -> frozenset[str]:
    output = _call([program, "--list-langs"], pack, _LIST_SECONDS)
    return frozenset(output.split("\n")[1:])


def _call(command: list[str], pack: str, seconds: float) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the operator's program, our arguments, no shell
            command,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        raise Waiting("no_tesseract", pack=pack.replace("_", "-")) from None
    except subprocess.TimeoutExpired:
        raise ReadError("timeout", seconds=round(SECONDS)) from None
    if done.returncode != 0:
        detail = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1][:120]
        raise ReadError("damaged", detail=detail or f"tesseract ended with {done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def _words(output: str, data: str) -> Iterator[_Word]:
    """The words in tesseract's table: level 5 of its rows."""
    rows = csv.DictReader(output.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        if row["level"] == "5" and row["text"]:
            block, paragraph, line = row["block_num"], row["par_num"], row["line_num"]
            text = row["text"].translate(_MARKS).strip()
            left, top = int(row["left"]), int(row["top"])
            right, bottom = left + int(row["width"]), top + int(row["height"])
            at = (data, block, paragraph)
            if text:
                yield _Word(at, float(row["conf"]), text, left, right, top, bottom, (*at, line))


def _line(words: list[_Word]) -> Print:
    return Print(
        words[0].paragraph,
        _confidence(words),
        _text(words),
        min(word.left for word in words),
        max(word.right for word in words),
        min(word.top for word in words),
        max(word.bottom for word in words),
    )


def _text(line: list[_Word]) -> str:
    return _BLANK_BETWEEN.sub("", " ".join(word.text for word in line)).replace(*_SARA_AM)


def _confidence(line: list[_Word]) -> float:
    total = sum(len(word.text) for word in line)
    return sum(word.confidence * len(word.text) for word in line) / total
