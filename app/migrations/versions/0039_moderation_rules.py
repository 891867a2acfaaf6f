"""The rules of groups, who was seen there, whose captcha waits; what a case about rules changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app import rls

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLES = (
    "moderation_rules",
    "moderation_seen",
    "moderation_captcha",
)


def upgrade() -> None:
    """Apply."""
    op.add_column("moderation_case", sa.Column("detail", JSONB(), nullable=False, server_default="{}"))
    op.alter_column("moderation_case", "detail", server_default=None)
    op.create_table(
        "moderation_rules",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("rules", JSONB(), nullable=False),
        sa.Column("others", JSONB(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raid_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("connection_id", "room"),
    )
    op.create_table(
        "moderation_seen",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spoke", sa.Integer(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("connection_id", "room", "who"),
    )
    op.create_table(
        "moderation_captcha",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("avatar_id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("fan_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["fan_id"], ["fan.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["avatar_id"], ["avatar.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("creator_id", "once"),
    )
    op.create_index(
        "ix_moderation_captcha_due",
        "moderation_captcha",
        ["due_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    for table in TABLES:
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("moderation_case", "detail")
