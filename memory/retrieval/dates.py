"""Dates with a month and a year, in questions and in sentences ("February 1953", "1953年2月5日")."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex
from babel import Locale, UnknownLocaleError

from memory.retrieval import analysis

# One language has two sets of names.
_FURTHER = {"ar": ("ar_LB", "ar_DZ", "ar_MA")}
_INFLECTED = regex.compile(r"\p{Cyrillic}{3,}")
_NUKTA = "\u093c"
# What may stand between the parts: "5 de marzo del año 1953", "5th of March, 1953", "im Mai des Jahres 1953".
_APART = r"[\s,./-]*(?:\p{L}{1,3}[\s,]+)?(?:\p{L}{3,6}[\s,]+)?"
_DAY = r"(?<!\p{Nd})(?P<day>\p{Nd}{1,2})(?:st|nd|rd|th|er|º|ª)?(?!\p{Nd})"
_YEAR = r"(?<!\p{Nd})(?P<year>\p{Nd}{4})(?!\p{Nd})"
_MONTH = r"(?<!\p{Nd})(?P<month>\p{Nd}{1,2})(?!\p{Nd})"
_NUMBERS = (
    rf"{_YEAR}\s*[年년]\s*{_MONTH}\s*[月월](?:\s*{_DAY}\s*[日号號일])?",
    rf"{_YEAR}-{_MONTH}-{_DAY}",
    rf"{_DAY}[./]\s?{_MONTH}[./]\s?{_YEAR}",
)


@dataclass(frozen=True, slots=True)
class Date:
    """A month of a year, or a day of it."""

    year: int
    month: int
    day: int | None = None

    def said_by(self, sentence: str, lang: str) -> bool:
        """Whether a sentence in a language says it; of a month, any of its days does."""
        return any(
            (one.year, one.month) == (self.year, self.month) and self.day in (None, one.day)
            for one, _ in _all(analysis.normalise(sentence), lang)
        )


def read(text: str, lang: str) -> tuple[Date, str] | None:
    """The one date that a question says, and the question without it; None where it says none, or several."""
    text = analysis.normalise(text)
    found = list(_all(text, lang))
    if len(found) != 1:
        return None
    date, (start, end) = found[0]
    return date, f"{text[:start]} {text[end:]}"


@lru_cache(maxsize=1024)
def months(text: str, lang: str) -> frozenset[int]:
    """The months (1 to 12) that a text in a language names, of whatever year."""
    names, pattern = _months(analysis.base(lang))
    found = pattern.finditer(analysis.fold(analysis.normalise(text)))
    return frozenset(names[match["name"]] if match["name"] else int(match["number"]) for match in found)


@lru_cache(maxsize=64)
def _months(lang: str) -> tuple[dict[str, int], "regex.Pattern[str]"]:
    """A language's whole names of months, with what months look like in it."""
    names: dict[str, int] = {}
    try:
        forms = list(Locale.parse(lang).months.values())
    except (UnknownLocaleError, ValueError):
        forms = []
    for number, written in (each for form in forms for each in form["wide"].items()):
        name = analysis.fold(analysis.normalise(written))
        name = name[:-1] if _INFLECTED.fullmatch(name) else name
        if not name[0].isdecimal() and (len(name) > 2 or lang == "zh"):
            names[name] = number
    listed = "|".join(regex.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)"
    start, end = ("", "") if lang == "zh" else (r"(?<!\p{L})", r"\p{L}{0,3}(?!\p{L})")
    digits = r"(?<!\p{Nd})(?P<number>1[0-2]|[1-9])[月월]"
    return names, regex.compile(rf"{start}(?P<name>{listed}){end}|{digits}")


def _all(text: str, lang: str) -> Iterator[tuple[Date, tuple[int, int]]]:
    if not any(char.isdecimal() for char in text):
        return
    names, pattern = _written(analysis.base(lang))
    for match in pattern.finditer(text):
        parts = match.groupdict()
        if not all(map(str.isdecimal, filter(None, (parts["year"], parts["month"], parts["day"])))):
            continue  # digits of a script that is newer than what numbers are read by
        name = parts.get("name")
        month = names[name] if name else int(parts["month"])
        day = int(parts["day"]) if parts["day"] else None
        if 1 <= month <= 12 and (day is None or 1 <= day <= 31):
            yield Date(int(parts["year"]), month, day), match.span()


@lru_cache(maxsize=64)
def _written(lang: str) -> tuple[dict[str, int], "regex.Pattern[str]"]:
    """A language's names of months, with what dates look like in it."""
    names: dict[str, int] = {}
    for tag in (lang, *_FURTHER.get(lang, ())):
        names.update(_names(tag))
    shapes = list(_NUMBERS)
    if names:
        listed = "|".join(regex.escape(name) for name in sorted(names, key=len, reverse=True))
        name = rf"(?<!\p{{L}})(?P<name>{listed})\p{{L}}{{0,3}}\.?"
        shapes = [
            rf"(?:{_DAY}{_APART})?{name}{_APART}{_YEAR}",
            rf"{name}{_APART}{_DAY}{_APART}{_YEAR}",
            rf"{_YEAR}{_APART}{name}(?:{_APART}{_DAY})?",
            *shapes,
        ]
    return names, regex.compile("|".join(shapes))


def _names(tag: str) -> dict[str, int]:
    try:
        months = Locale.parse(tag).months
    except (UnknownLocaleError, ValueError):
        return {}
    found: dict[str, int] = {}
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, written in months[form][width].items():
                name = analysis.normalise(written).rstrip(".")
                if name[:1].isdecimal() or len(name) < 3:
                    continue
                # The last letter is its case: "февраль", "в феврале".
                stem = name[:-1] if _INFLECTED.fullmatch(name) else name
                found |= {stem: number, stem.replace(_NUKTA, ""): number}
    return found
