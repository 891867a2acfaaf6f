"""What crosses moderation's door."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from kernel.clock import now

ACTIONS_CHANNEL: Final = "moderation"
"""Notification: something is to be done on a platform."""


class Kind(StrEnum):
    """What a case is about."""

    WARN = "warn"
    MUTE = "mute"
    UNMUTE = "unmute"
    BAN = "ban"
    UNBAN = "unban"
    KICK = "kick"
    PURGE = "purge"
    DELETE = "delete"
    SLOWMODE = "slowmode"
    CAPTCHA = "captcha"
    LOCK = "lock"
    RAID = "raid"


class Verb(StrEnum):
    """What is done on a platform; each may be done twice with the effect of once."""

    RESTRICT = "restrict"
    RELEASE = "release"
    BAN = "ban"
    UNBAN = "unban"
    KICK = "kick"
    DELETE = "delete"
    APPROVE = "approve"
    DECLINE = "decline"
    SLOW = "slow"


SERVERS: Final = frozenset({"discord"})
"""Platforms whose chats are channels of a server (`ChatInfo.linked`), to which their members belong: what is
decided about somebody holds in all of it.
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom something is done about, as an order or an update names them.

    `user_id` is the platform's; `said` is how the order calls them, which isn't part of its reason; `words`
    are the message's that it replies to.
    """

    user_id: str
    name: str = ""
    said: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do on a platform.

    `until` is when it ends by itself, None where it doesn't. `args`: of a deletion `to` (the message's name
    up to which), `start` (from which, if any) and `count`; of a slow mode `seconds`; where a room has several
    places, the one (`where`). `clean_s`: what who is banned wrote in so many seconds is deleted. `why`: who
    orders it and the reason, for the platform's own log.
    """

    id: int
    creator_id: int
    connection_id: int
    room: str
    place: str
    verb: Verb
    user_id: str
    until: datetime | None
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """How doing it ended: `done`, `failed` (for the reason of this code), or to be tried `again_s` later.

    Codes: "right." and the right that is missing; protected (an administrator), higher (their role isn't
    below the avatar's), gone (no such person there), outside (the avatar isn't there), supergroup (the group
    can't do this), topic (not in a topic), old (too long ago), changed (somebody has since), channel (who
    speaks as a channel can only be banned), lost (the platform doesn't answer).
    A case fails besides as erased (whom it was about is) or removed (the avatar has left the platform).

    `args` replace the act's own where it is tried again: what was found out, so that each time does the same.
    `amount`: how many it was about, where that is known now.
    """

    state: str
    code: str = ""
    again_s: float = 0.0
    args: Mapping[str, Any] | None = None
    amount: int | None = None


class Enforcer(Protocol):
    """The port by which a platform does what is decided here."""

    platform: str

    async def act(self, act: Act) -> Ended:
        """Do it; called outside any transaction, by who holds the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How a creator's warnings count.

    `mute_at` warnings mute for `mute_h` hours, `ban_at` ban; 0 never does. Each counts for `decay_days`.
    `dry`: what an order would do is told, and not done.
    """

    mute_at: int = 3
    mute_h: int = 24
    ban_at: int = 5
    decay_days: int = 30
    dry: bool = False

    @property
    def mute_for(self) -> timedelta:
        """How long the warnings mute."""
        return timedelta(hours=self.mute_h)

    def to_json(self) -> dict[str, Any]:
        """As they are kept in the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Settings":
        """From what `to_json` made, by this version or another."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: each for name, each in value.items() if name in known})


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """A case. What it says of a person is empty once they are erased.

    `detail`: of a case about a group's rules, what they said `before` and `after`.
    `state`: doing, done, failed (`error` is the code), undone. `by` is who ordered it, empty where a `rule`
    did. `undo_error` is why taking it back failed last. `until`: when it ends by itself. `amount`: of a
    warning, how many counted then; of a purge, how many messages.
    """

    id: int
    number: int
    avatar_id: int
    connection_id: int
    platform: str
    room: str
    room_title: str
    kind: Kind
    by: str
    rule: str
    until: datetime | None
    amount: int
    state: str
    error: str
    at: datetime
    undone_by: str
    undone_at: datetime | None
    undoing: bool
    undo_error: str
    user_id: str
    name: str
    reason: str
    words: str = field(repr=False)
    detail: Mapping[str, Any]

    @property
    def over(self) -> bool:
        """Whether it has ended by itself."""
        return self.state == "done" and self.until is not None and self.until <= now()

    @property
    def demo(self) -> bool:
        """Whether it is about one of the demo's scripted fans."""
        return self.user_id.startswith("demo:")


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of cases, counted from 1, and how many pages there are."""

    items: tuple[CaseInfo, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Trusted:
    """Somebody whom no rule touches."""

    fan_id: int
    name: str
    platform: str
    by: str
    at: datetime
