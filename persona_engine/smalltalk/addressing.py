"""What is said of the avatar by its name, put as it would be said to it."""

from collections.abc import Sequence
from typing import Final

import regex

from kernel.lang import base
from memory import service as memory

_YOU: Final = {
    "ar": "أنت", "de": "du", "en": "you", "es": "tú", "fa": "تو", "fr": "tu", "hi": "आप", "id": "kamu",
    "ja": "あなた", "ko": "당신", "pt": "você", "ru": "ты", "th": "คุณ", "tr": "sen", "uk": "ти", "vi": "bạn",
    "zh": "你",
}  # fmt: skip


def to_you(text: str, lang: str, names: Sequence[str]) -> str:
    """A message with "you" for each of the avatar's names; as it is where it says none."""
    you = _YOU.get(base(lang))
    called = memory.ways_to_name(tuple(names))
    if not you or not any(name in text for name in called):
        return text
    return regex.sub(rf"\b(?:{'|'.join(map(regex.escape, called))})", you, text)
