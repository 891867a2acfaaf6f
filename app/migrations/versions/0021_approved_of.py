"""Tie an approved answer to the message that it answered, with which it goes."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What nobody has changed since it was approved is tied to the first message that it answers."""
    op.add_column(
        "taught_answer",
        sa.Column("message_id", sa.BigInteger(), sa.ForeignKey("message.id", ondelete="CASCADE")),
    )
    op.create_index("ix_taught_answer_message_id", "taught_answer", ["message_id"])
    op.execute("SELECT set_config('app.scope', 'system', true)")
    op.execute(
        """
        UPDATE taught_answer SET message_id = (
            SELECT message_id FROM taught_question
            WHERE answer_id = taught_answer.id AND message_id IS NOT NULL ORDER BY id LIMIT 1
        )
        WHERE origin = 'approved' AND changed_at = created_at
        """
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_taught_answer_message_id", "taught_answer")
    op.drop_column("taught_answer", "message_id")
