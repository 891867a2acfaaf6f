"""Topics that the creator's people close in a chat: at once, for some days or for good, and open again."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.rounds import forever
from persona_engine.boundaries import repository
from persona_engine.boundaries.rules import LONGEST_NAME, MOST_RULES, Boundaries, Kind, Rule, checked
from persona_engine.boundaries.wordings_of_fans import KEPT
from persona_engine.errors import BadCard

LAPSE_EVERY_S: Final = 60.0
_SAID: Final = "chat-"


def closing(words: str, order: int, until: datetime | None) -> Rule:
    """The rule by which no message with these words (split at commas) is answered; `order` names the order.

    Raises:
        BadCard: there are no words, or too many.
    """
    phrases = tuple(words.split(","))
    name = " ".join(words.split())[:LONGEST_NAME]
    ends = until.astimezone(UTC).isoformat(timespec="seconds") if until else ""
    return checked(Rule(f"{_SAID}{order}", Kind.FORBIDDEN, name, phrases, until=ends))


async def close(uow: UnitOfWork, avatar_id: int, rule: Rule) -> None:
    """Put such a rule in force; the same order again changes nothing.

    Raises:
        BadCard: there are too many rules, or somebody else is changing them.
    """
    current = await KEPT.current(uow, avatar_id)
    if current.document.rule(rule.id):
        return
    if len(current.document.rules) >= MOST_RULES:
        raise BadCard("There are as many boundaries as an avatar can have. Delete one first.")
    await KEPT.save(
        uow, avatar_id, current.document.with_rule(rule), based_on=current.version, note=f"+ {rule.name}"
    )


async def reopen(uow: UnitOfWork, avatar_id: int, order: int) -> str:
    """Take the last such rule out again; its name, or nothing where there is none. Once for each `order`.

    Raises:
        BadCard: somebody else is changing the rules.
    """
    current = await KEPT.current(uow, avatar_id)
    done = f"/topic undo {order}: "
    if current.note.startswith(done):
        return current.note.removeprefix(done)
    said = [rule for rule in current.document.rules if rule.id.startswith(_SAID)]
    if not said:
        return ""
    without = current.document.without(said[-1].id)
    await KEPT.save(uow, avatar_id, without, based_on=current.version, note=f"{done}{said[-1].name}")
    return said[-1].name


def _lapsed(document: Boundaries, moment: str) -> tuple[Boundaries, list[str]]:
    gone = [rule.name for rule in document.rules if rule.until and rule.until <= moment]
    left = tuple(rule for rule in document.rules if not (rule.until and rule.until <= moment))
    return replace(document, rules=left), gone


class Lapsing:
    """Takes rules out whose time is over."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def tick(self) -> int:
        """Take out what has lapsed, of every creator; of how many avatars."""
        moment = now().astimezone(UTC).isoformat(timespec="seconds")
        async with self._db.system_uow() as uow:
            found = await repository.with_lapsed(uow, moment)
        for row in found:
            async with self._db.uow(row.creator_id) as uow:
                current = await KEPT.current(uow, row.avatar_id)
                left, gone = _lapsed(current.document, moment)
                if gone:
                    note = f"− {', '.join(gone)}"
                    await KEPT.save(uow, row.avatar_id, left, based_on=current.version, note=note)
        return len(found)

    async def run_forever(self) -> None:
        """Look every minute until cancelled."""
        await forever(self._tick_alone, LAPSE_EVERY_S, "boundaries")

    async def _tick_alone(self) -> None:
        try:
            await self.tick()
        except BadCard:
            return  # somebody is changing the rules just now: the next round finds them
