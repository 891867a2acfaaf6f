"""Kill -9 of the worker, again and again, while 200 files come in: each is there once, whole."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

import tests.memory.import_worker
from app.services import Dsn
from memory import service
from memory.types import NewSource, SourceState
from tests.factories import media
from tests.memory.house import House, eventually

FILES, IN_ARCHIVE, KILLS = 150, 50, 6


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


def words(number: int) -> str:
    return f"# Post {number}\n\nCandle number {number} burns for {number + 1} hours.\n\n" + "Wax melts. " * 90


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_no_file_is_lost_or_doubled(house: House, dsn: Dsn) -> None:
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
    for _ in range(KILLS):
        with worker(dsn.app, house.folder):
            await asyncio.sleep(random.uniform(1.0, 3.5))

    async def done() -> bool:
        async with house.db.uow(house.creator) as uow:
            states = (await service.list_sources(uow)).states
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
