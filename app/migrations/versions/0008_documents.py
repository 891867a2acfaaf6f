"""Call the document of a style's and of boundaries' versions by one name."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.alter_column("style_card", "card", new_column_name="document")
    op.alter_column("boundaries", "rules", new_column_name="document")


def downgrade() -> None:
    """Take back."""
    op.alter_column("boundaries", "document", new_column_name="rules")
    op.alter_column("style_card", "document", new_column_name="card")
