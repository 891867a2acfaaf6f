"""Whether fans read the name of a person of the team."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "membership", sa.Column("named", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.alter_column("membership", "named", server_default=None)


def downgrade() -> None:
    """Take back."""
    op.drop_column("membership", "named")
