"""What crosses conversation's door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, Protocol, TypeVar

from community.types import AvatarInfo, Role
from conversation.hours import Week as Week
from conversation.hours import read_span as read_span
from conversation.segments import Segment as Segment
from kernel.chat import Medium, Outbound

TURN = "conversation.turn"
"""The job that answers a thread."""

LEASE_S: Final = 15.0
"""How long a turn holds a thread without a sign of life."""

SENT_CHANNEL, OUTBOUND_CHANNEL = "sent", "outbound"
"""Notifications: something was sent in `creator:thread`; something waits to be sent."""


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A thread that a turn has taken up: its lease, and the message (of `next_message`) to answer first.

    `at` says when.
    """

    lease: str
    waiting: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an update: its message and thread; `duplicate` where it was here already.

    Both numbers are 0 where it was, and has been erased since; or where it is nothing for the avatar
    (`passed_over`). `silent`: nothing is said to it now: a person answers in this thread, or it
    is paused.
    """

    message_id: int
    thread_id: int
    duplicate: bool
    passed_over: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class StaffHere:
    """Where one of the creator's people was heard on a connection: `room` is the group, empty in private.

    `user_id` is the platform's name of them, `chat_id` the place where they were heard last, `lang` their
    language, None where it isn't known yet.
    """

    user_id: str
    role: Role
    room: str
    chat_id: str
    lang: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a transcript. `author` is "fan", "avatar", "news" or "person" (of the creator's team: who,
    its `outbound` says); `id` counts within what a fan said, and within what was said to them.

    `opinion` is what its fan thinks of an answer: good, bad, flag, or empty; None where it is none that they
    are asked about.
    """

    id: int
    author: str
    text: str
    at: datetime
    lang: str | None
    message_id: int
    client_id: str | None = None
    outbound: Outbound | None = None
    opinion: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A thread's lines in order, whether an answer is on its way, and the cursor to ask on from.

    `person`: one of the creator's people has taken it over. `erased`: the thread is there no more.
    """

    lines: tuple[Said, ...]
    typing: bool
    cursor: str
    erased: bool = False
    person: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages of a day, in one language, ended in one outcome. `demo`: of the demo's fans."""

    day: date
    outcome: str
    lang: str
    demo: bool
    count: int


@dataclass(frozen=True, slots=True)
class RecentMessage:
    """A message and its answer, as the admin's first page lists them. `demo`: a scripted fan of the demo.

    `avatar_id` is whom it was written to.
    """

    id: int
    thread_id: int
    platform: str
    fan_name: str
    text: str
    lang: str | None
    outcome: str | None
    answer: str | None
    at: datetime
    demo: bool
    avatar_id: int


@dataclass(frozen=True, slots=True)
class AskedMessage:
    """What a fan asked, and what it was answered with. `demo`: a scripted fan of the demo's."""

    id: int
    text: str
    lang: str | None
    outcome: str | None
    at: datetime
    demo: bool
    answer: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A message, and by how many fans its answer was found good, found bad, and flagged; `at`: when last."""

    id: int
    text: str
    lang: str | None
    outcome: str | None
    answer: str | None
    good: int
    bad: int
    flags: int
    at: datetime
    platform: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A send that failed, or of which nobody knows whether it arrived."""

    id: int
    thread_id: int
    state: str
    text: str
    error: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of something that was queued: its state, why it failed, when it was queued, and sent."""

    state: str
    error: str
    at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How sending on a connection goes: how many wait; of the last day, how many were sent, of these not at
    the first try (`late`), failed, or may have arrived (`unknown`).
    """

    waiting: int
    sent: int
    late: int
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class PrivacyRequestInfo:
    """A wish to have what is kept, or to have it erased. `fan_id` and `fan_name` go with the fan.

    `kind`: export, erase. `by`: fan, creator. `state`: asked, done, expired.
    """

    id: int
    kind: str
    by: str
    state: str
    platform: str
    fan_id: int | None
    fan_name: str
    at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class FanEntry:
    """A fan in a list: their last words, and when they came."""

    id: int
    name: str
    platform: str
    last_words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply that waits for a person: the question, and the reply as one message.

    `reason`: ask (the mode), unsure (below the threshold), shadow (a suggestion). `confidence` is 0..1.
    """

    id: int
    thread_id: int
    message_id: int
    reason: str
    platform: str
    fan_name: str
    question: str
    lang: str
    outbound: Outbound
    confidence: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a reply that waited: sent, edited, dropped, expired. `by` is empty where nobody did."""

    id: int
    state: str
    question: str
    text: str
    lang: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a thread. `author` is fan, avatar, news, or person (of the creator's team), named by `who`.

    `number` is its message's, or its outbound's; `media` is what stands beside its text.
    """

    author: str
    text: str
    lang: str | None
    at: datetime
    who: str = ""
    number: int = 0
    media: tuple[Medium, ...] = ()


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A thread in which the avatar is silent, or to which its fan went back; `since` when.

    `seen` is a person's last answer in it, or 0.
    """

    id: int
    platform: str
    fan_name: str
    since: datetime
    lines: tuple[Line, ...]
    seen: int

    @property
    def unanswered(self) -> bool:
        """Whether the last word is the fan's."""
        spoken = [line.author for line in self.lines if line.author in ("fan", "person")]
        return bool(spoken) and spoken[-1] == "fan"


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list, counted from 1, and how many pages there are."""

    items: tuple[Item, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Room:
    """An avatar on one of its connections: what a page of the web chat is about."""

    avatar: AvatarInfo
    connection_id: int


@dataclass(frozen=True, slots=True)
class ToSend:
    """An outbound as a platform's sender gets it.

    `chat_id` is where it goes (`Thread.chat_id`); `answers` the platform's name of the message there that it
    answers. `priority` 0 is an answer's, and higher is less urgent. `staff`: what an order of the creator's
    people is answered with, also in a pause.
    """

    id: int
    creator_id: int
    thread_id: int | None
    connection_id: int
    message_id: int | None
    outbound: Outbound
    attempts: int
    fence: int
    avatar_id: int
    rehearsal: bool
    chat_id: str = ""
    answers: str | None = None
    priority: int = 0
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """How one send ended: `sent`, `failed` (don't try again), `unknown`, `held` (it may not go now, and was
    not tried); or when to try again. `unreachable`: whoever it was for has shut the avatar out.
    """

    id: int
    state: str
    platform_message_id: str | None = None
    error: str | None = None
    retry_after_s: float | None = None
    unreachable: bool = False


class Gate(Protocol):
    """Asked right before each call of a platform: whether this one may still go out."""

    async def __call__(self, one: ToSend) -> bool:
        """No, while its avatar is paused; what may not go is `held`."""
        ...


class Outlet(Protocol):
    """The port by which an answer is sent by the process that has made it, if that one sends."""

    def holder(self, platform: str, connection_id: int) -> str | None:
        """Who sends there, if it is this process and it may begin one more at once."""
        ...

    def begin(self, platform: str, batch: Sequence[ToSend]) -> None:
        """Send these, of one connection, which were stored as being sent."""
        ...

    def never_began(self, creator_id: int, onces: Sequence[str]) -> None:
        """What may have been stored as being sent, under these keys, was not begun: it is to be queued."""
        ...


class Sender(Protocol):
    """The port by which the pump reaches a platform. `repeatable`: the same outbound twice shows once."""

    platform: str
    repeatable: bool

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        """Send these, in order, each as long as it may go; one result each."""
        ...
