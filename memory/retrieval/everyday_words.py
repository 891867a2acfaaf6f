"""The words that short questions are made of, known in each language without having been learned."""

from collections import defaultdict
from functools import lru_cache

import regex

from memory.retrieval import analysis, word_lists

_KATAKANA = regex.compile(r"[\p{Katakana}ー]+")
_RUN = regex.compile(rf"[{analysis.UNSEGMENTED}]")


@lru_cache(maxsize=1)
def _meanings() -> list[tuple[list[str], dict[str, list[str]]]]:
    """Each meaning: its English stems, and its words by language."""
    found = []
    for english, rest in word_lists.entries("everyday_words"):
        words = (part.split() for part in rest.split(" | "))
        stems = analysis.stem([analysis.normalise(word) for word in english.split()], "en")
        found.append((list(dict.fromkeys(stems)), {lang: some for lang, *some in words}))
    return found


@lru_cache(maxsize=32)
def _known(lang: str) -> dict[str, tuple[tuple[str, float], ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for english, words in _meanings():
        plain = [analysis.normalise(word) for word in words.get(lang, ())]
        for key in dict.fromkeys(analysis.stem(plain, lang)):
            found[key].append(english[0])
    return {key: tuple((stem, 1.0 / len(stems)) for stem in stems) for key, stems in found.items()}


def meaning(key: str, lang: str) -> tuple[tuple[str, float], ...]:
    """English stems with chances for a word's stem (without spaces: the word); () where it isn't here."""
    return _known(lang).get(key, ())


@lru_cache(maxsize=32)
def words_in(lang: str) -> "regex.Pattern[str] | None":
    """What finds these words in a run of a script without spaces, the longest first; None where it has none.

    One ideograph, or a word in katakana, is a word only by itself: in a row of them it may be part of any.
    """
    words = sorted((word for word in _known(lang) if _RUN.match(word)), key=len, reverse=True)
    bodies = [_alone(word, lang) for word in words if len(word) > 1 or lang == "ja"]
    return regex.compile(f"({'|'.join(bodies)})") if bodies else None


def _alone(word: str, lang: str) -> str:
    script = "[\\p{Katakana}ー]" if _KATAKANA.fullmatch(word) else r"\p{Han}"
    if lang != "ja" or (len(word) > 1 and script == r"\p{Han}"):
        return regex.escape(word)
    return f"(?<!{script}){regex.escape(word)}(?!{script})"


@lru_cache(maxsize=1)
def _alike() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for english, _ in _meanings():
        for stem in english:
            found[stem].update(english)
    return {stem: frozenset(others - {stem}) for stem, others in found.items()}


def alike(stem: str) -> frozenset[str]:
    """The English stems that answer to one as well ("price" to "cost"): each lexicon has its favourite."""
    return _alike().get(stem, frozenset())
