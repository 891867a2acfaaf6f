"""Keeping text of one writing direction from disturbing a sentence of the other (Unicode UAX #9)."""

import re
import unicodedata
from typing import Final

from kernel.lang import is_rtl

FSI: Final = "\u2068"
PDI: Final = "\u2069"
# Embeddings, overrides, isolates and marks: in a foreign title they could turn the sentence around it.
_CONTROLS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def isolate(text: str, lang: str) -> str:
    """``text`` made safe to stand inside a sentence of ``lang``: without direction controls of its own, and
    wrapped in FIRST STRONG ISOLATE ... POP DIRECTIONAL ISOLATE where it holds letters of the other direction.
    """
    clean = _CONTROLS.sub("", text)
    return f"{FSI}{clean}{PDI}" if _disturbs(clean, is_rtl(lang)) else clean


def _disturbs(text: str, rtl: bool) -> bool:
    if not rtl and text.isascii():
        return False
    foreign = ("L",) if rtl else ("R", "AL")
    return any(unicodedata.bidirectional(char) in foreign for char in text)
