"""Keep the seconds of the cues of which a passage of speech is made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("chunk", sa.Column("cues", JSONB(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("chunk", "cues")
