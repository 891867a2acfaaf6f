"""The table of answers that are kept for whoever asks the same."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import TenantRow


class KeptAnswer(TenantRow, table=True):
    """A model's text, under a hash of all that it depends on. It goes with the fan who asked for it."""

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("avatar_id", "digest"),)

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    digest: str
    text: str
    model: str
    expires_at: datetime = Field(sa_type=UtcDateTime)
