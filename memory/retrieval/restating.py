"""Which sentences only say what is asked ("people ask me why ...", "five mistakes"): an answer comes next."""

from functools import lru_cache
from typing import Final

import regex

from memory.retrieval import analysis, cues, several, terms, word_lists

_PAUSE: Final = r"[,;:،؛、，；：—–]|\s-\s"


def restates(sentence: str, lang: str) -> bool:
    """Whether a sentence only says that something is asked, and ends with that.

    One that goes on may answer it; one that has a question mark asks it itself.
    """
    patterns = _patterns().get(analysis.base(lang))
    if patterns is None:
        return False
    asked, goes_on = patterns
    found = asked.search(sentence)
    return found is not None and goes_on.search(sentence, found.end()) is None


def announces(sentence: str, lang: str, question: str) -> bool:
    """Whether a sentence only counts what is asked for: "Five beginner's mistakes." tells none of them."""
    numbers = cues.counts(sentence, lang) - cues.counts(question, lang)
    words, asked = (analysis.tokens(analysis.normalise(text)) for text in (sentence, question))
    if not numbers or any(run for _, run in words):
        return False
    light = terms.function_words(lang) | numbers
    beside = [word for word, _ in words if word not in light]
    return bool(beside) and set(analysis.stem(beside, lang)) <= set(
        analysis.stem([word for word, _ in asked], lang)
    )


@lru_cache(maxsize=1)
def _patterns() -> dict[str, tuple["regex.Pattern[str]", "regex.Pattern[str]"]]:
    """How each language tells what is asked, and what stands where the sentence doesn't end with that."""
    found = {}
    for lang, told in word_lists.kinds("restating").items():
        words = several.words_of(lang)
        asks = words.asks.pattern if words is not None else ""
        edge = words is not None and words.marked
        start, end = (r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])") if edge else ("", "")
        asked = f"{start}(?:{told['asked'].replace('~', asks)})"
        goes_on = f"{_PAUSE}|{start}(?:{told['then']}){end}"
        found[lang] = regex.compile(asked, regex.IGNORECASE), regex.compile(goes_on, regex.IGNORECASE)
    return found
