"""What people say against cases about them."""

import sqlalchemy as sa
from alembic import op

from app import rls

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLES = ("moderation_appeal",)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "moderation_appeal",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("fan_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["fan_id"], ["fan.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("case_id"),
    )
    for table in TABLES:
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)
