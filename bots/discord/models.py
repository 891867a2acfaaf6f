"""The tables of Discord: the apps, how far channels were heard, the interactions that wait for an answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import TenantRow


class DiscordApp(TenantRow, table=True):
    """The app that an avatar is, of one connection. One app is one avatar's in the whole instance.

    `user_id` is its bot's, `token` is sealed, `public_key` (hex) proves its interactions. `gateway`: it is
    heard over a socket that we keep; otherwise only by interactions that are posted to us. `reads_all`: it is
    granted the Message Content intent. `told` is what Discord has been told of the avatar, by its digest, so
    that only changes are told. `error` is the last thing that went wrong with it.
    """

    __tablename__ = "discord_app"

    connection_id: int = Field(
        foreign_key="connection.id", sa_type=BigInteger, unique=True, ondelete="CASCADE"
    )
    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    application_id: int = Field(sa_type=BigInteger, unique=True)
    user_id: int = Field(sa_type=BigInteger)
    name: str
    token: str
    public_key: str
    gateway: bool = True
    reads_all: bool = False
    told: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    error: str = ""
    error_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DiscordChannel(TenantRow, table=True):
    """Up to which message a channel, a thread or a private chat was heard (`last_id`).

    `room` is the channel that it is or stands in, empty in private.
    """

    __tablename__ = "discord_channel"
    __table_args__ = (UniqueConstraint("connection_id", "channel_id"),)

    connection_id: int = Field(foreign_key="connection.id", sa_type=BigInteger, ondelete="CASCADE")
    channel_id: int = Field(sa_type=BigInteger)
    room: str = ""
    last_id: int = Field(sa_type=BigInteger)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class DiscordInteraction(TenantRow, table=True):
    """An interaction that was taken in as a message: `token` (sealed) answers it until `expires_at`.

    `outbound_id` is what has taken, or is to take, the place of the deferred answer.
    """

    __tablename__ = "discord_interaction"
    __table_args__ = (UniqueConstraint("connection_id", "interaction_id"),)

    connection_id: int = Field(foreign_key="connection.id", sa_type=BigInteger, ondelete="CASCADE")
    message_id: int = Field(foreign_key="message.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    interaction_id: int = Field(sa_type=BigInteger)
    token: str
    outbound_id: int | None = Field(
        default=None, foreign_key="outbound.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
