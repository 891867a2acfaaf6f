"""Whether a text says the contrary of another: denied or not, one word or its opposite, or taken back.

No likeness is measured here: see `grounds`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import regex

from memory.retrieval import analysis, particulars, pivot, sentences_of, word_lists

# What a word means by less than this may be another word's meaning.
_MEANT: Final = 0.3
_UNSPACED: Final = regex.compile(rf"[{analysis.UNSEGMENTED}\p{{Hangul}}]")
_BETWEEN: Final = r"\s+(?:\w+\W+){1,4}?"  # up to four words
# What takes back has at most so many words, or signs where none are parted.
_SHORT, _SHORT_SIGNS = 5, 12
_ASKS: Final = ("?", "？", "؟", ";")
_CONTRACTED: Final = regex.compile(r"(?<=n)['’]t\b")


def reverses(text: str, lang: str, source: str, source_lang: str) -> bool:
    """Whether a text may say the contrary of its source, sentence by sentence if they have as many.

    A translation of whichever language. To turn a word and to deny it says the same again. Blocking: some
    milliseconds.
    """
    ours = sentences_of(text, lang)
    theirs = sentences_of(source, source_lang)
    if len(ours) != len(theirs):
        ours, theirs = [text], [source]
    return any(
        _turned(one, lang, other, source_lang) != _denial_differs(one, lang, other, source_lang)
        for one, other in zip(ours, theirs, strict=True)
    )


def _turned(one: str, lang: str, other: str, other_lang: str) -> bool:
    """Whether a word of one is the opposite of what stands in its place in the other."""
    mine, theirs = particulars.read(one, lang).sides, particulars.read(other, other_lang).sides
    if any(not side & theirs.get(group, side) for group, side in mine.items() if group != "day"):
        return True
    ours, others = _sides(one, lang), _sides(other, other_lang)
    return any(
        sides != others[group] if len(sides) == len(others[group]) else set(sides).isdisjoint(others[group])
        for group, sides in ours.items()
        if group in others
    )


def _sides(text: str, lang: str) -> dict[int, list[int]]:
    """For each group of opposites, which of its sides a text has, in its order."""
    found: dict[int, list[int]] = {}
    for gloss in pivot.glosses(text, lang):
        meant = {stem for stem, chance in gloss.stems if chance >= _MEANT}
        for stem in meant:
            for group, side in _opposites().get(stem, ()):
                found.setdefault(group, []).append(side)
    return found


def _denial_differs(one: str, lang: str, other: str, other_lang: str) -> bool:
    """Whether one denies something and the other nothing."""
    return denies(one, lang) != denies(other, other_lang)


DENIED_BEHIND: Final = frozenset({"fa", "hi", "ja", "ko", "tr"})
"""Where a denial stands behind what it denies, elsewhere before it."""


def denies(text: str, lang: str) -> bool:
    """Whether a word of a text denies something; never where the language's words aren't known."""
    patterns = _denials().get(analysis.base(lang))
    if patterns is None:
        return False
    denying, harmless = patterns
    plain = analysis.normalise(_CONTRACTED.sub(" not", text))
    return denying.search(harmless.sub(" ", plain) if harmless else plain) is not None


def takes_back(sentence: str, lang: str) -> bool:
    """Whether a sentence too short to be of anything else denies the one before it, or calls it wrong."""
    short = len(sentence) <= _SHORT_SIGNS if _UNSPACED.search(sentence) else len(sentence.split()) <= _SHORT
    if not short or sentence.rstrip().endswith(_ASKS):
        return False
    wrong = _wrong().get(analysis.base(lang))
    plain = analysis.normalise(sentence)
    return denies(sentence, lang) or (wrong is not None and wrong.search(plain) is not None)


@lru_cache(maxsize=1)
def _wrong() -> dict[str, "regex.Pattern[str]"]:
    """What calls wrong what was said, in each language."""
    return {lang: _any_of(words.split()) for lang, words in word_lists.entries("taken_back")}


@lru_cache(maxsize=1)
def _opposites() -> dict[str, tuple[tuple[int, int], ...]]:
    """(group, side) of each English stem that has an opposite."""
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for group, line in enumerate(word_lists.lines("antonyms")):
        for side, words in enumerate(line.split("/")):
            for stem in dict.fromkeys(analysis.stem(words.split(), "en")):
                found[stem] = (*found.get(stem, ()), (group, side))
    return found


@lru_cache(maxsize=1)
def _denials() -> dict[str, tuple["regex.Pattern[str]", "regex.Pattern[str] | None"]]:
    """What denies in each language, and what only looks like it."""
    found = {}
    for lang, words in word_lists.entries("negations"):
        each = words.split()
        harmless = [word[1:] for word in each if word.startswith("-")]
        found[lang] = (
            _any_of([word for word in each if not word.startswith("-")]),
            _any_of(harmless) if harmless else None,
        )
    return found


def _any_of(words: Sequence[str]) -> "regex.Pattern[str]":
    return regex.compile("|".join(map(_as_pattern, words)))


def _as_pattern(word: str) -> str:
    plain = regex.escape(analysis.normalise(word.strip("*^")))
    plain = plain.replace("_", r"\s+").replace(regex.escape("~"), _BETWEEN)
    if word.startswith("^"):
        return rf"(?<!\p{{Hangul}}){plain}"
    if _UNSPACED.search(word):
        return plain
    begin, end = "" if word.startswith("*") else r"\b", "" if word.endswith("*") else r"\b"
    return f"{begin}{plain}{end}"
