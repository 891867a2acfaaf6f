"""Test questions from a creator's content: what it asks itself, and what a fan could ask of its topics.

Deterministic; `rewording.py` lets a model put them, where there is one.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kernel.db import UnitOfWork
from kernel.i18n import t
from kernel.lang import DEFAULT, UNSPACED, base, normalise
from memory import service as memory
from memory.types import PassageInfo, SourceFilter, SourceInfo, SourceState
from persona_engine.choice import pick
from persona_engine.phrases import topics
from persona_engine.style import stop_words
from persona_engine.titles import is_file_name
from persona_engine.trials import naming

COUNT: Final = 5
"""Test questions of one round."""

MADE: Final = 3 * COUNT
"""How many are made, for as many as are wanted to be answered by what they were made from."""

_LISTED, _SOURCES, _PASSAGES = 200, 15, 8
_SHORTEST, _LONGEST = 8, 160
_LONGEST_TOPIC: Final = 80
_SHORTEST_TOPIC, _SHORTEST_UNSPACED = 4, 2
_SAYS_SOMETHING: Final = 20
# "Tonight's question comes from a nine-year-old: who carries the fuel up?"
_COLON: Final = re.compile(r"^.*[^\d][:：]\s*([¿\w])(?=.{20})")
_ABOUT: Final = re.compile(r"(?:について|に関して|の話|のこと)$")
_QUESTION_MARK: Final = re.compile(r"[?？؟⁇⁈]\s*[\"'”’»」』)]*$")


@dataclass(frozen=True, slots=True)
class Made:
    """A test question, and the passage that it was made from.

    `way`: asked, cost, when, thing, heading, title, again (what comes again in the text) or model.
    """

    text: str
    lang: str
    way: str
    passage: PassageInfo


async def sample(uow: UnitOfWork, turn: int) -> list[PassageInfo]:
    """Beginnings of items that everyone may see, the newest first; the next round's are others'."""
    found = await memory.list_sources(uow, SourceFilter(state=SourceState.INDEXED), size=_LISTED)
    readable = _by_language([each for each in found.items if not each.tier and each.passages])
    first = turn * COUNT % len(readable) if readable else 0
    chosen = (readable[first:] + readable[:first])[:_SOURCES]
    lists = [await memory.passages(uow, each.id, size=_PASSAGES) for each in chosen]
    return [each for one in lists for each in one.items]


def _by_language(sources: Iterable[SourceInfo]) -> list[SourceInfo]:
    """Items of one language after those of another, in turn, each language's in their order."""
    groups: dict[str | None, list[SourceInfo]] = {}
    for each in sources:
        groups.setdefault(each.lang, []).append(each)
    longest = max(map(len, groups.values()), default=0)
    return [group[at] for at in range(longest) for group in groups.values() if at < len(group)]


def made_from(passages: Sequence[PassageInfo], count: int = MADE) -> list[Made]:
    """Up to `count` different questions, from as many items and in as many ways as there are."""
    items: dict[int, list[PassageInfo]] = {}
    for each in passages:
        items.setdefault(each.source_id, []).append(each)
    weights = _Weights(items)
    waiting = {
        item: [made for each in theirs for made in _candidates(each, weights)]
        for item, theirs in items.items()
    }
    found: list[Made] = []
    taken: set[str] = set()
    ways: Counter[str] = Counter()
    while len(found) < count and any(waiting.values()):
        for candidates in waiting.values():
            candidates[:] = [each for each in candidates if each.text.casefold() not in taken]
            if candidates and len(found) < count:
                # The way that was taken least; among those the first.
                best = min(candidates, key=lambda each: ways[each.way])
                found.append(best)
                taken.add(best.text.casefold())
                ways[best.way] += 1
    return found


def _candidates(passage: PassageInfo, weights: "_Weights") -> Iterator[Made]:
    lang = normalise(passage.lang) or DEFAULT
    sentences = [" ".join(each.split()) for each in memory.sentences_of(passage.text, passage.lang)]
    made = 0
    for way, text in _asked(passage, sentences, lang, weights):
        made += 1
        yield Made(text, lang, way, passage)
    # Where nothing else tells what it is about: what comes again and holds together.
    again = () if made else topics(sentences, stop_words(base(lang)), 1)
    for each in again:
        yield Made(_about(each.value, lang, passage), lang, "again", passage)


def _asked(
    passage: PassageInfo, sentences: Sequence[str], lang: str, weights: "_Weights"
) -> Iterator[tuple[str, str]]:
    """(way, question) of what a fan could ask that a passage answers."""
    for one, following in pairwise(sentences):
        # A question that the text goes on to answer.
        answered = len(following) >= _SAYS_SOMETHING and not _asks(following)
        asked = _COLON.sub(lambda said: said[1].upper(), one) if _asks(one) else ""
        shortest = _SHORTEST if base(lang) in UNSPACED else _SAYS_SOMETHING
        if shortest <= len(asked) <= _LONGEST and answered:
            yield "asked", asked
    named = _above(passage, lang)
    title = next((topic for way, topic in named if way == "title" and not _asks(topic)), "")
    for each in sentences if title else ():
        for kind in naming.details(each, lang):
            yield kind, t(lang, f"trial.{kind}", topic=title)
    if thing := weights.thing(passage.source_id, [each for each in sentences if not _asks(each)], lang):
        yield "thing", t(lang, "trial.thing", topic=thing)
    for way, topic in named:
        yield way, topic if _asks(topic) else _about(topic, lang, passage)


def _about(topic: str, lang: str, passage: PassageInfo) -> str:
    return t(lang, pick("trial.about", passage.source_id), topic=topic)


def _above(passage: PassageInfo, lang: str) -> list[tuple[str, str]]:
    """What the heading and the title of a passage say, where they say something."""
    shortest = _SHORTEST_UNSPACED if base(lang) in UNSPACED else _SHORTEST_TOPIC
    above = [("heading", _topic(passage.locator.nearest)), ("title", _topic(passage.title))]
    return [
        (way, topic)
        for way, topic in above
        if shortest <= len(topic) <= _LONGEST_TOPIC and not is_file_name(topic)
    ]


def _topic(text: str) -> str:
    """A title or heading without its marks, and without what says that it is about something."""
    return _ABOUT.sub("", " ".join(text.split()).strip(" #*:：-–—").rstrip(".。!！"))


def _asks(sentence: str) -> bool:
    return bool(_QUESTION_MARK.search(sentence))


class _Weights:
    """How much a word says of an item: how often it stands there, and in how few others."""

    def __init__(self, items: Mapping[int, Sequence[PassageInfo]]) -> None:
        self._texts = {
            item: " ".join(each.text for each in theirs).casefold() for item, theirs in items.items()
        }

    def _of(self, item: int, word: str) -> float:
        word = word.casefold()
        among = sum(word in text for text in self._texts.values())
        return self._texts[item].count(word) * math.log1p(len(self._texts) / max(1, among))

    def thing(self, item: int, sentences: Sequence[str], lang: str) -> str:
        """What an item's sentences speak of the most, named as they name it; empty if nothing tells it."""
        found = dict(named for each in sentences for named in naming.things(each, lang))
        weightiest = max(found, key=lambda noun: (self._of(item, noun), noun), default="")
        return found.get(weightiest, "")
