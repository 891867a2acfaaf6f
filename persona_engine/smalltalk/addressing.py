"""What is said of the avatar by its name, put as it would be said to it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import regex

from kernel.lang import base
from memory import service as memory

_UNSPACED: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
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
    return _named(called).sub(you, text)


@lru_cache(maxsize=256)
def _named(called: tuple[str, ...]) -> "regex.Pattern[str]":
    """Names as words of their own; where words stand without spaces, wherever they are."""
    return regex.compile(
        "|".join(
            regex.escape(name)
            if _UNSPACED.search(name)
            else rf"(?<!\w){regex.escape(name)}(?![\p{{Latin}}\p{{M}}])"
            for name in called
        )
    )
