"""The table of connections: which avatar lives where, and which process holds it now."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import TenantRow


class Connection(TenantRow, table=True):
    """An avatar's life on one platform. Its holder alone receives and sends, under a fencing number."""

    __tablename__ = "connection"
    __table_args__ = (
        UniqueConstraint("avatar_id", "platform"),
        Index("ix_connection_lease_until", "lease_until"),
    )

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    platform: str
    state: str = "active"
    secret: str | None = None
    holder: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fence: int = Field(default=0, sa_type=BigInteger)
