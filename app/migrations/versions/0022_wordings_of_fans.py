"""Keep what a fan wrote out of the boundaries' versions, which name it by number: so it goes with the fan."""

import json
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from app import rls

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_PARTS: Final = ("phrases", "examples", "exceptions")


def upgrade() -> None:
    """Apply. A text that is the beginning of a fan's message to the avatar was taken from that."""
    op.create_table(
        "fan_wording",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("avatar_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("fan_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["avatar_id"], ["avatar.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["fan_id"], ["fan.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("avatar_id", "fan_id", "text"),
    )
    for statement in rls.statements("fan_wording", "creator_id"):
        op.execute(statement)
    op.execute("SELECT set_config('app.scope', 'system', true)")
    op.execute(
        r"""
        INSERT INTO fan_wording (creator_id, avatar_id, fan_id, text, created_at)
        SELECT DISTINCT thread.creator_id, thread.avatar_id, thread.fan_id, said.text, now()
        FROM (
            SELECT avatar_id, jsonb_array_elements_text((rule->'examples') || (rule->'exceptions')) AS text
            FROM boundaries, jsonb_array_elements(document->'rules') AS rule
        ) AS said
        JOIN thread ON thread.avatar_id = said.avatar_id
        JOIN message ON message.thread_id = thread.id
         AND rtrim(left(btrim(regexp_replace(message.text, '\s+', ' ', 'g')), 300)) = said.text
        """
    )
    op.execute("UPDATE boundaries SET note = '+' WHERE starts_with(note, '+ ')")
    rows = op.get_bind().execute(sa.text("SELECT id, avatar_id, text FROM fan_wording"))
    said = {(avatar, text): number for number, avatar, text in rows}
    _rewrite(lambda avatar, text: said.get((avatar, text), text))


def downgrade() -> None:
    """Take back."""
    op.execute("SELECT set_config('app.scope', 'system', true)")
    rows = op.get_bind().execute(sa.text("SELECT id, text FROM fan_wording"))
    said = {row.id: row.text for row in rows}
    _rewrite(lambda _, text: said.get(text) if isinstance(text, int) else text)
    op.drop_table("fan_wording")


def _rewrite(made: Callable[[int, Any], Any]) -> None:
    """Make each text of each rule of each version into another, or leave it out."""
    bind = op.get_bind()
    rows = bind.execute(sa.text("SELECT id, avatar_id, document FROM boundaries"))
    for number, avatar, document in rows.all():
        for rule in document["rules"]:
            for part in _PARTS:
                texts = [made(avatar, each) for each in rule.get(part, ())]
                rule[part] = [each for each in texts if each is not None]
        bind.execute(
            sa.text("UPDATE boundaries SET document = CAST(:document AS jsonb) WHERE id = :id"),
            {"document": json.dumps(document), "id": number},
        )
