"""What memory announces about a creator's content."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class SourceIndexed(Event):
    """An item has been read; its passages can be recalled."""

    source_id: int
    passages: int


@dataclass(frozen=True, slots=True)
class SourceFailed(Event):
    """An item could not be read, for the reason that `code` names."""

    source_id: int
    code: str


@dataclass(frozen=True, slots=True)
class SourcesHeld(Event):
    """Items that were on their way in are no more: they wait for the operator, or somebody stopped them."""


@dataclass(frozen=True, slots=True)
class SourceDeleted(Event):
    """An item is gone, with its passages, its file and what lay in it."""

    source_id: int
