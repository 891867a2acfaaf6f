"""The tables of a creator's boundaries, and of the lines of help that they name."""

from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.tables import TenantRow
from persona_engine.models import VersionRow


class BoundariesVersion(VersionRow, table=True):
    """A version of all of an avatar's rules."""

    __tablename__ = "boundaries"


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
