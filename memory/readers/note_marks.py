"""Marks of notes ("[1]" behind a sentence), which are no part of a text, and figures set high, which are."""

import re
from typing import Final

# Behind what ends a sentence or a part of one, where code has no brackets.
_MARKS: Final = re.compile(r"(?<=[.!?…。！？,;，；])([\"'”’»）)」』]*)(?:\[\d{1,3}\])+(?![\w(\[.](?<=[ -~]))")
_EXPONENT: Final = re.compile(r"[+\-−–]?\d{1,4}")
_HIGH: Final = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")


def without_marks(text: str) -> str:
    """``text`` without the numbers of notes in brackets behind its sentences."""
    return _MARKS.sub(r"\1", text) if "[" in text else text


def raised(before: str, text: str, after: str) -> str:
    """``text`` that is set high behind ``before`` and in front of ``after``: m² and 2^10, and 3 1/2."""
    if not _EXPONENT.fullmatch(text) or before[-1:].isspace():
        return text
    if before[-1:].isdigit():
        return f" {text}" if after[:1] in ("/", "⁄") else f"^{text}"
    return text.translate(_HIGH) if before[-1:].isalpha() or before[-1:] in (")", "]") else text
