"""The port to an index of passages: what following the feed and recalling need of one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from memory.types import IndexedPassage, Question, Ranking


class Index(Protocol):
    """What is needed of an index; `Retriever` is one. Blocking: called in a thread."""

    @property
    def position(self) -> int:
        """The last committed feed position; 0 when new."""
        ...

    def add(self, passages: Sequence[IndexedPassage]) -> None:
        """Put passages in, in place of those of the same number."""

    def remove(self, passage_ids: Sequence[int]) -> None:
        """Take passages out; unknown ones are no error."""

    def owed(self, limit: int) -> Sequence[int]:
        """At most `limit` passages to add again: a part of them couldn't be made or kept. Doesn't block."""
        ...

    def commit(self, position: int) -> None:
        """Make what was added searchable and durable, with the feed's position."""

    def count(self) -> int:
        """How many passages are in it."""
        ...

    def search(self, question: Question) -> Ranking:
        """The ranking of what the asker may see."""
        ...

    def locked_tiers(self, question: Question, ranking: Ranking) -> tuple[str, ...]:
        """Tiers that the asker doesn't hold and whose titles match better than the ranking answers."""
        ...

    def close(self) -> None:
        """Free it."""


class Indexes(Protocol):
    """How a process opens indexes, and clears up after them. Blocking: called in a thread."""

    def open(self, folder: Path) -> Index:
        """The index in a folder, new or of an earlier run."""
        ...

    def clear_up(self, slot: Path, owner: str) -> None:
        """Remove what indexes named `…-{owner}-…` keep outside their folders, of those that aren't in `slot`.

        Raises:
            StoreUnavailable: it can't be reached just now.
        """
