"""What crosses memory's door: items, passages, questions and hits. Frozen; rows never leave the room.

Documents and what they are made of are documents.py's, and may be had here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memory.documents import ABOVE, Block, Document, Locator, Member, Passage, ReadFrom
from memory.notes import Note

__all__ = [
    "ABOVE",
    "Added",
    "Block",
    "ChannelPost",
    "Document",
    "Hit",
    "IndexState",
    "IndexedPassage",
    "Inside",
    "Knowledge",
    "Locator",
    "Member",
    "NewSource",
    "Passage",
    "PassageInfo",
    "PassageList",
    "Question",
    "Quote",
    "Ranking",
    "ReadFrom",
    "Recalled",
    "RecalledPassage",
    "SourceFilter",
    "SourceInfo",
    "SourceList",
    "SourceState",
    "Visibility",
]


class Visibility(StrEnum):
    """Who may see a passage: everyone, or holders of a named tier."""

    PUBLIC = "public"
    TIER = "tier"


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A passage as the index holds it. ``tier`` is None where everyone may see it.

    ``heading`` is what it stands under (`Locator.heading`); ``opens``: it is the first passage below that.
    ``cues``: where in the text captions begin.
    """

    id: int
    source_id: int
    title: str
    text: str
    lang: str
    tier: str | None = None
    heading: str = ""
    opens: bool = True
    cues: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the index: the text, its language, and the tiers that the viewer holds.

    ``called`` is what the creator and their avatars are called: who says that asks of no other.
    ``without`` are passages that aren't to be found. ``after`` is what the question before it was about, for
    one that leans on that.
    """

    text: str
    lang: str
    tiers: frozenset[str] = frozenset()
    limit: int = 8
    called: tuple[str, ...] = ()
    without: frozenset[int] = frozenset()
    after: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its scores (0..1, the fused one first), best first in a ranking."""

    passage_id: int
    source_id: int
    score: float
    lexical: float
    dense: float | None
    text: str
    lang: str
    title: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """One to three consecutive sentences, verbatim from one passage. ``start``/``end`` index its text.

    ``best_start``/``best_end`` index the one sentence among them that matches best.
    """

    passage_id: int
    text: str
    start: int
    end: int
    score: float
    best_start: int = 0
    best_end: int = 0


@dataclass(frozen=True, slots=True)
class Ranking:
    """The index's answer to a question.

    ``confidence`` is 0..1; ``answerable`` says whether it passes the gate calibrated for the
    question's language on this corpus; ``threshold`` is that gate. ``locked`` names tiers whose
    titles match a question that the viewer's own passages don't answer.
    """

    hits: tuple[Hit, ...]
    quote: Quote | None
    confidence: float
    threshold: float
    answerable: bool
    cross_lingual: bool


class SourceState(StrEnum):
    """Where an item stands on its way in."""

    QUEUED = "queued"
    READING = "reading"
    WAITING = "waiting"
    INDEXED = "indexed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True)
