"""Accounts that are one person's, and the codes by which they are linked."""

import sqlalchemy as sa
from alembic import op

from app import rls

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def _tenant() -> list[sa.Column[object]]:
    creator = sa.ForeignKey("creator.id", ondelete="CASCADE")
    return [
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), creator, nullable=False, index=True),
    ]


def _fan(name: str, *, nullable: bool = False) -> sa.Column[object]:
    key = sa.ForeignKey("fan.id", ondelete="CASCADE")
    return sa.Column(name, sa.BigInteger(), key, nullable=nullable, index=True)


def upgrade() -> None:
    """Apply."""
    op.create_table("person", *_tenant())
    op.create_table(
        "fan_link", *_tenant(), _fan("fan_id"), sa.Column("shown_in", sa.BigInteger(), nullable=False),
        _fan("other_id", nullable=True), sa.Column("entered_in", sa.BigInteger(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=False, unique=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )  # fmt: skip
    for table in ("person", "fan_link"):
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)
    person = sa.ForeignKey("person.id", ondelete="SET NULL")
    op.add_column("fan", sa.Column("person_id", sa.BigInteger(), person, nullable=True))
    op.create_index("ix_fan_person_id", "fan", ["person_id"])


def downgrade() -> None:
    """Take back. What was said in linked accounts stays with each."""
    op.drop_index("ix_fan_person_id", "fan")
    op.drop_column("fan", "person_id")
    op.drop_table("fan_link")
    op.drop_table("person")
