"""What came with a message's first medium."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("message", sa.Column("others", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("message", "others")
