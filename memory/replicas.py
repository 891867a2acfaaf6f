"""One process's copies of the creators' indexes: opened when asked for, kept in step with the change feed.

An index belongs to one process: each takes a numbered folder of its own and holds a lock on it.
"""

import asyncio
import os
import secrets
import shutil
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog

from kernel.bus import Bus
from kernel.clock import monotonic
from kernel.db import DATABASE_AWAY, Database
from kernel.metrics import INDEX_LAG
from memory import feed_repository, passages_repository
from memory.importer import INDEX_CHANNEL
from memory.index import Index
from memory.index_folders import building_at, note_building, take_slot
from memory.retrieval.encoder import EncoderUnavailable
from memory.types import IndexedPassage, IndexState, Question, Ranking

log = structlog.get_logger(__name__)
T = TypeVar("T")

_OPEN_AT_ONCE = 64
_SEARCH_THREADS = 2
_LOOK_EVERY_S = 5.0
_SETTLE_S = 0.2  # several commits of an import become one commit of the index
_BATCH = 64  # one of them holds up other creators' indexes: about a second where passages are encoded
_COMMIT_EVERY_S = 5.0
_WAIT_FOR_NEWER_S = 1.0
_WAIT_FOR_WHOLE_S = 10.0
_UNFINISHED = 1  # the feed position of an index that is being built; no real transaction has this number


@dataclass(frozen=True, slots=True)
class Searched:
    """What an index answered, and what of the feed it had taken in: `position` and `ahead`, in its epoch."""

    ranking: Ranking
    locked: tuple[str, ...]
    count: int
    epoch: str
    position: int
    ahead: tuple[int, ...]


@dataclass(slots=True)
class _Opened:
    """An index in use. Once retired it is closed when nobody searches it; `discard` deletes its files."""

    index: Index
    folder: Path
    epoch: str
    position: int
    ahead: dict[int, int] = field(default_factory=dict)  # change -> its transaction, from `position` on
    after: int = 0  # while it is being built: the last passage that was committed
    since: float = field(default_factory=monotonic)
    users: int = 0
    retired: bool = False
    discard: bool = False

    def free(self) -> None:
        """Close it. Blocking."""
        self.index.close()
        if self.discard:
            shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(slots=True)
class _Replica:
    """One creator's index in this process. `dirty`: the feed has, or may have, moved on.

    `partial` is an index that is still being built, also where its building has been interrupted.
    """

    creator_id: int
    opened: _Opened | None = None
    partial: _Opened | None = None
    dirty: bool = True
    updating: "asyncio.Task[None] | None" = None


