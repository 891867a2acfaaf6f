"""The Postgres of a command, run by a process of its own for as long as anybody uses it.

A command may end under an instance that was begun meanwhile: as its child, the database would end with it.
Who uses the database of a data folder shares a lock, which the kernel lets go of however its holder ends.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path

from app.services import Dsn, EmbeddedPostgres
from kernel import logs
from kernel.errors import Unavailable, UnderstudyError

_LOOK_EVERY_S = 0.3
_ENDS_S = 30.0
_SILENT = '{"problem": "The embedded Postgres was ended while it started."}'


@contextmanager
def using(data_dir: Path) -> Iterator[int]:
    """Count as one who uses the Postgres of a data folder; waits for one that is just ending.

    Yields the descriptor of the shared lock.
    """
    with _users(data_dir) as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield users


@contextmanager
def beginning(data_dir: Path) -> Iterator[None]:
    """Look for the Postgres of a data folder and start it where there is none, as the only one who does."""
    with _locked(data_dir, "beginning") as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def kept(data_dir: Path, users: int) -> Iterator[Dsn]:
    """A Postgres that lives on behind this process where others use it by then, else ends with it.

    `users` is the lock that this process shares.

    Raises:
        Unavailable: it can't run here, or didn't come up; the message says why.
        OSError: there is no place for it.
    """
    command = [sys.executable, "-m", "app.pg_keeper", str(data_dir.absolute())]
    keeper = subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert keeper.stdout is not None  # noqa: S101 - it is a pipe
        with keeper.stdout as pipe:
            told = json.loads(pipe.readline() or _SILENT)
        if "errno" in told:
            raise OSError(told["errno"], told["problem"], told["at"])
        if "problem" in told:
            raise Unavailable(told["problem"])
        yield Dsn(**told)
    finally:
        if _alone(users):
            keeper.terminate()
            keeper.wait(timeout=_ENDS_S)


def _users(data_dir: Path) -> AbstractContextManager[int]:
    return _locked(data_dir, "users")


@contextmanager
def _locked(data_dir: Path, name: str) -> Iterator[int]:
    path = data_dir.absolute() / "postgres" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _alone(users: int) -> bool:
    """Whether nobody else uses it; nobody begins to, then, until the descriptor is closed."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def main() -> None:
    """Run the Postgres of the named data folder until it is unused, or this process is told to end."""
    logs.configure("WARNING", as_json=False)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    data_dir = Path(sys.argv[1])
    postgres = EmbeddedPostgres(data_dir)
    told: dict[str, object]
    try:
        told = asdict(postgres.start())
    except UnderstudyError as error:
        told = {"problem": error.message}
    except OSError as error:
        told = {"problem": error.strerror, "errno": error.errno, "at": error.filename}
    try:
        print(json.dumps(told), flush=True)
        with open(os.devnull, "r+b") as nowhere:  # nobody who waits for the command's output waits for this
            for stream in (1, 2):
                os.dup2(nowhere.fileno(), stream)
        with _users(data_dir) as users:
            while "problem" not in told and not _alone(users):
                time.sleep(_LOOK_EVERY_S)
            postgres.stop()
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
