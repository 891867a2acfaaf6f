"""What a fan plainly tells of themselves: how it is heard, kept for a while, asked for and taken back."""

from persona_engine.facts.hearing import Asking, Heard, hear
from persona_engine.facts.kinds import KEPT_FOR, MOST_BYTES, Fact, Kind, name_in, with_heard
from persona_engine.facts.phrasing import load

__all__ = [
    "KEPT_FOR",
    "MOST_BYTES",
    "Asking",
    "Fact",
    "Heard",
    "Kind",
    "hear",
    "load",
    "name_in",
    "with_heard",
]
