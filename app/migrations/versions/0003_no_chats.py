"""Drop the table of chats: nothing ever wrote to it."""

import sqlalchemy as sa
from alembic import op

from app import rls

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_table("chat")


def downgrade() -> None:
    """Take back."""
    op.create_table(
        "chat",
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
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("platform_chat_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.UniqueConstraint("creator_id", "platform", "platform_chat_id"),
    )
    for statement in rls.statements("chat", "creator_id"):
        op.execute(statement)
