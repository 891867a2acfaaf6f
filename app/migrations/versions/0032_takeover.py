"""Which person has taken which conversation over, and what the creator's people note about fans."""

import sqlalchemy as sa
from alembic import op

from app import rls

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TABLES = ("takeover", "fan_note", "fan_tag")


def _tenant() -> list[sa.Column[object]]:
    creator = sa.ForeignKey("creator.id", ondelete="CASCADE")
    return [
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), creator, nullable=False, index=True),
    ]


def _of(name: str) -> sa.Column[object]:
    key = sa.ForeignKey(f"{name}.id", ondelete="CASCADE")
    return sa.Column(f"{name}_id", sa.BigInteger(), key, nullable=False, index=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "takeover", *_tenant(), _of("avatar"), _of("thread"), _of("account"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "relay_thread_id", sa.BigInteger(), sa.ForeignKey("thread.id", ondelete="SET NULL"),
            nullable=True, index=True,
        ),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
    )  # fmt: skip
    op.create_index(
        "ix_takeover_held", "takeover", ["thread_id"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "fan_note", *_tenant(), _of("fan"),
        sa.Column("by", sa.String(), nullable=False), sa.Column("text", sa.String(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "fan_tag", *_tenant(), _of("fan"), sa.Column("tag", sa.String(), nullable=False),
        sa.UniqueConstraint("fan_id", "tag"),
    )  # fmt: skip
    for table in _TABLES:
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)


def downgrade() -> None:
    """Take back. Who has taken a conversation over leaves it waiting for a person, as a boundary does."""
    for table in reversed(_TABLES):
        op.drop_table(table)
