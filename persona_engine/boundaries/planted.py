"""What content says to an AI that reads it, and what in it asks for money to a wallet, sentence by sentence.

Whoever imports content need not have written it. What becomes of it isn't decided here.
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.lang import base
from memory import service as memory
from memory.service import Example, Match, Matcher
from persona_engine.boundaries.spelling import Words, levelled
from persona_engine.boundaries.wordings import Wording, Wordings, sentences_of
from persona_engine.wording.checks.contacts import wallets

_FILE: Final = Path(__file__).with_name("planted.toml")
_LINES: Final = Path(__file__).with_name("planted_lines.toml")
# Whatever the content's language, in this one most is planted.
_ALWAYS: Final = "en"
_LABEL: Final = "planted"


@lru_cache(maxsize=1)
def _told() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[Words, Words]]:
    """By language, the words of what speaks to an AI, and of what asks for money."""
    return {tag: (Words(told["about"]), Words(told["asks"])) for tag, told in _told().items()}


@lru_cache(maxsize=1)
def _lines() -> dict[str, Wordings]:
    """By language, how an AI that reads along is ordered about."""
    told = tomllib.loads(_LINES.read_text("utf-8"))
    return {tag: Wordings(Wording(line, own["words"]) for line in own["lines"]) for tag, own in told.items()}


@lru_cache(maxsize=32)
def _examples(tag: str) -> tuple[Example, ...]:
    told = _told()[tag]
    return tuple(
        Example(_LABEL, text, tag, allowed)
        for texts, allowed in ((told["examples"], False), (told["harmless"], True))
        for text in texts
    )


def _suspects(text: str, lang: str) -> Iterator[tuple[str, str, bool]]:
    """The sentences that may be it: each, the language that tells so, and whether it needs no likeness.

    It needs none where it asks for money to a wallet, or orders an AI about as some line has it; otherwise it
    has a word of it.
    """
    for sentence in memory.sentences_of(text, lang):
        said, one_line = levelled(sentence), sentences_of(" ".join(sentence.split()))
        for tag in dict.fromkeys((base(lang), _ALWAYS)):
            about, asks = _words().get(tag, (None, None))
            pays = asks is not None and asks.stand_in(said) and any(wallets(sentence))
            certain = pays or (tag in _lines() and _lines()[tag].first_in(one_line) is not None)
            if certain or (about is not None and about.stand_in(said)):
                yield sentence, tag, certain


def digests(text: str, lang: str) -> tuple[str, ...]:
    """What is kept of those sentences of a text that may be planted, to know them again."""
    return tuple(dict.fromkeys(_digest(sentence) for sentence, _, _ in _suspects(text, lang)))


def _digest(sentence: str) -> str:
    return hashlib.sha256(" ".join(sentence.split()).encode()).hexdigest()[:32]


def found_in(
    text: str, lang: str, known: Sequence[str], matcher_of: Callable[[str, Sequence[Example]], Matcher]
) -> Match | None:
    """What in a text reads as if planted, by the sentence; None where nothing does. Blocking.

    What is `known` by its digest isn't looked at. `matcher_of` has a matcher by language and examples.
    """
    for sentence, tag, certain in _suspects(text, lang):
        if _digest(sentence) in known:
            continue
        if certain:
            return Match(_LABEL, 1.0, sentence)
        matcher = matcher_of(tag, _examples(tag))
        if found := matcher.match(matcher.read(sentence, tag)):
            return Match(_LABEL, found[0].confidence, sentence)
    return None
