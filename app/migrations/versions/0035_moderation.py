"""Cases of moderation, whom each is about, what is to be done on platforms, who is trusted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app import rls

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = (
    "moderation_settings",
    "moderation_case",
    "moderation_subject",
    "moderation_action",
    "moderation_pointed",
    "moderation_trusted",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "moderation_settings",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("settings", JSONB(), nullable=False),
        sa.Column("last_case", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("creator_id"),
    )
    op.create_table(
        "moderation_case",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("avatar_id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("once", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["avatar_id"], ["avatar.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("creator_id", "once"),
        sa.UniqueConstraint("creator_id", "number"),
    )
    op.create_index("ix_moderation_case_avatar_id_id", "moderation_case", ["avatar_id", "id"])
    op.create_table(
        "moderation_subject",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("fan_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["fan_id"], ["fan.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("case_id"),
    )
    op.create_table(
        "moderation_action",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True, index=True),
        sa.Column("fan_id", sa.BigInteger(), nullable=True, index=True),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("args", JSONB(), nullable=False),
        sa.Column("undoes", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["fan_id"], ["fan.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("creator_id", "once"),
    )
    op.create_index(
        "ix_moderation_action_waiting",
        "moderation_action",
        ["connection_id", "id"],
        postgresql_where=sa.text("state IN ('queued', 'doing')"),
    )
    op.create_table(
        "moderation_pointed",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.String(), nullable=False),
        sa.Column("fan_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["fan_id"], ["fan.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("connection_id", "update_id"),
    )
    op.create_table(
        "moderation_trusted",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("fan_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["fan_id"], ["fan.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("fan_id"),
    )
    for table in TABLES:
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)
