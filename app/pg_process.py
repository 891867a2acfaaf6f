"""How the programs of the embedded Postgres are run and ended: a bare environment, their own user.

What is run when is decided in `services`; where it lies, in `pg_place`.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import psutil
import structlog

from app.pg_place import Account, Place, PostgresUnavailable, server_version

log = structlog.get_logger(__name__)

SUPERUSER = "postgres"
PORT = 5432  # only a part of the socket's name: nothing listens on TCP
_SOCKET_PATH_LIMIT = 107  # bytes, sockaddr_un.sun_path less its NUL
_FAST_STOP_SECONDS = 20.0
_PR_SET_PDEATHSIG = 1
_CLOCK_SLACK_SECONDS = 60.0


class ChildOptions(TypedDict, total=False):
    """The arguments of `subprocess` that every Postgres program is run with."""

    cwd: str
    env: dict[str, str]
    user: int
    group: int
    extra_groups: Sequence[int]


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def make_cluster(place: Place, password: str, *, durable: bool) -> None:
    """Run initdb beside the final place and move the result there: one that was interrupted is made anew."""
    draft = place.home / "cluster.new"
    shutil.rmtree(draft, ignore_errors=True)
    password_file = place.home / "superuser-password"
    write_private(password_file, password)
    if place.account:
        os.chown(password_file, place.account.uid, place.account.gid)
    command = [
        *(place.binary("initdb"), "-D", draft, "-U", SUPERUSER, "--pwfile", password_file),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(() if durable else ("--no-sync",)),
    ]
    try:
        made = subprocess.run(  # noqa: S603 - our own binary
            command, capture_output=True, text=True, errors="replace", check=False, **child_options(place)
        )
    except OSError as problem:
        raise PostgresUnavailable(f"initdb can't be run: {problem}. Set DATABASE_URL instead.") from problem
    finally:
        password_file.unlink(missing_ok=True)
    if made.returncode != 0:
        raise PostgresUnavailable(
            f"initdb failed:\n{made.stderr.strip()}\nFree some disk space, or set DATABASE_URL."
        )
    draft.rename(place.cluster)


def refuse_other_major(place: Place) -> None:
    made_by = (place.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    have = server_version(place.install)
    if have.split(".")[0] != made_by:
        raise PostgresUnavailable(
            f"{place.cluster} was made by Postgres {made_by}, but Postgres {have} is installed. Restore a "
            "backup into a new data folder, or go back to the version of Understudy that made it."
        )


def child_options(place: Place) -> ChildOptions:
    """How every Postgres program is run: a bare environment, in a folder it can enter, as its own user."""
    options = ChildOptions(cwd="/", env={"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"})
    if place.account:
        options |= ChildOptions(user=place.account.uid, group=place.account.gid, extra_groups=[])
    return options


def die_with_parent(parent: int) -> Callable[[], None] | None:
    """What the child calls before it becomes Postgres: ask for SIGINT (a fast shutdown) when its parent dies.

    Linux has that; elsewhere the next start stops the one that was left over.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask


def make_socket_folder(account: Account | None, at: Path | None = None) -> Path:
    """A private folder whose path is short enough for a socket (`TMPDIR` may be too long).

    `at`: where that of a server was that has ended; what is left of it goes.

    Raises:
        FileExistsError: what is there can't be removed.
    """
    if at:
        shutil.rmtree(at, ignore_errors=True)
        at.mkdir(mode=0o700, parents=True)
        if account:
            os.chown(at, account.uid, account.gid)
        return at
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp makes a private folder there
        folder = Path(tempfile.mkdtemp(prefix="understudy-", dir=parent))
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_LIMIT:
            if account:
                os.chown(folder, account.uid, account.gid)
            return folder
        folder.rmdir()
    raise PostgresUnavailable("No temporary folder has a short enough path for a socket: set TMPDIR=/tmp.")


def server_of(cluster: Path) -> psutil.Process | None:
    """The live server process of a cluster, by its pid file and its own command line."""
    try:
        pid = int((cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        process = psutil.Process(pid)
        command = process.cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    ours = len(command) > 2 and Path(command[0]).name == "postgres" and str(cluster) in command
    return process if ours and process.status() != psutil.STATUS_ZOMBIE else None


def may_run(cluster: Path) -> bool:
    """Whether a server may be using a cluster: one that is seen here, or one whose pid file isn't older than
    this machine's start, since the processes of another container aren't seen.
    """
    try:
        known = (cluster / "postmaster.pid").stat().st_mtime
    except FileNotFoundError:  # never there, or gone with its server just now
        return False
    # Written every few minutes: a clock that was set right after the start ages the first.
    with contextlib.suppress(FileNotFoundError):
        known = max(known, (cluster / "global" / "pg_control").stat().st_mtime)
    return server_of(cluster) is not None or known > _booted_at() - _CLOCK_SLACK_SECONDS


def _booted_at() -> float:
    """When the machine itself started, as a time stamp; a container may be told of its own start instead."""
    told = psutil.boot_time()
    if sys.platform == "linux":
        up = time.clock_gettime(time.CLOCK_BOOTTIME)
        told = min(told, time.clock_gettime(time.CLOCK_REALTIME) - up)  # the clock that stamps files
    return told


def stop_left_over(cluster: Path) -> None:
    """End a server whose supervisor was killed: it may be shutting down already, or not know of it."""
    process = server_of(cluster)
    if process is not None:
        log.info("postgres_left_over", pid=process.pid)
        end(process.pid)
    forget_dead_server(cluster)


def forget_dead_server(cluster: Path) -> None:
    """Remove a stale pid file: its number may belong to another program by now, and Postgres would refuse."""
    if server_of(cluster) is None:
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def end(pid: int) -> None:
    """Fast shutdown, then immediate, then a kill; nothing where there is no such process."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    for request, patience in (
        (signal.SIGINT, _FAST_STOP_SECONDS),
        (signal.SIGQUIT, 5.0),
        (signal.SIGKILL, 5.0),
    ):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(request)
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(timeout=patience)
            return
