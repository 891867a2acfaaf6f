"""Keep how far avatars may go by themselves, what waits for a person, and who paused what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app import rls

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _tenant(*columns: sa.Column[object]) -> list[sa.Column[object]]:
    """The columns of every creator's table, and these."""
    return [
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        _reference("creator"),
        *columns,
    ]


def _reference(table: str, *, unique: bool = False) -> sa.Column[object]:
    return sa.Column(
        f"{table}_id",
        sa.BigInteger(),
        sa.ForeignKey(f"{table}.id", ondelete="CASCADE"),
        nullable=False,
        index=not unique,
        unique=unique or None,
    )


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "autonomy",
        *_tenant(
            _reference("avatar", unique=True),
            sa.Column("mode", sa.String(), nullable=False),
            sa.Column("threshold", sa.Float(), nullable=False),
            sa.Column("off_mode", sa.String(), nullable=True),
            sa.Column("duty", postgresql.JSONB(), nullable=False),
            sa.Column("quiet", postgresql.JSONB(), nullable=False),
            sa.Column("paused_at", _MOMENT, nullable=True),
            sa.Column("paused_by", sa.String(), nullable=False),
        ),
    )
    op.create_table(
        "approval",
        *_tenant(
            _reference("avatar"),
            _reference("thread"),
            _reference("message", unique=True),
            sa.Column("reason", sa.String(), nullable=False),
            sa.Column("state", sa.String(), nullable=False),
            sa.Column("lang", sa.String(), nullable=False),
            sa.Column("outcome", sa.String(), nullable=False),
            sa.Column("confidence", sa.Float(), nullable=True),
            sa.Column("parts", postgresql.JSONB(), nullable=False),
            sa.Column("final", sa.String(), nullable=True),
            sa.Column("passages", postgresql.JSONB(), nullable=False),
            sa.Column("decided_by", sa.String(), nullable=False),
            sa.Column("decided_at", _MOMENT, nullable=True),
        ),
    )
    op.create_index(
        "ix_approval_waiting", "approval", ["avatar_id", "id"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "standstill",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
    )
    op.add_column("thread", sa.Column("handed_over_at", _MOMENT, nullable=True))
    op.create_index(
        "ix_thread_handed_over",
        "thread",
        ["avatar_id"],
        postgresql_where=sa.text("handed_over_at IS NOT NULL"),
    )
    op.add_column("message", sa.Column("confidence", sa.Float(), nullable=True))
    op.add_column("outbound", sa.Column("kind", sa.String(), server_default="reply", nullable=False))
    op.alter_column("outbound", "kind", server_default=None)
    for table in ("autonomy", "approval"):
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)
    for statement in rls.statements("standstill", None):
        op.execute(statement)
    # Everybody obeys it, so everybody sees it; only system units of work put it there or lift it.
    op.execute("CREATE POLICY look ON standstill FOR SELECT USING (true)")
    # What answered by itself until now goes on doing so.
    op.execute("SELECT set_config('app.scope', 'system', true)")
    op.execute(
        """
        INSERT INTO autonomy (created_at, creator_id, avatar_id, mode, threshold, duty, quiet, paused_by)
        SELECT now(), creator_id, id, 'auto', 0, '{}', '{}', '' FROM avatar
        """
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("outbound", "kind")
    op.drop_column("message", "confidence")
    op.drop_index("ix_thread_handed_over", "thread")
    op.drop_column("thread", "handed_over_at")
    for table in ("standstill", "approval", "autonomy"):
        op.drop_table(table)
