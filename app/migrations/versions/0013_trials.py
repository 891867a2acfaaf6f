"""Keep trials of settings: the questions asked in one, and what each side answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app import rls

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _reference(name: str, table: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.BigInteger(),
        sa.ForeignKey(f"{table}.id", ondelete="CASCADE"),
        nullable=nullable,
        index=True,
    )


def _tenant(*columns: sa.Column[object]) -> list[sa.Column[object]]:
    """The columns of every creator's table, and these."""
    return [
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        _reference("creator_id", "creator"),
        *columns,
    ]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "trial",
        *_tenant(
            _reference("avatar_id", "avatar"),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("state", sa.String(), nullable=False),
            sa.Column("sides", postgresql.JSONB(), nullable=False),
            sa.Column("models", sa.Boolean(), nullable=False),
            sa.Column("by", sa.String(), nullable=False),
            sa.Column("ended_at", _MOMENT, nullable=True),
        ),
    )
    op.create_table(
        "tried_question",
        *_tenant(
            _reference("trial_id", "trial"),
            _reference("message_id", "message", nullable=True),
            sa.Column("text", sa.String(), nullable=False),
            sa.Column("lang", sa.String(), nullable=False),
            sa.Column("answers", postgresql.JSONB(), nullable=False),
            sa.Column("verdict", sa.String(), nullable=False),
            sa.Column("seen", sa.String(), nullable=False),
        ),
    )
    for table in ("trial", "tried_question"):
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)


def downgrade() -> None:
    """Take back."""
    op.drop_table("tried_question")
    op.drop_table("trial")
