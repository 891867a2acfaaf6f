"""What crosses learning's door: taught answers, what was found of them, clusters of unanswered questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """A question in its language; `message_id` where a fan asked it."""

    text: str
    lang: str
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class TaughtInfo:
    """A taught answer with its questions, oldest first. `origin`: written, corrected, approved."""

    id: int
    text: str
    lang: str
    origin: str
    on: bool
    by: str
    at: datetime
    changed_by: str
    changed_at: datetime
    questions: tuple[Question, ...]
    sources: int


@dataclass(frozen=True, slots=True)
class TaughtList:
    """A page of taught answers."""

    items: tuple[TaughtInfo, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Found:
    """The taught answer whose questions a message comes nearest to; it is the answer where `sure`."""

    id: int
    text: str
    lang: str
    origin: str
    passages: tuple[int, ...]
    question: str
    confidence: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """The same question, in whichever words and language; `asked` are places in what was given."""

    asked: tuple[int, ...]


class Approved(Protocol):
    """A reply that a person sent, as the conversation announces it."""

    @property
    def avatar_id(self) -> int:
        """The avatar in whose name."""
        ...

    @property
    def message_id(self) -> int:
        """The fan's message."""
        ...

    @property
    def question(self) -> str:
        """What the message says."""
        ...

    @property
    def lang(self) -> str:
        """The reply's language."""
        ...

    @property
    def text(self) -> str:
        """The reply."""
        ...

    @property
    def passages(self) -> Sequence[int]:
        """What it cites."""
        ...

    @property
    def edited(self) -> bool:
        """Whether these are the person's own words."""
        ...
