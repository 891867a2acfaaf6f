"""Numbers that are written in words, read as values: "seventy-five", "三千", "fünfundzwanzig", "3 million".

No library that we may use reads more than a third of our languages, so each has a table of its words here.
"""

import tomllib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import regex

from persona_engine.wording import reading

_WORDS: Final = Path(__file__).with_name("spelt.toml")
MONTH: Final = regex.compile(r"\s?[月월]")
"""What stands behind the number of a month where months have no names."""

_DIGITS: Final = r"\d+(?:[.,٫٬]\d+)*"
_DECIMAL: Final = regex.compile(r"(\d{1,20})[.,٫](\d{1,2})")
_NUMERAL: Final = "[一二三四五六七八九]"
_MOST_DIGITS: Final = 20
# What is small, or a round word alone, stands in sayings, too: "two ways", "thanks a million".
_SMALL: Final = 10
_NEXT: Final = regex.compile(r"[\s-]+([\w\p{M}'-]+)(?:\s+([\w\p{M}'-]+))?")
_LETTER: Final = r"[\w\p{M}]"
_HIDDEN: Final = "\0"


@dataclass(frozen=True, slots=True)
class Spelt:
    """A number and how a text writes it.

    `certain`: it is no other word. `counts`: it says how many or how much of something that is named, too.
    """

    value: int
    said: str
    certain: bool
    counts: bool
    of_month: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """What a word is worth, how it goes with what stands before it, whether it is another word, too."""

    value: int | Decimal
    way: str = ""
    doubtful: bool = False


@dataclass(frozen=True)
class _Language:
    words: dict[str, _Word]
    run: "regex.Pattern[str]"
    part: "regex.Pattern[str]"
    sayings: "regex.Pattern[str] | None"
    unit: "regex.Pattern[str] | None"
    before_unit: "regex.Pattern[str] | None"
    ordinal: "regex.Pattern[str] | None"
    point: "regex.Pattern[str] | None"
    counted: bool
    pairs: bool
    reversed: bool
    definite: str
    least: int

    def numbers(self, text: str, things: Container[str]) -> Iterator[Spelt]:
        said = self.sayings.sub(lambda found: _HIDDEN * len(found[0]), text) if self.sayings else text
        for value, start, end, words in self._decimals(said):
            ways = [each.way for each in words]
            if "digits" in ways and len(words) == 1:
                continue
            measured = _matches(self.unit, said, end) or (
                self.before_unit is not None and self.before_unit.search(said[:start]) is not None
            )
            certain = measured or self._certain(words)
            certain &= not _matches(self.ordinal, said, end)
            small = len(words) == 1 and (value <= _SMALL or ways == ["x"])
            named = measured or not (small or self.counted) or _names(said, end, things)
            other = value < 2 or "digits" in ways
            other |= bool(self.definite) and said[:start].endswith(self.definite)
            month = _matches(MONTH, said, end)
            yield Spelt(value, text[start:end], certain, certain and named and not other, month)

    def _certain(self, words: list[_Word]) -> bool:
        """Whether the words alone are a number, whatever stands behind them."""
        ways = [each.way for each in words]
        if self.counted:
            return ways[0] in ("", "digits") and "x" in ways and len(words) >= self.least
        return len(words) > 1 or not (words[0].doubtful or ways == ["+"])

    def _decimals(self, text: str) -> Iterator[tuple[int, int, int, list[_Word]]]:
        """The sums of a text, "three point five" as one: 35, as the digits of 3.5 are compared."""
        held: tuple[int, int, int, list[_Word]] | None = None
        for run in self.run.finditer(text):
            for each in self._sums(text, *run.span()):
                if held and self.point and each[0] < 10 and self.point.fullmatch(text[held[2] : each[1]]):
                    each = (10 * held[0] + each[0], held[1], each[2], held[3] + each[3])
                elif held:
                    yield held
                held = each
        if held:
            yield held

    def _sums(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, int, list[_Word]]]:
        value: int | Decimal | None = None
        words: list[_Word] = []
        began = ended = start
        for found in self.part.finditer(text, start, end):
            word = self._word(found["word"])
            joined = None if value is None else self._joined(value, word, linked=bool(found["and"]))
            if joined is None:
                if value is not None:
                    yield int(value), began, ended, words
                value, began, words = word.value, found.start("word"), []
            else:
                value = joined
            words.append(word)
            ended = found.end()
        if value is not None:
            yield int(value), began, ended, words

    def _word(self, text: str) -> _Word:
        if (word := self.words.get(_key(text))) is not None:
            return word
        if (whole := _DECIMAL.fullmatch(text)) is not None:
            return _Word(Decimal(f"{reading.digits(whole[1])}.{reading.digits(whole[2])}"), "digits")
        return _Word(int(reading.digits(text)[:_MOST_DIGITS]), "digits")

    def _joined(self, value: int | Decimal, word: _Word, *, linked: bool) -> int | Decimal | None:
        """Both as one number, or None where another begins."""
        if word.way == "x":
            part = value % word.value
            if not part and value < 10 * word.value:
                return None
            return int(value - part + (part or 1) * word.value)
        if word.way == "+":
            return value + word.value if 0 < value % 100 < 10 else None
        if word.way == "digits" or value < 1:
            return None
        if self.pairs and not linked and 13 <= value <= 20 and 10 <= word.value < 100:
            return 100 * value + word.value
        if value % 10 ** len(str(word.value)) == 0:
            return value + word.value
        tens = 20 <= word.value < 100 and word.value % 10 == 0
        return value + word.value if self.reversed and linked and tens and 0 < value % 100 < 10 else None