class NewSource:
    """A stored file to be imported. ``sha256`` and ``size`` (bytes) are the file store's.

    ``origin`` is upload, archive, folder, command or demo; of items without a file it is url or posts (of a
    channel). ``options`` are what its reader is told: a chat export's ``author`` and ``channel``.
    """

    name: str
    sha256: str
    size: int
    origin: str = "upload"
    title: str = ""
    url: str | None = None
    licence: str | None = None
    tier: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelPost:
    """A post of a creator's own channel, or what an edit has made of it (`edited_at`).

    `channel` is the platform's own name of the channel, `address` what stands before `/number` in a post's
    web address. `number` is the post's in its channel. `text` is plain, empty where an edit left none.
    """

    channel: str
    title: str
    address: str
    number: int
    text: str
    said_at: datetime
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inside:
    """How many files were found in an item, at any depth, and what became of them."""

    indexed: int = 0
    failed: int = 0
    waiting: int = 0
    cancelled: int = 0
    under_way: int = 0

    @property
    def files(self) -> int:
        """How many there are."""
        return self.ended + self.under_way

    @property
    def ended(self) -> int:
        """How many are not under way."""
        return self.indexed + self.failed + self.waiting + self.cancelled

    @property
    def state(self) -> SourceState:
        """Where an item stands that holds files and nothing else."""
        for number, state in (
            (self.under_way, SourceState.READING),
            (self.indexed, SourceState.INDEXED),
            (self.waiting, SourceState.WAITING),
            (self.failed, SourceState.FAILED),
            (self.cancelled, SourceState.CANCELLED),
        ):
            if number:
                return state
        return SourceState.INDEXED


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """An imported item. ``progress`` is 0..1; ``reason`` (code, parameters, English) says why it stopped.

    ``why`` is the same as sentences with {places} for the parameters, as catalogues know them.

    ``tier`` is None where everyone may see it. ``inside`` tells of the files found in it: an archive that has
    been read stands where they stand. `looked_at` is when an address was last fetched.
    """

    id: int
    creator_id: int
    parent_id: int | None
    kind: str
    origin: str
    name: str
    title: str
    url: str | None
    sha256: str | None
    size: int
    lang: str | None
    licence: str | None
    author: str | None
    published_at: datetime | None
    tier: str | None
    state: SourceState
    progress: float
    reason_code: str | None
    reason: str | None
    reason_params: Mapping[str, str | int | float]
    why: tuple[str, ...]
    notes: tuple[Note, ...]
    passages: int
    inside: Inside
    looked_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def visibility(self) -> Visibility:
        """Who may see its passages."""
        return Visibility.TIER if self.tier else Visibility.PUBLIC

    @property
    def known(self) -> tuple[int, ...]:
        """The items that lay in it and were here before, a hundred at most; some may be gone since."""
        return tuple(int(each) for each in str(self.reason_params.get("items", "")).split())


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an item that was handed in: ``new``, or there already (``again``: tried once more).

    ``tightened``: everyone could see what was there, and it is kept now for the tier that was asked for.
    """

    source: SourceInfo
    new: bool
    again: bool = False
    tightened: bool = False


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """Which items to list; None asks for all. ``text`` is looked for in names, titles and addresses.

    ``parent_id`` asks for the files found in one item, ``top`` for those that were found in none.
    """

    state: SourceState | None = None
    kind: str | None = None
    lang: str | None = None
    visibility: Visibility | None = None
    tier: str | None = None
    parent_id: int | None = None
    top: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class SourceList:
    """A page of items, newest first, how many there are, and how many of the creator's are in each state."""

    items: tuple[SourceInfo, ...]
    total: int
    states: Mapping[SourceState, int]


@dataclass(frozen=True, slots=True)
class PassageInfo:
    """A passage with all that a citation needs. ``link`` opens it at the right page or second, elsewhere.

    Where ``link`` is None, only our own view of the source can show it. ``source_url`` is the item's address.
    """

    id: int
    source_id: int
    ordinal: int
    text: str
    lang: str
    title: str
    locator: Locator
    source_url: str | None
    link: str | None
    licence: str | None
    author: str | None
    published_at: datetime | None
    tier: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class PassageList:
    """A page of a source's passages in reading order, and how many there are."""

    items: tuple[PassageInfo, ...]
    total: int


@dataclass(frozen=True, slots=True)
class RecalledPassage:
    """A passage that the viewer may see, with its scores (0..1; ``score`` is the fused one)."""

    passage: PassageInfo
    score: float
    lexical: float
    dense: float | None


@dataclass(frozen=True, slots=True)
class Recalled:
    """What memory found for a question, every passage checked in the database, best first.

    ``locked`` names tiers whose titles match. ``indexed`` counts the passages that were searched.
    ``took_ms`` is in milliseconds by step.
    """

    question: str
    lang: str
    passages: tuple[RecalledPassage, ...]
    quote: Quote | None
    confidence: float
    threshold: float
    answerable: bool
    cross_lingual: bool
    locked: tuple[str, ...]
    indexed: int
    took_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """How much a creator's avatar knows: items by state, passages by language."""

    states: Mapping[SourceState, int]
    kinds: Mapping[str, int]
    languages: Mapping[str, int]
    tiers: tuple[str, ...]
    passages: int
    size: int


@dataclass(frozen=True, slots=True)
class IndexState:
    """One creator's index in this process: passages in it, and whether there are changes to take in."""

    creator_id: int
    passages: int
    behind: bool
