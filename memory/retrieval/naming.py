"""Questions for what something is called, and sentences that tell it. No scores here."""

from functools import lru_cache

import regex

from memory.retrieval import analysis, terms, word_lists

_UNSPACED = regex.compile(rf"[{analysis.UNSEGMENTED}\p{{Hangul}}]")


@lru_cache(maxsize=256)
def asks(question: str, lang: str) -> bool:
    """Whether a question asks for the name of something, or of somebody besides whom it is put to."""
    pattern = _asking().get(analysis.base(lang))
    return (
        pattern is not None
        and pattern.search(analysis.fold(analysis.normalise(question))) is not None
        and any(
            not unit.in_run or len(unit.key) > 1 or analysis.IDEOGRAPH.match(unit.key)
            for unit in terms.topical(terms.units(question, lang, _words()[analysis.base(lang)]))
        )
    )


def tells(sentence: str, lang: str) -> bool:
    """Whether a sentence says what something is called."""
    pattern = _telling().get(analysis.base(lang))
    told = pattern is not None and pattern.search(analysis.normalise(sentence)) is not None
    return told or introduces(sentence, lang)


def introduces(sentence: str, lang: str) -> bool:
    """Whether a sentence tells a name in passing, right behind what has it: "my cat Tintero sleeps"."""
    pattern = _introducing().get(analysis.base(lang))
    return pattern is not None and pattern.search(sentence) is not None


def words_in(question: str, lang: str) -> frozenset[str]:
    """The normalised words by which texts tell a name, where a question asks for one; else none."""
    return _words()[analysis.base(lang)] if asks(question, lang) else frozenset()


def pattern_in(question: str, lang: str) -> "regex.Pattern[str] | None":
    """The same as a pattern."""
    return _telling()[analysis.base(lang)] if asks(question, lang) else None


@lru_cache(maxsize=32)
def stems(lang: str) -> tuple[str, ...]:
    """The stems of the words by which texts in a language tell a name."""
    return tuple(dict.fromkeys(analysis.stem(sorted(_words()[lang]), lang)))


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    return {
        lang: frozenset(analysis.normalise(word) for word in kinds["words"].split())
        for lang, kinds in word_lists.kinds("naming").items()
    }


def _whole(pattern: str) -> "regex.Pattern[str]":
    start, end = ("", "") if _UNSPACED.search(pattern) else (r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])")
    return regex.compile(f"{start}(?:{pattern}){end}")


@lru_cache(maxsize=1)
def _asking() -> dict[str, "regex.Pattern[str]"]:
    return {lang: _whole(analysis.fold(kinds["asks"])) for lang, kinds in word_lists.kinds("naming").items()}


@lru_cache(maxsize=1)
def _introducing() -> dict[str, "regex.Pattern[str]"]:
    return {
        lang: regex.compile(rf"(?<![\p{{L}}\p{{M}}]){kinds['mine']} \p{{Lu}}\p{{Ll}}+")
        for lang, kinds in word_lists.kinds("naming").items()
        if "mine" in kinds
    }


@lru_cache(maxsize=1)
def _telling() -> dict[str, "regex.Pattern[str]"]:
    return {lang: _whole("|".join(map(regex.escape, sorted(some)))) for lang, some in _words().items()}
