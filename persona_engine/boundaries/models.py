"""The table of a creator's boundaries."""

from persona_engine.models import VersionRow


class BoundariesVersion(VersionRow, table=True):
    """A version of all of an avatar's rules."""

    __tablename__ = "boundaries"
