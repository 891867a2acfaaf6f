"""A model's text as it is read: what would leave of it, its markers, its sentences, its bare letters."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_INVISIBLE: Final = {"Cf", "Co", "Cn", "Cs", "Cc"}
_KEPT: Final = {"\u200c", "\u200d", "\n", "\t"}  # joiners spell Persian and Indic words, and compose emoji
_MARKER: Final = re.compile(r"[\[［【]\s*\d{1,3}(?:\s*[,，、،;]\s*\d{1,3})*\s*[\]］】]")
_RUN: Final = re.compile(rf"(?:[ \t]*{_MARKER.pattern})+(?=(?P<glued>[^\s.,;:!?…。，、！？؟।)\]）”»」]?))")
_NUMBER: Final = re.compile(r"\d{1,3}")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?؟।…])\s+|(?<=[。！？])|\n+")
_ASKING: Final = ("?", "？", "؟")
_CLOSING: Final = "\"'”’»」』)）"
_BLANKS: Final = re.compile(r"[ \t]{2,}")
_GAPS: Final = re.compile(r"\n{3,}")
# What models that think aloud put before their answer.
_THOUGHTS: Final = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_STRONG: Final = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


def shown(text: str) -> str:
    """What may leave of a text: no character that doesn't show, no stars for bold, single empty lines."""
    kept = (c for c in text if c in _KEPT or unicodedata.category(c) not in _INVISIBLE)
    text = _STRONG.sub(r"\2", unicodedata.normalize("NFC", "".join(kept)))
    return _GAPS.sub("\n\n", text).strip()


def without_thoughts(text: str) -> str:
    """A model's answer alone."""
    return _THOUGHTS.sub("", text)


def plain(text: str) -> str:
    """A text as it is compared: in NFKC, so that a look-alike of a sign is that sign."""
    return unicodedata.normalize("NFKC", text)


def bare(text: str) -> str:
    """Its letters and digits alone, folded: however they were spaced or set apart."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def weight(text: str) -> int:
    """How much a text says, in letters: an ideograph or a syllable says about as much as three."""
    return sum(3 if c >= "\u2e80" else 1 for c in text if c.isalpha())


def digits(text: str) -> str:
    """Its digits alone, of any script, as ASCII."""
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())


def markers(text: str) -> list[int]:
    """The numbers that are cited, in the order in which they first stand."""
    found = [int(each) for marker in _MARKER.findall(text) for each in _NUMBER.findall(marker)]
    return list(dict.fromkeys(found))


def without_markers(text: str) -> str:
    """The text without its citations; what stood on both sides of one stays apart."""
    return _BLANKS.sub(" ", _RUN.sub(lambda found: " " if found["glued"] else "", text)).strip()


def masked(text: str, sign: str = " ") -> str:
    """The text with a sign for each character of its citations, so that every other one keeps its place."""
    return _MARKER.sub(lambda found: sign * len(found[0]), text)


def renumbered(text: str, cited: Sequence[int]) -> str:
    """The text with the citations counted from 1 in the order of `cited`; one alone needs no number."""
    if len(cited) < 2:
        return without_markers(text)
    places = {number: place for place, number in enumerate(cited, 1)}

    def tidy(run: re.Match[str]) -> str:
        said = dict.fromkeys(places[number] for number in markers(run[0]))
        return " " + "".join(f"[{place}]" for place in said)

    return _BLANKS.sub(" ", _RUN.sub(tidy, text)).strip()


def sentences(text: str) -> list[str]:
    """Its sentences, roughly: paragraphs where a script doesn't end them."""
    return [each.strip() for each in _SENTENCE_END.split(text) if each.strip()]


def statements(text: str) -> str:
    """Its sentences without its questions, which say nothing that could be told again."""
    return "\n".join(each for each in sentences(text) if not each.rstrip(_CLOSING).endswith(_ASKING))
