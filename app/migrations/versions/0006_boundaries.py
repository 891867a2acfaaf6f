"""Keep the versions of each avatar's boundaries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app import rls

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "boundaries",
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
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.UniqueConstraint("avatar_id", "version"),
    )
    for statement in rls.statements("boundaries", "creator_id"):
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    op.drop_table("boundaries")
