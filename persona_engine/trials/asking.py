"""Test questions from a creator's content: from what it asks itself, its titles, headings and sentences.

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
from kernel.lang import DEFAULT, base, normalise
from memory import service as memory
from memory.types import PassageInfo, SourceFilter, SourceInfo, SourceState
from persona_engine.phrases import clauses, topics
from persona_engine.style import stop_words
from persona_engine.titles import is_file_name

COUNT: Final = 5
"""Test questions of one round."""

_LISTED, _SOURCES, _PASSAGES = 200, 15, 8
_SHORTEST, _LONGEST = 8, 160
_LONGEST_TOPIC: Final = 80
_SHORTEST_WORD: Final = 4
_SAYS_SOMETHING: Final = 20
_QUESTION_MARK: Final = re.compile(r"[?？؟⁇⁈]\s*[\"'”’»」』)]*$")


@dataclass(frozen=True, slots=True)
class Made:
    """A test question, and the passage that it was made from. `way`: asked, salient, heading or title."""

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


def made_from(passages: Sequence[PassageInfo], count: int = COUNT) -> list[Made]:
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
    spans = [passage.text[start:end] for start, end in memory.split_sentences(passage.text, passage.lang)]
    sentences = [" ".join(each.split()) for each in spans]
    for one, following in pairwise(sentences):
        # A question that the text goes on to answer.
        answered = len(following) >= _SAYS_SOMETHING and not _asks(following)
        if _asks(one) and _SHORTEST <= len(one) <= _LONGEST and answered:
            yield Made(one, lang, "asked", passage)
    if asked := weights.question(passage.source_id, sentences, lang):
        yield Made(asked, lang, "salient", passage)
    for way, topic in (("heading", passage.locator.nearest), ("title", passage.title)):
        topic = " ".join(topic.split()).strip(" #*:：-–—").rstrip(".。!！")
        if _SHORTEST_WORD <= len(topic) <= _LONGEST_TOPIC and not is_file_name(topic):
            yield Made(topic if _asks(topic) else t(lang, "trial.title", topic=topic), lang, way, passage)


def _asks(sentence: str) -> bool:
    return bool(_QUESTION_MARK.search(sentence))


class _Weights:
    """How much a word says of an item: how often it stands there, and in how few others."""

    def __init__(self, items: Mapping[int, Sequence[PassageInfo]]) -> None:
        self._counts = {
            item: Counter(_words(" ".join(each.text for each in theirs))) for item, theirs in items.items()
        }
        self._items = Counter(word for counts in self._counts.values() for word in counts)

    def _of(self, item: int, word: str) -> float:
        return self._counts[item][word] * math.log1p(len(self._counts) / self._items[word])

    def question(self, item: int, sentences: Sequence[str], lang: str) -> str:
        """What the two weightiest words of one sentence have to do with each other; empty if none has two.

        In scripts without spaces: about what comes again in the text, if anything does.
        """
        stop = stop_words(base(lang))
        best, pair = 0.0, ("", "")
        for each in sentences:
            if _asks(each) or not _SAYS_SOMETHING <= len(each) <= _LONGEST:
                continue
            words = [one for one in dict.fromkeys(_words(each)) if len(one) >= _SHORTEST_WORD]
            said = sorted((one for one in words if one not in stop), key=lambda one: -self._of(item, one))
            weight = sum(self._of(item, one) for one in said[:2])
            if len(said) > 1 and weight > best:
                first, second = sorted(said[:2], key=words.index)
                best, pair = weight, (first, second)
        if best:
            return t(lang, "trial.link", one=pair[0], other=pair[1])
        # Nothing tells the words apart: what comes again and holds together.
        said_again = topics(sentences, stop, 1)
        return t(lang, "trial.about", topic=said_again[0].value) if said_again else ""


def _words(text: str) -> list[str]:
    return [word.casefold() for words in clauses(text) for word in words]
