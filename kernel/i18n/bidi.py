"""Keeping text of one writing direction from disturbing a sentence of the other (Unicode UAX #9)."""

import re
import unicodedata
from typing import Final

from kernel.lang import is_rtl

FSI: Final = "\u2068"
PDI: Final = "\u2069"
# Embeddings, overrides, isolates and marks: in a foreign title they could turn the sentence around it.
CONTROLS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_CONTROLS: Final = re.compile(f"[{CONTROLS}]")
# "/lang ar", "/approve {id}": in a text from right to left its stroke and its words would change places.
_COMMAND: Final = re.compile(r"(?<![\w/:.<])/[a-z]+(?: (?:[a-z0-9]+|\{id\}))*(?![\w/])")

# "116 123", "*4141": its groups and signs would change places in a text from right to left.
_GROUPED: Final = re.compile(r"\d[^\w]+\d|[^\w\s]\d|\d[^\w\s]")


def isolate(text: str, lang: str) -> str:
    """``text`` made safe to stand inside a sentence of ``lang``: without direction controls of its own, and
    wrapped in FIRST STRONG ISOLATE ... POP DIRECTIONAL ISOLATE where it holds letters of the other direction,
    or is a number of several groups.
    """
    clean = _CONTROLS.sub("", text)
    return f"{FSI}{clean}{PDI}" if _disturbs(clean, is_rtl(lang)) else clean


def commands_isolated(text: str, lang: str) -> str:
    """``text`` of ``lang`` in which every chat command reads as it is to be written."""
    return _COMMAND.sub(f"{FSI}\\g<0>{PDI}", text) if is_rtl(lang) else text


def _disturbs(text: str, rtl: bool) -> bool:
    if not rtl and text.isascii():
        return False
    directions = {unicodedata.bidirectional(char) for char in text}
    if rtl and not directions & {"L", "R", "AL"}:
        return _GROUPED.search(text) is not None
    return not directions.isdisjoint({"L"} if rtl else {"R", "AL"})
