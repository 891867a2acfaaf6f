"""Since when an avatar is in a chat, and its bot's privacy mode off: a group keeps what held then."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("chat", sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("telegram_bot", sa.Column("reads_all_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("telegram_bot", "reads_all_since")
    op.drop_column("chat", "entered_at")
