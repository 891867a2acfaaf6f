"""What readers make of files: documents, their blocks and passages, and where these stand. Frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

ABOVE: Final = " › "
"""What stands between a heading and the one below it (`Locator.heading`)."""

# Of print, tesseract reads hardly a letter wrong above; of what it is less sure of, a word in every line.
_SURE: Final = 0.8


class ReadFrom(StrEnum):
    """What a machine made a text of."""

    PICTURE = "picture"
    SPEECH = "speech"


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in its source a text stands, so that a citation opens the right page or second.

    ``page`` counts from 1. ``start`` and ``end`` are seconds. ``url`` is the text's own address
    (a channel post, a feed entry), where it differs from the source's. ``heading`` is the nearest
    heading above the text, behind those above it where they help ("Shipping › Returns").
    ``published_at`` is the part's own date, where it has one (a post). ``cues`` are those of which a
    passage of speech is made: where in its text each begins, and its seconds. ``read_from`` says that a
    machine read the text from a picture or heard it, ``sure`` how surely (0..1), where that is known.
    """

    page: int | None = None
    start: float | None = None
    end: float | None = None
    url: str | None = None
    heading: str | None = None
    published_at: datetime | None = None
    cues: tuple[tuple[int, float, float], ...] = ()
    read_from: ReadFrom | None = None
    sure: float | None = None

    @property
    def doubtful(self) -> bool:
        """Whether a person should look the text over before it is quoted."""
        return self.sure is not None and self.sure < _SURE

    @property
    def nearest(self) -> str:
        """The nearest heading above the text alone; empty where there is none."""
        return (self.heading or "").rpartition(ABOVE)[2]


@dataclass(frozen=True, slots=True)
class Block:
    """One readable unit of a document in reading order: a paragraph, a cue, a post."""

    text: str
    locator: Locator = Locator()


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader makes of one file: its text in order, and what is known about it.

    ``title`` is what the file states, empty where it states none: the registry of readers gives it one.
    """

    kind: str
    title: str
    blocks: tuple[Block, ...]
    url: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    lang: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Member:
    """A file found inside another (an archive, a folder, an export): imported as an item of its own."""

    name: str
    path: Path
    url: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a document: what is indexed, recalled and cited."""

    text: str
    locator: Locator
    lang: str
    ordinal: int
