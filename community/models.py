"""The tables of who is who."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import Row, TenantRow


class Creator(Row, table=True):
    """A creator: the tenant that everything else belongs to."""

    __tablename__ = "creator"

    name: str
    demo: bool = False


class Avatar(TenantRow, table=True):
    """A creator's stand-in: what fans see and where they find it (`/c/{slug}`)."""

    __tablename__ = "avatar"

    slug: str = Field(unique=True)
    name: str
    tagline: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    languages: list[str] = Field(default_factory=list, sa_type=JSONB)
    samples: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSONB)
    time_zone: str = "UTC"
    portrait: str | None = None
    consent: str | None = None
    consent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    live: bool = False


class Account(Row, table=True):
    """A person who signs in to the admin web; may have roles with several creators."""

    __tablename__ = "account"

    name: str
    language: str | None = None
    # What authenticators know the account by. Random, as one that is used by two instances under the same
    # name (localhost) would make the second passkey overwrite the first.
    handle: bytes = Field(default_factory=lambda: secrets.token_bytes(32), sa_type=LargeBinary, unique=True)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Membership(TenantRow, table=True):
    """An account's role with a creator: owner, creator, moderator or viewer.

    `named`: fans read its name above what it writes to them.
    """

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("creator_id", "account_id"),)

    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    role: str
    named: bool = False


class LoginLink(Row, table=True):
    """A one-time sign-in link, by the hash of its token.

    An invitation is the first link of an account that was made for it; someone who has an account already
    may take over its role instead.
    """

    __tablename__ = "login_link"

    token_hash: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    invitation: bool = False


class WebSession(Row, table=True):
    """A signed-in browser, by the hash of its cookie."""

    __tablename__ = "web_session"

    token_hash: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    creator_id_chosen: int | None = Field(default=None, sa_type=BigInteger)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    user_agent: str = ""


class Passkey(Row, table=True):
    """A WebAuthn credential of an account."""

    __tablename__ = "passkey"

    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    credential_id: bytes = Field(unique=True, sa_type=LargeBinary)
    public_key: bytes = Field(sa_type=LargeBinary)
    sign_count: int = Field(default=0, sa_type=BigInteger)
    name: str
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PasskeyChallenge(Row, table=True):
    """What a browser's authenticator was asked to sign, by the hash of that browser's cookie."""

    __tablename__ = "passkey_challenge"

    browser_hash: str = Field(unique=True)
    challenge: bytes = Field(sa_type=LargeBinary)
    account_id: int | None = Field(
        default=None, foreign_key="account.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Person(TenantRow, table=True):
    """Somebody of whom several accounts are known, as they have said themselves."""

    __tablename__ = "person"


class Fan(TenantRow, table=True):
    """A fan of one creator, by one account. `stopped_at`: since when they want nothing unasked.

    `news_at`: when they asked for the creator's news, `news_ended_at` when they had enough of it. `person_id`
    is the same for the accounts that they have linked.
    """

    __tablename__ = "fan"
    __table_args__ = (Index("ix_fan_news", "creator_id", "id", postgresql_where=text("news_at IS NOT NULL")),)

    name: str = ""
    chosen_language: str | None = None
    last_language: str | None = None
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    news_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    news_ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    person_id: int | None = Field(
        default=None, foreign_key="person.id", sa_type=BigInteger, index=True, ondelete="SET NULL"
    )


class FanLink(TenantRow, table=True):
    """Two of a fan's accounts that are to be linked, by the hash of the code that one of them shows.

    `state`: offered; claimed: `other_id` has entered the code; agreed: and has confirmed; done: both have.
    `shown_in` and `entered_in` are the private chats in which each of them is asked.
    """

    __tablename__ = "fan_link"

    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    shown_in: int = Field(sa_type=BigInteger)
    other_id: int | None = Field(
        default=None, foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )
    entered_in: int | None = Field(default=None, sa_type=BigInteger)
    code_hash: str = Field(unique=True)
    state: str = "offered"
    expires_at: datetime = Field(sa_type=UtcDateTime)


class FanNote(TenantRow, table=True):
    """What one of the creator's people noted about a fan: for their eyes, and in the fan's own export."""

    __tablename__ = "fan_note"

    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    by: str
    text: str


class FanTag(TenantRow, table=True):
    """A word that the creator's people sort a fan under."""

    __tablename__ = "fan_tag"
    __table_args__ = (UniqueConstraint("fan_id", "tag"),)

    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    tag: str


class Identity(TenantRow, table=True):
    """A fan's account on a platform."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("creator_id", "platform", "platform_user_id"),)

    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    platform: str
    platform_user_id: str


class Chat(TenantRow, table=True):
    """A group or channel that an avatar is in, or was; one for each of its connections.

    `kind`: group, forum, channel. `state`: member, administrator, restricted, left, moved (the group became
    another, which has its own row). `rights` are the avatar's there, in the platform's words. `settings`:
    `types.ChatSettings`. `linked`: the channel whose comments a group holds, or that group; the
    server that a channel of Discord's stands in. The allowance is
    of answers, as a fan's thread has one of messages. `seen`: the update that told of the avatar's standing
    last, `named` the one that told of the chat itself. `entered_at`: since when the avatar is a member there,
    or an administrator; None where nobody told.
    """

    __tablename__ = "chat"
    __table_args__ = (UniqueConstraint("connection_id", "platform_chat_id"),)

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    connection_id: int = Field(sa_type=BigInteger)
    platform: str
    platform_chat_id: str
    kind: str
    title: str = ""
    username: str = ""
    state: str = "member"
    rights: list[str] = Field(default_factory=list, sa_type=JSONB)
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    linked: str | None = None
    allowance: float = 0.0
    allowance_at: datetime = Field(sa_type=UtcDateTime)
    welcomed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    prompted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""
    error_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen: int = Field(default=0, sa_type=BigInteger)
    named: int = Field(default=0, sa_type=BigInteger)
    entered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StaffIdentity(TenantRow, table=True):
    """An account's person on a platform: what their role with the creator allows, they may order there."""

    __tablename__ = "staff_identity"
    __table_args__ = (UniqueConstraint("creator_id", "platform", "platform_user_id"),)

    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    platform: str
    platform_user_id: str
    name: str = ""


class StaffLink(TenantRow, table=True):
    """A one-time link by which an account's person says on a platform who they are, by its token's hash."""

    __tablename__ = "staff_link"

    token_hash: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
