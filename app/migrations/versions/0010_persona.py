"""Keep the versions of each avatar's character, and what threads were pointed to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app import rls

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _tenant() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _reference("creator"),
    ]


def _reference(table: str, *, unique: bool = False) -> sa.Column[object]:
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(
        f"{table}_id", sa.BigInteger(), key, nullable=False, index=not unique, unique=unique or None
    )


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "persona",
        *_tenant(),
        _reference("avatar"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.UniqueConstraint("avatar_id", "version"),
    )
    op.create_table(
        "guidance",
        *_tenant(),
        _reference("thread", unique=True),
        sa.Column("since", sa.Integer(), nullable=False),
    )
    for table in ("persona", "guidance"):
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)


def downgrade() -> None:
    """Take back."""
    op.drop_table("guidance")
    op.drop_table("persona")
