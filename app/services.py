"""The supervised children of an instance: the embedded Postgres. Where its files lie is `pg_place`'s matter.

Postgres is started from the wheel's binaries with a password, a private socket folder and no TCP. It ends
with us, however we end, and is started again when it ends by itself; addresses stay the same meanwhile.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from app import pg_place
from app.instance import FileLock, InstanceRunning
from app.pg_place import Place, PostgresUnavailable, place_for
from app.pg_process import (
    PORT,
    SUPERUSER,
    child_options,
    die_with_parent,
    end,
    forget_dead_server,
    make_cluster,
    make_socket_folder,
    refuse_other_major,
    stop_left_over,
    write_private,
)

log = structlog.get_logger(__name__)

OWNER, APPLICATION = "understudy_owner", "understudy_app"
DATABASE = "understudy"
_START_SECONDS = 600.0  # recovery after a crash replays the log first
_HEIR_SECONDS = 10.0
_RESTARTS, _RESTART_WINDOW_SECONDS = 5, 60.0

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2s",
    "password_encryption": "scram-sha-256",
    "jit": "off",
}
# For databases that live for seconds: a crash of the machine may lose them, one of the server never.
_FLEETING = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
}


@dataclass(frozen=True, slots=True)
class Dsn:
    """How to reach the database, as libpq URLs that psycopg takes.

    `owner` may change the schema and is for migrations; `app` is bound by row-level security.
    """

    owner: str
    app: str


class EmbeddedPostgres:
    """The Postgres of one data folder, run as a child of this process.

    `durable=False` gives up safety against a crash of the machine for speed: tests only. `at` is the socket
    folder of an earlier server, to be reached where that one was.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, at: Path | None = None) -> None:
        self._data_dir = data_dir.absolute()
        self._durable = durable
        self._at = at
        self._folder = self._data_dir / "postgres"
        self._lock = _postgres_lock(self._data_dir)
        self._running_file = self._folder / "running.json"
        self._place: Place | None = None
        self._sockets: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._stopping = threading.Event()
        self._dsn: Dsn | None = None
        self._passwords: dict[str, str] = {}

    def start(self) -> Dsn:
        """Start Postgres, its roles and its database; blocks until it answers. A second call changes nothing.

        Raises:
            InstanceRunning: another process runs the Postgres of this data folder.
            PostgresUnavailable: it can't run here, or didn't come up; the message says why.
        """
        if self._dsn is not None:
            return self._dsn
        # A predecessor that was killed a moment ago may still be shutting down.
        self._lock.acquire(wait_seconds=2.0)
        try:
            self._place = place_for(self._data_dir)
            _remove_left_sockets(self._running_file)
            stop_left_over(self._place.cluster)
            self._passwords = _passwords(self._folder / "passwords.json", self._place.cluster)
            if not (self._place.cluster / "PG_VERSION").exists():
                make_cluster(self._place, self._passwords[SUPERUSER], durable=self._durable)
            refuse_other_major(self._place)
            self._sockets = make_socket_folder(self._place.account, self._at)
            self._stopping.clear()
            self._launch()
            prepare_database(self.superuser_dsn("postgres"), DATABASE, self._passwords)
        except BaseException:
            self.stop()
            raise
        self._dsn = Dsn(owner=self.dsn_for(OWNER, DATABASE), app=self.dsn_for(APPLICATION, DATABASE))
        write_private(self._running_file, json.dumps({**asdict(self._dsn), "sockets": str(self._sockets)}))
        return self._dsn

    def stop(self) -> None:
        """Stop Postgres (open transactions roll back) and let the data folder go; safe to call twice."""
        self._stopping.set()
        if self._process is not None and self._process.poll() is None:
            end(self._process.pid)
        if self._watcher is not None:
            self._watcher.join(timeout=5)
            self._watcher = None
        self._process = None
        self._dsn = None
        # What is noted can still be cleared up by who comes next.
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        self._running_file.unlink(missing_ok=True)
        self._lock.release()

    def destroy(self) -> None:
        """Stop, and remove the database with all its files: for those that live for one check or test."""
        self.stop()
        pg_place.remove(self._data_dir)

    def alive(self) -> bool:
        """Whether the server process runs at this moment."""
        return self._process is not None and self._process.poll() is None

    def superuser_dsn(self, database: str) -> str:
        """For making and dropping databases; the product itself never uses it."""
        return self.dsn_for(SUPERUSER, database)

    def dsn_for(self, role: str, database: str) -> str:
        """The URL by which a role reaches a database of this server."""
        if self._sockets is None:
            raise PostgresUnavailable("The embedded Postgres isn't running.")
        host = quote(str(self._sockets), safe="")
        return f"postgresql://{role}:{self._passwords[role]}@/{database}?host={host}&port={PORT}"

    def _launch(self) -> None:
        """Start the server in a thread of its own, and wait until it answers.

        The thread lives as long as the server: the parent-death signal follows the *thread* that forked.
        """
        started = threading.Event()
        self._watcher = threading.Thread(target=self._watch, args=(started,), name="postgres", daemon=True)
        self._watcher.start()
        started.wait()
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if not self.alive():
                break
            try:
                psycopg.connect(self.superuser_dsn("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as problem:
                if "password authentication failed" in str(problem):
                    break  # waiting doesn't help
                time.sleep(0.02)
            else:
                return
        raise PostgresUnavailable(f"The embedded Postgres didn't start:\n{_tail(self._log_path)}")

    @property
    def _log_path(self) -> Path:
        return self._folder / "server.log"

    def _watch(self, started: threading.Event) -> None:
        """Run the server; run it again when it ends unasked, unless it keeps ending."""
        ends: list[float] = []
        while True:
            try:
                self._process = self._spawn()
            except OSError as problem:
                log.error("postgres_not_started", problem=str(problem))
                return
            finally:
                started.set()
            if (
                self._stopping.is_set()
            ):  # asked while it was being started again: nobody else knows of this one
                end(self._process.pid)
            status = self._process.wait()
            if self._stopping.is_set() or self._dsn is None:
                return
            ends = [end for end in ends if end > time.monotonic() - _RESTART_WINDOW_SECONDS]
            ends.append(time.monotonic())
            if len(ends) > _RESTARTS:
                log.error("postgres_keeps_ending", status=status, log=str(self._log_path))
                return
            log.warning("postgres_restarting", status=status)
            # Its orphaned children let go of the shared memory first; a start before that fails.
            if self._stopping.wait(0.2 * len(ends)):
                return
            forget_dead_server(self._place_or_fail().cluster)

    def _place_or_fail(self) -> Place:
        assert self._place is not None  # noqa: S101 - start() sets it before anything that asks
        return self._place

    def _spawn(self) -> subprocess.Popen[bytes]:
        place = self._place_or_fail()
        settings = {**_SETTINGS, "unix_socket_directories": str(self._sockets), "port": str(PORT)}
        if not self._durable:
            settings |= _FLEETING
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        _rotate(self._log_path)
        with open(os.open(self._log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own binary
                [place.binary("postgres"), "-D", place.cluster, *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,  # Ctrl-C is for us; Postgres is stopped when we are done with it
                preexec_fn=die_with_parent(os.getpid()),  # one prepared C call: no lock, no import
                **child_options(place),
            )


class Heir:
    """Runs the Postgres of a data folder on, at the same address, once the process that runs it now ends.

    That one may be a command that began before the instance did, and would take the database along.
    """

    def __init__(self, data_dir: Path, running: Dsn, *, durable: bool = True) -> None:
        sockets = Path(str(conninfo_to_dict(running.owner)["host"]))
        self._postgres = EmbeddedPostgres(data_dir, durable=durable, at=sockets)
        self._over = threading.Event()
        self._runs_it = False
        self._waiting = threading.Thread(target=self._wait, name="postgres heir", daemon=True)

    def __enter__(self) -> Self:
        self._waiting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._waiting.join(timeout=_HEIR_SECONDS)
        # A server that is only just recovering ends with this process.
        if self._runs_it:
            self._postgres.stop()

    def _wait(self) -> None:
        failed = 0
        while not self._over.is_set() and failed < _RESTARTS:
            try:
                self._postgres.start()
            except InstanceRunning:
                continue
            except Exception:  # whatever it is, without a database nothing goes on
                failed += 1
                log.exception("postgres_not_taken_over", failed=failed)
                self._over.wait(failed)
            else:
                self._runs_it = True
                log.info("postgres_taken_over")
                return
        if failed:
            os.kill(os.getpid(), signal.SIGTERM)  # whoever watches over this process starts another one


def is_held(data_dir: Path) -> bool:
    """Whether a process runs the Postgres of a data folder, or is just about to."""
    return _postgres_lock(data_dir.absolute()).held_by() is not None


def find_running(data_dir: Path) -> Dsn | None:
    """The database of a data folder whose Postgres another process runs; None where none does."""
    folder = data_dir.absolute() / "postgres"
    if _postgres_lock(data_dir.absolute()).held_by() is None:
        return None
    try:
        noted = json.loads((folder / "running.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None  # it is only just starting
    return Dsn(owner=noted["owner"], app=noted["app"])


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a database says of itself and of the role that asks."""

    version: str
    major: int
    role: str
    superuser: bool
    bypasses_row_security: bool
    encoding: str


def describe_server(dsn: str, *, timeout_seconds: int = 5) -> ServerFacts:
    """Ask a database for what the product depends on.

    Raises:
        psycopg.OperationalError: it can't be reached, or refuses the password.
    """
    with psycopg.connect(dsn, connect_timeout=timeout_seconds, autocommit=True) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,"
            " rolname, rolsuper, rolbypassrls, current_setting('server_encoding')"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    if row is None:
        raise psycopg.OperationalError("the server doesn't know the role that it let in")
    return ServerFacts(*row)


def prepare_database(superuser_dsn: str, database: str, passwords: dict[str, str]) -> None:
    """Make the roles and the database where they are absent, and grant each role what it needs and no more.

    `passwords` are by role. The application's role can read and write rows of the owner's tables; it can't
    change the schema, and row-level security binds it.
    """
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        for role in (OWNER, APPLICATION):
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            statement = "ALTER ROLE {} {}" if known else "CREATE ROLE {} {}"
            limits = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD "
            connection.execute(
                sql.SQL(statement).format(
                    sql.Identifier(role), sql.SQL(limits) + sql.Literal(passwords[role])
                )
            )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )
    with psycopg.connect(superuser_dsn, dbname=database, autocommit=True) as connection:
        names = {
            "database": sql.Identifier(database),
            "owner": sql.Identifier(OWNER),
            "app": sql.Identifier(APPLICATION),
        }
        for grant in _GRANTS:
            connection.execute(sql.SQL(grant).format(**names))


_GRANTS = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {app}",
    "ALTER SCHEMA public OWNER TO {owner}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}",
)


def _postgres_lock(data_dir: Path) -> FileLock:
    return FileLock(
        data_dir / "postgres" / "lock",
        f"The Postgres of {data_dir} is run by another process: stop it, or connect to it",
    )


def _passwords(path: Path, cluster: Path) -> dict[str, str]:
    """The roles' passwords, made with the database; only the owner of the data folder may read them."""
    with contextlib.suppress(FileNotFoundError):
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    if (cluster / "PG_VERSION").exists():
        raise PostgresUnavailable(
            f"{path} is gone, and nothing else opens the database. Restore it from a backup; or, to begin "
            f"with an empty database, move {cluster} away."
        )
    made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APPLICATION)}
    write_private(path, json.dumps(made))
    return made


def _remove_left_sockets(running_file: Path) -> None:
    """A killed predecessor left its socket folder behind; its run file says which."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        left = Path(json.loads(running_file.read_text(encoding="utf-8"))["sockets"])
        if left.name.startswith("understudy-"):
            shutil.rmtree(left, ignore_errors=True)
    running_file.unlink(missing_ok=True)


def _rotate(path: Path, limit_bytes: int = 10 * 1024 * 1024) -> None:
    if path.exists() and path.stat().st_size > limit_bytes:
        path.replace(path.with_suffix(".log.1"))


def _tail(path: Path, lines: int = 12) -> str:
    with contextlib.suppress(FileNotFoundError):
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    return "(it wrote no log)"
