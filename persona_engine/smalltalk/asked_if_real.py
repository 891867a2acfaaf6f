"""Whether a message asks, in whichever words, if a person answers: it says nothing else, to the last word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kernel.lang import SUPPORTED
from persona_engine.smalltalk.book import Units, asked_words
from persona_engine.smalltalk.normal import normal, unaccented, units

_KIND: Final = "kind"  # of speaker: a human, a bot
_SOME: Final = "some"  # somebody, or what isn't
_YOU: Final = "you"  # whom it is asked of
_DOES: Final = "does"  # what they do here: replying, behind this account
# What is said together by who asks that; "somebody" is asked of for other reasons, too.
_ASKING: Final = tuple(map(frozenset, ((_KIND, _YOU), (_KIND, _DOES), (_SOME, _DOES))))
_TELLING: Final = frozenset().union(*_ASKING)


@dataclass(frozen=True, slots=True)
class _Words:
    """A language's words, each with what it tells, if anything; and the units of the longest."""

    says: Mapping[Units, frozenset[str]]
    longest: int


@lru_cache(maxsize=1)
def _words() -> dict[str, _Words]:
    found: dict[str, _Words] = {}
    for lang in SUPPORTED:
        says: dict[Units, frozenset[str]] = {}
        for part, words in asked_words(lang).items():
            for word in words:
                key = units(unaccented(normal(word)))
                says[key] = says.get(key, frozenset()) | (_TELLING & {part})
        if says:
            found[lang] = _Words(says, max(map(len, says)))
    return found


def languages(said: Units) -> Iterable[str]:
    """The languages in which a message, without accents, asks that."""
    return [lang for lang, words in _words().items() if _covered(said, words)]


def _covered(said: Units, words: _Words) -> bool:
    """Whether words of these cover all of it, and say together what asks that."""
    reached: list[set[frozenset[str]]] = [set() for _ in range(len(said) + 1)]
    reached[0].add(frozenset())
    for start, ways in enumerate(reached[:-1]):
        for end in range(start + 1, min(len(said), start + words.longest) + 1) if ways else ():
            says = words.says.get(said[start:end])
            if says is not None:
                reached[end] |= {so_far | says for so_far in ways}
    return any(each <= told for each in _ASKING for told in reached[-1])
