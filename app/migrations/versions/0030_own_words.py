"""What creators say, as their rules are fitted to it."""

import sqlalchemy as sa
from alembic import op

from app import rls

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "own_words",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("creator_id"),
    )
    for statement in rls.statements("own_words", "creator_id"):
        op.execute(statement)


def downgrade() -> None:
    """Take back. What is read from passages is read again."""
    op.drop_table("own_words")
