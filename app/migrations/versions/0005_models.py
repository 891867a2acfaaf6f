"""Keep creators' model connections, their caps, and what each call and each day has cost."""

import sqlalchemy as sa
from alembic import op

from app import rls

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("model_caps", "model_connection", "model_day", "model_call")
_MONEY = sa.Numeric(18, 9)


def _own() -> list[sa.Column[object]]:
    """The columns that every creator's table has."""
    return [
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "creator_id",
            sa.BigInteger(),
            sa.ForeignKey("creator.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
    ]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "model_caps",
        *_own(),
        sa.Column("day", _MONEY),
        sa.Column("fan_day", _MONEY),
        sa.Column("month", _MONEY),
        sa.UniqueConstraint("creator_id"),
    )
    op.create_table(
        "model_connection",
        *_own(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("key_sealed", sa.String()),
        sa.Column("price_in", sa.Numeric(12, 4), nullable=False),
        sa.Column("price_out", sa.Numeric(12, 4), nullable=False),
        sa.Column("timeout_s", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "model_day",
        *_own(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cost", _MONEY, nullable=False),
        sa.UniqueConstraint("creator_id", "day"),
    )
    op.create_table(
        "model_call",
        *_own(),
        sa.Column(
            "connection_id", sa.BigInteger(), sa.ForeignKey("model_connection.id", ondelete="SET NULL")
        ),
        sa.Column("fan_id", sa.BigInteger(), sa.ForeignKey("fan.id", ondelete="SET NULL"), index=True),
        sa.Column("thread_id", sa.BigInteger()),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tokens_in", sa.Integer(), nullable=False),
        sa.Column("tokens_out", sa.Integer(), nullable=False),
        sa.Column("cost", _MONEY, nullable=False),
        sa.Column("ms", sa.Float()),
        sa.Column("outcome", sa.String(), nullable=False),
    )
    op.create_index("ix_model_call_day", "model_call", ["creator_id", "day", "fan_id"])
    op.create_index("ix_model_call_connection", "model_call", ["connection_id", "id"])
    for table in _TABLES:
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for table in reversed(_TABLES):
        op.drop_table(table)
