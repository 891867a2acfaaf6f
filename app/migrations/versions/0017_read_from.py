"""Keep of a passage whether it was read from a picture or heard, and how surely."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("chunk", sa.Column("read_from", sa.String(), nullable=True))
    op.add_column("chunk", sa.Column("sure", sa.Float(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("chunk", "sure")
    op.drop_column("chunk", "read_from")
