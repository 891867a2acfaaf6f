"""Messages as they show, and disguised words as a person reads them: look-alike letters, digits, gaps."""

import re
import unicodedata
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
