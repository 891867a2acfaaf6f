"""Keep what creators say of the lines of help: their own, and what holds of the package's."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app import rls

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "help_line",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "creator_id",
            sa.BigInteger(),
            sa.ForeignKey("creator.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("shipped", sa.String(), nullable=True),
        sa.Column("line", postgresql.JSONB(), nullable=True),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("creator_id", "shipped"),
    )
    for statement in rls.statements("help_line", "creator_id"):
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    op.drop_table("help_line")
