"""Keep of a thread when its fan went back to the avatar from a person's hands."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("thread", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_thread_returned",
        "thread",
        ["avatar_id"],
        postgresql_where=sa.text("returned_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_thread_returned", "thread")
    op.drop_column("thread", "returned_at")
