"""Alembic's entry: runs the migrations on one connection."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from sqlmodel.sql.sqltypes import AutoString

from app.migrate import include
from kernel.db import UtcDateTime, metadata, sqlalchemy_url


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy's: a migration depends on no code that may change."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


engine = create_engine(sqlalchemy_url(context.config.attributes["dsn"]), poolclass=NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=include,
        render_item=render,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
