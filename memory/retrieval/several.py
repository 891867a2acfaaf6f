"""The questions that one message asks, each of which can be looked up by itself; nothing is searched here."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from memory.retrieval import analysis, cues, frames, terms, word_lists
from memory.retrieval.sentences import split_sentences

# Hangul has spaces, but endings follow its words without one.
_UNSPACED = regex.compile(rf"[{analysis.UNSEGMENTED}\p{{Hangul}}]")
_LONGEST = 600  # characters: a longer message tells a story, and asks about that
_MARK = regex.compile(r"[?？؟⁇⁈][\s\p{P}\p{S}]*$")
# "And in which ...": what may stand before a word that asks.
_BEFORE = r"(?:\p{L}{1,4}\s)?"
_AT_ENDS = " \t\n,;:–—-、，،"


@dataclass(frozen=True, slots=True)
class _Words:
    """What tells questions apart in a language; ``marked``: none goes without its mark."""

    marked: bool
    joins: "regex.Pattern[str]"
    asks: "regex.Pattern[str]"
    back: "regex.Pattern[str]"
    own: "regex.Pattern[str]"
    talk: "regex.Pattern[str]"


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a message: how many words of its topic it says, and whether it asks."""

    start: int
    end: int
    says: int
    asks: bool


def questions_in(text: str, lang: str) -> tuple[str, ...]:
    """What a message asks, question by question, each as it can be asked alone; the whole where it asks one.

    A question that leans on what was said before it ("... and why?", "... and when did he die?") stays with
    that. What is said beside them without being asked, and nothing leans on, is left out.
    """
    words = words_of(lang)
    if words is None or len(text) > _LONGEST:
        return (text,)
    stretches = list(_stretches(text, lang, words))
    if sum(asks for _, _, asks in stretches) < 2:
        return (text,)
    parts: list[_Part] = []
    for start, end, asks in stretches:
        part = _Part(start, end, topic_words(text[start:end], lang, words), asks)
        before = parts[-1] if parts else None
        if before and (not before.says or _leans(text, part, before, words)):
            says = max(part.says, before.says)
            parts[-1] = _Part(before.start, part.end, says, asks or before.asks)
        else:
            parts.append(part)
    asked = [text[one.start : one.end].strip(_AT_ENDS) for one in parts if one.asks]
    return tuple(asked) if len(asked) > 1 else (text,)


def _stretches(text: str, lang: str, words: _Words) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it asks) of each sentence, or of the questions that are joined in one."""
    for start, end in split_sentences(text, lang):
        sentence = text[start:end]
        if not (_MARK.search(sentence) or (not words.marked and words.asks.search(sentence))):
            yield start, end, False
            continue
        begin = start
        for join in words.joins.finditer(text, start, end):
            if words.asks.search(text[begin : join.start()]) and words.asks.search(text[join.end() : end]):
                yield begin, join.start(), True
                begin = join.end()
        yield begin, end, True


def _leans(text: str, part: _Part, before: _Part, words: _Words) -> bool:
    """Whether a stretch means, or leaves out, what the one before it says."""
    if not part.says:
        return True
    said = {match.group().casefold() for match in words.back.finditer(text, before.start, before.end)}
    if any(match.group().casefold() not in said for match in words.back.finditer(text, part.start, part.end)):
        return True
    return part.says == 1 < before.says and not words.own.search(text, part.start, part.end)


def topic_words(text: str, lang: str, words: _Words) -> int:
    """How many words of a topic a text has; of a script without spaces, pairs of characters."""
    text = words.talk.sub(" ", frames.beside(text, lang))
    found = terms.topical(terms.units(text, lang, cues.scaffolding(text, lang)))
    return len({unit.key for unit in found if not unit.in_run or len(unit.key) == 2})


def words_of(lang: str) -> _Words | None:
    """What tells questions apart in a language, where that is known."""
    return _told().get(analysis.base(lang))


@lru_cache(maxsize=1)
def _told() -> dict[str, _Words]:
    return {lang: _words(kinds) for lang, kinds in word_lists.kinds("several").items()}


def _words(kinds: dict[str, str]) -> _Words:
    end = "" if _UNSPACED.search(kinds["asks"]) else r"(?![\p{L}\p{M}])"
    start = r"(?<![\p{L}\p{M}])" if end else ""
    whole = {kind: f"{start}(?:{pattern}){end}" for kind, pattern in kinds.items()}
    joins = kinds["joins"].replace("~", f"{_BEFORE}(?:{kinds['asks']}){end}")
    patterns = (joins, *(whole[kind] for kind in ("asks", "back", "own", "talk")))
    return _Words(bool(end), *(regex.compile(each, regex.IGNORECASE) for each in patterns))
