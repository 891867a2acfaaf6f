"""The closed list of what is kept of what fans tell of themselves, how much and how long."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What may be kept. Of health, beliefs, money and the like there is no kind, and none is to be."""

    NAME = "name"
    FROM = "from"
    LIVES = "lives"
    LIKES = "likes"
    MAKES = "makes"

    @property
    def single(self) -> bool:
        """Whether what is told later takes the place of what was told before."""
        return self in (Kind.NAME, Kind.FROM, Kind.LIVES)


PLACES: Final = frozenset({Kind.FROM, Kind.LIVES})

_PASTIME: Final = timedelta(days=90)
KEPT_FOR: Final = {kind: timedelta(days=365) if kind is Kind.NAME else _PASTIME for kind in Kind}
"""How long each is kept after it was last told. A name doesn't grow stale as a pastime does."""

MOST_BYTES: Final = 1_024
"""Of all facts of a thread together, in UTF-8, their kinds included."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a fan has told, in their own word: a fan's text, of one line and a known shape."""

    kind: Kind
    text: str

    @property
    def slot(self) -> str:
        """Where it is kept among others of its kind."""
        return "" if self.kind.single else self.text.casefold()


def with_heard(
    known: Sequence[Fact], told: Sequence[Fact], forgotten: Collection[Kind] = ()
) -> tuple[Fact, ...]:
    """What is known once something more was told, and some forgotten before."""
    places = {(each.kind, each.slot): each for each in known if each.kind not in forgotten}
    return tuple((places | {(each.kind, each.slot): each for each in told}).values())


def name_in(facts: Sequence[Fact]) -> str | None:
    """What the fan wants to be called."""
    return next((each.text for each in facts if each.kind is Kind.NAME), None)
