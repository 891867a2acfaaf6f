"""One Postgres for a whole test run, and for every test a database of its own, cloned from a migrated one."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from app import pg_place
from app.pg_process import SUPERUSER
from app.services import APPLICATION, DATABASE, OWNER, Dsn, EmbeddedPostgres

TEMPLATE = DATABASE
# A run makes and drops a thousand databases of 1,500 files each: in memory, where there is some to spare.
_MEMORY = Path("/dev/shm")
_MEMORY_NEEDED = 2 << 30


@dataclass(frozen=True, slots=True)
class Server:
    """How to reach the run's Postgres: URLs of the superuser and both roles, each with `{database}` open."""

    superuser: str
    owner: str
    app: str

    def to_json(self) -> dict[str, str]:
        """As plain values, for handing to another process."""
        return {"superuser": self.superuser, "owner": self.owner, "app": self.app}


class RunPostgres:
    """The server itself; one process of the run owns it, the others connect."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="understudy-tests-", dir=_roomy_memory())
        data = Path(self._folder.name) / "data"
        if os.geteuid() == 0:
            _lie_below(Path(self._folder.name), pg_place.system_home(data))
        self._postgres = EmbeddedPostgres(data, durable=False)

    def start(self) -> Server:
        """Start, and migrate the template that every test's database is cloned from."""
        # Imported here: tests that need no database run even while a model doesn't import.
        from app.migrate import upgrade

        dsn = self._postgres.start()
        upgrade(dsn.owner)
        return Server(
            superuser=self._postgres.dsn_for(SUPERUSER, "{database}"),
            owner=self._postgres.dsn_for(OWNER, "{database}"),
            app=self._postgres.dsn_for(APPLICATION, "{database}"),
        )

    def stop(self) -> None:
        """Stop, and leave nothing behind."""
        self._postgres.destroy()
        self._folder.cleanup()


def _roomy_memory() -> Path | None:
    """The file system in memory, unless it is absent or small (containers often have 64 MB)."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _MEMORY_NEEDED:
        return _MEMORY
    return None


def _lie_below(folder: Path, home: Path) -> None:
    """Have root's cluster lie in this folder, too; not its binaries, which memory may refuse to run."""
    folder.chmod(0o711)
    (folder / "home").mkdir()
    home.mkdir(parents=True)
    (home / "home").symlink_to(folder / "home")


class Cloner:
    """Makes and drops the databases of one test process, over one connection."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._names = (f"test_{os.getpid()}_{number}" for number in itertools.count())
        self._connection = psycopg.connect(server.superuser.format(database="postgres"), autocommit=True)

    @contextmanager
    def clone(self) -> Iterator[Dsn]:
        """A fresh, migrated, empty database; dropped at the end, whoever is still connected."""
        name = next(self._names)
        names = {
            "name": sql.Identifier(name),
            "template": sql.Identifier(TEMPLATE),
            "owner": sql.Identifier(OWNER),
            "app": sql.Identifier(APPLICATION),
        }
        # Copied file by file: nothing of it goes through the log.
        self._run("CREATE DATABASE {name} TEMPLATE {template} OWNER {owner} STRATEGY file_copy", names)
        self._run("REVOKE ALL ON DATABASE {name} FROM PUBLIC", names)
        self._run("GRANT CONNECT ON DATABASE {name} TO {app}", names)
        try:
            yield Dsn(
                owner=self._server.owner.format(database=name), app=self._server.app.format(database=name)
            )
        finally:
            self._run("DROP DATABASE {name} WITH (FORCE)", names)

    def superuser(self, database: str) -> str:
        """The superuser's URL of one of these databases: for tests of what it must not be used for."""
        return self._server.superuser.format(database=database)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _run(self, statement: str, names: dict[str, sql.Identifier]) -> None:
        self._connection.execute(sql.SQL(statement).format(**names))
