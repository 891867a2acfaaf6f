"""Kill -9 of any process, Postgres too, while 200 messages come twice: one answer each, in order."""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from app.instance import free_port
from app.migrate import upgrade
from app.services import Dsn, EmbeddedPostgres
from kernel.db import Database
from tests.factories.people import Home, make_home
from tests.support.instance import servers_of

FANS, EACH = 20, 10
KILLS = 6
POSTGRES = "postgres data"
ROLES = ("worker", "worker", "bots", "bots", "web")


class Fleet:
    """Every role in processes of its own, two of each that works, on one database."""

    def __init__(self, dsn: Dsn, data: Path) -> None:
        self._env = {
            **os.environ,
            "DATABASE_URL": dsn.app,
            "UNDERSTUDY_DATA": str(data),
            "UNDERSTUDY_DEMO": "false",
            "UNDERSTUDY_ADMIN_PORT": str(free_port(0, "127.0.0.1")),
            "UNDERSTUDY_PUBLIC_PORT": str(free_port(0, "127.0.0.1")),
            "UNDERSTUDY_LOG_LEVEL": "WARNING",
            # Nobody answers there: each successor would load an encoder before it takes a turn.
            "UNDERSTUDY_EMBEDDING_URL": "http://127.0.0.1:9/v1",
        }
        self.address = f"http://127.0.0.1:{self._env['UNDERSTUDY_PUBLIC_PORT']}"
        self._log_path = data / "fleet.log"
        self._processes = [self._start(role) for role in ROLES]

    def _start(self, role: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "app", "run", "--role", role]
        with self._log_path.open("ab") as log:
            return subprocess.Popen(command, env=self._env, stdout=log, stderr=log)

    def kill(self, index: int) -> None:
        """End a process as no process can prepare for, and start its successor."""
        self._processes[index].send_signal(signal.SIGKILL)
        self._processes[index].wait()
        self._processes[index] = self._start(ROLES[index])

    async def supervise(self) -> None:
        """Start anew what ended by itself, as an operator's system does: the database may be away."""
        while True:
            for index, process in enumerate(self._processes):
                if process.poll() is not None:
                    self._processes[index] = self._start(ROLES[index])
            await asyncio.sleep(0.5)

    def stop(self) -> None:
        """End all of them."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(timeout=30)


@contextmanager
def own_postgres(folder: Path) -> Iterator[Dsn]:
    """A Postgres of this test's own, as durable as a creator's: it is killed, too."""
    postgres = EmbeddedPostgres(folder)
    try:
        dsn = postgres.start()
        upgrade(dsn.owner)
        yield dsn
    finally:
        postgres.destroy()


@contextmanager
def fleet(dsn: Dsn, data: Path) -> Iterator[Fleet]:
    """Running processes; their log is shown where the test fails."""
    running = Fleet(dsn, data)
    try:
        yield running
    finally:
        running.stop()
        print((data / "fleet.log").read_text(errors="replace")[-6000:])


async def until_up(address: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(1800):
            try:
                if (await client.get(f"{address}/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    pytest.fail("the web role did not come up")


class Browser:
    """A fan who insists: sends each message twice, and again until the server has said that it has it."""

    def __init__(self, address: str, slug: str, number: int) -> None:
        self._page = f"{address}/c/{slug}"
        # Each from an address of its own: what one address may send a minute is limited.
        transport = httpx.AsyncHTTPTransport(local_address=f"127.0.1.{number + 1}")
        self._client = httpx.AsyncClient(timeout=5, transport=transport)

    async def talk(self, messages: list[str]) -> None:
        """Say these, one after the other."""
        token = await self._token()
        for number, message in enumerate(messages):
            for _ in range(2):
                await self._say(message, f"m{number}", token)
            await asyncio.sleep(random.uniform(0.05, 0.4))
        await self._client.aclose()

    async def _token(self) -> str:
        for _ in range(300):
            try:
                page = await self._client.get(self._page)
                return page.text.partition('name="csrf-token" content="')[2].partition('"')[0]
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
        pytest.fail("the chat page did not come")

    async def _say(self, message: str, client_id: str, token: str) -> None:
        body = {"text": message, "client_id": client_id}
        headers = {"accept": "application/json", "x-csrf-token": token}
        for _ in range(300):
            try:
                answer = await self._client.post(f"{self._page}/messages", data=body, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
                continue
            if answer.status_code == 202:
                return
            assert answer.status_code in {429, 500, 503}, answer.text
            await asyncio.sleep(1.0)
        pytest.fail(f"{message} was never taken")


async def kill_at_random(running: Fleet, dsn: Dsn, data: Path) -> None:
    """Once answers are being given: before, workers only load what these need."""
    for _ in range(600):
        if any(state == "sent" for *_, state in await asyncio.to_thread(conversations, dsn)):
            break
        await asyncio.sleep(0.1)
    for index in random.sample(range(len(ROLES)), k=len(ROLES)) + [0, 2][: KILLS - len(ROLES)]:
        await asyncio.sleep(1.5)
        running.kill(index)
    await asyncio.sleep(1.5)
    servers = servers_of(data)
    assert servers
    for server in servers:
        server.kill()  # its supervisor, this process, starts it again


def conversations(dsn: Dsn) -> list[tuple[int, str, int, str]]:
    """(thread, question, how many answers it has, their state), in the order of the answers."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        return connection.execute(
            """
            SELECT message.thread_id, message.text, count(outbound.id), coalesce(min(outbound.state), 'none')
            FROM message LEFT JOIN outbound ON outbound.message_id = message.id
            GROUP BY message.id ORDER BY message.thread_id, coalesce(min(outbound.id), 0), message.id
            """
        ).fetchall()


async def until_answered(dsn: Dsn, count: int) -> list[tuple[int, str, int, str]]:
    found: list[tuple[int, str, int, str]] = []
    for _ in range(240):
        with contextlib.suppress(psycopg.OperationalError):  # killed a moment ago, and not up again
            found = await asyncio.to_thread(conversations, dsn)
        if len(found) == count and all(state not in {"none", "queued", "sending"} for *_, state in found):
            return found
        await asyncio.sleep(0.5)
    return found


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_every_message_is_answered_once_and_in_order_whoever_dies(tmp_path: Path) -> None:
    with own_postgres(tmp_path / POSTGRES) as dsn:
        await send_and_kill(dsn, tmp_path)


async def send_and_kill(dsn: Dsn, data: Path) -> None:
    database = Database(dsn.app)
    home: Home = await make_home(database)
    await database.close()
    with fleet(dsn, data) as running:
        await until_up(running.address)
        fans = [Browser(running.address, home.avatar.slug, number) for number in range(FANS)]
        talks = [fan.talk([f"fan {n} asks {i:02}" for i in range(EACH)]) for n, fan in enumerate(fans)]
        supervisor = asyncio.create_task(running.supervise())
        await asyncio.gather(kill_at_random(running, dsn, data / POSTGRES), *talks)
        found = await until_answered(dsn, FANS * EACH)
        supervisor.cancel()
    assert len(found) == FANS * EACH, json.dumps(found[:20])
    assert {(answers, state) for _, _, answers, state in found} == {(1, "sent")}
    by_thread: dict[int, list[str]] = {}
    for thread, question, _, _ in found:
        by_thread.setdefault(thread, []).append(question)
    assert all(asked == sorted(asked) for asked in by_thread.values())
    assert len(by_thread) == FANS
