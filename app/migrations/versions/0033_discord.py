"""Discord: the apps, how far channels were heard, the interactions that wait for an answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app import rls

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TABLES = ("discord_app", "discord_channel", "discord_interaction")


def _tenant() -> list[sa.Column[object]]:
    creator = sa.ForeignKey("creator.id", ondelete="CASCADE")
    return [
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), creator, nullable=False, index=True),
    ]


def _of(name: str, *, index: bool = False, unique: bool = False, nullable: bool = False) -> sa.Column[object]:
    key = sa.ForeignKey(f"{name}.id", ondelete="CASCADE")
    return sa.Column(f"{name}_id", sa.BigInteger(), key, nullable=nullable, index=index, unique=unique)


def _number(name: str, *, unique: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=False, unique=unique)


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=False)


def _at(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, index=index)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "discord_app", *_tenant(), _of("connection", unique=True), _of("avatar", index=True),
        _number("application_id", unique=True), _number("user_id"), _text("name"), _text("token"),
        _text("public_key"), sa.Column("gateway", sa.Boolean(), nullable=False),
        sa.Column("reads_all", sa.Boolean(), nullable=False),
        sa.Column("told", JSONB(), nullable=False), _text("error"), _at("error_at", nullable=True),
    )  # fmt: skip
    op.create_table(
        "discord_channel", *_tenant(), _of("connection"), _number("channel_id"), _text("room"),
        _number("last_id"), _at("updated_at"), sa.UniqueConstraint("connection_id", "channel_id"),
    )  # fmt: skip
    op.create_table(
        "discord_interaction", *_tenant(), _of("connection"), _of("message", index=True),
        _number("interaction_id"), _text("token"), _of("outbound", index=True, nullable=True),
        _at("expires_at", index=True),
        sa.UniqueConstraint("connection_id", "interaction_id"),
    )  # fmt: skip
    for table in _TABLES:
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for table in reversed(_TABLES):
        op.drop_table(table)
