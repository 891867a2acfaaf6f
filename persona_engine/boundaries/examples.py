"""The rules' texts, as matchers take them. What becomes of a match isn't known here."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from kernel import lang as langs
from memory import service as memory
from memory.service import Example
from persona_engine.boundaries.rules import Boundaries, Kind, Rule
from persona_engine.boundaries.spelling import Words


@lru_cache(maxsize=256)
def phrases_of(boundaries: Boundaries) -> Boundaries:
    """The rules by their phrases alone."""
    rules = (replace(rule, examples=()) for rule in boundaries.rules if rule.phrases)
    return replace(boundaries, rules=tuple(rule for rule in rules if rule.kind is not Kind.ONLY))


@lru_cache(maxsize=256)
def stopping(boundaries: Boundaries) -> tuple[Example, ...]:
    """What messages are held against, to be stopped."""
    kinds = (Kind.FORBIDDEN, Kind.HANDOVER)
    return _told(rule for rule in boundaries.rules if rule.on and rule.kind in kinds)


@lru_cache(maxsize=256)
def allowing(boundaries: Boundaries) -> tuple[Example, ...]:
    """What messages are held against where only some topics are allowed."""
    return _told(rule for rule in boundaries.rules if rule.on and rule.kind is Kind.ONLY)


@lru_cache(maxsize=256)
def promises(boundaries: Boundaries) -> tuple[Example, ...]:
    """What answers are held against besides."""
    return _told(rule for rule in boundaries.rules if rule.on and rule.kind is Kind.PROMISE)


@lru_cache(maxsize=256)
def like_promises(boundaries: Boundaries) -> tuple[Example, ...]:
    """What a person's own words are held against besides: not phrases, which must stand there as written."""
    return tuple(each for each in promises(boundaries) if not each.phrase)


@lru_cache(maxsize=256)
def promise_phrases(boundaries: Boundaries) -> tuple[tuple[str, str, Words], ...]:
    """The phrases that a person's own words are held against, each with its rule's id."""
    return tuple((each.label, each.text, Words([each.text])) for each in promises(boundaries) if each.phrase)


def _told(rules: Iterable[Rule]) -> tuple[Example, ...]:
    found: list[Example] = []
    for rule in rules:
        for texts, allowed, phrase in (
            (rule.examples, False, False), (_with_parts(rule.exceptions), True, False),
            (rule.phrases, False, True),
        ):  # fmt: skip
            found += [
                Example(rule.id, text, memory.detect(text, langs.SUPPORTED).lang, allowed, phrase)
                for text in texts
            ]
    return tuple(found)


def _with_parts(exceptions: Iterable[str]) -> tuple[str, ...]:
    """Exceptions, and the sentences of those that have several: what is given is judged by sentence, too."""
    return tuple(
        dict.fromkeys(
            said
            for each in exceptions
            for said in (each, *memory.sentences_of(each, memory.detect(each, langs.SUPPORTED).lang))
        )
    )
