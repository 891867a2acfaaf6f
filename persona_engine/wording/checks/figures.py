"""Numbers in a draft that neither its sources nor the question have: the cheapest sign of invention."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel import UnknownLocaleError

from kernel.lang import base, locale
from persona_engine.wording import reading
from persona_engine.wording.checks import spelt
from persona_engine.wording.checks.draft import Draft, Fault

_WORDS: Final = Path(__file__).with_name("numbers.toml")
# Digits with what groups them: a comma, a point, an apostrophe, a narrow or plain space before three of them.
NUMBER: Final = re.compile(r"\d+(?:[.,٫٬'’]\d+|[ \u00a0\u202f]\d{3}(?!\d))*")
"""A number as people write it."""

# What counts in ten thousands counts in thousands elsewhere: with such a word behind it, noughts say nothing.
_SCALED: Final = re.compile(
    r"\s?(?:[万萬亿億兆千百만억천ล]|ร้อย|พัน|หมื่น|แสน|milli|mill|milj|milyon|mil\b|billion|bilyon|thousand|hundred|"
    r"tausend|Mio|Mrd|млн|млрд|миллион|мільйон|миллиард|мільярд|тыс|тис|ألف|آلاف|مليون|ملايين|مليار|هزار|میلیون|"
    r"میلیارد|लाख|करोड़|हज़ार|हजार|मिलियन|अरब|triệu|nghìn|ngàn|tỷ|juta|ribu|bin\b)",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(r"(?m)(?:^\s*|(?<=[.!?:;。] ))\d{1,2}[.)]\s")
_THING: Final = re.compile(r"[^\W\d_]{4,}")
_UNSPACED: Final = {"zh", "ja", "th", "ko"}


def check(draft: Draft) -> Fault | None:
    """A number of no known origin. How it is grouped, and whether a source spells it out, doesn't matter."""
    known = set(_numbers("\n".join((draft.source, _places(draft), draft.question, *draft.links))))
    known |= spelt.values(draft.question, base(draft.lang))
    for each in draft.cited:
        known |= spelt.values(f"{each.title}\n{each.text}", base(each.lang))
    rounded = {each.rstrip("0") for each in known}
    text = _LISTED.sub(" ", draft.plain)
    for found in NUMBER.finditer(text):
        number = plain(found[0])
        if number in known or _spelt(number, draft):
            continue
        if _SCALED.match(text, found.end()) and number.rstrip("0") in rounded:
            continue
        if spelt.MONTH.match(text, found.end()) and _named(number, draft):
            continue
        return Fault("number", found[0])
    for word in spelt.numbers(text, base(draft.lang), _things(draft)):
        number = str(word.value)
        if not word.counts or number in known or _spelt(number, draft):
            continue
        if not (word.of_month and _named(number, draft)):
            return Fault("number", word.said)
    return None


def _numbers(text: str) -> list[str]:
    return [plain(each) for each in NUMBER.findall(text)]


def plain(number: str) -> str:
    """A number's digits, as they are compared."""
    return reading.digits(number).lstrip("0") or "0"


def in_source(number: str, draft: Draft) -> bool:
    """Whether a source that is cited has a number, given as it is compared, in digits or in words."""
    return number in _numbers(draft.source) or _spelt_in_source(number, draft)


def small(lang: str) -> dict[str, tuple[str, ...]]:
    """The words of a language for each small number."""
    return {number: ways[base(lang)] for number, ways in _small().items() if base(lang) in ways}


def _things(draft: Draft) -> frozenset[str]:
    """The words of what is cited: what a small number stands before there, it counts."""
    return frozenset(_THING.findall(draft.source.casefold()))


def _named(month: str, draft: Draft) -> bool:
    """Whether a source names the month of a number."""
    if len(month) > 2:
        return False
    for passage in draft.cited:
        try:
            months = locale(passage.lang).months["format"]
        except (UnknownLocaleError, ValueError):
            continue
        names = {width: each.get(int(month)) for width, each in months.items() if width != "narrow"}
        if any(name and name.casefold() in draft.source.casefold() for name in names.values()):
            return True
    return False


def _places(draft: Draft) -> str:
    """The pages of what is cited: a draft may name them."""
    return " ".join(str(each.locator.page) for each in draft.cited if each.locator.page is not None)


def _spelt(number: str, draft: Draft) -> bool:
    """Whether a source, or the question, has a small number in words of its language."""
    lang = base(draft.lang)
    told = _small().get(number, {})
    return _spelt_in_source(number, draft) or _stands(told.get(lang, ()), draft.question, lang)


def _spelt_in_source(number: str, draft: Draft) -> bool:
    told = _small().get(number, {})
    return any(
        _stands(told.get(lang, ()), each.text, lang) or number in spelt.values(each.text, lang)
        for each in draft.cited
        for lang in [base(each.lang)]
    )


def _stands(words: tuple[str, ...], text: str, lang: str) -> bool:
    """Whether one of these words, which is a number wherever it stands, is in a text."""
    sure = [word for word in words if not spelt.doubtful(word, lang)]
    text = reading.plain(text).casefold()
    if lang in _UNSPACED:
        return any(word in text for word in sure)
    return not set(sure).isdisjoint(re.findall(r"\w+", text))


@lru_cache(maxsize=1)
def _small() -> dict[str, dict[str, tuple[str, ...]]]:
    """The words for each small number, by language."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for lang, words in tomllib.loads(_WORDS.read_text("utf-8")).items():
        for number, ways in enumerate(words):
            found.setdefault(str(number), {})[lang] = tuple(ways.split("|"))
    return found
