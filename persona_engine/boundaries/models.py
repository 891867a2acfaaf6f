"""The tables of a creator's boundaries, and of the lines of help that they name."""

from typing import Any

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.tables import TenantRow
from persona_engine.models import VersionRow


class BoundariesVersion(VersionRow, table=True):
    """A version of all of an avatar's rules."""

    __tablename__ = "boundaries"


class OwnWordsRow(TenantRow, table=True):
    """What a creator says, as rules are fitted to it: an `OwnWords` of this digest, packed.

    Whatever it was made of has changed where the digest is another one.
    """

    __tablename__ = "own_words"
    __table_args__ = (UniqueConstraint("creator_id"),)

    digest: bytes
    packed: bytes


class FanWording(TenantRow, table=True):
    """What a fan wrote that stands in versions of an avatar's rules, which name it by its number alone.

    So it goes with the fan, out of every version.
    """

    __tablename__ = "fan_wording"
    __table_args__ = (UniqueConstraint("avatar_id", "fan_id", "text"),)

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    fan_id: int = Field(foreign_key="fan.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    text: str


class HelpLineRow(TenantRow, table=True):
    """A creator's line of help, for all of their avatars.

    With `shipped`, it is about the package's line of that id: `line` stands in its place, or without one the
    package's is only switched off.
    """

    __tablename__ = "help_line"
    __table_args__ = (UniqueConstraint("creator_id", "shipped"),)

    shipped: str | None = None
    line: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    on: bool = True
