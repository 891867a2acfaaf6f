"""Plain questions for advice that a boundary which comes with the product is about, told by their wordings;
and promises of a return.

Few examples don't reach them: "What should I take for a cold?" has hardly a word of "What dose of ibuprofen
should I take?". How advice is asked for and of what may stand in any order, so each is looked for apart.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from persona_engine.boundaries.wordings import Wording, Wordings, sentences_of, sentences_written

_FILE: Final = Path(__file__).with_name("advice.toml")
# Wordings know letters and figures; "12 %" and "12%" are twelve percent in any language.
_PERCENT: Final = re.compile("[%\uff05\u066a]")


class _Advice(NamedTuple):
    """How advice is asked for in a language, of what, and what is none: what `others` have, and a `subject`,
    which is what the creator did or what one buys to use.
    """

    rule: str
    lang: str
    asks: Wordings
    about: Wordings
    others: Wordings
    subject: Wordings


def found_in(text: str) -> Iterator[tuple[str, str]]:
    """The ids of the default rules that a text falls under, each with what it asks advice of, or promises, as
    written.

    In all languages at once: a short message's language is easily mistaken.
    """
    text = _PERCENT.sub(" percent ", text)
    sentences, written = sentences_of(text), sentences_written(text)
    # "My throat hurts. What should I do?"
    near = [slice(at, at + 2) for at in range(max(1, len(sentences) - 1))]
    for each in _advice():
        asked = [where for where in near if each.asks.first_in(sentences[where])]
        if asked and not each.others.first_in(sentences):
            told = (
                one
                for where in asked
                for one, plain in zip(written[where], sentences[where], strict=True)
                if not each.subject.first_in([plain])
            )
            places = ((one, place) for one in told for place in each.about.places_in(one))
            if found := next(places, None):
                sentence, (begin, end, _) = found
                yield each.rule, sentence[begin:end]


def is_subject(rule_id: str, text: str, lang: str) -> bool:
    """Whether a question in a language (a primary subtag) is on a subject, however like an example it is.

    Not where another sentence names what advice is asked of; and an animal makes one of an illness only where
    nothing that people have is named.
    """
    sentences = sentences_of(text)
    for each in _advice():
        if (each.rule, each.lang) == (rule_id, lang):
            beside = [one for one in sentences if not each.subject.first_in([one])]
            named = len(beside) < len(sentences) or each.others.first_in(sentences)
            return bool(named) and not each.about.first_in(beside)
    return False


@lru_cache(maxsize=1)
def _advice() -> tuple[_Advice, ...]:
    told = tomllib.loads(_FILE.read_text("utf-8"))
    return tuple(
        _Advice(rule, lang, *(_lines(own, kind) for kind in ("asks", "about", "others", "subject")))
        for rule, languages in told.items()
        for lang, own in languages.items()
    )


def _lines(own: Mapping[str, Any], kind: str) -> Wordings:
    return Wordings(Wording(line, own.get("words", {})) for line in own.get(kind, ()))
