"""An avatar's boundaries, and what else the door of their package shows."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from psycopg.errors import ForeignKeyViolation

from community.events import FanErased
from kernel.db import Database, UnitOfWork
from memory import service as memory
from memory.service import OwnWords
from persona_engine.boundaries import planted, repository
from persona_engine.boundaries.for_a_time import Lapsing, close, closing, reopen
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.judge import Judge
from persona_engine.boundaries.rules import (
    LONGEST_TEXT,
    MOST_QUOTED,
    MOST_RULES,
    Boundaries,
    Kind,
    Rule,
    as_text,
    checked,
    defaults,
)
from persona_engine.boundaries.spelling import readable
from persona_engine.boundaries.verdict import Verdict
from persona_engine.boundaries.wordings_of_fans import KEPT
from persona_engine.errors import BadCard, NoSuchVersion
from persona_engine.versions import Version

__all__ = [
    "KEEP_OWN_WORDS",
    "LONGEST_TEXT",
    "MOST_RULES",
    "Boundaries",
    "Guard",
    "Judge",
    "Kind",
    "Lapsing",
    "Rule",
    "Verdict",
    "add_example",
    "add_exceptions",
    "as_text",
    "checked",
    "close",
    "closing",
    "defaults",
    "fan_erased",
    "fit",
    "keep_own_words",
    "kept",
    "own_words",
    "quote_anyway",
    "readable",
    "reopen",
    "said_by_fan",
]


KEEP_OWN_WORDS: Final = "boundaries.keep_own_words"

_OWN_TEXTS = 200

kept: Final = KEPT


async def own_words(uow: UnitOfWork, guard: Guard) -> OwnWords:
    """What the creator says, for what their fans will ask about anyway.

    Where it isn't kept as it is now, it will be: the next process needn't read it.
    """
    found = await guard.read(await memory.texts_for_style(uow, _OWN_TEXTS))
    if found and (packed := await repository.own_words(uow, found.digest)):
        found.unpack(packed)
    elif found:
        await uow.defer(KEEP_OWN_WORDS, creator_id=uow.tenant)
    return found


async def fit(uow: UnitOfWork, guard: Guard, avatar_id: int) -> None:
    """Have a guard fit an avatar's rules to what its creator says, if it hasn't lately."""
    if not guard.knows(avatar_id):
        guard.fit(avatar_id, await own_words(uow, guard))


async def keep_own_words(db: Database, guard: Guard, creator_id: int) -> None:
    """Keep what the creator says as rules are fitted to it, and nothing of what was said before.

    While the encoder is away it isn't: whoever needs it asks again.
    """
    async with db.uow(creator_id) as uow:
        found = await guard.read(await memory.texts_for_style(uow, _OWN_TEXTS))
        if not found:
            await repository.forget_own_words(uow)
        if not found or await repository.own_words(uow, found.digest):
            return
    packed = await asyncio.to_thread(found.packed)
    if packed:
        async with db.uow(creator_id) as uow:
            await repository.keep_own_words(uow, found.digest, packed)


async def said_by_fan(uow: UnitOfWork, avatar_id: int, message_id: int, text: str) -> str:
    """A text out of a fan's message as it may stand in a rule, from now on tied to the fan.

    Raises:
        BadCard: the fan was erased just now.
    """
    said = as_text(text)
    try:
        found = await repository.add_wording(uow, avatar_id, message_id, said)
    except ForeignKeyViolation:
        found = False
    if not found:
        raise BadCard("A fan was erased just now: please try again.")
    return said


async def fan_erased(uow: UnitOfWork, event: FanErased) -> None:
    """Have what a fan wrote go out of all rules; where some were in force with it, a new version says so."""
    avatars = await repository.avatars_with_wordings(uow, event.fan_id)
    before = [await kept.current(uow, avatar) for avatar in avatars]
    await repository.drop_wordings(uow, event.fan_id)
    for avatar, old in zip(avatars, before, strict=True):
        now = await kept.current(uow, avatar)
        if now != old:
            await kept.save(uow, avatar, now.document, based_on=now.version, origin="erased")


async def add_example(
    uow: UnitOfWork, avatar_id: int, rule_id: str, text: str, *, message_id: int | None = None
) -> Version[Boundaries]:
    """Count a text, and what is like it, among what a rule is about; out of a fan's message, if of one.

    Raises:
        NoSuchVersion: the rule was deleted since.
        BadCard: it has too many examples, somebody else is changing the rules, or the fan was erased.
    """
    now, rule = await _rule(uow, avatar_id, rule_id)
    (said,) = await _said(uow, avatar_id, (text,), message_id)
    return await _altered(uow, avatar_id, now, checked(replace(rule, examples=(*rule.examples, said))))


async def add_exceptions(
    uow: UnitOfWork, avatar_id: int, rule_id: str, texts: Sequence[str], *, message_id: int | None = None
) -> Version[Boundaries]:
    """Let through what a rule stopped wrongly, and what is like it; out of a fan's message, if of one.

    Raises:
        NoSuchVersion: the rule was deleted since.
        BadCard: it has too many exceptions, somebody else is changing the rules, or the fan was erased.
    """
    now, rule = await _rule(uow, avatar_id, rule_id)
    said = await _said(uow, avatar_id, texts, message_id)
    return await _altered(uow, avatar_id, now, checked(replace(rule, exceptions=(*rule.exceptions, *said))))


async def _said(
    uow: UnitOfWork, avatar_id: int, texts: Sequence[str], message_id: int | None
) -> tuple[str, ...]:
    """Texts as they may stand in a rule, tied to whoever wrote a message if they are out of one."""
    if message_id is None:
        return tuple(map(as_text, texts))
    return tuple([await said_by_fan(uow, avatar_id, message_id, text) for text in texts])


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
    uow: UnitOfWork, avatar_id: int, now: Version[Boundaries], altered: Rule
) -> Version[Boundaries]:
    return await kept.save(
        uow, avatar_id, now.document.with_rule(altered), based_on=now.version, note=f"+ {altered.name}"
    )
