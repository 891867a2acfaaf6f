"""Keep what fans plainly tell of themselves, each for a time, by the thread that they told it in."""

import sqlalchemy as sa
from alembic import op

from app import rls

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "fact",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column(
            "creator_id",
            sa.BigInteger(),
            sa.ForeignKey("creator.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column(
            "thread_id", sa.BigInteger(), sa.ForeignKey("thread.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("told_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False, index=True),
        sa.UniqueConstraint("thread_id", "kind", "slot"),
    )
    for statement in rls.statements("fact", "creator_id"):
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    op.drop_table("fact")
