"""The lines of help that a creator's avatars name: the creator's, and the package's as far as they hold."""

from dataclasses import dataclass
from typing import Any, Final

from kernel.db import Database, UnitOfWork
from kernel.errors import BadInput
from persona_engine.boundaries import repository
from persona_engine.boundaries.help_lines import Line, LineForm, checked, countries, shipped
from persona_engine.errors import NoSuchLine

__all__ = [
    "MOST_LINES",
    "HeldLine",
    "HelpLines",
    "Line",
    "LineForm",
    "checked",
    "countries",
    "find",
    "in_force",
    "listed",
    "remove",
    "save",
    "switch",
]

MOST_LINES: Final = 60


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line as its creator has it, on or off. `key` names it; `own`: the creator has said what it says.

    `shipped` is what the package says of it; None where the package doesn't know it.
    """

    key: str
    line: Line
    on: bool
    own: bool
    shipped: Line | None


class HelpLines:
    """The lines in force, for a reply: one question to the database, asked only where somebody is in need."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, creator_id: int) -> tuple[Line, ...]:
        """The creator's, as `in_force` has them. Opens a unit of work of its own."""
        async with self._db.uow(creator_id) as uow:
            return await in_force(uow)


async def in_force(uow: UnitOfWork) -> tuple[Line, ...]:
    """The lines that are switched on, the creator's own first."""
    return tuple(each.line for each in await listed(uow) if each.on)


async def listed(uow: UnitOfWork) -> tuple[HeldLine, ...]:
    """Every line: the creator's own, then the package's, each as the creator wants it."""
    rows = await repository.lines(uow)
    said = {row.shipped: row for row in rows}
    own = [
        HeldLine(str(row.id), Line.from_json(row.line), row.on, True, None)
        for row in rows
        if row.line and row.shipped not in shipped()
    ]
    return (*own, *(_held(key, line, said.get(key)) for key, line in shipped().items()))


def _held(key: str, line: Line, row: Any) -> HeldLine:
    if row is None:
        return HeldLine(key, line, True, False, line)
    return HeldLine(key, Line.from_json(row.line) if row.line else line, row.on, bool(row.line), line)


async def find(uow: UnitOfWork, key: str) -> HeldLine:
    """One line.

    Raises:
        NoSuchLine: it was deleted, or isn't the tenant's.
    """
    found = next((each for each in await listed(uow) if each.key == key), None)
    if found is None:
        raise NoSuchLine("This line isn't there any more.")
    return found


async def save(uow: UnitOfWork, line: Line, *, on: bool, key: str = "") -> None:
    """Keep a line in place of the one that `key` names, or without one as a new line; the same twice is one.

    Raises:
        NoSuchLine: what it is to take the place of was deleted.
        BadInput: there are as many as a creator can have.
    """
    await repository.hold(uow)
    if key:
        known = await find(uow, key)
        return await _say(uow, known, None if line == known.shipped else line, on=on)
    own = [each for each in await listed(uow) if each.shipped is None]
    if any(each.line == line for each in own):
        return None
    if len(own) >= MOST_LINES:
        raise BadInput("There are as many lines as a creator can have. Delete one first.")
    return await repository.add(uow, shipped=None, line=line.to_json(), on=on)


async def switch(uow: UnitOfWork, key: str, *, on: bool) -> None:
    """Name a line to fans, or don't.

    Raises:
        NoSuchLine: it was deleted.
    """
    await repository.hold(uow)
    known = await find(uow, key)
    await _say(uow, known, known.line if known.own else None, on=on)


async def remove(uow: UnitOfWork, key: str) -> None:
    """Delete a line of the creator's; one of the package's is again as it came. Twice is once."""
    await repository.hold(uow)
    row = await _row(uow, key)
    if row:
        await repository.remove(uow, row.id)


async def _say(uow: UnitOfWork, known: HeldLine, line: Line | None, *, on: bool) -> None:
    """Note what holds of a line; nothing, where the package's own holds."""
    row, kept = await _row(uow, known.key), line.to_json() if line else None
    if row is None:
        if line or not on:
            await repository.add(uow, shipped=known.key, line=kept, on=on)
    elif line or not on:
        await repository.change(uow, row.id, line=kept, on=on)
    else:
        await repository.remove(uow, row.id)


async def _row(uow: UnitOfWork, key: str) -> Any:
    return next((row for row in await repository.lines(uow) if key in (row.shipped, str(row.id))), None)
