"""Plain questions for advice that a boundary which comes with the product is about, told by their wordings.

Few examples don't reach them: "What should I take for a cold?" has hardly a word of "What dose of ibuprofen
should I take?". How advice is asked for and of what may stand in any order, so each is looked for apart.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from persona_engine.boundaries.wordings import Wording, Wordings, sentences_of, sentences_written

_FILE: Final = Path(__file__).with_name("advice.toml")


class _Advice(NamedTuple):
    """How advice is asked for in a language, what it is asked of, and whose is none of the asker's."""

    rule: str
    asks: Wordings
    about: Wordings
    others: Wordings


def found_in(text: str) -> Iterator[tuple[str, str]]:
    """The ids of the default rules that a question falls under, each with what it asks advice of, as written.

    In all languages at once: a short message's language is easily mistaken.
    """
    sentences, written = sentences_of(text), sentences_written(text)
    # "My throat hurts. What should I do?"
    near = [slice(at, at + 2) for at in range(max(1, len(sentences) - 1))]
    for each in _advice():
        asked = [where for where in near if each.asks.first_in(sentences[where])]
        if asked and not each.others.first_in(sentences):
            told = (one for where in asked for one in written[where])
            places = ((one, place) for one in told for place in each.about.places_in(one))
            if found := next(places, None):
                sentence, (begin, end, _) = found
                yield each.rule, sentence[begin:end]


@lru_cache(maxsize=1)
def _advice() -> tuple[_Advice, ...]:
    told = tomllib.loads(_FILE.read_text("utf-8"))
    return tuple(
        _Advice(rule, *(_lines(own, kind) for kind in ("asks", "about", "others")))
        for rule, languages in told.items()
        for own in languages.values()
    )


def _lines(own: Mapping[str, Any], kind: str) -> Wordings:
    return Wordings(Wording(line, own.get("words", {})) for line in own[kind])
