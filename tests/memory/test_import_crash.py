"""Kill -9 of a worker with its readers, and of Postgres, while 1,000 files come in: each is there once."""

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import text

from app.migrate import upgrade
from app.services import Dsn, EmbeddedPostgres
from kernel.db import DATABASE_AWAY
from kernel.errors import Unavailable
from memory import service
from memory.types import NewSource, SourceState
from tests.factories import media
from tests.memory.house import House, eventually
from tests.support.source import ROOT

FILES, IN_ARCHIVE, KILLS = 900, 100, 4
ALL = FILES + IN_ARCHIVE + 1


@contextmanager
def worker(dsn: str, data: Path) -> Iterator[psutil.Process]:
    """A worker as operators start one, with its readers as children; killed with all of them in the end."""
    command = [sys.executable, "-m", "app", "run", "--role", "worker"]
    env = {**os.environ, "DATABASE_URL": dsn, "UNDERSTUDY_DATA": str(data), "UNDERSTUDY_DEMO": "false"}
    # Nobody answers there: loading and asking an encoder would take most of the time.
    env["UNDERSTUDY_EMBEDDING_URL"] = "http://127.0.0.1:9/v1"
    with (data.parent / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=env)
    try:
        yield psutil.Process(process.pid)
    finally:
        kill_tree(psutil.Process(process.pid))
        process.wait()


def kill_tree(root: psutil.Process) -> None:
    """End a process and all that it started at one moment: it may not even see its children go."""
    root.suspend()
    everyone = [root, *root.children(recursive=True)]
    for each in everyone:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    _, left = psutil.wait_procs(everyone[1:], timeout=5)
    assert not left, "a reader outlived its worker"


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[tuple[House, Dsn]]:
    """A house with a Postgres of its own, which may be killed."""
    postgres = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    try:
        dsn = await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(upgrade, dsn.owner)
        house = House(dsn.app, tmp_path)
        async with house.running():
            yield house, dsn
    finally:
        await asyncio.to_thread(postgres.destroy)


def server(dsn: Dsn) -> psutil.Process:
    """The postmaster, found as the parent of our own backend."""
    with psycopg.connect(dsn.app) as connection:
        parent = psutil.Process(connection.info.backend_pid).parent()
    assert parent is not None
    return parent


async def answers(house: House) -> bool:
    """Whether the database is back."""
    try:
        await house.db.ping()
    except Unavailable:
        return False
    return True


def words(number: int) -> str:
    return f"# Post {number}\n\nCandle number {number} burns for {number + 1} hours.\n\n" + "Wax melts. " * 90


async def indexed(house: House) -> int:
    """How many items have been read; -1 while the database is away."""
    try:
        async with house.db.uow(house.creator) as uow:
            return (await service.list_sources(uow)).states.get(SourceState.INDEXED, 0)
    except DATABASE_AWAY:  # or a pooled connection from before the kill
        return -1


async def hand_in(house: House) -> None:
    """900 files one by one, and 100 in an archive."""
    items = []
    for number in range(FILES):
        path = house.folder / "post.md"
        path.write_text(words(number))
        stored = house.files.save_path(house.creator, path)
        items.append(NewSource(f"{number}.md", stored.sha256, stored.size))
    async with house.db.uow(house.creator) as uow:
        await service.add_files(uow, items)
    archive = {f"{number}.md": words(number).encode() for number in range(FILES, FILES + IN_ARCHIVE)}
    await house.add("rest.zip", media.zipped(archive))


@pytest.mark.slow
@pytest.mark.timeout(420)
async def test_no_file_is_lost_or_doubled(own: tuple[House, Dsn]) -> None:
    house, dsn = own
    await hand_in(house)
    amid = 0
    for kill in range(KILLS):
        before = await indexed(house)
        with worker(dsn.app, house.settings.data) as process:

            async def at_work(before: int = before) -> bool:
                now = await indexed(house)
                return now > before or now == ALL

            await eventually(at_work, within_s=60)
            await asyncio.sleep(random.uniform(0.0, 2.0))
            if kill == KILLS // 2:
                server(dsn).kill()
                await eventually(lambda: answers(house), within_s=30)
                await asyncio.sleep(random.uniform(0.0, 1.0))
            assert process.children(), "its readers are processes of their own"
            amid += await indexed(house) < ALL
    assert amid >= 2, "all was read before it came to kills"

    async def done() -> bool:
        return await indexed(house) == ALL

    with worker(dsn.app, house.settings.data):
        await eventually(done, within_s=240)
    async with house.db.system_uow() as uow:
        rows = (await uow.session.execute(text("SELECT source_id, ordinal, text FROM chunk"))).all()
        texts = Counter(row.text for row in rows if "burns for" in row.text)
        read = (await uow.session.execute(text("SELECT sum(passages) FROM source"))).scalar()
    assert len(texts) == FILES + IN_ARCHIVE
    assert set(texts.values()) == {1}
    assert len(rows) == read == len({(row.source_id, row.ordinal) for row in rows})
    recalled = await house.memory.recall(house.creator, "How many hours does candle number 123 burn?", "en")
    assert recalled.indexed == len(rows)
    assert len(house.stored_files()) == ALL
