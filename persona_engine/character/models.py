"""The tables of characters, and of how often a thread was pointed to something."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from kernel.tables import TenantRow
from persona_engine.models import VersionRow


class CharacterVersion(VersionRow, table=True):
    """A version of an avatar's character."""

    __tablename__ = "persona"


class GuidanceRow(TenantRow, table=True):
    """How many replies of a thread could have pointed to something since one did."""

    __tablename__ = "guidance"

    thread_id: int = Field(foreign_key="thread.id", sa_type=BigInteger, unique=True, ondelete="CASCADE")
    since: int
