"""Kill -9 of worker and Postgres, again and again, while 1,000 files come in: each is there once, whole."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import text

import tests.memory.import_worker
from app.migrate import upgrade
from app.services import Dsn, EmbeddedPostgres
from kernel.db import DATABASE_AWAY
from kernel.errors import Unavailable
from memory import service
from memory.types import NewSource, SourceState
from tests.factories import media
from tests.memory.house import House, eventually

FILES, IN_ARCHIVE, KILLS = 900, 100, 8


@contextmanager
def worker(dsn: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, tests.memory.import_worker.__file__, dsn, str(folder)]
    root = Path(tests.memory.import_worker.__file__).parents[2]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, stderr=log, env={**os.environ, "PYTHONPATH": str(root)})
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


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


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_no_file_is_lost_or_doubled(own: tuple[House, Dsn]) -> None:
    house, dsn = own
    random.seed(7)
    items = []
    for number in range(FILES):
        path = house.folder / "post.md"
        path.write_text(words(number))
        stored = house.files.save_path(house.creator, path)
        items.append(NewSource(f"{number}.md", stored.sha256, stored.size))
    async with house.db.uow(house.creator) as uow:
        await service.add_files(uow, items)
    archive = media.zipped(
        {f"{number}.md": words(number).encode() for number in range(FILES, FILES + IN_ARCHIVE)}
    )
    await house.add("rest.zip", archive)
    for kill in range(KILLS):
        with worker(dsn.app, house.folder):
            await asyncio.sleep(random.uniform(1.0, 3.5))
            if kill == KILLS // 2:
                server(dsn).kill()
                await eventually(lambda: answers(house), within_s=30)
                await asyncio.sleep(1.0)

    async def done() -> bool:
        try:
            async with house.db.uow(house.creator) as uow:
                states = (await service.list_sources(uow)).states
        except DATABASE_AWAY:  # a pooled connection from before the kill
            return False
        return states == {SourceState.INDEXED: FILES + IN_ARCHIVE + 1}

    with worker(dsn.app, house.folder):
        await eventually(done, within_s=150)
    async with house.db.system_uow() as uow:
        rows = (await uow.session.execute(text("SELECT source_id, ordinal, text FROM chunk"))).all()
        texts = Counter(row.text for row in rows if "burns for" in row.text)
        read = (await uow.session.execute(text("SELECT sum(passages) FROM source"))).scalar()
    assert len(texts) == FILES + IN_ARCHIVE
    assert set(texts.values()) == {1}
    assert len(rows) == read == len({(row.source_id, row.ordinal) for row in rows})
    recalled = await house.memory.recall(house.creator, "How many hours does candle number 123 burn?", "en")
    assert recalled.indexed == len(rows)
    assert len(house.stored_files()) == FILES + IN_ARCHIVE + 1
