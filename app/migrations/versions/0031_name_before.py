"""What a bot was called before it had its avatar's name; of those connected already nobody knows it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("telegram_bot", sa.Column("name_before", sa.String(), nullable=False, server_default=""))
    op.alter_column("telegram_bot", "name_before", server_default=None)


def downgrade() -> None:
    """Take back."""
    op.drop_column("telegram_bot", "name_before")
