"""Bringing a database's schema up to date, and checking that migrations are in step with the models.

`python -m app.migrate --check` exits 1 where a model differs from what the migrations make.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

import app.models
from app import rls
from app.services import EmbeddedPostgres
from kernel.db import metadata, sqlalchemy_url

__all__ = ["app", "check", "config", "current", "head", "upgrade"]

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x756E6465  # "unde": one migrator at a time, over all processes


def config(dsn: str) -> Config:
    """Alembic's configuration for one database."""
    made = Config()
    made.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    made.attributes["dsn"] = dsn
    return made


def upgrade(owner_dsn: str, app_role: str = "understudy_app") -> None:
    """Migrate to the newest version, then grant the application's role what it needs; one at a time."""
    engine = create_engine(sqlalchemy_url(owner_dsn), poolclass=NullPool)
    with engine.connect() as lock:
        lock.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            command.upgrade(config(owner_dsn), "head")
            with engine.begin() as connection:
                rls.grant(connection, app_role)
        finally:
            lock.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
    engine.dispose()


def head() -> str:
    """The newest version that this code knows."""
    newest = ScriptDirectory(str(_FOLDER)).get_current_head()
    if newest is None:
        raise RuntimeError("there are no migrations")
    return newest


def current(dsn: str) -> str | None:
    """The version that a database is at."""
    engine = create_engine(sqlalchemy_url(dsn), poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def include(_object: Any, name: str | None, kind: str, _reflected: bool, _to: Any) -> bool:
    """Whether a database object is ours to compare: the job queue brings its own tables."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def differences(connection: Connection) -> list[Any]:
    """What a migrated database lacks of the models, or has beyond them."""
    context = MigrationContext.configure(connection, opts={"include_object": include, "compare_type": True})
    return [*compare_metadata(context, metadata), *rls.missing(connection)]


def check(owner_dsn: str) -> list[Any]:
    """Differences between the models and an empty database that was migrated to head."""
    upgrade(owner_dsn)
    engine = create_engine(sqlalchemy_url(owner_dsn), poolclass=NullPool)
    with engine.connect() as connection:
        return differences(connection)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the models with the migrations")
    parser.add_argument("--new", metavar="MESSAGE", help="write a migration for what differs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        postgres = EmbeddedPostgres(Path(folder) / "data", durable=False)
        try:
            owner = postgres.start().owner
            if arguments.new:
                upgrade(owner)
                number = f"{len(list(ScriptDirectory(str(_FOLDER)).walk_revisions())) + 1:04}"
                command.revision(config(owner), message=arguments.new, autogenerate=True, rev_id=number)
                return 0
            found = check(owner)
        finally:
            postgres.destroy()
    for difference in found:
        print(difference, file=sys.stderr)
    if found:
        print(
            "The models and the migrations differ: python -m app.migrate --new 'what changed'",
            file=sys.stderr,
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
