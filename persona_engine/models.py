"""The tables of how the avatar speaks."""

from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declared_attr
from sqlmodel import Field

from kernel.tables import TenantRow


class VersionRow(TenantRow):
    """One version of a document of an avatar's. The newest is in force; a rollback is a new version."""

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        return (UniqueConstraint("avatar_id", "version"),)

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    version: int
    document: dict[str, Any] = Field(sa_type=JSONB)
    origin: str
    note: str = ""


class StyleCardVersion(VersionRow, table=True):
    """A version of the style card."""

    __tablename__ = "style_card"


class CharacterCardRow(TenantRow, table=True):
    """What an imported character card brought that we don't use, kept so that an export returns it."""

    __tablename__ = "character_card"

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, unique=True, ondelete="CASCADE")
    card: dict[str, Any] = Field(sa_type=JSONB)


class DecisionTrace(TenantRow, table=True):
    """Why a reply to a message is what it is: each step with its decision, reason and milliseconds."""

    __tablename__ = "decision_trace"

    message_id: int = Field(foreign_key="message.id", sa_type=BigInteger, unique=True, ondelete="CASCADE")
    avatar_id: int = Field(sa_type=BigInteger)
    kind: str
    trace: dict[str, Any] = Field(sa_type=JSONB)
