"""A text's weighted terms by index field; function words weigh less. No index, no scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import regex

from memory.retrieval import analysis, word_lists

# A question's scaffolding ("what is the") says little of its topic, but without it word order is lost.
FUNCTION_WEIGHT = 0.35


@dataclass(frozen=True, slots=True)
class Unit:
    """One word of a text, or one gram of an unsegmented run.

    ``key`` is its term in the word field; ``weight`` (0..1) says how much of the topic it carries. A gram
    that is not ``pure`` reaches into a function word: its characters are no word of the topic.
    """

    key: str
    grams: tuple[str, ...]
    weight: float
    surface: str
    in_run: bool = False
    pure: bool = True


@lru_cache(maxsize=2)
def _words(name: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for lang, words in word_lists.entries(name):
        normal = [analysis.normalise(word) for word in words.split()]
        found[lang] = frozenset(normal) | frozenset(analysis.fold(word) for word in normal)
    return found


def function_words(lang: str) -> frozenset[str]:
    """Normalised words that carry grammar rather than topic; none for a language without a list."""
    return _words("function_words").get(analysis.base(lang), frozenset())


def light_verbs(lang: str) -> frozenset[str]:
    """Normalised verbs that say little of what a question names ("how does it work?")."""
    return _words("light_verbs").get(analysis.base(lang), frozenset())


@lru_cache(maxsize=64)
def _function_pattern(lang: str) -> "regex.Pattern[str] | None":
    words = _words("function_words").get(lang)
    if not words:
        return None
    return regex.compile("|".join(regex.escape(word) for word in sorted(words, key=len, reverse=True)))


def _run_units(run: str, lang: str, light: frozenset[str]) -> list[Unit]:
    """An unsegmented run's grams, each a unit of its own; a gram inside a function word weighs less."""
    covered = bytearray(len(run))
    pattern = _function_pattern(analysis.base(lang))
    matches = list(pattern.finditer(run)) if pattern is not None else []
    matches += [match for word in light for match in regex.finditer(regex.escape(word), run)]
    for match in matches:
        covered[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    found = []
    for start, gram in analysis.run_grams(run):
        functional = covered[start : start + len(gram)]
        weight = FUNCTION_WEIGHT if all(functional) else 1.0
        found.append(Unit(gram, (gram,), weight, gram, in_run=True, pure=not any(functional)))
    return found


def units(text: str, lang: str, light: frozenset[str] = frozenset()) -> list[Unit]:
    """The words of a text in order (the grams of an unsegmented run stand for its words).

    ``light``: normalised words that here weigh as little as function words.
    """
    found: list[Unit | None] = []
    plain: list[str] = []
    slots: list[int] = []
    for token, is_run in analysis.tokens(analysis.normalise(text)):
        if is_run:
            found.extend(_run_units(analysis.fold(token), lang, light))
        else:
            slots.append(len(found))
            plain.append(token)
            found.append(None)
    functional = function_words(lang) | light
    for slot, word, key in zip(slots, plain, analysis.stem(plain, lang), strict=True):
        weight = FUNCTION_WEIGHT if word in functional or key in light else 1.0
        found[slot] = Unit(key, analysis.word_grams(analysis.fold(word)), weight, word)
    return [unit for unit in found if unit is not None]


def topical(found: Sequence[Unit]) -> list[Unit]:
    """Those that say what a text is about."""
    return [unit for unit in found if unit.weight == 1.0 and unit.pure]


def by_field(found: Sequence[Unit]) -> dict[str, list[tuple[str, float]]]:
    """The terms of each native field with their weights, repetitions kept.

    ``words``: stems, and the two-character grams of runs; ``pairs``: neighbouring stems, since two words in
    the asker's order say more than each alone; ``grams``: character grams.
    """
    words = [(u.key, u.weight) for u in found if not u.in_run or len(u.key) == 2]
    plain = [u for u in found if not u.in_run]
    pairs = [(f"{a.key}+{b.key}", (a.weight + b.weight) / 2) for a, b in pairwise(plain)]
    grams = [(gram, u.weight) for u in found for gram in u.grams]
    return {"words": words, "pairs": pairs, "grams": grams}


def strongest(pairs: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Terms with their weights; a term that occurs in several words counts once, by the weightiest."""
    best: dict[str, float] = {}
    for term, weight in pairs:
        if weight > best.get(term, 0.0):
            best[term] = weight
    return best
