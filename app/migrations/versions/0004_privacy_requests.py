"""Keep fans' privacy requests, count answers since the last disclosure, and let traces go with messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app import rls

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("thread", sa.Column("undisclosed", sa.Integer(), nullable=True))
    op.execute("DELETE FROM decision_trace WHERE message_id NOT IN (SELECT id FROM message)")
    op.create_foreign_key(
        "fk_decision_trace_message_id_message",
        "decision_trace",
        "message",
        ["message_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_table(
        "privacy_request",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "creator_id",
            sa.BigInteger(),
            sa.ForeignKey("creator.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column(
            "fan_id", sa.BigInteger(), sa.ForeignKey("fan.id", ondelete="SET NULL"), nullable=True, index=True
        ),
        sa.Column(
            "message_id",
            sa.BigInteger(),
            sa.ForeignKey("message.id", ondelete="SET NULL"),
            nullable=True,
            index=True,
        ),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("echoes", postgresql.JSONB(), nullable=False),
        sa.UniqueConstraint("creator_id", "once"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(
        "ix_privacy_request_due",
        "privacy_request",
        ["id"],
        postgresql_where=sa.text("kind = 'erase' AND state = 'asked'"),
    )
    op.create_index(
        "ix_privacy_request_echoes",
        "privacy_request",
        ["done_at"],
        postgresql_where=sa.text("echoes <> '[]'::jsonb"),
    )
    for statement in rls.statements("privacy_request", "creator_id"):
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    op.drop_table("privacy_request")
    op.drop_constraint("fk_decision_trace_message_id_message", "decision_trace")
    op.drop_column("thread", "undisclosed")
