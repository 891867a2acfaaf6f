"""Other people's words inside a prompt: between fences of this request alone, so that they stay data."""

import re
import secrets
from typing import Final

from persona_engine.wording import reading

_CONSONANTS: Final = "bcdfghjklmnpqrstvwxz"
# Words by which servers tell roles apart in one long text: inside data they are harmless once parted.
_ROLE_WORDS: Final = re.compile(r"<\|?(?=[\w/])|\|>|\[(?=/?INST\])|<<(?=/?SYS)", re.IGNORECASE)


def word(length: int = 12) -> str:
    """A word that nobody can guess, of so many consonants: a fence's, unless said."""
    return "".join(secrets.choice(_CONSONANTS) for _ in range(length))


def fenced(fence: str, name: str, text: str) -> str:
    """A text between fences that say what it is."""
    harmless = _ROLE_WORDS.sub(lambda found: f"{' '.join(found[0])} ", reading.shown(text))
    return f"=== {fence} {name} ===\n{harmless}\n=== {fence} END ==="


def line(text: str) -> str:
    """A name or a topic as one line of what is shown."""
    return " ".join(reading.shown(text).split())
