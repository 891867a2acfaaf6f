"""Which signs quote, by what Unicode says of them, and what stands between two of them. Judges nothing."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

# Beyond stand ideographs and private signs alone.
_END: Final = 0x20000
# Brackets that set aside and don't quote; a name misspelt in Unicode is known by its category.
_ASIDE: Final = ("PARENTHESIS", "SQUARE BRACKET", "CURLY BRACKET", "TORTOISE SHELL", "CEILING", "FLOOR")
# What is typed for a quotation mark, whatever Unicode calls it.
_ALSO_SINGLE: Final = "'`´′‵"
_ALSO_DOUBLE: Final = "″‶‴〃ˮ˝״"
# Apostrophes and accents stand alone, too.
_LONELY: Final = frozenset("'’‘´′‵")
_DOUBLED: Final = (
    (re.compile(r"[<＜]{2}"), "«"),
    (re.compile(r"[>＞]{2}"), "»"),
    (re.compile(r",{2}"), "„"),
    (re.compile(r"['’‘`´′‵]{2}"), '"'),
    # Inches and seconds.
    (re.compile(r"(?<=\d)[″‴]"), " "),
)


@lru_cache(maxsize=1)
def every() -> frozenset[str]:
    """Every sign that quotes."""
    return frozenset("".join(_kinds()) + "".join(a + b for a, b in _brackets()))


@lru_cache(maxsize=1)
def _kinds() -> tuple[str, str, str]:
    """Pointed, single and double marks: of each kind any may close what any opens."""
    named = [(c, name) for c, name in _named() if "QUOTATION" in name]
    pointed = "".join(c for c, name in named if "ANGLE" in name)
    single = "".join(c for c, name in named if "SINGLE" in name and c not in pointed)
    double = "".join(c for c, _ in named if c not in pointed + single)
    return pointed, single + _ALSO_SINGLE, double + _ALSO_DOUBLE


@lru_cache(maxsize=1)
def _brackets() -> tuple[tuple[str, str], ...]:
    """Each bracket that quotes, and the one that closes it: it comes right behind it."""
    return tuple(
        (c, chr(ord(c) + 1))
        for c, name in _named()
        if unicodedata.category(c) in ("Ps", "Pi")
        and "QUOTATION" not in name
        and not any(each in name for each in _ASIDE)
        and unicodedata.category(chr(ord(c) + 1)) in ("Pe", "Pf")
    )


@lru_cache(maxsize=1)
def _named() -> tuple[tuple[str, str], ...]:
    signs = (c for c in map(chr, range(_END)) if unicodedata.category(c)[0] in "PS")
    return tuple((c, unicodedata.name(c, "")) for c in signs)


@lru_cache(maxsize=1)
def _quoted() -> re.Pattern[str]:
    return re.compile("|".join(_ways()), re.DOTALL)


def _ways() -> Iterator[str]:
    for opens, closes in _brackets():
        yield rf"{opens}([^{closes}]*){closes}"
    pointed, single, double = _kinds()
    for kind in (pointed, double):
        both_ways = "".join(c for c in kind if unicodedata.category(c) not in ("Pi", "Ps"))
        yield rf"[{both_ways}]([^{kind}]*)[{kind}]"
        for opens in kind:
            if opens not in both_ways:
                rest = kind.replace(opens, "")
                yield rf"{opens}([^{rest}]*)[{rest}]"
    # Between letters it is an apostrophe.
    inside = rf"((?:[^{single}\n]|[{single}](?=\w))"
    lonely = "".join(c for c in single if unicodedata.category(c) not in ("Pi", "Ps"))
    yield rf"(?<!\w)[{lonely}]{inside}{{2,}}?)[{single}](?!\w)"
    yield rf"[{single.translate(dict.fromkeys(map(ord, lonely)))}]{inside}*?)[{single}](?!\w)"


def written(text: str) -> str:
    """The text with what is typed as two signs for one mark written as that mark."""
    for pattern, mark in _DOUBLED:
        text = pattern.sub(mark, text)
    return text


def quotes(text: str) -> list[str]:
    """What stands in quotation marks of any kind."""
    found = _quoted().finditer(written(text))
    return [next(part for part in each.groups() if part is not None) for each in found]


def unquoted(text: str, instead: str = " ") -> str:
    """The text with something else for what it quotes between marks."""
    return _quoted().sub(instead, written(text))


def left(text: str) -> bool:
    """Whether a mark stands in a text that nothing answers."""
    return not (every() - _LONELY).isdisjoint(unquoted(text))


@lru_cache(maxsize=1)
def levelling() -> dict[int, str]:
    """What makes all of them one, for `str.translate`."""
    return {ord(c): "'" for c in every()}
