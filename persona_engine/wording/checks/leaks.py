"""Whether a draft gives away what the model was told: its secret words, however disguised, or its rules."""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault

# Consonants at random: six of them in a row stand in no text by chance.
_PART: Final = 6
_RULE: Final = 40
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){6,}")
_WORDS: Final = re.compile(r"\w+")


def check(draft: Draft) -> Fault | None:
    """A piece of a secret or of the rules, spaced, split, reversed, rotated or encoded."""
    ways = list(dict.fromkeys(_ways(draft.text)))
    parts = {part for secret in draft.secrets for part in _windows(secret, _PART)}
    if any(part in way for way in ways for part in parts):
        return Fault("canary")
    rules = _rules(draft.instructions)
    if any(window in rules for way in ways for window in _windows(way, _RULE)):
        return Fault("rules")
    return None


def _windows(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(len(text) - size + 1))


@lru_cache(maxsize=16)
def _rules(instructions: str) -> frozenset[str]:
    return frozenset(_windows(reading.bare(instructions), _RULE))


def _ways(text: str) -> Iterator[str]:
    """The text's bare letters, in every way that hides them from a glance and not from a reader."""
    plain = reading.plain(text)
    joined = "".join(plain.split())
    initials = "".join(word[0] for word in _WORDS.findall(plain))
    lines = "".join(line.strip()[:1] for line in plain.splitlines())
    ends = "".join(word[-1] for word in _WORDS.findall(plain))
    for each in (plain, initials, lines, ends, *_decoded(plain), *_decoded(joined)):
        way = reading.bare(each)
        yield way
        yield way[::-1]
        yield codecs.encode(way, "rot13")


def _decoded(text: str) -> Iterator[str]:
    for found in _ENCODED.findall(text):
        packed = found.rstrip("=").replace("-", "+").replace("_", "/")
        # Of a run that begins in the middle of a group of four, each beginning is tried.
        for start in range(4):
            piece = packed[start:]
            piece = piece[: len(piece) - len(piece) % 4] if len(piece) % 4 == 1 else piece
            try:
                raw = base64.b64decode(piece + "=" * (-len(piece) % 4), validate=True)
            except binascii.Error:
                continue
            yield raw.decode("latin-1")
    for found in _HEX.findall(text):
        figures = re.sub(r"[^0-9a-fA-F]", "", found)
        yield bytes.fromhex(figures[: len(figures) // 2 * 2]).decode("latin-1")