class Replicas:
    """The indexes that this process holds. `make` opens one in a folder, new or of an earlier run."""

    def __init__(
        self,
        db: Database,
        bus: Bus,
        folder: Path,
        make: Callable[[Path], Index],
        *,
        limit: int = _OPEN_AT_ONCE,
    ) -> None:
        self._db = db
        self._bus = bus
        self._root = folder
        self._folder = folder
        self._make = make
        self._limit = limit
        self._replicas: OrderedDict[int, _Replica] = OrderedDict()  # least recently used first
        self._searchers = ThreadPoolExecutor(_SEARCH_THREADS, thread_name_prefix="search")
        self._builder = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._tasks: set[asyncio.Task[None]] = set()
        self._slot: int | None = None

    async def open(self) -> None:
        """Take a folder of this process's own, and begin to follow the feed."""
        self._folder, self._slot = await asyncio.to_thread(take_slot, self._root)
        self._spawn(self._listen())
        self._spawn(self._look())

    async def close(self) -> None:
        """Stop following, close every index, and free the folder."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._searchers.shutdown)
        for replica in self._replicas.values():
            for opened in (replica.opened, replica.partial):
                if opened:
                    await self._build(opened.free)
        self._replicas.clear()
        await asyncio.to_thread(self._builder.shutdown)
        if self._slot is not None:
            os.close(self._slot)
            self._slot = None

    async def search(self, creator_id: int, question: Question) -> Searched:
        """Search a creator's index, which is built first where this process has none.

        Where building takes longer than ten seconds, the search does with what there is by then.

        Raises:
            OSError: the index couldn't be written.
            OperationalError: the database is away, and nothing has been built yet.
        """
        replica = self._replica(creator_id)
        if replica.opened and replica.dirty:
            await self.catch_up(creator_id)
        opened = await self._first(creator_id)
        with self._using(opened):
            ranking, locked, number = await asyncio.get_running_loop().run_in_executor(
                self._searchers, _search, opened.index, question
            )
            return Searched(ranking, locked, number, opened.epoch, opened.position, tuple(opened.ahead))

    async def _first(self, creator_id: int) -> _Opened:
        """The creator's index, whole or, where that takes long, as far as it is built."""
        while (replica := self._replica(creator_id)).opened is None:
            building, begun = self._update(replica), replica.partial
            left = begun.since + _WAIT_FOR_WHOLE_S - monotonic() if begun else _WAIT_FOR_WHOLE_S
            searchable = begun is not None and begun.after > 0
            # Once per building, not per question; what isn't searchable yet will soon be.
            await asyncio.wait({building}, timeout=max(left, 0.0 if searchable else _WAIT_FOR_NEWER_S))
            if replica.opened is None and replica.partial and replica.partial.after:
                return replica.partial
            if building.done():
                building.result()
        return replica.opened

    async def catch_up(self, creator_id: int) -> None:
        """Take in what the feed has brought, for at most a second: a search then does with what there is."""
        replica = self._replica(creator_id)
        replica.dirty = True
        await asyncio.wait({self._update(replica)}, timeout=_WAIT_FOR_NEWER_S)

    async def warm(self, creator_ids: Sequence[int]) -> None:
        """Open indexes, as many as may be open at once, before somebody asks."""
        for creator_id in creator_ids[: self._limit]:
            await asyncio.shield(self._update(self._replica(creator_id)))

    async def states(self) -> tuple[IndexState, ...]:
        """The open indexes."""
        return tuple(
            [
                IndexState(replica.creator_id, await self._build(replica.opened.index.count), replica.dirty)
                for replica in list(self._replicas.values())
                if replica.opened
            ]
        )

    def _replica(self, creator_id: int) -> _Replica:
        """The creator's replica, opened or not; others are closed where there are too many."""
        replica = self._replicas.setdefault(creator_id, _Replica(creator_id))
        self._replicas.move_to_end(creator_id)
        spare = len(self._replicas) - self._limit
        for other in list(self._replicas.values())[: max(spare, 0)]:
            if other.updating is None and other is not replica:
                del self._replicas[other.creator_id]
                self._retire(other.opened)
                self._retire(other.partial)
        return replica

    @contextmanager
    def _using(self, opened: _Opened) -> Iterator[_Opened]:
        opened.users += 1
        try:
            yield opened
        finally:
            opened.users -= 1
            if opened.retired and not opened.users:
                self._builder.submit(opened.free)

    def _retire(self, opened: _Opened | None, *, discard: bool = False) -> None:
        """Close an index as soon as nobody searches it."""
        if opened:
            opened.retired, opened.discard = True, discard
            if not opened.users:
                self._builder.submit(opened.free)

    async def _build(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._builder, work)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("index.update_failed", error=repr(error))

    async def _listen(self) -> None:
        """Bring indexes up to date soon after a change is announced."""
        async with self._bus.subscribe(INDEX_CHANNEL) as announced:
            while True:
                creators = {int(payload) for payload in await announced.wait(3600) if payload.isdigit()}
                await asyncio.sleep(_SETTLE_S)
                for creator_id in creators:
                    self._moved(creator_id)

    async def _look(self) -> None:
        """Find changes whose announcement was lost, and say how far behind this process is."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            known = [
                (
                    replica.creator_id,
                    replica.opened.epoch,
                    replica.opened.position,
                    list(replica.opened.ahead),
                )
                for replica in self._replicas.values()
                if replica.opened
            ]
            try:
                async with self._db.system_uow() as uow:
                    behind = await feed_repository.behind(uow, known)
            except DATABASE_AWAY as error:  # look again soon
                log.warning("index.look_failed", error=str(error))
                continue
            for replica in list(self._replicas.values()):
                if replica.partial:  # its building was interrupted, by the database most likely
                    self._update(replica)
            INDEX_LAG.set(sum(changes for _, changes in behind))
            for creator_id, _ in behind:
                self._moved(creator_id)

    def _moved(self, creator_id: int) -> None:
        """Update an index that is open; open one while there is room, so that it grows with an import."""
        if creator_id in self._replicas or len(self._replicas) < self._limit:
            replica = self._replicas.setdefault(creator_id, _Replica(creator_id))
            replica.dirty = True
            self._update(replica)

    def _update(self, replica: _Replica) -> "asyncio.Task[None]":
        """A replica's one update that is under way; it goes on until the replica isn't dirty any more."""
        if replica.updating is None:
            replica.updating = self._spawn(self._bring_up(replica))
        return replica.updating

    async def _bring_up(self, replica: _Replica) -> None:
        try:
            while replica.dirty or replica.opened is None:
                replica.dirty = False
                await self._step(replica)
        except BaseException:
            replica.dirty = True
            raise
        finally:
            replica.updating = None

    async def _step(self, replica: _Replica) -> None:
        """Take in what the feed has brought since the last step; open or build the index where needed."""
        if replica.opened is None:
            async with self._db.uow(replica.creator_id) as uow:
                epoch, _ = await feed_repository.epoch(uow)
            if replica.partial is None:
                await self._reopen(replica, epoch)
        opened = replica.opened
        async with self._db.uow(replica.creator_id) as uow:
            epoch, horizon = await feed_repository.epoch(uow)
            newest = await feed_repository.oldest_open(uow)
            if opened and opened.epoch == epoch and horizon <= opened.position <= newest:
                changes = await feed_repository.changes(uow, opened.position, list(opened.ahead))
            else:
                opened = None
        if opened is None:
            begun = replica.partial
            if begun and not (begun.epoch == epoch and horizon <= begun.position <= newest):
                replica.partial = None
                self._retire(begun, discard=True)
            await self._rebuild(replica, epoch, newest)
            return
        await self._apply(replica.creator_id, opened, [each for _, _, ids in changes for each in ids], newest)
        seen = [*opened.ahead.items(), *((change, xid) for change, xid, _ in changes)]
        opened.ahead = {change: xid for change, xid in seen if xid >= newest}
        opened.position = newest

    async def _apply(self, creator_id: int, opened: _Opened, chunk_ids: list[int], newest: int) -> None:
        """Have the index hold these passages as the database does now."""
        ids = sorted(set(chunk_ids))
        committed = monotonic()
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            async with self._db.uow(creator_id) as uow:
                found = await passages_repository.indexed(uow, batch)
            await self._build(partial(_replace, opened.index, batch, found))
            if monotonic() - committed > _COMMIT_EVERY_S:
                await self._build(partial(opened.index.commit, opened.position))
                committed = monotonic()
        if ids:
            await self._build(partial(opened.index.commit, newest))

    async def _rebuild(self, replica: _Replica, epoch: str, newest: int) -> None:
        """Build a new index beside the one in use, and put it in its place; go on where one was begun.

        What is built stays if the database goes away: the next update goes on from there.
        """
        if replica.partial is None:
            folder = self._folder / f"{replica.creator_id}-{epoch}-{secrets.token_hex(4)}"
            index = await self._build(partial(self._make, folder))
            replica.partial = _Opened(index, folder, epoch, newest)
        new = replica.partial
        try:
            await self._fill(replica.creator_id, new)
        except _NotWritten as error:
            replica.partial = None
            self._retire(new, discard=True)
            raise error.cause from None
        self._retire(replica.opened, discard=True)
        replica.opened, replica.partial = new, None
        replica.dirty = True  # it was begun a while ago, perhaps by an earlier run

    async def _fill(self, creator_id: int, new: _Opened) -> None:
        """Put all passages into a new index that it doesn't have; it is searchable before the end.

        Raises:
            _NotWritten: the index is of no use any more.
        """
        after, committed = new.after, monotonic()
        while True:
            async with self._db.uow(creator_id) as uow:
                batch = await passages_repository.indexed_after(uow, after, _BATCH)
            if not batch:
                break
            await self._write(partial(new.index.add, batch))
            after = batch[-1].id
            if monotonic() - committed > _COMMIT_EVERY_S:
                await self._write(partial(_commit_unfinished, new, after))
                new.after, committed = after, monotonic()
        await self._write(partial(new.index.commit, new.position))

    async def _write(self, work: Callable[[], None]) -> None:
        try:
            await self._build(work)
        except EncoderUnavailable:
            raise  # nothing of this was kept
        except Exception as error:  # whatever it was, what the index holds now isn't known
            raise _NotWritten(error) from error

    async def _reopen(self, replica: _Replica, epoch: str) -> None:
        """Open what an earlier run left here, finished or begun; what is of no use is removed."""
        for folder in sorted(self._folder.glob(f"{replica.creator_id}-*")):
            found = None
            if folder.name.startswith(f"{replica.creator_id}-{epoch}-"):
                found = await self._build(partial(self._left, folder, epoch))
            if found and found.position and not found.after and replica.opened is None:
                replica.opened = found
            elif found and found.after and replica.partial is None:
                replica.partial = found
            else:
                if found:
                    await self._build(found.index.close)
                await self._build(partial(shutil.rmtree, folder, ignore_errors=True))

    def _left(self, folder: Path, epoch: str) -> _Opened:
        """The index in a folder; one that is worth nothing has position 0. Blocking."""
        index = self._make(folder)
        if index.position != _UNFINISHED:
            return _Opened(index, folder, epoch, index.position)
        position, after = building_at(folder)
        return _Opened(index, folder, epoch, position, after=after)


class _NotWritten(Exception):
    """An index could not be written; `cause` says why."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _commit_unfinished(new: _Opened, after: int) -> None:
    """Make an index searchable and durable that has the passages up to `after`. Blocking.

    The note comes last: if it is missed, passages are put in twice, and none is left out.
    """
    new.index.commit(_UNFINISHED)
    note_building(new.folder, new.position, after)


def _search(index: Index, question: Question) -> tuple[Ranking, tuple[str, ...], int]:
    ranking = index.search(question)
    return ranking, () if ranking.answerable else index.locked_tiers(question), index.count()


def _replace(index: Index, ids: Sequence[int], found: Sequence[IndexedPassage]) -> None:
    gone = set(ids).difference(passage.id for passage in found)
    if gone:
        index.remove(sorted(gone))
    if found:
        index.add(found)
