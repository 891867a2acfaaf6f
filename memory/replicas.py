"""One process's copies of the creators' indexes: opened when asked for, kept in step with the change feed.

An index belongs to one process: each takes a numbered folder of its own and holds a lock on it. How an index
is built and changed is `index_building.py`'s.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog

from kernel.bus import Bus
from kernel.clock import monotonic
from kernel.db import DATABASE_AWAY, Database
from kernel.metrics import INDEX_LAG
from memory import feed_repository
from memory.index import Index, Indexes
from memory.index_building import Builder, Opened, Replica
from memory.notices import INDEX_CHANNEL
from memory.retrieval.store import StoreUnavailable
from memory.types import IndexState, Question, Ranking

log = structlog.get_logger(__name__)

_Found = TypeVar("_Found")

_OPEN_AT_ONCE = 64
_SEARCH_THREADS = 2
_LOOK_EVERY_S = 5.0
_SETTLE_S = 0.2  # several commits of an import become one commit of the index
_CLEAR_UP_EVERY_S = 60.0
_WAIT_FOR_NEWER_S = 1.0
_WAIT_FOR_WHOLE_S = 10.0


@dataclass(frozen=True, slots=True)
class Searched:
    """What an index answered, and what of the feed it had taken in: `position` and `ahead`, in its epoch."""

    ranking: Ranking
    locked: tuple[str, ...]
    count: int
    epoch: str
    position: int
    ahead: tuple[int, ...]


class Replicas:
    """The indexes that this process holds, opened by `indexes` in a folder of its own below `folder`."""

    def __init__(
        self,
        db: Database,
        bus: Bus,
        folder: Path,
        indexes: Indexes,
        *,
        limit: int = _OPEN_AT_ONCE,
    ) -> None:
        self._db = db
        self._bus = bus
        self._limit = limit
        self._replicas: OrderedDict[int, Replica] = OrderedDict()  # least recently used first
        self._searchers = ThreadPoolExecutor(_SEARCH_THREADS, thread_name_prefix="search")
        self._builder = Builder(db, indexes, folder)
        self._tasks: set[asyncio.Task[None]] = set()
        self._clear_up_at = 0.0

    async def open(self) -> None:
        """Take a folder of this process's own, and begin to follow the feed."""
        await self._builder.open()
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
                    await self._builder.run(opened.free)
        self._replicas.clear()
        await self._builder.close()

    async def search(self, creator_id: int, question: Question) -> Searched:
        """Search a creator's index, which is built first where this process has none.

        Where building takes longer than ten seconds, the search does with what there is by then.

        Raises:
            OSError: the index couldn't be written.
            OperationalError: the database is away, and nothing has been built yet.
        """
        replica = self._replica(creator_id)
        if replica.opened and replica.dirty:
            await self._wait_for_newer(replica)
        opened = await self._first(creator_id)
        with self._builder.using(opened):
            ranking, locked, number = await self._on_searcher(partial(_search, opened.index, question))
            return Searched(ranking, locked, number, opened.epoch, opened.position, tuple(opened.ahead))

    async def _first(self, creator_id: int) -> Opened:
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

    async def catch_up(self, creator_id: int) -> bool:
        """Take in what the feed has brought; False, and at once, where that takes longer than a second."""
        return await self._wait_for_newer(self._replica(creator_id))

    async def _wait_for_newer(self, replica: Replica) -> bool:
        """Wait until an index is in step, but no longer than a second after it fell behind.

        A few changes are in it by then. During an import it goes on falling behind, and searches do with
        what there is, instead of a second each.
        """
        left = replica.moved() + _WAIT_FOR_NEWER_S - monotonic()
        updating = self._update(replica)
        if left > 0:
            await asyncio.wait({updating}, timeout=left)
        return left > 0

    async def warm(self, creator_ids: Sequence[int]) -> None:
        """Open indexes, as many as may be open at once, before somebody asks."""
        for creator_id in creator_ids[: self._limit]:
            await asyncio.shield(self._update(self._replica(creator_id)))

    async def states(self) -> tuple[IndexState, ...]:
        """The open indexes, each counted as it is searched: whoever changes one may be at it for long."""
        states = []
        for replica in list(self._replicas.values()):
            if opened := replica.opened:
                with self._builder.using(opened):
                    count = await self._on_searcher(opened.index.count)
                states.append(IndexState(replica.creator_id, count, replica.behind_since is not None))
        return tuple(states)

    async def _on_searcher(self, work: Callable[[], _Found]) -> _Found:
        return await asyncio.get_running_loop().run_in_executor(self._searchers, work)

    def _replica(self, creator_id: int) -> Replica:
        """The creator's replica, opened or not; others are closed where there are too many."""
        replica = self._replicas.setdefault(creator_id, Replica(creator_id))
        self._replicas.move_to_end(creator_id)
        spare = len(self._replicas) - self._limit
        for other in list(self._replicas.values())[: max(spare, 0)]:
            if other.updating is None and other is not replica:
                del self._replicas[other.creator_id]
                self._builder.retire(other.opened)
                self._builder.retire(other.partial)
        return replica

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
                # A building that was interrupted, by the database most likely, or vectors to be made up for.
                if replica.partial or (replica.opened and replica.opened.index.owed(1)):
                    self._update(replica)
            await self._clear_up()
            INDEX_LAG.set(sum(changes for _, changes in behind))
            for creator_id, _ in behind:
                self._moved(creator_id)

    async def _clear_up(self) -> None:
        """Have nothing left of discarded indexes; where that fails, try again in a minute."""
        if self._builder.untidy and monotonic() >= self._clear_up_at:
            try:
                await self._builder.clear_up()
            except StoreUnavailable as error:
                log.warning("index.clear_up_failed", error=str(error))
                self._clear_up_at = monotonic() + _CLEAR_UP_EVERY_S

    def _moved(self, creator_id: int) -> None:
        """Update an index that is open; open one while there is room, so that it grows with an import."""
        if creator_id in self._replicas or len(self._replicas) < self._limit:
            replica = self._replicas.setdefault(creator_id, Replica(creator_id))
            replica.moved()
            self._update(replica)

    def _update(self, replica: Replica) -> "asyncio.Task[None]":
        """A replica's one update that is under way; it goes on until the replica isn't dirty any more."""
        if replica.updating is None:
            replica.updating = self._spawn(self._bring_up(replica))
        return replica.updating

    async def _bring_up(self, replica: Replica) -> None:
        try:
            while replica.dirty or replica.opened is None or await self._builder.pay(replica):
                if replica.dirty or replica.opened is None:
                    replica.dirty = False
                    await self._builder.step(replica)
                    if not replica.dirty:
                        replica.behind_since = None
        except BaseException:
            replica.moved()
            raise
        finally:
            replica.updating = None


def _search(index: Index, question: Question) -> tuple[Ranking, tuple[str, ...], int]:
    ranking = index.search(question)
    return ranking, index.locked_tiers(question, ranking), index.count()
