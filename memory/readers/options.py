"""What a reader is given and what it gives back; the readers themselves are the modules beside this one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from memory.notes import Note
from memory.readers.errors import ImportProblem
from memory.types import Block, Document, Member, Passage

Progress = Callable[[float], None]

MB = 1024 * 1024


class Transcriber(Protocol):
    """Turns speech into timed text. Blocking: called in a thread. Implementations: memory.transcription."""

    def transcribe(self, path: Path, langs: Sequence[str], progress: Progress) -> list[Block]:
        """The speech in ``path`` (16 kHz mono WAV, at most ten minutes) as blocks with seconds.

        ``progress`` is told the share done, 0..1, and may raise to cancel. Raises ReadError or Waiting.
        """
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file; what lies beyond them fails with its reason.

    ``ratio`` is unpacked bytes to packed bytes, judged from ``ratio_from`` unpacked bytes on (small
    files of blanks pack well without being an attack). ``depth`` is how many archives may
    still be opened one within the other, this one counted.
    """

    file_bytes: int = 4096 * MB
    text_bytes: int = 64 * MB
    members: int = 20_000
    unpacked_bytes: int = 8192 * MB
    ratio: int = 200
    ratio_from: int = 16 * MB
    depth: int = 3
    pages: int = 3_000
    seconds: int = 12 * 3600
    pixels: int = 60_000_000
    memory_bytes: int = 2048 * MB
    cpu_seconds: int = 1_800


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    ``langs`` are the content's languages (BCP 47), best first. ``tesseract`` is the program's path.
    ``author`` is the creator's own name or id in a group or personal chat. ``channel`` is the public
    username of an exported Telegram channel (exports don't state it): with it posts get addresses.
    ``extract_to`` receives what an archive holds; by default a folder beside it. With a ``page`` (from 1)
    nothing is read: what is pictured there is drawn into a file (drawing.py).
    """

    langs: tuple[str, ...] = ("en",)
    tesseract: str | None = None
    transcriber: Transcriber | None = None
    limits: Limits = Limits()
    author: str | None = None
    channel: str | None = None
    extract_to: Path | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file inside an archive or a folder that is not taken, and why: it fails alone."""

    name: str
    problem: ImportProblem


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What came out of one file: its documents, the files inside it, and what a person should know.

    ``title`` is the whole's, where its documents are entries with titles of their own; empty where none is
    stated.
    """

    documents: tuple[Document, ...] = ()
    members: tuple[Member, ...] = ()
    notes: tuple[Note, ...] = ()
    refused: tuple[Refused, ...] = ()
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A document as its passages, in reading order, and what is known about it."""

    kind: str
    title: str
    passages: tuple[Passage, ...]
    url: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CutResult:
    """A ``ReadResult`` whose documents have been cut into passages."""

    documents: tuple[Cut, ...] = ()
    members: tuple[Member, ...] = ()
    notes: tuple[Note, ...] = ()
    refused: tuple[Refused, ...] = ()
    title: str | None = None
