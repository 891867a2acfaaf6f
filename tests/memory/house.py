"""Memory in a house of its own: real database, queue, files, reader processes and indexes."""

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from community import service as community
from kernel.bus import Bus
from kernel.db import Database
from kernel.events import Event, EventTable
from kernel.files import FileStore, StoredFile
from kernel.jobs import Jobs
from kernel.settings import Settings
from memory import importer, service, tasks
from memory.events import SourceDeleted, SourceFailed, SourceIndexed, SourcesHeld
from memory.fetching import Fetcher
from memory.importer import Claim, Reading
from memory.index import Index
from memory.retrieval import Retriever
from memory.service import Memory
from memory.types import Added, Locator, NewSource, Passage, SourceInfo, SourceState

POST = "# Why flames are yellow\n\nSoot particles glow in the heat, and that is the yellow of a flame."
ENDED = (SourceState.INDEXED, SourceState.FAILED, SourceState.WAITING, SourceState.CANCELLED)


class Opener:
    """Opens indexes as a test has it; usually without the encoder, whose weights take seconds to load."""

    def __init__(self, make: Callable[[Path], Index] | None = None) -> None:
        self._make = make or (lambda place: Retriever(place, encoder=None))

    def open(self, folder: Path) -> Index:
        return self._make(folder)

    def clear_up(self, slot: Path, owner: str) -> None:
        """Nothing lies elsewhere."""


class House:
    """One process of the product, as far as memory needs it. `events` collects what memory announced.

    One that doesn't `recalls` holds no indexes: workers do.
    """

    def __init__(
        self, dsn: str, folder: Path, index: Callable[[Path], Index] | None = None, *, recalls: bool = True
    ) -> None:
        self.folder = folder
        self.settings = Settings(_env_file=None, data_dir=folder / "data")
        self.jobs = Jobs(dsn, pool_size=4)
        self.events: list[Event] = []
        self.db = Database(dsn, events=self._table(), jobs=self.jobs, pool_size=4)
        self.bus = Bus(dsn)
        self.files = FileStore(folder / "data" / "files")
        self.memory = Memory(
            db=self.db,
            files=self.files,
            settings=self.settings,
            bus=self.bus,
            # Its one address in tests is the loopback, which the product never fetches from.
            fetcher=Fetcher(allow=lambda _: True, ports=None),
            indexes=Opener(index),
            recalls=recalls,
        )
        self.creator = 0
        tasks.register(self.jobs, self)

    def _table(self) -> EventTable:
        table = EventTable()

        async def hear(_: object, event: Event) -> None:
            self.events.append(event)

        for event in (SourceIndexed, SourceFailed, SourcesHeld, SourceDeleted):
            table.on(event, hear)
        return table

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open, with one creator (`creator`); and closed in the end."""
        await self.jobs.open()
        await self.bus.open()
        await self.memory.open()
        if not self.creator:
            self.creator = await self.new_creator("Ember Wick")
        try:
            yield
        finally:
            await self.memory.close()
            await self.bus.close()
            await self.jobs.close()
            await self.db.close()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """With a worker that reads and searches."""
        worker = asyncio.create_task(self.jobs.run([tasks.IMPORTS, tasks.SEARCH], concurrency=2))
        try:
            yield
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def new_creator(self, name: str) -> int:
        async with self.db.system_uow() as uow:
            return await community.create_creator(uow, name)

    async def add(self, name: str, content: bytes | str, creator: int = 0, **more: str | None) -> Added:
        """Hand in a file."""
        owner = creator or self.creator
        stored = self._stored(owner, content.encode() if isinstance(content, str) else content)
        item = NewSource(name, stored.sha256, stored.size, **more)
        async with self.db.uow(owner) as uow:
            return (await service.add_files(uow, [item]))[0]

    def _stored(self, owner: int, content: bytes) -> StoredFile:
        path = self.folder / hashlib.sha256(content).hexdigest()
        path.write_bytes(content)
        return self.files.save_path(owner, path)

    async def write(
        self, texts: Sequence[str], *, title: str = "A post", tier: str | None = None, creator: int = 0
    ) -> tuple[int, list[int]]:
        """An item that has been read: its number and its passages', without a reader process."""
        owner = creator or self.creator
        body = "\n".join([title, tier or "", *texts])
        async with self.db.uow(owner) as uow:
            digest = hashlib.sha256(body.encode()).hexdigest()
            item = NewSource(title, digest, len(body), title=title, tier=tier)
            source_id = (await service.add_files(uow, [item]))[0].source.id
            claim = await importer.claim(uow, source_id)
            assert claim is not None
            assert await importer.finish(uow, claim, reading(texts, title))
            found = await service.passages(uow, source_id, size=500)
        return source_id, [one.id for one in found.items]

    async def claim(self, source_id: int) -> Claim:
        async with self.db.uow(self.creator) as uow:
            claim = await importer.claim(uow, source_id)
        assert claim is not None
        return claim

    async def get(self, source_id: int) -> SourceInfo:
        async with self.db.uow(self.creator) as uow:
            return await service.get_source(uow, source_id)

    async def ended(self, source_id: int, within_s: float = 20) -> SourceInfo:
        """The item, once its reading has ended."""
        return await self.until(source_id, ENDED, within_s)

    async def until(self, source_id: int, states: Sequence[SourceState], within_s: float = 20) -> SourceInfo:
        async def there() -> bool:
            return (await self.get(source_id)).state in states

        await eventually(there, within_s)
        return await self.get(source_id)

    async def sources(self) -> dict[str, SourceInfo]:
        """All items by name."""
        async with self.db.uow(self.creator) as uow:
            return {one.name: one for one in (await service.list_sources(uow, size=500)).items}

    async def erased(self, number: int) -> None:
        """Wait until this many items have been erased."""

        async def told() -> bool:
            return sum(isinstance(event, SourceDeleted) for event in self.events) >= number

        await eventually(told)

    def stored_files(self) -> list[str]:
        """The names of the creator's stored files."""
        own = self.folder / "data" / "files" / str(self.creator)
        return sorted(path.name for path in own.rglob("*") if path.is_file())

    async def texts(self, source_id: int) -> list[str]:
        async with self.db.uow(self.creator) as uow:
            return [one.text for one in (await service.passages(uow, source_id, size=500)).items]


async def eventually(
    what: Callable[[], Awaitable[bool]], within_s: float = 20, *, every_s: float = 0.02
) -> None:
    """Wait until something is so, looking every so often.

    Raises:
        TimeoutError: it is not, after `within_s` seconds.
    """
    async with asyncio.timeout(within_s):
        for _ in itertools.count():
            if await what():
                return
            await asyncio.sleep(every_s)


def reading(texts: Sequence[str], title: str = "A post") -> Reading:
    """What a reader brings of an English post with these passages."""
    passages = [(Passage(text, Locator(), "en", number), None) for number, text in enumerate(texts)]
    return Reading(kind="text", title=title, passages=passages)
