"""Messages as they show, and disguised words as a person reads them: look-alike letters, digits, gaps."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

# Cyrillic and Greek letters that look like Latin ones.
_ALIKE: Final = str.maketrans(
    "авеёікмнорстухѕјһԁԛԝАВЕКМНОРСТУХІЅЈαοιρνκτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abeeikmhopctyxsjhdqwABEKMHOPCTYXISJaoipvktuxwABEZHIKMNOPTYX",
)
_DIGITS: Final = str.maketrans("013457@$", "oieastas")
_WORD: Final = re.compile(r"\S+")
_LATIN: Final = re.compile("[A-Za-z]")
_FOREIGN: Final = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_INSIDE: Final = re.compile(r"(?<=[A-Za-z])[013457@$]+(?=[A-Za-z])")
_SPACED: Final = re.compile(r"(?<!\S)(?:\w[ .\-_*]){3,}\w(?!\S)")


_INVISIBLE: Final = {"Cf", "Co", "Cn", "Cs"}
# Scripts without spaces, and Hangul, whose endings follow without one.
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_JOINERS: Final = {"\u200c", "\u200d"}  # they spell Persian and Indic words, and compose emoji


def readable(text: str, form: Literal["NFC", "NFKC"] = "NFKC") -> str:
    """A message without characters that don't show (zero-width, tags, private use), in a normal form."""
    shown = (c for c in text if c in _JOINERS or unicodedata.category(c) not in _INVISIBLE)
    return unicodedata.normalize(form, "".join(shown)).strip()


def plainly(text: str) -> str:
    """The text as it is meant; the same text where nothing in it is disguised."""
    joined = _SPACED.sub(lambda found: re.sub(r"[ .\-_*]", "", found[0]), text)
    return _WORD.sub(lambda found: _word(found[0]), joined)


def _word(word: str) -> str:
    # A whole word of one script is what it is; letters of two in a word are a disguise.
    if _LATIN.search(word) and _FOREIGN.search(word):
        word = word.translate(_ALIKE)
    return _INSIDE.sub(lambda found: found[0].translate(_DIGITS), word)


# What people leave out: accents, pointing and the nukta, whose letters are whole without. Other marks are
# vowels and voicing, and tell words apart.
_ACCENT = re.compile(
    "[\u093c\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff]"
)


@dataclass(frozen=True, slots=True)
class Levelled:
    """A text's words without case and accents: each between two spaces; all run together."""

    words: str
    letters: str


def levelled(text: str, *, accents: bool = False) -> Levelled:
    """A text as phrases are looked for in it; `accents`: with these."""
    bare = (c for c in unicodedata.normalize("NFKD", text.casefold()) if accents or not _ACCENT.match(c))
    # Vowel signs of Indic scripts and of Thai are no letters to Python, but belong to the word.
    words = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in bare).split()
    return Levelled(f" {' '.join(words)} ", "".join(words))


def unspaced(text: str) -> bool:
    """Whether a text has letters of a script whose words no spaces part."""
    return _UNSPACED.search(text) is not None


class Words:
    """Words and phrases that are looked for in texts, as `levelled`. A `*` stands for the rest of a word."""

    def __init__(self, wanted: Sequence[str], *, accents: bool = False) -> None:
        spaced: list[str] = []
        joined: list[str] = []
        for each in wanted:
            plain = levelled(each, accents=accents)
            if unspaced(each):
                joined.append(re.escape(plain.letters))
                continue
            begin, end = "" if each.startswith("*") else " ", "" if each.endswith("*") else " "
            spaced.append(re.escape(f"{begin}{plain.words.strip()}{end}"))
        self._spaced = re.compile("|".join(spaced)) if spaced else None
        self._joined = re.compile("|".join(joined)) if joined else None

    def stand_in(self, text: Levelled) -> bool:
        """Whether one of them is in a text."""
        return bool(
            (self._spaced and self._spaced.search(text.words))
            or (self._joined and self._joined.search(text.letters))
        )
