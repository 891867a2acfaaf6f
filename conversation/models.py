"""The tables of conversations."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import Row, TenantRow


class Thread(TenantRow, table=True):
    """A fan's conversation with an avatar on one connection. The lease says who is answering it now.

    `chat_id` is the place where it is held: a private chat, or in a group a topic, or what is below a post;
    `room` is that group, empty in private.

    `undisclosed` counts the answers since the fan was last told that an AI speaks; None where never yet.
    `handed_over_at`: since when the avatar is silent here and a person answers. `returned_at`: when the fan
    went back to the avatar from that, until somebody has seen it. `unreachable_at`: when its fan was found to
    have shut out the avatar; who has written since has let it in again.
    `moved_by`: the fan's message that did the last of these; coming twice it does nothing a second time.
    """

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("connection_id", "chat_id", "fan_id"),
        Index("ix_thread_handed_over", "avatar_id", postgresql_where=text("handed_over_at IS NOT NULL")),
        Index("ix_thread_returned", "avatar_id", postgresql_where=text("returned_at IS NOT NULL")),
    )

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    connection_id: int = Field(sa_type=BigInteger)
    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    platform: str
    chat_id: str
    room: str = ""
    lease: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    swept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    allowance: float = 0.0
    allowance_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    undisclosed: int | None = None
    handed_over_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    moved_by: int | None = Field(default=None, sa_type=BigInteger)
    unreachable_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Message(TenantRow, table=True):
    """What a fan said. `state`: new, answered, refused (too many at once).

    `outcome` is the reply's, or what became of it instead: waiting, suggested, edited, dropped, expired,
    to_person, silent. `confidence` is the reply's (0..1), None where it needs none. `ref` is the platform's
    name of it in its chat, `reply_to` that of the one it replies to; `medium` what it had beside its text
    (`kernel.chat.Medium`), `others` what came with that. `aside`: it was said below a post, to nobody by
    name. `edited_at`: since when its text is this, where its sender has changed it.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("connection_id", "update_id"),
        Index("ix_message_thread_id_id", "thread_id", "id"),
        Index("ix_message_waiting", "thread_id", "id", postgresql_where=text("state = 'new'")),
    )

    thread_id: int = Field(foreign_key="thread.id", sa_type=BigInteger, ondelete="CASCADE")
    connection_id: int = Field(sa_type=BigInteger)
    update_id: str
    ref: str | None = None
    reply_to: str | None = None
    aside: bool = False
    text: str
    medium: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    others: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB)
    lang: str | None = None
    language_hint: str | None = None
    state: str = "new"
    outcome: str | None = None
    confidence: float | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Fact(TenantRow, table=True):
    """What a fan has plainly told of themselves, kept for a time; of this thread alone.

    `kind`: name, from, lives, likes, makes. Of the last two there may be several, each in its
    `slot`.
    """

    __tablename__ = "fact"
    __table_args__ = (UniqueConstraint("thread_id", "kind", "slot"),)

    thread_id: int = Field(foreign_key="thread.id", sa_type=BigInteger, ondelete="CASCADE")
    kind: str
    slot: str = ""
    text: str
    told_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Outbound(TenantRow, table=True):
    """Everything that is ever sent, under a key that makes it happen once.

    `state`: queued, sending, sent, failed, unknown (it may have arrived; a person looks), dropped (too old
    when a pause ended, or a person has taken the thread over). `kind`: reply, staff (to an order of the
    creator's people, which a pause lets through); anything else is unasked, and kept for after quiet hours.
    `fence` is the fencing number of the connection's holder who is sending it, or did last. `chat_id` says
    where it goes that belongs to no fan's thread: a welcome, a post. `about_id` is the fan of whom it tells
    others; it goes with them.
    """

    __tablename__ = "outbound"
    __table_args__ = (
        UniqueConstraint("creator_id", "once"),
        Index("ix_outbound_thread_id_id", "thread_id", "id"),
        Index("ix_outbound_platform_message_id", "connection_id", "platform_message_id"),
        Index(
            "ix_outbound_broadcast_id",
            "broadcast_id",
            "state",
            postgresql_where=text("broadcast_id IS NOT NULL"),
        ),
        Index("ix_outbound_about_id", "about_id", postgresql_where=text("about_id IS NOT NULL")),
        Index(
            "ix_outbound_waiting",
            "connection_id",
            "priority",
            "id",
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
    )

    connection_id: int = Field(sa_type=BigInteger)
    thread_id: int | None = Field(
        default=None, foreign_key="thread.id", sa_type=BigInteger, ondelete="CASCADE"
    )
    chat_id: str | None = None
    message_id: int | None = Field(
        default=None, foreign_key="message.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )
    once: str
    payload: dict[str, Any] = Field(sa_type=JSONB)
    kind: str = "reply"
    state: str = "queued"
    priority: int = 0
    not_before: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    fence: int = Field(default=0, sa_type=BigInteger)
    platform_message_id: str | None = None
    error: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    broadcast_id: int | None = Field(
        default=None, foreign_key="broadcast.id", sa_type=BigInteger, ondelete="SET NULL"
    )
    about_id: int | None = Field(default=None, foreign_key="fan.id", sa_type=BigInteger, ondelete="CASCADE")


class Broadcast(TenantRow, table=True):
    """News for fans who have asked for them: the text by language, a picture, who of them it is for.

    `state`: draft, waiting (until `starts_at`), running, paused, done, cancelled. `segment`:
    `types.Segment`. `once` makes an order's broadcast one. `position` is the last fan who was looked at,
    `listed_at` since when there is none after them. `aimed` is how many it was for when it began, `made` how
    many have had a message queued, `skipped` how many had enough of news meanwhile. `counts` is how the
    messages ended, once all have.
    """

    __tablename__ = "broadcast"
    __table_args__ = (
        UniqueConstraint("creator_id", "once"),
        Index(
            "ix_broadcast_moving",
            "id",
            postgresql_where=text(
                "state IN ('waiting', 'running', 'paused') OR state = 'cancelled' AND ended_at IS NULL"
            ),
        ),
    )

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    texts: dict[str, str] = Field(sa_type=JSONB)
    picture: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    segment: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    state: str = "draft"
    by: str = ""
    once: str | None = None
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    position: int = Field(default=0, sa_type=BigInteger)
    listed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    aimed: int = 0
    made: int = 0
    skipped: int = 0
    counts: dict[str, int] | None = Field(default=None, sa_type=JSONB)


class Feedback(TenantRow, table=True):
    """What a fan thinks of an answer, by a button or a reaction.

    `kind`: good, bad, flag, or empty: they have taken it back.
    """

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("outbound_id", "fan_id"),)

    outbound_id: int = Field(foreign_key="outbound.id", sa_type=BigInteger, ondelete="CASCADE")
    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    kind: str


class Autonomy(TenantRow, table=True):
    """How far an avatar may go by itself; one without a row is in Ask.

    `mode` holds in duty hours, `off_mode` outside them (None: no other). `duty` and `quiet` are weeks: by
    the weekday's number (Monday is 0) a from and a to, in the avatar's time zone. `threshold` is 0..1.
    `late_text` is what a fan gets whose answer has waited `late_hours` for a person; empty: nothing.
    """

    __tablename__ = "autonomy"

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, unique=True, ondelete="CASCADE")
    mode: str
    threshold: float
    off_mode: str | None = None
    duty: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSONB)
    quiet: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSONB)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_by: str = ""
    late_text: str = Field(default="", sa_column_kwargs={"server_default": ""})
    late_hours: int = Field(default=24, sa_column_kwargs={"server_default": "24"})


