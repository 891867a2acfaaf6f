"""Of whom a message tells that is in nobody's thread."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("outbound", sa.Column("about_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_outbound_about_id_fan", "outbound", "fan", ["about_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(
        "ix_outbound_about_id", "outbound", ["about_id"], postgresql_where=sa.text("about_id IS NOT NULL")
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("outbound", "about_id")
