"""What a text speaks of, as a fan would name it: nouns by what stands beside them, prices, weekdays."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.core import UnknownLocaleError

from kernel.lang import base
from persona_engine.style import stop_words

# No grammar is known here: an article, a capital within a sentence or a particle tells a noun in most cases.
_NOUNS: Final = {
    "en": re.compile(r"\bthe (?P<noun>[a-z]{4,})(?=[.,;:!?]| (?P<next>\w+))", re.I),
    "es": re.compile(r"\b(?:el|la|los|las) (?P<noun>[^\W\d_]{4,})", re.I),
    "pt": re.compile(r"\b(?:o|os|as) (?P<noun>[^\W\d_]{4,})", re.I),
    "fr": re.compile(r"\b(?:(?:le|la|les) |l['’])(?P<noun>[^\W\d_]{4,})", re.I),
    "de": re.compile(r"(?<=[a-zäöüß,] )(?P<noun>[A-ZÄÖÜ][a-zäöüß]{3,})\b"),
    "ar": re.compile(r"\b(?P<noun>ال[^\W\d_]{3,})"),
    "ja": re.compile("(?P<noun>[\u30a1-\u30fa\u30fc々\u4e00-\u9fff]{2,})(?=[はがを])"),
    "ko": re.compile(r"\b(?P<noun>[가-힣]{2,}?)(?=[은는을를]\s)"),
}
_MONEY: Final = re.compile(
    r"[€$£¥₹₽₺₩₴฿₫﷼]|\b(?:euros?|dollars?|dólares|pounds?|francs?|franken|pesos?|reais|rupiah|lira|rubl\w*)\b"
    r"|рубл|гривн|\d\s?(?:EUR|USD|GBP|CHF|元|円|원|บาท|đồng|руб|грн|تومان|ريال|درهم|دينار|रुपये)"
    r"|[一二三四五六七八九十百千万]\s?(?:元|円)",
    re.I,
)


def things(sentence: str, lang: str) -> Iterator[tuple[str, str]]:
    """(noun, as it is named) of what a sentence speaks of; none in a language whose nouns nothing tells."""
    pattern = _NOUNS.get(base(lang))
    stop = stop_words(base(lang))
    for match in pattern.finditer(sentence) if pattern else ():
        noun, after = match["noun"], match.groupdict().get("next")
        # "The bright zone": an adjective, where no article's word ends what is named.
        if noun.casefold() not in stop and (after is None or after.casefold() in stop):
            yield noun, match.group()[0].lower() + match.group()[1:] if match.group() != noun else noun


def details(sentence: str, lang: str) -> Iterator[str]:
    """What of a few things that fans ask for a sentence tells: cost, when."""
    if _MONEY.search(sentence):
        yield "cost"
    if any(day in sentence.casefold() for day in _days(base(lang))):
        yield "when"


@lru_cache(maxsize=64)
def _days(lang: str) -> tuple[str, ...]:
    """The days of the week, without the ending that says how many of them."""
    try:
        return tuple(name.casefold() for name in Locale.parse(lang).days["format"]["wide"].values())
    except (UnknownLocaleError, ValueError):
        return ()
