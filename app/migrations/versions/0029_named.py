"""Which update told of a chat itself last: not the one that told of the avatar's standing there."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("chat", sa.Column("named", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column("chat", "named", server_default=None)


def downgrade() -> None:
    """Take back."""
    op.drop_column("chat", "named")
