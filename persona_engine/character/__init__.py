"""Character: who the avatar is and how it speaks, as its creator has set it; what that does to a reply."""

from persona_engine.character.acting import (
    Aside,
    around_best,
    aside,
    beyond,
    held,
    no_answer,
    requoted,
    samples,
    small_talk,
    toned,
)
from persona_engine.character.document import Character, Guidance, Length, Link, Strictness, Tone, checked
from persona_engine.character.prompting import lines

__all__ = [
    "Aside",
    "Character",
    "Guidance",
    "Length",
    "Link",
    "Strictness",
    "Tone",
    "around_best",
    "aside",
    "beyond",
    "checked",
    "held",
    "lines",
    "no_answer",
    "requoted",
    "samples",
    "small_talk",
    "toned",
]
