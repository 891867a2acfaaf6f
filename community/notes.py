"""What the creator's people note about a fan, and the words that they sort them under.

It is for the team's eyes; the fan finds it in their own export, and it is erased with them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from community import notes_repository as repository
from community.errors import BadNote
from community.names import readable
from kernel.db import UnitOfWork

MOST_TEXT: Final = 2_000
MOST_TAG: Final = 40
MOST_TAGS: Final = 20


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody of the team noted, and when."""

    id: int
    by: str
    text: str
    at: datetime


async def notes(uow: UnitOfWork, fan_id: int) -> tuple[Note, ...]:
    """A fan's notes, newest first."""
    return tuple(
        Note(row.id, row.by, row.text, row.created_at) for row in await repository.notes(uow, fan_id)
    )


async def tags(uow: UnitOfWork, fan_id: int) -> tuple[str, ...]:
    """A fan's tags, by the alphabet."""
    return await repository.tags(uow, fan_id)


async def note(uow: UnitOfWork, fan_id: int, text: str, *, by: str) -> None:
    """Note something about a fan; nothing, where there is no such fan any more.

    Raises:
        BadNote: there are no words, or too many.
    """
    kept = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not kept or len(kept) > MOST_TEXT:
        raise BadNote("Write between 1 and {most} characters.", most=MOST_TEXT)
    await repository.add_note(uow, fan_id, kept, by)


async def forget(uow: UnitOfWork, fan_id: int, note_id: int) -> None:
    """Delete a note."""
    await repository.delete_note(uow, fan_id, note_id)


async def tag(uow: UnitOfWork, fan_id: int, word: str) -> None:
    """Sort a fan under a word; one that they have is kept once.

    Raises:
        BadNote: it is none, or too long; or the fan has too many.
    """
    kept = readable(word).casefold()
    if not kept or len(kept) > MOST_TAG:
        raise BadNote("Write between 1 and {most} characters.", most=MOST_TAG)
    known = await repository.tags(uow, fan_id)
    if kept not in known and len(known) >= MOST_TAGS:
        raise BadNote("A fan has at most {most} tags.", most=MOST_TAGS)
    await repository.add_tag(uow, fan_id, kept)


async def untag(uow: UnitOfWork, fan_id: int, word: str) -> None:
    """Sort a fan under a word no more."""
    await repository.delete_tag(uow, fan_id, word)
