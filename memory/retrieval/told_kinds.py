"""What only a passage that tells such a thing can answer: a question for a price, somebody's age, or an hour.

What is near to a topic shares all the words of such a question but the one that counts. Numbers tell nothing
apart, since most passages hold some; a price, an age or an hour has words of its own.
"""

from functools import lru_cache

import regex

from memory.retrieval import analysis, word_lists

_KINDS = ("price", "age", "hour")
_UNSPACED = regex.compile(rf"[{analysis.UNSEGMENTED}\p{{Hangul}}]")
_BEYOND_ASCII = regex.compile(r"[^\x00-\x7f]+")
_MONEY = r"\p{Sc}|\b\d{1,4}[.,](?:\d{2}\b|-)|\b(?:eur|usd|gbp|jpy|cny|chf|rub|inr|krw|thb|idr|vnd|brl)\b"


def may_tell(text: str, lang: str, question: str, asked_in: str) -> bool:
    """Whether a passage's words can hold what a question asks for; True where that can't be told."""
    asks, says = _patterns().get(analysis.base(asked_in), {}), _patterns().get(analysis.base(lang), {})
    asked, said = (analysis.fold(analysis.normalise(each)) for each in (question, text))
    return all(
        says[f"{kind}_says"].search(said)
        for kind in _KINDS
        if f"{kind}_asks" in asks and f"{kind}_says" in says and asks[f"{kind}_asks"].search(asked)
    )


@lru_cache(maxsize=1)
def _patterns() -> dict[str, dict[str, "regex.Pattern[str]"]]:
    return {
        lang: {kind: _compiled(kind, pattern) for kind, pattern in kinds.items()}
        for lang, kinds in word_lists.kinds("told_kinds").items()
    }


def _compiled(kind: str, pattern: str) -> "regex.Pattern[str]":
    pattern = _BEYOND_ASCII.sub(lambda found: analysis.fold(analysis.normalise(found[0])), pattern)
    before, after = ("", "") if _UNSPACED.search(pattern) else (r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])")
    money = f"|{_MONEY}" if kind == "price_says" else ""
    return regex.compile(f"{before}(?:{pattern}){after}{money}")