def numbers(text: str, lang: str, things: Container[str] = ()) -> list[Spelt]:
    """The numbers in a text of a language (a primary subtag), in words or before one ("3 million").

    Small ones count before a unit, or before one of `things`, words in lower case.
    """
    known = _languages().get(lang)
    return list(known.numbers(reading.plain(text).casefold(), things)) if known else []


def values(text: str, lang: str) -> set[str]:
    """The values of all that are numbers for certain in a text, in digits."""
    return {str(each.value) for each in numbers(text, lang) if each.certain}


@cache
def doubtful(word: str, lang: str) -> bool:
    """Whether a word is a number only by what stands beside it."""
    known = _languages().get(lang)
    found = known.words.get(_key(word)) if known else None
    return found is not None and known is not None and (known.counted or found.doubtful)


def _matches(pattern: "regex.Pattern[str] | None", text: str, at: int) -> bool:
    return pattern is not None and pattern.match(text, at) is not None


def _names(text: str, end: int, things: Container[str]) -> bool:
    """Whether one of the two words behind is one of the things."""
    found = _NEXT.match(text, end)
    return found is not None and any(each in things for each in found.groups() if each)


def _key(word: str) -> str:
    return regex.sub(r"[\s-]+", "-", word)


@lru_cache(maxsize=1)
def _languages() -> dict[str, _Language]:
    return {lang: _language(lang, told) for lang, told in tomllib.loads(_WORDS.read_text("utf-8")).items()}


def _language(lang: str, told: dict[str, Any]) -> _Language:
    words = dict(_words(told))
    spaced = lang not in ("zh", "ja", "th")
    start = rf"(?<!{_LETTER})(?:{told.get('before', '')})" if spaced else ""
    end = rf"(?!{_LETTER})" if spaced and lang != "ko" else ""
    either = "|".join(
        regex.escape(each).replace(r"\-", r"[\s-]+") for each in sorted(words, key=len, reverse=True)
    )
    link = "|".join(told.get("and", ())) or "(?!)"
    word = rf"(?P<word>{either}|{_DIGITS})"
    between = rf"[\s-]*(?:(?P<and>{link})\s*)?"
    return _Language(
        words,
        regex.compile(rf"{start}\K(?:{either}|{_DIGITS})(?:[\s-]*(?:(?:{link})\s*)?(?:{either}))*{end}"),
        regex.compile(between + word),
        _any_of(told.get("not"), ("(?:{})" if spaced else f"(?<!{_NUMERAL})(?:{{}})")),
        _any_of(told.get("units"), r"[\s-]*(?:{})" + _ending(told.get("endings"))),
        _any_of(told.get("before_units"), r"(?:{})\Z"),
        _any_of(told.get("ordinals"), r"[\s-]*(?:{})"),
        regex.compile(rf"\s*(?:{told['point']})\s*") if "point" in told else None,
        bool(told.get("counted")),
        bool(told.get("pairs")),
        bool(told.get("reversed")),
        told.get("definite", ""),
        3 if lang == "ko" else 2,
    )


def _ending(endings: list[str] | None) -> str:
    """What may stand behind a unit where nothing else may."""
    return rf"(?:{'|'.join(endings)})?(?!{_LETTER})" if endings else ""


def _words(told: dict[str, Any]) -> Iterator[tuple[str, _Word]]:
    for key, words in told.items():
        first, _, step = key.lstrip("x+").partition("+")
        if not first.isdecimal():
            continue
        way = key[0] if key[0] in "x+" else ""
        for place, forms in enumerate(words.split()):
            value = int(first) + place * int(step or 1)
            for form in forms.split("|"):
                word = reading.plain(form).casefold()
                yield word.rstrip("?"), _Word(value, way, word.endswith("?"))


def _any_of(texts: list[str] | None, around: str) -> "regex.Pattern[str] | None":
    if not texts:
        return None
    either = "|".join(regex.escape(reading.plain(each).casefold()) for each in texts)
    return regex.compile(around.replace("{}", either))
