"""The port to an index of passages: what following the feed and recalling need of one."""

from collections.abc import Sequence
from typing import Protocol

from memory.types import IndexedPassage, Question, Ranking


class Index(Protocol):
    """What is needed of an index; `memory.retrieval.Retriever` is one. Blocking: called in a thread."""

    @property
    def position(self) -> int:
        """The last committed feed position; 0 when new."""
        ...

    def add(self, passages: Sequence[IndexedPassage]) -> None:
        """Put passages in, in place of those of the same number."""

    def remove(self, passage_ids: Sequence[int]) -> None:
        """Take passages out; unknown ones are no error."""

    def commit(self, position: int) -> None:
        """Make what was added searchable and durable, with the feed's position."""

    def count(self) -> int:
        """How many passages are in it."""
        ...

    def search(self, question: Question) -> Ranking:
        """The ranking of what the asker may see."""
        ...

    def locked_tiers(self, question: Question) -> tuple[str, ...]:
        """Tiers whose titles match, of those that the asker doesn't hold."""
        ...

    def close(self) -> None:
        """Free it."""
