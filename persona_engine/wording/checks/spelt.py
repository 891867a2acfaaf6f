"""Numbers that are written in words, read as values: "seventy-five", "三千", "fünfundzwanzig", "3 million".

No library that we may use reads more than a third of our languages, so each has a table of its words here.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import regex

from persona_engine.wording import reading

_WORDS: Final = Path(__file__).with_name("spelt.toml")
_DIGITS: Final = r"\d+(?:[.,٫٬]\d+)*"
_DECIMAL: Final = regex.compile(r"(\d+)[.,٫](\d{1,2})")
_LETTER: Final = r"[\w\p{M}]"
_HIDDEN: Final = "\0"


@dataclass(frozen=True, slots=True)
class Spelt:
    """A number and how a text writes it. `counts`: it says how many or how much, and is no other word."""

    value: int
    said: str
    counts: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """What a word is worth, how it goes with what stands before it, whether it is another word, too."""

    value: int
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
    counted: bool
    reversed: bool
    definite: str

    def numbers(self, text: str) -> Iterator[Spelt]:
        said = self.sayings.sub(lambda found: _HIDDEN * len(found[0]), text) if self.sayings else text
        for run in self.run.finditer(said):
            for value, start, end, words in self._sums(said, *run.span()):
                measured = (self.unit is not None and self.unit.match(text, end) is not None) or (
                    self.before_unit is not None and self.before_unit.search(text[:start]) is not None
                )
                sure = not self.counted and (len(words) > 1 or not (words[0].doubtful or words[0].way == "+"))
                other = value < 2 or any(each.way == "digits" for each in words)
                other |= bool(self.definite) and text[:start].endswith(self.definite)
                yield Spelt(value, text[start:end], not other and (measured or sure))

    def _sums(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, int, list[_Word]]]:
        value: int | None = None
        words: list[_Word] = []
        began = ended = start
        for found in self.part.finditer(text, start, end):
            word = self._word(found["word"])
            joined = None if value is None else self._joined(value, word, linked=bool(found["and"]))
            if joined is None:
                if value is not None:
                    yield value, began, ended, words
                value, began, words = word.value, found.start("word"), []
            else:
                value = joined
            words.append(word)
            ended = found.end()
        if value is not None:
            yield value, began, ended, words

    def _word(self, text: str) -> _Word:
        if (word := self.words.get(_key(text))) is not None:
            return word
        whole = _DECIMAL.fullmatch(text)
        value = float(f"{whole[1]}.{whole[2]}") if whole else int(reading.digits(text))
        return _Word(value, "digits")  # type: ignore[arg-type] # 3.5 only until a million follows

    def _joined(self, value: int, word: _Word, *, linked: bool) -> int | None:
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
        if value % 10 ** len(str(word.value)) == 0:
            return value + word.value
        tens = 20 <= word.value < 100 and word.value % 10 == 0
        return value + word.value if self.reversed and linked and tens and 0 < value % 100 < 10 else None


def numbers(text: str, lang: str) -> list[Spelt]:
    """The numbers in a text of a language (a primary subtag), in words or before one ("3 million")."""
    known = _languages().get(lang)
    return list(known.numbers(reading.plain(text).casefold())) if known else []


def values(text: str, lang: str) -> set[str]:
    """The values of all that may be numbers in a text, in digits."""
    return {str(each.value) for each in numbers(text, lang)}


def values_in_any(text: str) -> set[str]:
    """The same of a text in any language."""
    return {each for lang in _languages() for each in values(text, lang)}


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
        _any_of(told.get("not"), "{}"),
        _any_of(told.get("units"), r"[\s-]*(?:{})"),
        _any_of(told.get("before_units"), r"(?:{})\Z"),
        bool(told.get("counted")),
        bool(told.get("reversed")),
        told.get("definite", ""),
    )


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
    return regex.compile(around.format(either))
