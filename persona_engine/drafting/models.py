"""The tables of model connections, their caps, their calls and what those cost."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, Index, Numeric, UniqueConstraint
from sqlmodel import Field

from kernel.db import UtcDateTime, utcnow
from kernel.tables import TenantRow

_PRICE: Final[Any] = Numeric(12, 4)
_MONEY: Final[Any] = Numeric(18, 9)


class ModelConnectionRow(TenantRow, table=True):
    """A language model that a creator's avatars may ask, in the order of `position`.

    `key_sealed` is encrypted; prices are US dollars a million tokens; `changed_at` names the version that
    clients in memory are made for.
    """

    __tablename__ = "model_connection"

    name: str
    provider: str
    url: str = ""
    model: str
    key_sealed: str | None = None
    price_in: Decimal = Field(default=Decimal(0), sa_type=_PRICE)
    price_out: Decimal = Field(default=Decimal(0), sa_type=_PRICE)
    timeout_s: int
    position: int
    on: bool = True
    changed_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime, nullable=False)


class ModelCapsRow(TenantRow, table=True):
    """What a creator's models may cost, in US dollars; null is no cap."""

    __tablename__ = "model_caps"
    __table_args__ = (UniqueConstraint("creator_id"),)

    day: Decimal | None = Field(default=None, sa_type=_MONEY)
    fan_day: Decimal | None = Field(default=None, sa_type=_MONEY)
    month: Decimal | None = Field(default=None, sa_type=_MONEY)


class ModelCall(TenantRow, table=True):
    """One call to a model: never what was said. `cost` is what is reserved until the call has ended."""

    __tablename__ = "model_call"
    __table_args__ = (
        Index("ix_model_call_day", "creator_id", "day", "fan_id"),
        Index("ix_model_call_connection", "connection_id", "id"),
    )

    connection_id: int | None = Field(
        default=None, foreign_key="model_connection.id", sa_type=BigInteger, ondelete="SET NULL"
    )
    fan_id: int | None = Field(
        default=None, foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="SET NULL"
    )
    thread_id: int | None = Field(
        default=None, foreign_key="thread.id", sa_type=BigInteger, index=True, ondelete="SET NULL"
    )
    day: date
    tokens_in: int
    tokens_out: int
    cost: Decimal = Field(sa_type=_MONEY)
    ms: float | None = None
    outcome: str


class ModelDay(TenantRow, table=True):
    """What a creator's models have cost on a day (UTC), reservations included."""

    __tablename__ = "model_day"
    __table_args__ = (UniqueConstraint("creator_id", "day"),)

    day: date
    cost: Decimal = Field(sa_type=_MONEY)
