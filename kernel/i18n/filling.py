"""Filling a sentence's {places}, so that what is put in suits the sentence's script."""

import re
from collections.abc import Mapping
from typing import Final

from kernel.i18n.bidi import commands_isolated, isolate
from kernel.lang import base

_PLACE: Final = re.compile(r"\{(\w+)\}")
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def filled(text: str, lang: str, params: Mapping[str, object]) -> str:
    """``text`` of ``lang`` with ``params`` in its places, each kept from disturbing its writing direction.

    Between Chinese characters a Latin word gets the space that Chinese typography leaves around it. Raises
    ``KeyError`` for a place that has no parameter.
    """
    spaced = base(lang) == "zh"
    text = commands_isolated(text, lang)

    def put(place: re.Match[str]) -> str:
        value = isolate(str(params[place[1]]), lang)
        if not spaced:
            return value
        before, after = text[: place.start()][-1:], text[place.end() :][:1]
        return f"{_gap(before, value[:1])}{value}{_gap(after, value[-1:])}"

    return _PLACE.sub(put, text)


def one_after_another(lang: str, *sentences: str) -> str:
    """Sentences of a paragraph. Chinese and Japanese leave no space behind a full stop of theirs."""
    return ("" if base(lang) in ("zh", "ja") else " ").join(sentences)


def _gap(character: str, edge: str) -> str:
    return " " if _HAN.match(character) and edge.isascii() and edge.isalnum() else ""
