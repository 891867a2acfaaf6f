"""What a fan gets whose answer has waited too long for a person."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("autonomy", sa.Column("late_text", sa.String(), nullable=False, server_default=""))
    op.add_column("autonomy", sa.Column("late_hours", sa.Integer(), nullable=False, server_default="24"))


def downgrade() -> None:
    """Take back."""
    op.drop_column("autonomy", "late_hours")
    op.drop_column("autonomy", "late_text")
