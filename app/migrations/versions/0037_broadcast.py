"""News for fans who have asked for them, and whom nothing reaches any more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app import rls

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_MOVING = "state IN ('waiting', 'running', 'paused') OR state = 'cancelled' AND ended_at IS NULL"


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _count(name: str, kind: type[sa.Integer] = sa.Integer) -> sa.Column[object]:
    return sa.Column(name, kind(), nullable=False)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "broadcast",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "creator_id", sa.BigInteger(), sa.ForeignKey("creator.id", ondelete="CASCADE"), nullable=False,
            index=True,
        ),
        sa.Column(
            "avatar_id", sa.BigInteger(), sa.ForeignKey("avatar.id", ondelete="CASCADE"), nullable=False,
            index=True,
        ),
        sa.Column("texts", JSONB(), nullable=False), sa.Column("picture", JSONB(), nullable=True),
        sa.Column("segment", JSONB(), nullable=False), sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False), sa.Column("once", sa.String(), nullable=True),
        _moment("starts_at"), _moment("started_at"), _moment("ended_at"),
        _count("position", sa.BigInteger), _moment("listed_at"),
        _count("aimed"), _count("made"), _count("skipped"), sa.Column("counts", JSONB(), nullable=True),
        sa.UniqueConstraint("creator_id", "once"),
    )  # fmt: skip
    op.create_index("ix_broadcast_moving", "broadcast", ["id"], postgresql_where=sa.text(_MOVING))
    for statement in rls.statements("broadcast", "creator_id"):
        op.execute(statement)
    op.add_column(
        "outbound",
        sa.Column(
            "broadcast_id", sa.BigInteger(), sa.ForeignKey("broadcast.id", ondelete="SET NULL"), nullable=True
        ),
    )
    op.create_index(
        "ix_outbound_broadcast_id", "outbound", ["broadcast_id", "state"],
        postgresql_where=sa.text("broadcast_id IS NOT NULL"),
    )  # fmt: skip
    op.add_column("thread", _moment("unreachable_at"))
    op.add_column("fan", _moment("news_at"))
    op.add_column("fan", _moment("news_ended_at"))
    op.create_index(
        "ix_fan_news", "fan", ["creator_id", "id"], postgresql_where=sa.text("news_at IS NOT NULL")
    )


def downgrade() -> None:
    """Take back. What is queued of a broadcast is dropped: nobody could stop it any more."""
    op.execute("DELETE FROM outbound WHERE broadcast_id IS NOT NULL AND state = 'queued'")
    op.drop_index("ix_fan_news", "fan")
    op.drop_column("fan", "news_ended_at")
    op.drop_column("fan", "news_at")
    op.drop_column("thread", "unreachable_at")
    op.drop_index("ix_outbound_broadcast_id", "outbound")
    op.drop_column("outbound", "broadcast_id")
    op.drop_table("broadcast")
