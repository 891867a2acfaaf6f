"""The shapes every table shares: its identity, its creator, its moment of making."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from kernel.db import UtcDateTime, utcnow


class Row(SQLModel):
    """A row with a number of its own."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    created_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime, nullable=False)

    @property
    def key(self) -> int:
        """The number of a row that has been flushed.

        Raises:
            RuntimeError: it hasn't.
        """
        if self.id is None:
            raise RuntimeError(f"{type(self).__name__} has not been flushed yet")
        return self.id


class TenantRow(Row):
    """A row of one creator; row-level security shows it to that creator's units of work only."""

    __table_args__: ClassVar[Any] = ()

    creator_id: int = Field(foreign_key="creator.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
