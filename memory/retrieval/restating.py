"""Which sentences tell what their author is asked ("people ask me why ..."): what answers it comes next."""

from functools import lru_cache

import regex

from memory.retrieval import analysis, several, word_lists


def restates(sentence: str, lang: str) -> bool:
    """Whether a sentence only says that something is asked; one that has a question mark asks it itself."""
    pattern = _patterns().get(analysis.base(lang))
    return pattern is not None and pattern.search(sentence) is not None


@lru_cache(maxsize=1)
def _patterns() -> dict[str, "regex.Pattern[str]"]:
    found: dict[str, regex.Pattern[str]] = {}
    for lang, pattern in word_lists.entries("restating"):
        words = several.words_of(lang)
        asks = words.asks.pattern if words is not None else ""
        start = r"(?<![\p{L}\p{M}])" if words is not None and words.marked else ""
        found[lang] = regex.compile(f"{start}(?:{pattern.replace('~', asks)})", regex.IGNORECASE)
    return found
