"""The tables of moderation.

What a case says of a person stands in rows of their own, which go with them when they are erased: that there
was a case, of what kind, when and by whom, stays.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import TenantRow


class ModerationSettings(TenantRow, table=True):
    """A creator's settings (`types.Settings`), and the number of their last case."""

    __tablename__ = "moderation_settings"
    __table_args__ = (UniqueConstraint("creator_id"),)

    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    last_case: int = 0


class ModerationCase(TenantRow, table=True):
    """A case: see `types.CaseInfo`. `number` counts within the creator; `once` makes an order's case one."""

    __tablename__ = "moderation_case"
    __table_args__ = (
        UniqueConstraint("creator_id", "number"),
        UniqueConstraint("creator_id", "once"),
        Index("ix_moderation_case_avatar_id_id", "avatar_id", "id"),
    )

    number: int
    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, ondelete="CASCADE")
    connection_id: int = Field(sa_type=BigInteger)
    platform: str
    room: str
    kind: str
    by: str = ""
    rule: str = ""
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    amount: int = 0
    state: str = "doing"
    error: str = ""
    undone_by: str = ""
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    once: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class ModerationSubject(TenantRow, table=True):
    """Whom a case is about, why, and what they had written."""

    __tablename__ = "moderation_subject"

    case_id: int = Field(
        foreign_key="moderation_case.id", sa_type=BigInteger, unique=True, ondelete="CASCADE"
    )
    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    user_id: str
    name: str = ""
    reason: str = ""
    words: str = ""


class ModerationAction(TenantRow, table=True):
    """What is to be done on a platform, once for each key.

    `state`: queued, doing, done, failed. `fence` is the fencing number of the connection's holder who is
    doing it: what a holder who died left behind is done again, since doing it twice is doing it once.
    `undoes`: it takes its case back. `place` is where its end is told, in `lang`; empty where it isn't.
    """

    __tablename__ = "moderation_action"
    __table_args__ = (
        UniqueConstraint("creator_id", "once"),
        Index(
            "ix_moderation_action_waiting",
            "connection_id",
            "id",
            postgresql_where=text("state IN ('queued', 'doing')"),
        ),
    )

    case_id: int | None = Field(
        default=None, foreign_key="moderation_case.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )
    fan_id: int | None = Field(
        default=None, foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )
    connection_id: int = Field(sa_type=BigInteger)
    room: str
    place: str = ""
    lang: str = "en"
    verb: str
    user_id: str = ""
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    args: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    undoes: bool = False
    by: str = ""
    once: str
    state: str = "queued"
    error: str = ""
    not_before: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    fence: int = Field(default=0, sa_type=BigInteger)


class ModerationPointed(TenantRow, table=True):
    """Whom an order's message points at: kept from hearing it to obeying it, for a day at most."""

    __tablename__ = "moderation_pointed"
    __table_args__ = (UniqueConstraint("connection_id", "update_id"),)

    connection_id: int = Field(sa_type=BigInteger)
    update_id: str
    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    user_id: str
    name: str = ""
    said: str = ""
    words: str = ""


class ModerationTrusted(TenantRow, table=True):
    """Somebody whom no rule touches."""

    __tablename__ = "moderation_trusted"

    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, unique=True, ondelete="CASCADE")
    by: str = ""


class ModerationRules(TenantRow, table=True):
    """A group's rules (`rules.Rules`), and what is known there.

    `others`: the bots of others that keep order in it, as of `looked_at`. `raid_until`: so long whoever joins
    is put out.
    """

    __tablename__ = "moderation_rules"
    __table_args__ = (UniqueConstraint("connection_id", "room"),)

    connection_id: int = Field(sa_type=BigInteger)
    room: str
    rules: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    others: list[str] = Field(default_factory=list, sa_type=JSONB)
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    raid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ModerationSeen(TenantRow, table=True):
    """When somebody joined a group and how often they spoke of late, where a rule asks for that.

    `who` is a digest, from which nobody reads an account. `spoke` messages since `window_at`; `last` is the
    number of the last that was counted, so that none is twice. Let go of after some days.
    """

    __tablename__ = "moderation_seen"
    __table_args__ = (UniqueConstraint("connection_id", "room", "who"),)

    connection_id: int = Field(sa_type=BigInteger)
    room: str
    who: str
    joined_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    window_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    spoke: int = 0
    last: str = ""
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)


class ModerationCaptcha(TenantRow, table=True):
    """Somebody who is to show that they are a person, until `due_at`.

    `kind`: join (they are restricted until then), request (they wait to be let in). `state`: waiting, solved,
    out.
    """

    __tablename__ = "moderation_captcha"
    __table_args__ = (
        Index("ix_moderation_captcha_due", "due_at", postgresql_where=text("state = 'waiting'")),
        UniqueConstraint("creator_id", "once"),
    )

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, ondelete="CASCADE")
    connection_id: int = Field(sa_type=BigInteger)
    platform: str
    room: str
    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    user_id: str
    kind: str
    answer: str
    lang: str
    tries: int = 0
    state: str = "waiting"
    due_at: datetime = Field(sa_type=UtcDateTime)
    once: str


class ModerationAppeal(TenantRow, table=True):
    """What somebody says against a case about them; one on each. `state`: waiting, approving (the
    case is being taken back), approved, denied.

    `place` is their private chat on the connection, where they are told how it was decided, in `lang`.
    """

    __tablename__ = "moderation_appeal"

    case_id: int = Field(
        foreign_key="moderation_case.id", sa_type=BigInteger, unique=True, ondelete="CASCADE"
    )
    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    connection_id: int = Field(sa_type=BigInteger)
    place: str
    lang: str
    text: str
    state: str = "waiting"
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
