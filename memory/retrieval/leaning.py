"""Which messages lean on what was said before them, and what they mean with it; nothing is searched here."""

from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from memory.retrieval import (
    analysis,
    cues,
    frames,
    named,
    queries,
    quotes,
    several,
    terms,
    told_kinds,
    word_lists,
)
from memory.retrieval.candidates import Candidate
from memory.retrieval.lexical import Snapshot
from memory.retrieval.probe import cover
from memory.retrieval.ranking import Asked
from memory.types import Question, Quote

_LONGEST = 80  # characters: a longer message says itself what it is about
_MOST, _FEWEST = 4, 1  # words of its own topic: with a sign of leaning, and without any
_PAIRS = 2  # of characters for a word, in scripts without spaces
_OWN = 0.5  # of what its own words weigh, the best passage has: measured
_LEAST = 0.1  # weight: what says no word of its own is borne out by a measure that it asks for alone
_WORDS, _NAMES = 6, 3  # of what was said before
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*")
_BEFORE = " ¿¡"
_RUN = regex.compile(rf"[{analysis.UNSEGMENTED}]")
# Hangul has spaces, but endings follow its words without one.
_UNSPACED = regex.compile(rf"[{analysis.UNSEGMENTED}\p{{Hangul}}]")


@dataclass(frozen=True, slots=True)
class Signs:
    """What a message of a language begins with, or says, that goes on with something, and what doesn't."""

    opens: "regex.Pattern[str]"
    means: "regex.Pattern[str]"
    apart: "regex.Pattern[str]"


def leans(text: str, lang: str) -> bool:
    """Whether a message leaves to what was said before it what it is about."""
    signs = _signs().get(analysis.base(lang))
    words = several.words_of(lang)
    if signs is None or words is None or not 0 < len(text.strip()) <= _LONGEST:
        return False
    says = several.topic_words(text, lang, words) / (_PAIRS if _RUN.search(text) else 1)
    if points_back(text, lang):
        return says <= _MOST
    return says <= _FEWEST and not words.own.search(text)


def points_back(text: str, lang: str) -> bool:
    """Whether a message begins as what goes on with something, or names it by "it" and the like."""
    signs, words = _signs().get(analysis.base(lang)), several.words_of(lang)
    if signs is None or words is None:
        return False
    rest = signs.apart.sub(" ", text)
    return any((signs.opens.match(text.lstrip(_BEFORE)), signs.means.search(rest), words.back.search(rest)))


def subject(text: str, lang: str, question: str, quote: str, quoted_in: str) -> str:
    """What the question before a message was about and whom its answer named, besides its own words."""
    said = {analysis.normalise(word) for word in _WORD.findall(text)}
    about = [word for word in _subject(question, lang) if analysis.normalise(word) not in said][:_WORDS]
    known = said | {analysis.normalise(word) for word in about}
    names = [name for name in named.read(quote, quoted_in) if name not in known and not name.isdigit()]
    return " ".join((*about, *names[:_NAMES]))


def answered(best: Candidate, question: Question, snapshot: Snapshot) -> Quote | None:
    """What the best passage says to a message by itself; None where only what went before speaks for it.

    What was asked before stands in every passage on that; the message's own words count in full, and where it
    asks for a number, a time or a person, the quote holds one.
    """
    asked = Asked(_unopened(question.text, question.lang), question.lang, None, question.called)
    if best.channel == "crossing":
        query, facets = queries.crossing(asked.glosses(), snapshot), best.view.pivot
    else:
        query, facets = queries.native(asked.text, asked.lang, snapshot, asked.light), best.view.native
    said, whole = best.meets(query.topic)
    question = replace(question, text=asked.text)
    if said < _OWN * max(whole, _LEAST) and not quotes.measures(best.view, question):
        return None
    held = replace(best, coverage=cover(query.items, facets), topic=query.topic)
    quote = quotes.choose([held], question)
    kinds, lang = cues.asked_for(asked.text, asked.lang), best.view.passage.lang
    borne = quote and (not kinds or any(cues.bears(quote.text, lang, kind, asked.text) for kind in kinds))
    return quote if borne else None


def leaves_out(text: str, lang: str, quote: str, quoted_in: str) -> bool:
    """Whether a quote has no price beside a message's own words, which asks for that of what was said before.

    "How much did you pay for it?" shares its only word with "and then I pay everything back".
    """
    if "price" not in cues.asked_for(text, lang) or cues.counts(quote, quoted_in) or not leans(text, lang):
        return False
    said = {analysis.normalise(word) for word in _WORD.findall(text)}
    beside = " ".join(word for word in _WORD.findall(quote) if analysis.normalise(word) not in said)
    return not told_kinds.may_tell(beside, quoted_in, text, lang)


def _unopened(text: str, lang: str) -> str:
    """A message without what it begins with."""
    signs, text = _signs().get(analysis.base(lang)), text.lstrip(_BEFORE)
    opening = signs.opens.match(text) if signs else None
    return text[opening.end() :] if opening else text


def _subject(question: str, lang: str) -> list[str]:
    """The words of a question that say what it is about."""
    words = several.words_of(lang)
    rest = frames.beside(question, lang)
    for pattern in (words.talk, words.asks, words.back) if words else ():
        rest = pattern.sub(" ", rest)
    light = terms.function_words(lang) | cues.scaffolding(question, lang)
    return [word for word in _WORD.findall(rest) if analysis.normalise(word) not in light]


@lru_cache(maxsize=1)
def _signs() -> dict[str, Signs]:
    return {lang: _compiled(kinds) for lang, kinds in word_lists.kinds("leaning").items()}


def _compiled(kinds: dict[str, str]) -> Signs:
    end = "" if _UNSPACED.search(kinds["opens"]) else r"(?![\p{L}\p{M}])"
    start = r"(?<![\p{L}\p{M}])" if end else ""
    opens, means, apart = (
        f"{start}(?:{kinds.get(kind, '(?!)')}){end}" for kind in ("opens", "means", "apart")
    )
    if "joined" in kinds:
        opens += rf"|{start}(?:{kinds['joined']})(?=\p{{L}}{{2}})"
    return Signs(*(regex.compile(each, regex.IGNORECASE) for each in (opens, means, apart)))
