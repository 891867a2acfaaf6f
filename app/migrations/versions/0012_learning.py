"""Keep taught answers, the questions they answer, and questions that were put aside."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app import rls

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLES = ("taught_answer", "taught_question", "dismissed_question")


def _reference(name: str, table: str, *, unique: bool = False, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.BigInteger(),
        sa.ForeignKey(f"{table}.id", ondelete="CASCADE"),
        nullable=nullable,
        index=not unique,
        unique=unique or None,
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
        "taught_answer",
        *_tenant(
            _reference("avatar_id", "avatar"),
            sa.Column("text", sa.String(), nullable=False),
            sa.Column("lang", sa.String(), nullable=False),
            sa.Column("origin", sa.String(), nullable=False),
            sa.Column("enabled", sa.Boolean(), nullable=False),
            sa.Column("passages", postgresql.JSONB(), nullable=False),
            sa.Column("by", sa.String(), nullable=False),
            sa.Column("changed_at", _MOMENT, nullable=False),
            sa.Column("changed_by", sa.String(), nullable=False),
        ),
    )
    op.create_table(
        "taught_question",
        *_tenant(
            _reference("answer_id", "taught_answer"),
            _reference("message_id", "message", unique=True, nullable=True),
            sa.Column("text", sa.String(), nullable=False),
            sa.Column("lang", sa.String(), nullable=False),
            sa.Column("by", sa.String(), nullable=False),
        ),
    )
    op.create_table(
        "dismissed_question",
        *_tenant(
            _reference("message_id", "message", unique=True),
            sa.Column("by", sa.String(), nullable=False),
        ),
    )
    for table in _TABLES:
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for table in reversed(_TABLES):
        op.drop_table(table)
