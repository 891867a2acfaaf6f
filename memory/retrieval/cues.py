"""What a question asks for (a number, a price, a time, a person, a name, a cause) and what may hold it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import regex

from memory.retrieval import analysis, naming, word_lists

Kind = Literal["number", "price", "time", "person", "name", "cause"]
_UNSPACED = regex.compile(rf"[{analysis.UNSEGMENTED}]")
_SUFFIXED = regex.compile(r"\p{Hangul}")
_NUMERAL = regex.compile(r"[一二三四五六七八九十百千万億亿兆零两]+")
_YEAR = regex.compile(r"(?<!\p{Nd})(?:1\p{Nd}{3}|20\p{Nd}{2}|[१][०-९]{3}|[٠-٩]{4}|[۰-۹]{4})(?!\p{Nd})")
_CAPITAL = regex.compile(r"(?<!^)(?<![.!?…]\s)\b\p{Lu}\p{Ll}+")


@lru_cache(maxsize=1)
def _patterns() -> dict[str, list[tuple[Kind, "regex.Pattern[str]"]]]:
    found: dict[str, list[tuple[Kind, regex.Pattern[str]]]] = {}
    kinds: dict[str, Kind] = {"number": "number", "time": "time", "person": "person", "cause": "cause"}
    for head, tail in word_lists.entries("question_cues"):
        lang, kind = head.split()
        phrases = sorted(
            (analysis.normalise(phrase.strip()) for phrase in tail.split("|")), key=len, reverse=True
        )
        body = "|".join(regex.escape(phrase) for phrase in phrases)
        start = "" if _UNSPACED.search(phrases[0]) else r"\b"
        end = "" if _SUFFIXED.search(phrases[0]) else start
        found.setdefault(lang, []).append((kinds[kind], regex.compile(f"{start}(?:{body}){end}")))
    return found


def asked_for(question: str, lang: str) -> frozenset[Kind]:
    """The kinds of answer that a question's own words ask for; empty where none is told."""
    text = analysis.normalise(question)
    kinds: set[Kind] = {
        kind for kind, pattern in _patterns().get(analysis.base(lang), []) if pattern.search(text)
    }
    if any(_price(lang).fullmatch(word) for said in measured(question, lang).values() for word in said):
        kinds = kinds - {"number"} | {"price"}
    return frozenset(kinds | ({"name"} if naming.asks(question, lang) else set()))


def scaffolding(question: str, lang: str) -> frozenset[str]:
    """The words by which a question asks for a kind of thing ("what", "year"); passages seldom say them."""
    text = analysis.normalise(question)
    return frozenset(
        word
        for _, pattern in _patterns().get(analysis.base(lang), [])
        for phrase in pattern.findall(text)
        for word in phrase.split()
    )


@lru_cache(maxsize=1)
def _measures() -> dict[str, list[tuple["regex.Pattern[str]", tuple[str, ...]]]]:
    found: dict[str, list[tuple[regex.Pattern[str], tuple[str, ...]]]] = {}
    for lang, phrases in word_lists.entries("measures"):
        edge = "" if _UNSPACED.search(phrases) else r"\b"
        for asking, _, said in (phrase.partition(" > ") for phrase in phrases.split(" | ")):
            pattern = regex.compile(f"{edge}{analysis.fold(analysis.normalise(asking))}{edge}")
            found.setdefault(lang, []).append((pattern, tuple(analysis.normalise(said).split())))
    return found


@lru_cache(maxsize=256)
def measured(question: str, lang: str) -> Mapping[str, tuple[str, ...]]:
    """The words by which a question asks for a measure ("heavy"), each with what passages say ("weight")."""
    text = analysis.fold(analysis.normalise(question))
    found = ((pattern.search(text), said) for pattern, said in _measures().get(analysis.base(lang), ()))
    return {match.group(1): said for match, said in found if match}


@lru_cache(maxsize=64)
def _price(lang: str) -> "regex.Pattern[str]":
    """What says in a language that a number is a price."""
    words = dict(word_lists.entries("prices")).get(analysis.base(lang), "")
    edge = "" if _UNSPACED.search(words) else r"\b"
    body = "|".join(regex.escape(analysis.normalise(word)) for word in words.split())
    return regex.compile(rf"{edge}(?:{body}){edge}|\p{{Sc}}" if words else r"\p{Sc}")


@lru_cache(maxsize=1)
def _number_words() -> dict[str, "regex.Pattern[str]"]:
    found: dict[str, regex.Pattern[str]] = {}
    for lang, words in word_lists.entries("number_words"):
        body = "|".join(regex.escape(analysis.normalise(word)) for word in words.split())
        edge = "" if _UNSPACED.search(words) else r"\b"
        found[lang] = regex.compile(f"{edge}(?:{body}){edge}")
    return found


@lru_cache(maxsize=1)
def _causes() -> dict[str, "regex.Pattern[str]"]:
    found: dict[str, regex.Pattern[str]] = {}
    for lang, words in word_lists.entries("causes"):
        body = "|".join(map(regex.escape, analysis.normalise(words).split(" | "))).replace(r"\*", r"\p{L}*")
        start, end = ("", "") if _UNSPACED.search(words) else (r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])")
        found[lang] = regex.compile(f"{start}(?:{body}){end}")
    return found


def counts(text: str, lang: str) -> set[str]:
    """The numbers in a text, written with digits or as words."""
    pattern = _number_words().get(analysis.base(lang))
    words = pattern.findall(analysis.normalise(text)) if pattern is not None else []
    return {*regex.findall(r"\p{Nd}+", text), *words, *_NUMERAL.findall(text)}


def bears(sentence: str, lang: str, kind: Kind, question: str) -> bool:
    """Whether a sentence holds something of that kind which the question doesn't say itself."""
    if kind == "name":
        return naming.tells(sentence, lang)
    if kind == "cause":
        told = _causes().get(analysis.base(lang))
        return told is not None and told.search(analysis.normalise(sentence)) is not None
    if kind == "person":
        return any(name.casefold() not in question.casefold() for name in _CAPITAL.findall(sentence))
    if kind == "time" and any(year not in question for year in _YEAR.findall(sentence)):
        return True
    if kind == "price" and not _price(lang).search(analysis.normalise(sentence)):
        return False
    asked = analysis.normalise(question)
    return any(number not in asked for number in counts(sentence, lang))
