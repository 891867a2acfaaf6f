"""Rules in which a fan's words stand: their versions name these by number, so that they go with the fan."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kernel.db import UnitOfWork
from persona_engine.boundaries import repository
from persona_engine.boundaries.models import BoundariesVersion
from persona_engine.boundaries.rules import Boundaries, defaults, diff
from persona_engine.models import VersionRow
from persona_engine.versions import Versions

_PARTS: Final = ("phrases", "examples", "exceptions")


class RuleVersions(Versions[Boundaries]):
    """The versions of an avatar's rules.

    Of a text that a fan wrote, a version keeps the number in `fan_wording`. What is gone from there is left
    out of every version that is read, and counted in the rule's `erased`.
    """

    def __init__(self) -> None:
        super().__init__(BoundariesVersion, Boundaries.from_json, diff, defaults())

    async def _document(self, uow: UnitOfWork, row: VersionRow) -> Boundaries:
        numbers = {each for rule in row.document["rules"] for each in _texts(rule) if isinstance(each, int)}
        said = await repository.wordings(uow, row.avatar_id) if numbers else []
        return Boundaries.from_json(_told(row.document, {each.id: each.text for each in said}))

    async def _kept(self, uow: UnitOfWork, avatar_id: int, document: Boundaries) -> dict[str, Any]:
        said = {each.text: each.id for each in await repository.wordings(uow, avatar_id)}
        return _with_texts(document.to_json(), lambda texts: [said.get(each, each) for each in texts])


KEPT: Final = RuleVersions()
"""The versions of an avatar's rules."""


def _texts(rule: Mapping[str, Any]) -> list[str | int]:
    return [each for part in _PARTS for each in rule.get(part, ())]


def _told(kept: Mapping[str, Any], said: Mapping[int, str]) -> dict[str, Any]:
    """A kept document with what its numbers stand for, as far as that is still there."""
    whole = _with_texts(kept, lambda texts: [said.get(each, each) for each in texts])
    for rule in whole["rules"]:
        gone = sum(isinstance(each, int) for each in _texts(rule))
        rule["erased"] = rule.get("erased", 0) + gone
    return _with_texts(whole, lambda texts: [each for each in texts if isinstance(each, str)])


def _with_texts(document: Mapping[str, Any], made: Callable[[Sequence[Any]], list[Any]]) -> dict[str, Any]:
    """A document with its rules' texts made into others."""
    rules = [rule | {part: made(rule.get(part, ())) for part in _PARTS} for rule in document["rules"]]
    return {**document, "rules": rules}
