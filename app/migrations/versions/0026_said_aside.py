"""Know which messages were said below a post, to nobody by name."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("message", sa.Column("aside", sa.Boolean(), nullable=False, server_default="false"))
    op.alter_column("message", "aside", server_default=None)


def downgrade() -> None:
    """Take back."""
    op.drop_column("message", "aside")
