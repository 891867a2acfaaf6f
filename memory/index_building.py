"""Bringing a creator's index in step with the database: opening, building, changing it; not searching it.

All that writes an index runs in one thread: two writers would be in each other's way.
"""

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from kernel.clock import monotonic
from kernel.db import Database
from memory import feed_repository, passages_repository
from memory.index import Index, Indexes
from memory.index_folders import building_at, note_building, owner_of, take_slot
from memory.types import IndexedPassage

T = TypeVar("T")

_BATCH = 64  # one of them holds up other creators' indexes: about a second where passages are encoded
_COMMIT_EVERY_S = 5.0
# Of a long building only so large a share is done again after a crash: each commit ends a segment, and each
# segment is looked at by every search.
_COMMIT_SHARE = 0.25
_UNFINISHED = 1  # the feed position of an index that is being built; no real transaction has this number


@dataclass(slots=True)
class Opened:
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
class Replica:
    """One creator's index in this process. `dirty`: the feed has, or may have, moved on.

    `behind_since` is when it did, by the monotonic clock, however much is taken in by now; None: in step.
    `partial` is an index that is still being built, also where its building has been interrupted.
    """

    creator_id: int
    opened: Opened | None = None
    partial: Opened | None = None
    dirty: bool = True
    behind_since: float | None = None
    updating: "asyncio.Task[None] | None" = None

    def moved(self) -> float:
        """Note that the feed has, or may have, moved on. Returns since when the index is behind."""
        self.dirty = True
        if self.behind_since is None:
            self.behind_since = monotonic()
        return self.behind_since


