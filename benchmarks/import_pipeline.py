"""How fast content gets in, all told: queue, reader process, passages, database, and index.

`python -m benchmarks.import_pipeline [--quick]`. Goal: more than 30 small files a second.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import anyio.to_thread
import psutil

from app.container import Container, Roles
from app.migrate import upgrade
from app.services import EmbeddedPostgres
from benchmarks.common import settings_in
from community import service as community
from kernel.settings import Settings
from memory import service as memory
from memory import tasks as memory_tasks
from memory.types import NewSource, SourceState

RESULT = Path(__file__).parent / "results" / "import_pipeline.json"
GOAL_FILES_PER_S = 30.0
MB = 1_000_000
PARAGRAPH = (
    "Candle number {} burned for {} minutes in a draught, and its flame leaned towards the window. "
    "The wick draws the melted wax up, the heat turns it into vapour, and the vapour is what burns. "
    "Where there is too little air, soot remains: it glows yellow, and settles on whatever is near.\n\n"
)


def small(number: int) -> bytes:
    """A post of about 1 kB."""
    body = "".join(PARAGRAPH.format(number * 10 + part, part * 7) for part in range(3))
    return f"# Experiment {number}\n\n{body}".encode()


def large(size: int) -> bytes:
    """A book of about `size` bytes."""
    return "".join(PARAGRAPH.format(part, part % 60) for part in range(size // 290)).encode()


async def _import(container: Container, creator: int, files: Sequence[bytes]) -> dict[str, float]:
    """Import files, until the last is read; and, for small ones, until the index has all passages."""
    begun, cpu = time.perf_counter(), psutil.Process().cpu_times()
    items = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.md"
        for number, body in enumerate(files):
            await anyio.Path(path).write_bytes(body)
            stored = await anyio.to_thread.run_sync(container.files.save_path, creator, path)
            items.append(NewSource(f"{len(files)}-{number}.md", stored.sha256, stored.size))
    stored_at = time.perf_counter()
    async with container.db.uow(creator) as uow:
        before = (await memory.knowledge(uow)).states.get(SourceState.INDEXED, 0)
        await memory.add_files(uow, items)
    for _ in range(20_000):
        async with container.db.uow(creator) as uow:
            states = (await memory.list_sources(uow, size=1)).states
        if states.get(SourceState.INDEXED, 0) == before + len(files):
            break
        await asyncio.sleep(0.1)
    else:
        raise TimeoutError(f"the import does not end: {states}")
    read_at, after = time.perf_counter(), psutil.Process().cpu_times()
    async with container.db.uow(creator) as uow:
        passages = (await memory.knowledge(uow)).passages
    for _ in range(2_000 if len(files) > 1 else 0):
        recalled = await container.memory.recall(creator, "Which candle leaned to the window?", "en")
        if recalled.indexed >= passages:
            break
        await asyncio.sleep(0.05)
    size = sum(map(len, files))
    spent = after.user + after.system - cpu.user - cpu.system
    return {
        "files": len(files),
        "mb": size / MB,
        "passages": passages,
        "store_s": stored_at - begun,
        "import_s": read_at - stored_at,
        "files_per_s": len(files) / (read_at - stored_at),
        "mb_per_s": size / MB / (read_at - stored_at),
        "parent_cpu_ms_per_file": 1000 * spent / len(files),
        "recallable_after_s": time.perf_counter() - read_at,
    }


async def measure(settings: Settings, dsn: str, *, quick: bool) -> dict[str, dict[str, float]]:
    """Many small files, then a large one."""
    container = Container(settings, dsn, roles=Roles(web=False, bots=False))
    await container.open()
    working = asyncio.create_task(
        container.jobs.run([memory_tasks.IMPORTS], concurrency=settings.import_concurrency), name="imports"
    )
    try:
        async with container.db.system_uow() as uow:
            creator = await community.create_creator(uow, "Bench")
        await _import(container, creator, [b"# Warm\n\nThe first file starts the readers."])
        count, size = (200, 2 * MB) if quick else (1000, 20 * MB)
        return {
            "small files": await _import(container, creator, [small(number) for number in range(count)]),
            "one large file": await _import(container, creator, [large(size)]),
        }
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await container.close()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(folder)
        postgres = EmbeddedPostgres(settings.data)
        try:
            dsn = postgres.start()
            upgrade(dsn.owner)
            results = asyncio.run(measure(settings, dsn.app, quick=arguments.quick))
        finally:
            postgres.destroy()
    for name, figures in results.items():
        print(name)
        for what, value in figures.items():
            print(f"  {what:24} {value:12.2f}")
    reached = results["small files"]["files_per_s"]
    print(f"goal: more than {GOAL_FILES_PER_S:.0f} small files a second: {reached:.0f}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({**results, "goal_files_per_s": GOAL_FILES_PER_S}, indent=1))
    return 0 if reached > GOAL_FILES_PER_S else 1


if __name__ == "__main__":
    sys.exit(main())
