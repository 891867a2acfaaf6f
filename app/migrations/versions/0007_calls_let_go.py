"""Let calls to a model forget the thread when its fan is erased, as they forget the fan."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("UPDATE model_call SET thread_id = NULL WHERE thread_id NOT IN (SELECT id FROM thread)")
    op.create_index("ix_model_call_thread_id", "model_call", ["thread_id"])
    op.create_foreign_key(
        "fk_model_call_thread_id_thread", "model_call", "thread", ["thread_id"], ["id"], ondelete="SET NULL"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_constraint("fk_model_call_thread_id_thread", "model_call")
    op.drop_index("ix_model_call_thread_id", "model_call")
