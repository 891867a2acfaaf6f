"""Keep answers that models have worded, for the next fan who asks the same."""

import sqlalchemy as sa
from alembic import op

from app import rls

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "kept_answer",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "creator_id",
            sa.BigInteger(),
            sa.ForeignKey("creator.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column(
            "avatar_id",
            sa.BigInteger(),
            sa.ForeignKey("avatar.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column(
            "fan_id", sa.BigInteger(), sa.ForeignKey("fan.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("avatar_id", "digest"),
    )
    for statement in rls.statements("kept_answer", "creator_id"):
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    op.drop_table("kept_answer")
