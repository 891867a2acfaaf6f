"""Processes in the roles that operators start apart, on one database; any of them may be killed."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.instance import free_port
from app.migrate import upgrade
from app.services import Dsn, EmbeddedPostgres
from tests.support.instance import environment
from tests.support.source import ROOT

UP_WITHIN_S = 180
# An endpoint where nobody answers: without one, each worker loads an encoder before it takes a turn.
NO_ENCODER = {"UNDERSTUDY_EMBEDDING_URL": "http://127.0.0.1:9/v1"}


@dataclass(frozen=True, slots=True)
class Web:
    """Where a web process serves its two sites; its successors serve them there, too."""

    admin: str
    public: str


class Fleet:
    """Processes in these roles ("web", "worker,bots"), which share a database and a data folder.

    Each tells at `status` how it is; its successors have its ports.
    """

    def __init__(self, dsn: Dsn, data: Path, roles: Sequence[str], **settings: str) -> None:
        self.roles = tuple(roles)
        self.log = data / "fleet.log"
        self._env = environment(data, DATABASE_URL=dsn.app, UNDERSTUDY_DEMO="false", **settings)
        self._ports = [(free_port(0, "localhost"), free_port(0, "127.0.0.1")) for _ in self.roles]
        self._processes = [self._begun(index) for index in range(len(self.roles))]

    def web(self, index: int) -> Web:
        """Where the process of this number serves its pages."""
        admin, public = self._ports[index]
        return Web(f"http://localhost:{admin}", f"http://127.0.0.1:{public}")

    def status(self, index: int) -> str:
        """Where machines ask the process of this number how it is."""
        return f"http://localhost:{self._ports[index][0]}"

    async def up(self, index: int) -> None:
        """Wait until it can do its work."""
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(UP_WITHIN_S * 10):
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{self.status(index)}/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        pytest.fail(f"the process {index} ({self.roles[index]}) did not come up")

    async def all_up(self) -> None:
        """Wait until all of them can."""
        await asyncio.gather(*(self.up(index) for index in range(len(self.roles))))

    def end(self, index: int) -> None:
        """End a process as no process can prepare for."""
        self._processes[index].send_signal(signal.SIGKILL)
        self._processes[index].wait()

    def start(self, index: int) -> None:
        """Start the successor of one that has ended."""
        self._processes[index] = self._begun(index)

    @asynccontextmanager
    async def supervised(self) -> AsyncIterator[None]:
        """Start anew what ends by itself, as an operator's system does: the database may be away."""
        supervisor = asyncio.create_task(self._supervise())
        try:
            yield
        finally:
            supervisor.cancel()

    async def _supervise(self) -> None:
        while True:
            for index, process in enumerate(self._processes):
                if process.poll() is not None:
                    self.start(index)
            await asyncio.sleep(0.5)

    def stop(self) -> None:
        """End all of them, as abruptly: how one stops when it is asked to is shown elsewhere."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(timeout=60)

    def _begun(self, index: int) -> subprocess.Popen[bytes]:
        admin, public = self._ports[index]
        ports = {"UNDERSTUDY_ADMIN_PORT": str(admin), "UNDERSTUDY_PUBLIC_PORT": str(public)}
        if "web" not in self.roles[index]:
            ports["UNDERSTUDY_STATUS_PORT"] = str(admin)
        command = [sys.executable, "-m", "app", "run", "--role", self.roles[index]]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env={**self._env, **ports}, stdout=log, stderr=log)


@contextmanager
def fleet(dsn: Dsn, data: Path, roles: Sequence[str], **settings: str) -> Iterator[Fleet]:
    """Running processes; their log is shown where the test fails."""
    running = Fleet(dsn, data, roles, **settings)
    try:
        yield running
    finally:
        running.stop()
        print(running.log.read_text(errors="replace")[-6000:])


@contextmanager
def own_postgres(folder: Path) -> Iterator[Dsn]:
    """A migrated Postgres of this test's own, as durable as a creator's: it is killed, too."""
    postgres = EmbeddedPostgres(folder)
    try:
        dsn = postgres.start()
        upgrade(dsn.owner)
        yield dsn
    finally:
        postgres.destroy()
