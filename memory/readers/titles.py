"""What a text is called that states no title: its file's name in words, else what it begins with."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from memory.types import Block

_CHARS: Final = 60
_DATE: Final = re.compile(r"^(?:19|20)\d\d[-_. ]?\d\d[-_. ]?\d\d(?:[-_. T]+|$)")
_NUMBERED: Final = re.compile(r"^0\d{1,2}[-_. ]+")
# What people add to a name when they save a text once more.
_VERSION: Final = re.compile(
    r"(?:[-_. ]*(?:\(\d{1,3}\)|(?<![^\W_])(?:v|rev|version[-_ ]?)\d+(?:\.\d+)*"
    r"|(?<![^\W_])(?:copy|draft|kopie|copia)))+$",
    re.I,
)
_FINAL: Final = re.compile(r"[-_. ]+final$", re.I)
# How cameras, phones and programs name what nobody has named. No part of what follows can be told in two
# ways, else a name that repeats it would take longer than anyone lives.
_NAMELESS: Final = re.compile(
    r"(?:img|dsc[fn]?|dscn|pxl|vid|mvi|gopr|g[hxp]\d*|dji|pano|mov|p\d{2,3}|sam|cimg|ptt|aud|signal|"
    r"whatsapp[-_ ](?:image|video|audio|ptt)|telegram[-_ ]\w+|screenshot|screen[-_ ]?shot|"
    r"screen[-_ ]?recording|bildschirmfoto|captura(?: de pantalla)?|capture(?: d.écran)?|снимок экрана|"
    r"スクリーンショット|屏幕截图|螢幕擷取畫面|截图|截屏|微信图片|스크린샷|لقطة شاشة|"
    r"photos?|images?|pictures?|videos?|audio|voice|recording|scan|file|download|documents?|untitled|"
    r"unbenannt|new[-_ ]document|neues dokument|default|output)"
    r"(?:[\W\d_]|\b(?:at|um|a las|à|am|pm|wa|edited|hdr|mp|portrait|burst|cover|from|的|上午|下午)"
    r"|\Bwa(?=\d))*",
    re.I,
)
_HASH: Final = re.compile(r"(?=.*\d)[0-9a-f-]{12,}", re.I)


def readable(name: str, blocks: Sequence[Block] = ()) -> str:
    """The title of a text for its readers, from its file's name without the ending.

    ``name`` in words; where it is a camera's or a program's, the heading or the words that the text begins
    with; where it is a day and one word, the heading, if there is one. The name itself where nothing better
    is known.
    """
    stem = PurePosixPath(name.replace("\\", "/")).name.strip() or name.strip()
    named = _in_words(stem)
    if " " not in named and _DATE.match(stem):
        named = _heading(blocks) or named
    return named or _beginning(blocks) or " ".join(re.split(r"[_\s]+", stem)).strip() or stem


def _in_words(stem: str) -> str:
    """A name that a person gave, without what they added for their own order; else empty."""
    if _NAMELESS.fullmatch(stem) or _HASH.fullmatch(stem):
        return ""
    rest = _VERSION.sub("", stem)
    mixed = "-" in stem and "_" in stem
    if rest != stem or mixed:
        rest = _FINAL.sub("", rest)
    dated = _NUMBERED.sub("", _DATE.sub("", rest))
    rest = next((each for each in (dated, rest) if _letters(each)), "")
    if not rest or _NAMELESS.fullmatch(rest):
        return ""
    if " " not in rest:
        rest = re.sub(r"(?<=\w)[.+~](?=[^\W\d])|_+", " ", rest)
        # "e-mail" and "2024-05" stay: a letter alone, or figures, on a side.
        rest = re.sub(r"(?<=[^\W\d_]{2})-+(?=\w{2})|(?<=\d)-+(?=[^\W\d_]{2})", " ", rest)
    words = " ".join(rest.split()).strip("-_. ")
    return words[:1].upper() + words[1:] if words.islower() and stem == stem.lower() else words


def _letters(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]", text))


def _heading(blocks: Sequence[Block]) -> str:
    """The line that a text has above it: its heading, or a short first line that is no sentence."""
    if not blocks:
        return ""
    line, _, below = blocks[0].text.strip().partition("\n")
    heads = bool(below or blocks[1:]) and len(line) <= _CHARS and _letters(line[-1:] or ".")
    return _beginning(blocks) if blocks[0].locator.nearest or heads else ""


def _beginning(blocks: Sequence[Block]) -> str:
    """The first heading, else the first words."""
    if not blocks:
        return ""
    told = blocks[0].locator.nearest or next((block.text for block in blocks if _letters(block.text)), "")
    line = " ".join(told.strip().split("\n")[0].split())
    if len(line) <= _CHARS:
        return line.rstrip(".。,，;；:：") if _letters(line) else ""
    cut = line[:_CHARS]
    kept = cut.rsplit(" ", 1)[0] if " " in cut[_CHARS // 2 :] else cut
    return kept.rstrip(" .。,，;；:：-–—") + "…"