class Builder:
    """Opens, builds and changes indexes in a folder of this process's own, one of those in `root`.

    `untidy` says that discarded indexes may have left something elsewhere.
    """

    def __init__(self, db: Database, indexes: Indexes, root: Path) -> None:
        self.untidy = True
        self._db = db
        self._indexes = indexes
        self._root = root
        self._folder = root
        self._owner = ""
        self._slot: int | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="index")

    async def open(self) -> None:
        """Take a folder that no living process has."""
        self._folder, self._slot = await asyncio.to_thread(take_slot, self._root)
        self._owner = await asyncio.to_thread(owner_of, self._folder)

    async def close(self) -> None:
        """Wait for what was begun, and free the folder."""
        await asyncio.to_thread(self._thread.shutdown)
        if self._slot is not None:
            os.close(self._slot)
            self._slot = None

    async def run(self, work: Callable[[], T]) -> T:
        """Do something in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    @contextmanager
    def using(self, opened: Opened) -> Iterator[Opened]:
        """Keep an index open while it is searched."""
        opened.users += 1
        try:
            yield opened
        finally:
            opened.users -= 1
            if opened.retired:
                self._free(opened)

    def retire(self, opened: Opened | None, *, discard: bool = False) -> None:
        """Close an index as soon as nobody searches it."""
        if opened:
            opened.retired, opened.discard = True, discard
            self._free(opened)

    def _free(self, opened: Opened) -> None:
        if not opened.users:
            self._thread.submit(opened.free)
            self.untidy |= opened.discard

    async def clear_up(self) -> None:
        """Remove what discarded indexes have left outside their folders; `untidy` again where that fails."""
        self.untidy = False
        try:
            await self.run(partial(self._indexes.clear_up, self._folder, self._owner))
        except BaseException:
            self.untidy = True
            raise

    async def pay(self, replica: Replica) -> bool:
        """Add again what an index owes, for some seconds; False where it owes nothing, or can't pay now."""
        opened, begun, paid = replica.opened, monotonic(), False
        while opened and not replica.dirty and monotonic() - begun < _COMMIT_EVERY_S:
            ids = opened.index.owed(_BATCH)
            if not ids:
                break
            await self._put(replica.creator_id, opened.index, ids)
            paid = True
        if opened and paid:
            await self.run(partial(opened.index.commit, opened.position))
        return paid

    async def _put(self, creator_id: int, index: Index, ids: Sequence[int]) -> None:
        """Have an index hold these passages as the database does now."""
        async with self._db.uow(creator_id) as uow:
            found = await passages_repository.indexed(uow, ids)
        await self.run(partial(_replace, index, ids, found))

    async def step(self, replica: Replica) -> None:
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
                self.retire(begun, discard=True)
            await self._rebuild(replica, epoch, newest)
            return
        await self._apply(replica.creator_id, opened, [each for _, _, ids in changes for each in ids], newest)
        seen = [*opened.ahead.items(), *((change, xid) for change, xid, _ in changes)]
        opened.ahead = {change: xid for change, xid in seen if xid >= newest}
        opened.position = newest

    async def _apply(self, creator_id: int, opened: Opened, chunk_ids: list[int], newest: int) -> None:
        """Have the index hold these passages as the database does now."""
        ids = sorted(set(chunk_ids))
        committed = monotonic()
        for start in range(0, len(ids), _BATCH):
            await self._put(creator_id, opened.index, ids[start : start + _BATCH])
            if monotonic() - committed > _COMMIT_EVERY_S:
                await self.run(partial(opened.index.commit, opened.position))
                committed = monotonic()
        if ids:
            await self.run(partial(opened.index.commit, newest))

    async def _rebuild(self, replica: Replica, epoch: str, newest: int) -> None:
        """Build a new index beside the one in use, and put it in its place; go on where one was begun.

        What is built stays if the database goes away: the next update goes on from there.
        """
        if replica.partial is None:
            folder = self._folder / f"{self._name(replica, epoch)}{secrets.token_hex(4)}"
            index = await self.run(partial(self._indexes.open, folder))
            replica.partial = Opened(index, folder, epoch, newest)
        new = replica.partial
        try:
            await self._fill(replica.creator_id, new)
        except _NotWritten as error:
            replica.partial = None
            self.retire(new, discard=True)
            raise error.cause from None
        self.retire(replica.opened, discard=True)
        replica.opened, replica.partial = new, None
        replica.moved()  # it was begun a while ago, perhaps by an earlier run

    async def _fill(self, creator_id: int, new: Opened) -> None:
        """Put all passages into a new index that it doesn't have; it is searchable before the end.

        Raises:
            _NotWritten: the index is of no use any more.
        """
        after, begun = new.after, monotonic()
        committed = begun
        while True:
            async with self._db.uow(creator_id) as uow:
                batch = await passages_repository.indexed_after(uow, after, _BATCH)
            if not batch:
                break
            await self._write(partial(new.index.add, batch))
            after = batch[-1].id
            if monotonic() - committed > max(_COMMIT_EVERY_S, _COMMIT_SHARE * (committed - begun)):
                await self._write(partial(_commit_unfinished, new, after))
                new.after, committed = after, monotonic()
        await self._write(partial(new.index.commit, new.position))

    async def _write(self, work: Callable[[], None]) -> None:
        try:
            await self.run(work)
        except Exception as error:  # whatever it was, what the index holds now isn't known
            raise _NotWritten(error) from error

    async def _reopen(self, replica: Replica, epoch: str) -> None:
        """Open what an earlier run left here, finished or begun; what is of no use is removed."""
        for folder in sorted(self._folder.glob(f"{replica.creator_id}-*")):
            found = None
            if folder.name.startswith(self._name(replica, epoch)):
                found = await self.run(partial(self._left, folder, epoch))
            if found and found.position and not found.after and replica.opened is None:
                replica.opened = found
            elif found and found.after and replica.partial is None:
                replica.partial = found
            else:
                if found:
                    await self.run(found.index.close)
                await self.run(partial(shutil.rmtree, folder, ignore_errors=True))
                self.untidy = True

    def _name(self, replica: Replica, epoch: str) -> str:
        """How the folders of a creator's indexes begin; `clear_up` looks for the owner in the middle."""
        return f"{replica.creator_id}-{epoch}-{self._owner}-"

    def _left(self, folder: Path, epoch: str) -> Opened:
        """The index in a folder; one that is worth nothing has position 0. Blocking."""
        index = self._indexes.open(folder)
        if index.position != _UNFINISHED:
            return Opened(index, folder, epoch, index.position)
        position, after = building_at(folder)
        return Opened(index, folder, epoch, position, after=after)


class _NotWritten(Exception):
    """An index could not be written; `cause` says why."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _commit_unfinished(new: Opened, after: int) -> None:
    """Make an index searchable and durable that has the passages up to `after`. Blocking.

    The note comes last: if it is missed, passages are put in twice, and none is left out.
    """
    new.index.commit(_UNFINISHED)
    note_building(new.folder, new.position, after)


def _replace(index: Index, ids: Sequence[int], found: Sequence[IndexedPassage]) -> None:
    gone = set(ids).difference(passage.id for passage in found)
    if gone:
        index.remove(sorted(gone))
    if found:
        index.add(found)
