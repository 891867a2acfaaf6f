"""An avatar's boundaries, and what else the door of their package shows."""

from dataclasses import replace
from typing import Final

from kernel.db import UnitOfWork
from memory import service as memory
from persona_engine.boundaries import planted
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.judge import Judge
from persona_engine.boundaries.models import BoundariesVersion
from persona_engine.boundaries.rules import (
    LONGEST_TEXT,
    MOST_QUOTED,
    MOST_RULES,
    Boundaries,
    Kind,
    Rule,
    checked,
    defaults,
    diff,
)
from persona_engine.boundaries.spelling import readable
from persona_engine.boundaries.verdict import Verdict
from persona_engine.errors import BadCard, NoSuchVersion
from persona_engine.versions import Version, Versions

__all__ = [
    "LONGEST_TEXT",
    "MOST_RULES",
    "Boundaries",
    "Guard",
    "Judge",
    "Kind",
    "Rule",
    "Verdict",
    "add_example",
    "add_exception",
    "checked",
    "defaults",
    "fit",
    "kept",
    "own_texts",
    "quote_anyway",
    "readable",
]


_OWN_TEXTS = 200

kept: Final = Versions(BoundariesVersion, Boundaries.from_json, diff, defaults())
"""The versions of an avatar's rules."""


async def own_texts(uow: UnitOfWork) -> tuple[tuple[str, str], ...]:
    """(language, text) of the creator's, for what their fans will ask about anyway."""
    return tuple(await memory.texts_for_style(uow, _OWN_TEXTS))


async def fit(uow: UnitOfWork, guard: Guard, avatar_id: int) -> None:
    """Have a guard fit an avatar's rules to what its creator says, if it hasn't lately."""
    if not guard.knows(avatar_id):
        guard.fit(avatar_id, await own_texts(uow))


async def add_example(uow: UnitOfWork, avatar_id: int, rule_id: str, text: str) -> Version[Boundaries]:
    """Count a text, and what is like it, among what a rule is about.

    Raises:
        NoSuchVersion: the rule was deleted since.
        BadCard: it has too many examples, or somebody else is changing the rules.
    """
    now, rule = await _rule(uow, avatar_id, rule_id)
    altered = checked(replace(rule, examples=(*rule.examples, text[:LONGEST_TEXT])))
    return await _altered(uow, avatar_id, now, altered, text)


async def add_exception(uow: UnitOfWork, avatar_id: int, rule_id: str, text: str) -> Version[Boundaries]:
    """Let through what a rule stopped wrongly, and what is like it.

    Raises:
        NoSuchVersion: the rule was deleted since.
        BadCard: it has too many exceptions, or somebody else is changing the rules.
    """
    now, rule = await _rule(uow, avatar_id, rule_id)
    altered = checked(replace(rule, exceptions=(*rule.exceptions, text[:LONGEST_TEXT])))
    return await _altered(uow, avatar_id, now, altered, text)


async def quote_anyway(uow: UnitOfWork, avatar_id: int, text: str, lang: str) -> Version[Boundaries]:
    """Have a passage quoted although it reads as if it was planted for an AI.

    Raises:
        BadCard: there are too many such sentences, or somebody else is changing the rules.
    """
    now = await kept.current(uow, avatar_id)
    quoted = tuple(dict.fromkeys((*now.document.quoted, *planted.digests(text, lang))))
    if len(quoted) > MOST_QUOTED:
        raise BadCard("At most {most} such sentences can be quoted anyway.", most=MOST_QUOTED)
    return await kept.save(
        uow, avatar_id, replace(now.document, quoted=quoted), based_on=now.version, note=f"+ {text[:200]}"
    )


async def _rule(uow: UnitOfWork, avatar_id: int, rule_id: str) -> tuple[Version[Boundaries], Rule]:
    now = await kept.current(uow, avatar_id)
    rule = now.document.rule(rule_id)
    if rule is None:
        raise NoSuchVersion("This boundary isn't there any more.")
    return now, rule


async def _altered(
    uow: UnitOfWork, avatar_id: int, now: Version[Boundaries], altered: Rule, said: str
) -> Version[Boundaries]:
    return await kept.save(
        uow, avatar_id, now.document.with_rule(altered), based_on=now.version, note=f"+ {said}"
    )
