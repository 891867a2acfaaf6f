"""Whether a boundary keeps a passage back, judged with all that a fan sees beside the words given of it."""

from dataclasses import replace
from functools import lru_cache

from memory import service as memory
from memory.types import PassageInfo
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.verdict import PASS, Verdict
from persona_engine.decisions import PersonaContext


async def held(
    guard: Guard, context: PersonaContext, passage: PassageInfo, span: tuple[int, int] | None = None
) -> Verdict | None:
    """By what a passage isn't given from, if by anything; `span` is what is given of it, else all is.

    A phrase counts anywhere in it, in its title and in the headings above it; likeness only in the title and
    the nearest heading, and if it is great in the sentence before what is given and the one behind it. Where
    all is given, it counts in each sentence.
    """
    title, above = passage.title, passage.locator.heading or ""
    seen = _seen(passage.text, passage.lang, span)
    found = await guard.shown(
        "\n".join(dict.fromkeys(filter(None, (title, above, passage.text)))),
        () if span else seen,
        passage.lang,
        context.boundaries,
        titles=tuple(dict.fromkeys(filter(None, (title, passage.locator.nearest)))),
        beside=seen if span else (),
        key=context.rules_key,
    )
    return found if found.stops else None


async def kept_back(guard: Guard, context: PersonaContext, passage: PassageInfo, quote: str) -> Verdict:
    """Whether a boundary would keep this of a passage back; what it is found in is told."""
    found = await guard.quotable(quote, passage.lang, context.boundaries, key=context.rules_key)
    if found.stops:
        return replace(found, found_in=found.found_in or (quote,))
    start = passage.text.find(quote)
    span = (start, start + len(quote)) if start >= 0 else (0, 0)  # the passage was read anew since
    return await held(guard, context, passage, span) or PASS


@lru_cache(maxsize=2_000)
def _seen(text: str, lang: str, span: tuple[int, int] | None) -> tuple[str, ...]:
    """The sentence before a span and the one behind it, where there are such; without a span, all."""
    if span is None:
        return tuple(memory.sentences_of(text, lang))
    (start, end), spans = span, memory.split_sentences(text, lang)
    before = [text[begin:stop] for begin, stop in spans if stop <= start]
    behind = [text[begin:stop] for begin, stop in spans if begin >= end > start]
    return (*before[-1:], *behind[:1])
