"""What crosses community's door."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Role(StrEnum):
    """What an account may do for a creator; each includes those after it."""

    OWNER = "owner"
    CREATOR = "creator"
    MODERATOR = "moderator"
    VIEWER = "viewer"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) <= order.index(other)


@dataclass(frozen=True, slots=True)
class AvatarInfo:
    """An avatar as other rooms and fans see it."""

    id: int
    creator_id: int
    slug: str
    name: str
    creator_name: str
    tagline: Mapping[str, str]
    languages: tuple[str, ...]
    samples: Mapping[str, tuple[str, ...]]
    time_zone: str
    portrait: str | None
    consent: str | None
    live: bool

    @property
    def names(self) -> tuple[str, str]:
        """Whom a fan may mean by name: the avatar, and its creator."""
        return self.name, self.creator_name


@dataclass(frozen=True, slots=True)
class FanInfo:
    """A fan, with the languages that were chosen by command and last used."""

    id: int
    name: str
    chosen_language: str | None
    last_language: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """One of a person's accounts: a fan of its own, by what they are called there."""

    fan_id: int
    platform: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Two accounts that may be linked. `thread_id` is the private chat in which `other` is to be asked."""

    id: int
    other: Account
    thread_id: int


@dataclass(frozen=True, slots=True)
class CreatorInfo:
    """A creator, and the role in which somebody looks at it."""

    id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in browser: its account, its session, and the creators that it may work for."""

    session_id: int
    account_id: int
    account_name: str
    language: str | None
    creators: tuple[CreatorInfo, ...]
    creator: CreatorInfo | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewSession:
    """The secret of a session that has just been opened or rotated, for the browser's cookie."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A signed-in browser of an account."""

    id: int
    user_agent: str
    created_at: datetime
    seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class PasskeyInfo:
    """A passkey as its owner sees it."""

    id: int
    credential_id: bytes
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PasskeyProof:
    """What a passkey's signature is checked against."""

    id: int
    account_id: int
    handle: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account; `handle` is what authenticators know it by."""

    id: int
    name: str
    handle: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """A person who has a role with a creator. `seen_at` is None until they have signed in."""

    account_id: int
    name: str
    role: Role
    since: datetime
    seen_at: datetime | None
    passkeys: int


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """Whom a sign-in link that is still good signs in, and whether it is an invitation."""

    account_id: int
    account_name: str
    invitation: bool


@dataclass(frozen=True, slots=True)
class StaffInfo:
    """One of a creator's people as they are known on a platform; `role` is the one of now."""

    account_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """How an avatar behaves in a chat.

    `answers`: at all. `comments`: to what is said below the channel's posts, too. `cool_down_s`: so long
    after an answer the same person gets none; `per_minute`: so many answers in all. `welcomes` newcomers, at
    most once in `welcome_every_min`. `prompts_a_day`: so many beginnings of a conversation at most.
    `keeps_posts`: the creator's own posts become content. `team`: it is the team's own, where they are shown
    what waits for a person; there the avatar says nothing else but what they order.
    """

    answers: bool = True
    comments: bool = False
    cool_down_s: int = 10
    per_minute: int = 10
    welcomes: bool = False
    welcome_every_min: int = 10
    prompts_a_day: int = 0
    keeps_posts: bool = False
    team: bool = False

    def to_json(self) -> dict[str, Any]:
        """As they are kept in the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ChatSettings":
        """From what `to_json` made, by this version or another."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: each for name, each in value.items() if name in known})


@dataclass(frozen=True, slots=True)
class ChatNews:
    """What a platform tells of a chat (`models.Chat`). `state` and `rights` are None where it doesn't say.

    `entered`: since when the avatar is there as what it is, where this tells.
    """

    connection_id: int
    platform: str
    platform_chat_id: str
    kind: str
    title: str = ""
    username: str = ""
    state: str | None = None
    rights: frozenset[str] | None = None
    linked: str | None = None
    entered: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChatInfo:
    """A chat that an avatar is in, or was: see `models.Chat`."""

    id: int
    avatar_id: int
    connection_id: int
    platform: str
    platform_chat_id: str
    kind: str
    title: str
    username: str
    state: str
    rights: frozenset[str]
    linked: str | None
    settings: ChatSettings
    welcomed_at: datetime | None
    prompted_at: datetime | None
    error: str
    error_at: datetime | None
    entered_at: datetime | None


class Entitlements(Protocol):
    """The port by which `memory` learns what a fan may see."""

    async def tiers_of(self, creator_id: int, fan_id: int | None) -> frozenset[str]:
        """The names of the tiers that this fan holds now."""
        ...


class NoEntitlements:
    """Grants nothing: the tiers have names, but nobody holds them until they can be paid for."""

    async def tiers_of(self, creator_id: int, fan_id: int | None) -> frozenset[str]:  # noqa: ARG002 - the port's
        """No tiers."""
        return frozenset()
