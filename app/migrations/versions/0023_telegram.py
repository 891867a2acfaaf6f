"""Telegram: bots, the groups they are in, who orders there, what fans think of answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app import rls

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_TENANTS = (
    "chat", "staff_identity", "staff_link", "feedback", "telegram_bot", "telegram_file", "telegram_wish",
)  # fmt: skip


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _tenant() -> list[sa.Column[object]]:
    creator = sa.ForeignKey("creator.id", ondelete="CASCADE")
    return [*_row(), sa.Column("creator_id", sa.BigInteger(), creator, nullable=False, index=True)]


def _of(name: str, *, index: bool = True, unique: bool = False) -> sa.Column[object]:
    key = sa.ForeignKey(f"{name}.id", ondelete="CASCADE")
    return sa.Column(f"{name}_id", sa.BigInteger(), key, nullable=False, index=index, unique=unique)


def _at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False, unique: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable, unique=unique)


def _number(name: str, *, nullable: bool = False, unique: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, unique=unique)


def upgrade() -> None:
    """Apply."""
    op.add_column("thread", sa.Column("room", sa.String(), nullable=False, server_default=""))
    op.alter_column("thread", "room", server_default=None)
    op.add_column("message", _text("ref", nullable=True))
    op.add_column("message", sa.Column("medium", JSONB(), nullable=True))
    op.alter_column("outbound", "thread_id", nullable=True)
    op.add_column("outbound", _text("chat_id", nullable=True))
    op.create_index("ix_outbound_platform_message_id", "outbound", ["connection_id", "platform_message_id"])
    op.create_table(
        "chat", *_tenant(), _of("avatar"), _number("connection_id"), _text("platform"),
        _text("platform_chat_id"), _text("kind"), _text("title"), _text("username"), _text("state"),
        sa.Column("rights", JSONB(), nullable=False), sa.Column("settings", JSONB(), nullable=False),
        _text("linked", nullable=True), sa.Column("allowance", sa.Float(), nullable=False),
        _at("allowance_at", nullable=False), _at("welcomed_at"), _at("prompted_at"), _text("error"),
        _at("error_at"), _number("seen"), sa.UniqueConstraint("connection_id", "platform_chat_id"),
    )  # fmt: skip
    op.create_table(
        "staff_identity", *_tenant(), _of("account"), _text("platform"), _text("platform_user_id"),
        _text("name"), sa.UniqueConstraint("creator_id", "platform", "platform_user_id"),
    )  # fmt: skip
    op.create_table(
        "staff_link", *_tenant(), _text("token_hash", unique=True), _of("account"),
        _at("expires_at", nullable=False), _at("used_at"),
    )  # fmt: skip
    op.create_table(
        "feedback", *_tenant(), _of("outbound", index=False), _of("fan"), _text("kind"),
        sa.UniqueConstraint("outbound_id", "fan_id"),
    )  # fmt: skip
    op.create_table(
        "telegram_bot", *_tenant(), _of("connection", index=False, unique=True), _of("avatar"),
        _number("bot_id", unique=True), _text("username"), _text("name"), _text("token"),
        *(sa.Column(name, sa.Boolean(), nullable=False)
          for name in ("webhook", "managed", "joins_groups", "reads_all")),
        sa.Column("told", JSONB(), nullable=False), _at("checked_at"), _text("error"), _at("error_at"),
    )  # fmt: skip
    op.create_table(
        "telegram_file", *_tenant(), _of("connection", index=False), _text("sha256"), _text("kind"),
        _text("file_id"), sa.UniqueConstraint("connection_id", "sha256", "kind"),
    )  # fmt: skip
    op.create_table(
        "telegram_wish", *_tenant(), _of("avatar"), _text("token_hash", unique=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True, index=True), _text("state"),
        _at("expires_at", nullable=False),
    )  # fmt: skip
    op.create_table(
        "telegram_manager", *_row(), _number("bot_id", unique=True), _text("username"),
        _text("holder", nullable=True), _at("lease_until"),
    )  # fmt: skip
    for table in _TENANTS:
        for statement in rls.statements(table, "creator_id"):
            op.execute(statement)
    for statement in rls.statements("telegram_manager", None):
        op.execute(statement)


def downgrade() -> None:
    """Take back. What belonged to no thread goes."""
    for table in ("telegram_manager", *reversed(_TENANTS)):
        op.drop_table(table)
    op.drop_index("ix_outbound_platform_message_id", "outbound")
    op.drop_column("outbound", "chat_id")
    op.execute("SELECT set_config('app.scope', 'system', true)")
    op.execute("DELETE FROM outbound WHERE thread_id IS NULL")
    op.alter_column("outbound", "thread_id", nullable=False)
    op.drop_column("message", "medium")
    op.drop_column("message", "ref")
    op.drop_column("thread", "room")
