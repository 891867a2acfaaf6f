"""What a question asks about by name or by number, and how much of that a passage lacks. No scores here."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import regex

from memory.retrieval import analysis, cues, lexicon, pivot, terms
from memory.retrieval.views import PassageView

# Letters of scripts that have capitals: a name in them stands out among others as well.
_WORD = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}][\p{Latin}\p{Greek}\p{Cyrillic}\p{M}]+")
_CAPITAL = regex.compile(r"\p{Lu}")
_KATAKANA = regex.compile(r"[\p{Katakana}ー]{3,}")
_NUMBER = regex.compile(r"(?<!\p{Nd})\p{Nd}+(?:[.,]\p{Nd}+)*")
_APART = regex.compile(r"[.,]")
# What a sentence may begin after, where a capital says nothing. Possessive: each character is read once.
_BEGINS = regex.compile(r"(?:^|[.!?…:;。！？।;]|\n)[\p{P}\p{S}\s]*+")
# Whom a message is addressed to, before what it asks or after it. Possessive likewise.
_CALLED = regex.compile(
    r"^[\p{P}\s]*+(?:\p{L}++\s++){0,2}?\p{Lu}\p{L}++\s*+[,!،，]|[,،，]\s*+\p{Lu}\p{L}++[\p{P}\s]*+$"
)
# In a message with more of its words capitalised, grammar's among them, capitals say nothing.
_MOST = 0.6
# Names are one where they begin alike for so much of the one asked for, or share so much of their grams.
_STEM, _SHORTEST, _LIKE = 0.6, 3, 0.5
_TOLD = 0.25  # of a name: a number may be told in other ways ("in the nineties", "a decade later")
_SMALL = 2  # digits: so short a number may stand there as a word
_LEAST_WORD = {"zh": 2, "th": 4}  # characters of a word that is no syllable of a name
_NOUNS = frozenset({"de", "lb", "gsw", "nds"})  # languages that write every noun with a capital


@lru_cache(maxsize=256)
def read(text: str, lang: str) -> tuple[str, ...]:
    """The names, word by word, and the numbers that a question says, as they are compared."""
    lang = analysis.base(lang)
    called = [match.span() for match in _CALLED.finditer(text)]
    words = [match for match in _WORD.finditer(text) if not any(a <= match.start() < b for a, b in called)]
    found = _capitalised(text, words, lang)
    if lang == "ja":
        found += [match.group() for match in _KATAKANA.finditer(analysis.normalise(text))]
    found += [_APART.sub("", match.group()) for match in _NUMBER.finditer(analysis.normalise(text))]
    return tuple(dict.fromkeys(found))


def _capitalised(text: str, words: Sequence["regex.Match[str]"], lang: str) -> list[str]:
    """Words whose capital makes them names."""
    plain = terms.function_words(lang) | cues.scaffolding(text, lang)
    names: list[regex.Match[str]] = []
    beginnings = {match.end() for match in _BEGINS.finditer(text)}
    grammar = capitals = inside = 0
    for match in words:
        word = analysis.normalise(match.group())
        begins = match.start() in beginnings
        light = word in plain
        inside += not begins
        if _CAPITAL.match(match.group()):
            capitals += not begins
            grammar += light and not begins
            if not light and not (begins and (lang in _NOUNS or _ordinary(word, lang))):
                names.append(match)
    if grammar and capitals > _MOST * inside:
        return []
    if lang in _NOUNS:
        names = _in_pairs(text, names, lang)
    return [analysis.fold(analysis.normalise(match.group())) for match in names]


def _in_pairs(text: str, nouns: Sequence["regex.Match[str]"], lang: str) -> list["regex.Match[str]"]:
    """Those that stand side by side, one of them no word that the lexicon knows."""
    found: dict[regex.Match[str], None] = {}
    for one, other in pairwise(nouns):
        strange = not all(_ordinary(analysis.normalise(match.group()), lang) for match in (one, other))
        if strange and not text[one.end() : other.start()].strip():
            found.update({one: None, other: None})
    return list(found)


def _ordinary(word: str, lang: str) -> bool:
    """Whether a word may be one of the language's own; all are where no lexicon tells."""
    known = lexicon.load()
    (stem,) = analysis.stem([word], lang)
    if lang == "en":
        return known.knows(stem)
    own = known.language(lang)
    return own is None or bool(own.exact(stem) if lang in _NOUNS else own.gloss(stem))


def ordinary(word: str, lang: str) -> bool:
    """Whether a word may be one of the language's own, and no name."""
    lang, word = analysis.base(lang), analysis.normalise(word)
    return word in terms.function_words(lang) or _ordinary(word, lang)


def strange(text: str, lang: str) -> list[str]:
    """The stretches of a text without spaces that no words of the language's own cover: of two characters.

    Of Thai, of four; or of grammar. A single character is a word in Chinese, and part of a name. All where no
    lexicon tells.
    """
    lang = analysis.base(lang)
    words = [gloss.word for gloss in pivot.glosses(text, lang)] if lang in _LEAST_WORD else []
    if sum(map(len, words)) != len(text):
        return [text]
    plain = terms.function_words(lang)
    found, at = [""], 0
    for word in words:
        if len(word) >= _LEAST_WORD[lang] or word in plain:
            found.append("")
        else:
            found[-1] += text[at : at + len(word)]
        at += len(word)
    return [each for each in found if each]


def of_others(names: Sequence[str], called: Sequence[str]) -> tuple[str, ...]:
    """Those that aren't what somebody is called."""
    own = [analysis.fold(token) for one in called for token, _ in analysis.tokens(analysis.normalise(one))]
    return tuple(name for name in names if not any(_alike(name, word) for word in own))


def lacking(names: Sequence[str], view: PassageView, beside: Sequence[PassageView] = ()) -> float:
    """The share (0..1) of the names and numbers that stand neither in a passage nor in what is above it."""
    missing = [name for name in names if not _stands(name, view)]
    missing = [name for name in missing if not any(_stands(name, other) for other in beside)]
    return sum(_TOLD if name[0].isdigit() else 1.0 for name in missing) / len(names) if names else 0.0


def _stands(name: str, view: PassageView) -> bool:
    passage = view.passage
    above = analysis.normalise(f"{passage.title}\n{passage.heading}")
    if name[0].isdigit():
        text = f"{above}\n{analysis.normalise(passage.text)}"
        numbers = {_APART.sub("", match.group()) for match in _NUMBER.finditer(text)}
        return name in numbers or (len(name) <= _SMALL and bool(cues.counts(text, passage.lang)))
    if _KATAKANA.match(name):
        return name in above or name in analysis.normalise(passage.text)
    words = {word.strip("_") for word in view.native.spellings.split()}
    words |= {analysis.fold(token) for token, _ in analysis.tokens(above)}
    return name in words or any(_alike(name, word) for word in words)


def _alike(name: str, word: str) -> bool:
    """Whether a word may be a form of the name."""
    if name == word:
        return True
    shared = 0
    for mine, theirs in zip(name, word, strict=False):
        if mine != theirs:
            break
        shared += 1
    if shared >= max(_SHORTEST, _STEM * len(name)):
        return True
    grams = _grams(name)
    return len(grams.intersection(analysis.word_grams(word))) >= _LIKE * len(grams)


@lru_cache(maxsize=256)
def _grams(name: str) -> frozenset[str]:
    return frozenset(analysis.word_grams(name))
