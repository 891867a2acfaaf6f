"""The form in which messages and phrases are compared: letters only, one spelling, split into units."""

import re
import unicodedata
from typing import Final

# Scripts written without spaces, and Hangul, whose spaces people drop: each character is a unit.
_SINGLE: Final = (
    r"\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff"
    r"\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003134f"
)
_UNIT: Final = re.compile(rf"\{{name\}}|[{_SINGLE}]|[^\s{_SINGLE}]+")
_EMOTICON: Final = re.compile(
    r"(?<!\w)(?:[:;=x8]['’^-]?[)(dpo3/\\|*]+|<+3|\^[_.-]*\^|[tт]_+[tт]|:['’]\()(?!\w)", re.I
)
_DOUBLED: Final = re.compile(rf"([^\W\d_{_SINGLE}])\1+")
_REPEATED: Final = re.compile(r"([^\W\d])\1{2,}")
# Arabic vowel signs, tatweel, and joiners, which writers leave out at will.
_DROPPED: Final = re.compile("[\u064b-\u0652\u0670\u0640\u200b-\u200f\u2060\ufe00-\ufe0f\u093c'’`´]")
_ALIKE: Final = str.maketrans("أإآٱىةيكۀёđıँ", "ااااىهىکهеdiं")


def has_emoji(text: str) -> bool:
    """Whether a text holds an emoji or an emoticon."""
    return bool(_EMOTICON.search(text)) or any(
        unicodedata.category(char) in ("So", "Sk") and ord(char) > 0x2000 for char in text
    )


def normal(text: str) -> str:
    """Case, width, punctuation, emoji and optional signs taken away; accents are kept."""
    text = _EMOTICON.sub(" ", text)
    if text.isascii() and text.replace(" ", "").isalnum():  # as every other phrase: nothing else is in it
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _DROPPED.sub("", text).replace("ی", "ي").replace("ك", "ک").translate(_ALIKE)
    kept = [
        char if unicodedata.category(char)[0] in "LMN" or char in "{}" else " "
        for char in unicodedata.normalize("NFC", text)
    ]
    return " ".join("".join(kept).split())


def unaccented(text: str) -> str:
    """Without the accents of Latin letters, which people on phones leave out; other scripts stay whole."""
    if text.isascii():
        return text
    kept: list[str] = []
    latin = False
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.category(char) != "Mn":
            latin = "a" <= char <= "z"
        elif latin:
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def shortened(text: str) -> tuple[str, ...]:
    """The text with drawn-out letters ("helloooo") cut to one and to two; once where nothing is drawn out."""
    one, two = _REPEATED.sub(r"\1", text), _REPEATED.sub(r"\1\1", text)
    return (text,) if one == two else (one, two)


def squeezed(text: str) -> str:
    """Without doubled letters, which people drop and add; a character that is a word of its own stays."""
    return _DOUBLED.sub(r"\1", text)


def units(text: str) -> tuple[str, ...]:
    """A normal text as words, or characters where a script has no spaces."""
    return tuple(_UNIT.findall(text))
