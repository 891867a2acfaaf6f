"""The tables of Telegram: the bots, the files it knows already, the bots that are wished for, their maker."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import Row, TenantRow


class TelegramBot(TenantRow, table=True):
    """The bot that an avatar is, of one connection. One bot is one avatar's in the whole instance.

    `token` is sealed. `webhook`: updates are posted to us; otherwise we poll. `reads_all`: its privacy mode
    is off, and `reads_all_since` is when that was seen first. `name_before` is what it was called when it
    became the avatar. `told` is what Telegram has been told of the
    avatar, by its digest, so that only changes are told. `error` is the last thing that went wrong with it.
    """

    __tablename__ = "telegram_bot"

    connection_id: int = Field(
        foreign_key="connection.id", sa_type=BigInteger, unique=True, ondelete="CASCADE"
    )
    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    bot_id: int = Field(sa_type=BigInteger, unique=True)
    username: str
    name: str = ""
    name_before: str = ""
    token: str
    webhook: bool = False
    managed: bool = False
    joins_groups: bool = True
    reads_all: bool = False
    reads_all_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""
    error_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TelegramFile(TenantRow, table=True):
    """Telegram's name of a file that a bot has sent before, so that it needn't be uploaded again."""

    __tablename__ = "telegram_file"
    __table_args__ = (UniqueConstraint("connection_id", "sha256", "kind"),)

    connection_id: int = Field(foreign_key="connection.id", sa_type=BigInteger, ondelete="CASCADE")
    sha256: str
    kind: str
    file_id: str


class TelegramWish(TenantRow, table=True):
    """A bot that somebody wants made for an avatar, from the link in the admin web to the bot's token.

    `user_id` is who opened the link in Telegram. `state`: asked, opened, done.
    """

    __tablename__ = "telegram_wish"

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True)
    user_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    state: str = "asked"
    expires_at: datetime = Field(sa_type=UtcDateTime)


class TelegramManager(Row, table=True):
    """The lease on the operator's bot that makes other bots: one process listens to it."""

    __tablename__ = "telegram_manager"

    bot_id: int = Field(sa_type=BigInteger, unique=True)
    username: str = ""
    holder: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
