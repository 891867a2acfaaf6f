"""Remember that a person has chosen who may see an item.

Of items that are there already nobody knows it: where their files name a tier, that goes on counting.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    chosen: sa.Column[bool] = sa.Column(
        "tier_chosen", sa.Boolean(), server_default=sa.text("false"), nullable=False
    )
    op.add_column("source", chosen)


def downgrade() -> None:
    """Take back."""
    op.drop_column("source", "tier_chosen")
