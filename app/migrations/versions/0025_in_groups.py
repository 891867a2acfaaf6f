"""What a message replies to, and which fans want nothing unasked."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("message", sa.Column("reply_to", sa.String(), nullable=True))
    op.add_column("fan", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("fan", "stopped_at")
    op.drop_column("message", "reply_to")