class Approval(TenantRow, table=True):
    """A reply that waits for a person, or waited; one for each message at most.

    `reason`: ask, unsure, shadow (a suggestion: nobody was told to wait). `state`: waiting, sent, edited,
    dropped, expired. `parts` is the reply as the avatar would have sent it; `final` is what was sent, and
    `passages` the passages that stand under it: what may be learnt from it.
    """

    __tablename__ = "approval"
    __table_args__ = (
        Index("ix_approval_waiting", "avatar_id", "id", postgresql_where=text("state = 'waiting'")),
    )

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    thread_id: int = Field(foreign_key="thread.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    message_id: int = Field(foreign_key="message.id", sa_type=BigInteger, unique=True, ondelete="CASCADE")
    reason: str
    state: str = "waiting"
    lang: str
    outcome: str
    confidence: float | None = None
    parts: list[dict[str, Any]] = Field(sa_type=JSONB)
    final: str | None = None
    passages: list[int] = Field(default_factory=list, sa_type=JSONB)
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Takeover(TenantRow, table=True):
    """That a person of the creator's took a thread over; `ended_at` None while they have it.

    What its fan writes is passed on to `relay_thread_id`, the person's own private chat with the avatar; to
    none where they work in the admin web. It ends at `until`, or, without, some time after `last_at`, when
    they said something last. `ended_by`: the person's message that ended it; coming twice it does nothing a
    second time.
    """

    __tablename__ = "takeover"
    __table_args__ = (
        Index("ix_takeover_held", "thread_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    thread_id: int = Field(foreign_key="thread.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    name: str
    relay_thread_id: int | None = Field(
        default=None, foreign_key="thread.id", sa_type=BigInteger, index=True, ondelete="SET NULL"
    )
    last_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: int | None = Field(default=None, sa_type=BigInteger)


class Standstill(Row, table=True):
    """Its one row, while it is there, stops every avatar of the instance: the operator's switch."""

    __tablename__ = "standstill"

    by: str


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
