"""An avatar's boundaries and their versions: reading, changing, comparing, restoring."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from community import service as community
from kernel.db import UnitOfWork
from memory import service as memory
from persona_engine.boundaries import repository
from persona_engine.boundaries.guard import Guard, Verdict
from persona_engine.boundaries.rules import MOST_RULES, Boundaries, Kind, Rule, checked, defaults, diff
from persona_engine.boundaries.spelling import readable
from persona_engine.errors import BadCard, NoSuchVersion
from persona_engine.style_card import Change

__all__ = [
    "MOST_RULES",
    "Boundaries",
    "BoundariesInfo",
    "Guard",
    "Kind",
    "Rule",
    "Verdict",
    "add_exception",
    "checked",
    "compare",
    "current",
    "defaults",
    "own_texts",
    "readable",
    "restore",
    "save",
    "versions",
]


@dataclass(frozen=True, slots=True)
class BoundariesInfo:
    """A version of the rules; 0 is what every avatar begins with. `origin`: default, edited, restored."""

    version: int
    boundaries: Boundaries
    origin: str
    note: str
    at: datetime | None


_OWN_TEXTS = 200
_BEGINNING = BoundariesInfo(0, defaults(), "default", "", None)


def _info(row: Any) -> BoundariesInfo:
    return BoundariesInfo(row.version, Boundaries.from_json(row.rules), row.origin, row.note, row.created_at)


async def current(uow: UnitOfWork, avatar_id: int) -> BoundariesInfo:
    """The rules in force."""
    row = await repository.latest(uow, avatar_id)
    return _info(row) if row else _BEGINNING


async def own_texts(uow: UnitOfWork) -> tuple[tuple[str, str], ...]:
    """(language, text) of the creator's, for what their fans will ask about anyway."""
    return tuple(await memory.texts_for_style(uow, _OWN_TEXTS))


async def versions(uow: UnitOfWork, avatar_id: int) -> tuple[BoundariesInfo, ...]:
    """Every version, newest first; the beginning is the last."""
    return (*(_info(row) for row in await repository.versions(uow, avatar_id)), _BEGINNING)


async def save(
    uow: UnitOfWork,
    avatar_id: int,
    boundaries: Boundaries,
    *,
    based_on: int,
    origin: str = "edited",
    note: str = "",
) -> BoundariesInfo:
    """Put rules in force, as the version after `based_on`.

    Raises:
        NoSuchAvatar: not the tenant's.
        BadCard: somebody else has made a version since.
    """
    await community.get_avatar(uow, avatar_id)
    if (await current(uow, avatar_id)).version != based_on:
        raise BadCard("The boundaries were changed meanwhile: look at them again, then repeat your change.")
    try:
        row = await repository.add(uow, avatar_id, boundaries.to_json(), origin=origin, note=note[:200])
    except IntegrityError as error:
        raise BadCard(
            "The boundaries were changed meanwhile: look at them again, then repeat your change."
        ) from error
    return _info(row)


async def restore(uow: UnitOfWork, avatar_id: int, number: int, *, based_on: int) -> BoundariesInfo:
    """Put an earlier version in force again, as a new one.

    Raises:
        NoSuchVersion: there is none of that number.
        BadCard: somebody else has made a version since.
    """
    found = await _version(uow, avatar_id, number)
    return await save(
        uow, avatar_id, found.boundaries, based_on=based_on, origin="restored", note=f"version {number}"
    )


async def compare(uow: UnitOfWork, avatar_id: int, one: int, other: int) -> tuple[Change, ...]:
    """What differs between two versions.

    Raises:
        NoSuchVersion: one of them doesn't exist.
    """
    before, after = await _version(uow, avatar_id, one), await _version(uow, avatar_id, other)
    return diff(before.boundaries, after.boundaries)


async def _version(uow: UnitOfWork, avatar_id: int, number: int) -> BoundariesInfo:
    if number == 0:
        return _BEGINNING
    row = await repository.version(uow, avatar_id, number)
    if row is None:
        raise NoSuchVersion("There is no version {version}.", version=number)
    return _info(row)


async def add_exception(uow: UnitOfWork, avatar_id: int, rule_id: str, text: str) -> BoundariesInfo:
    """Let through what a rule stopped wrongly, and what is like it.

    Raises:
        NoSuchVersion: the rule was deleted since.
        BadCard: it has too many exceptions, or somebody else is changing the rules.
    """
    now = await current(uow, avatar_id)
    rule = now.boundaries.rule(rule_id)
    if rule is None:
        raise NoSuchVersion("This boundary isn't there any more.")
    altered = checked(replace(rule, exceptions=(*rule.exceptions, text[:300])))
    return await save(
        uow, avatar_id, now.boundaries.with_rule(altered), based_on=now.version, note=f"+ {text}"
    )
