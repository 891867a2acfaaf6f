"""One instance on a machine that may carry several: the lock on its data folder, and ports that are free.

A lock is the kernel's (`flock`): it ends with its holder, however that one dies.
"""

import errno
import fcntl
import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from kernel.errors import Conflict, Unavailable

# The name has an address that this machine doesn't: IPv6 is switched off.
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_BACKLOG = 2048


class InstanceRunning(Conflict):
    """Another process holds the lock; `pid` is what it wrote into the file, 0 where that can't be read."""

    def __init__(self, message: str, *, pid: int) -> None:
        super().__init__(message, code="instance_running")
        self.pid = pid


class NoFreePort(Unavailable):
    """No port near the preferred one can be bound."""


class FileLock:
    """An exclusive lock on a file, held from `acquire` to `release` or the death of this process."""

    def __init__(self, path: Path, what: str) -> None:
        self._path = path
        self._what = what
        self._descriptor: int | None = None

    def acquire(self, wait_seconds: float = 0.0) -> None:
        """Take the lock, waiting for a holder that is about to end.

        Raises:
            InstanceRunning: it is still held after `wait_seconds`.
        """
        if self._descriptor is not None:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() < deadline:
                    time.sleep(0.05)
                    continue
                pid = _written_pid(descriptor)
                os.close(descriptor)
                raise InstanceRunning(f"{self._what} (process {pid or 'unknown'})", pid=pid) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def held_by(self) -> int | None:
        """The process that holds the lock (0 if it can't be told), None where nobody does."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            # Shared, so that two who merely look don't see each other.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _written_pid(descriptor)
        else:
            return None
        finally:
            os.close(descriptor)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def instance_lock(data_dir: Path) -> FileLock:
    """The lock of whoever runs the product on a data folder: one at a time."""
    return FileLock(
        data_dir / "instance.lock",
        f"Understudy is running already on {data_dir}: stop it, or set UNDERSTUDY_DATA to another folder",
    )


def listen(preferred: int, host: str, *, tries: int = 50) -> list[socket.socket]:
    """Listen on the preferred port, or the next one above it that is free; 0 asks for any.

    One socket for each address that the host name stands for, all on one port: where one of them is taken,
    who opens the name would reach another program. They listen already, so nobody takes the port meanwhile.

    Raises:
        NoFreePort: none of the `tries` ports is free on `host`.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = dict.fromkeys((int(entry[0]), str(entry[4][0])) for entry in found)
    last = min(preferred + tries - 1, 65535) if preferred else 0
    for port in range(preferred, last + 1):
        listeners = _listen_on_all(list(addresses), port)
        if listeners:
            return listeners
    raise NoFreePort(
        f"No free port from {preferred} to {last} on {host}: stop what listens there, or set another."
    )


def free_port(preferred: int, host: str) -> int:
    """The port that `listen` would take at this moment.

    Raises:
        NoFreePort: as `listen` does.
    """
    listeners = listen(preferred, host)
    port = int(listeners[0].getsockname()[1])
    for listener in listeners:
        listener.close()
    return port


def _listen_on_all(addresses: list[tuple[int, str]], port: int) -> list[socket.socket]:
    """Listeners on one port of every address that this machine has; none if any of them is taken."""
    listeners: list[socket.socket] = []
    for family, address in addresses:
        try:
            listener = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            continue  # this machine doesn't speak that family
        try:
            # A closed listener's lingering connections don't count as taken.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(_BACKLOG)
        except OSError as problem:
            listener.close()
            if problem.errno in _NOT_HERE:
                continue
            for other in listeners:
                other.close()
            return []
        port = int(listener.getsockname()[1])
        listeners.append(listener)
    return listeners


def _written_pid(descriptor: int) -> int:
    text = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    return int(text) if text.isdigit() else 0
