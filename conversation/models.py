"""The tables of conversations."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import TenantRow


class Thread(TenantRow, table=True):
    """A fan's conversation with an avatar on one connection. The lease says who is answering it now.

    `undisclosed` counts the answers since the fan was last told that an AI speaks; None where never yet.
    """

    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("connection_id", "chat_id", "fan_id"),)

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    connection_id: int = Field(sa_type=BigInteger)
    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    platform: str
    chat_id: str
    lease: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    swept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    allowance: float = 0.0
    allowance_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    undisclosed: int | None = None


class Message(TenantRow, table=True):
    """What a fan said. `state`: new, answered, refused (too many at once)."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("connection_id", "update_id"),
        Index("ix_message_thread_id_id", "thread_id", "id"),
        Index("ix_message_waiting", "thread_id", "id", postgresql_where=text("state = 'new'")),
    )

    thread_id: int = Field(foreign_key="thread.id", sa_type=BigInteger, ondelete="CASCADE")
    connection_id: int = Field(sa_type=BigInteger)
    update_id: str
    text: str
    lang: str | None = None
    language_hint: str | None = None
    state: str = "new"
    outcome: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Outbound(TenantRow, table=True):
    """Everything that is ever sent, under a key that makes it happen once.

    `state`: queued, sending, sent, failed, unknown (it may have arrived; a person looks). `fence` is the
    fencing number of the connection's holder who is sending it, or did last.
    """

    __tablename__ = "outbound"
    __table_args__ = (
        UniqueConstraint("creator_id", "once"),
        Index("ix_outbound_thread_id_id", "thread_id", "id"),
        Index(
            "ix_outbound_waiting",
            "connection_id",
            "priority",
            "id",
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
    )

    connection_id: int = Field(sa_type=BigInteger)
    thread_id: int = Field(foreign_key="thread.id", sa_type=BigInteger, ondelete="CASCADE")
    message_id: int | None = Field(
        default=None, foreign_key="message.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )
    once: str
    payload: dict[str, Any] = Field(sa_type=JSONB)
    state: str = "queued"
    priority: int = 0
    not_before: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    fence: int = Field(default=0, sa_type=BigInteger)
    platform_message_id: str | None = None
    error: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PrivacyRequest(TenantRow, table=True):
    """A fan's wish to have what is kept about them, or to have it erased. It outlives them, without them.

    `kind`: export, erase. `by`: fan, creator. `state`: asked, done. `once` makes a message's wish one.
    `token_hash` is the link's of an export. `echoes` are hashes of the updates that an erasure took along:
    a platform may deliver them again, and they must not bring the fan back.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        UniqueConstraint("creator_id", "once"),
        Index("ix_privacy_request_due", "id", postgresql_where=text("kind = 'erase' AND state = 'asked'")),
        Index("ix_privacy_request_echoes", "done_at", postgresql_where=text("echoes <> '[]'::jsonb")),
    )

    kind: str
    by: str
    state: str = "asked"
    platform: str = ""
    fan_id: int | None = Field(
        default=None, foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="SET NULL"
    )
    message_id: int | None = Field(
        default=None, foreign_key="message.id", sa_type=BigInteger, index=True, ondelete="SET NULL"
    )
    once: str | None = None
    token_hash: str | None = Field(default=None, unique=True)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    echoes: list[str] = Field(default_factory=list, sa_type=JSONB)
