"""The table of a creator's boundaries."""

from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.tables import TenantRow


class BoundariesVersion(TenantRow, table=True):
    """One version of all of an avatar's rules. The newest is in force; a rollback is a new version."""

    __tablename__ = "boundaries"
    __table_args__ = (UniqueConstraint("avatar_id", "version"),)

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    version: int
    rules: dict[str, Any] = Field(sa_type=JSONB)
    origin: str
    note: str = ""
