"""Memory's jobs: reading items, erasing deleted ones, answering searches; and the upkeep of one worker.

These are edges: each opens its own short units of work, and none is open while a file is read.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from community.events import FanErased
from kernel.clock import now
from kernel.db import DATABASE_AWAY, UnitOfWork
from kernel.errors import UnderstudyError
from kernel.jobs import Jobs
from memory import feed_repository, notices, search_repository, sources_repository
from memory.events import SourceDeleted
from memory.importer import discard
from memory.reading import read_source
from memory.recall import Memory, store_answer
from memory.types import SourceState

log = structlog.get_logger(__name__)

IMPORTS = "imports"
SEARCH = "search"

_READ, _DELETE = "memory.read", "memory.delete"

_UPKEEP_EVERY_S = 60.0
_LOST_AFTER = timedelta(seconds=60)
_FEED_KEPT = timedelta(days=2)


class Has(Protocol):
    """Whoever builds this room's living part when it is first asked for."""

    @property
    def memory(self) -> Memory:
        """The room."""
        ...


def register(jobs: Jobs, house: Has) -> None:
    """Have this process's workers do memory's jobs."""

    async def read(creator_id: int, source_ids: list[int]) -> None:
        for source_id in source_ids:
            await read_source(house.memory, creator_id, source_id)

    async def delete(creator_id: int, source_ids: list[int]) -> None:
        await erase(house.memory, creator_id, source_ids)

    async def discard_files(creator_id: int, hashes: list[str]) -> None:
        await let_go(house.memory, creator_id, hashes)

    async def search(creator_id: int, request_id: int) -> None:
        await answer(house.memory, creator_id, request_id)

    jobs.register(_READ, read, queue=IMPORTS)
    jobs.register(_DELETE, delete, queue=IMPORTS)
    jobs.register("memory.discard", discard_files, queue=IMPORTS)
    jobs.register("memory.search", search, queue=SEARCH)


async def erase(memory: Memory, creator_id: int, source_ids: Sequence[int]) -> None:
    """Remove deleted items, their passages and their files; those that were added again meanwhile stay.

    Files go first and inside the transaction: if it fails they are missing from items that are doomed anyway,
    the other way round they would be left behind for good. Whoever adds the same content waits meanwhile, and
    looks for its file then.
    """
    async with memory.db.uow(creator_id) as uow:
        await sources_repository.serialise(uow)
        doomed = await sources_repository.lock_doomed(uow, source_ids)
        await discard(uow, memory.files, await sources_repository.unshared_files(uow, doomed))
        await sources_repository.erase(uow, doomed)
        await notices.announce(uow, doomed)
        for source_id in doomed:
            await uow.publish(SourceDeleted(creator_id, source_id))


async def let_go(memory: Memory, creator_id: int, hashes: Sequence[str]) -> None:
    """Delete files that an item had before it got others, where none needs them."""
    async with memory.db.uow(creator_id) as uow:
        await sources_repository.serialise(uow)
        unused = [each for each in hashes if not await sources_repository.is_needed(uow, each)]
        await discard(uow, memory.files, unused)


async def answer(memory: Memory, creator_id: int, request_id: int) -> None:
    """Do a search that a process without indexes asked for."""
    async with memory.db.uow(creator_id) as uow:
        question = await search_repository.question(uow, request_id)
    if question is None:
        return
    recalled, error = None, None
    try:
        recalled = await memory.recall(
            creator_id,
            question["text"],
            question["lang"],
            tiers=frozenset(question["tiers"]),
            limit=question["limit"],
        )
    except UnderstudyError as problem:
        error = problem.message
    async with memory.db.uow(creator_id) as uow:
        await store_answer(uow, request_id, recalled, error)


async def fan_erased(uow: UnitOfWork, _event: FanErased) -> None:
    """Forget the last minutes' searches, whosever words they are: some may be the fan's.

    Whoever waits for one just now searches again.
    """
    await search_repository.forget(uow)


async def retry_waiting(memory: Memory) -> None:
    """Read items again that wait for a program or a key: a start may have brought it."""
    async with memory.db.system_uow() as uow:
        waiting = await sources_repository.in_states(uow, [SourceState.WAITING], before=now())
    for creator_id, ids in waiting.items():
        async with memory.db.uow(creator_id) as uow:
            for source_id in await notices.requeue(uow, ids, among=[SourceState.WAITING]):
                await notices.defer_reading(uow, [source_id])


async def find_lost(memory: Memory) -> None:
    """Give items a new job whose job is gone (it failed for good while the database was away, say)."""
    for task, states in (
        (_READ, [SourceState.QUEUED, SourceState.READING]),
        (_DELETE, [SourceState.DELETING]),
    ):
        async with memory.db.system_uow() as uow:
            lost = await sources_repository.lost(uow, states, task=task, before=now() - _LOST_AFTER)
        for creator_id, ids in lost.items():
            async with memory.db.uow(creator_id) as uow:
                if task == _DELETE:
                    await uow.defer(_DELETE, creator_id=creator_id, source_ids=ids)
                    continue
                for source_id in ids:
                    await notices.defer_reading(uow, [source_id])


async def upkeep(memory: Memory) -> None:
    """One round of what no job asks for: lost items, old changes, old searches, files left in the making."""
    await find_lost(memory)
    async with memory.db.system_uow() as uow:
        await search_repository.expire(uow)
        await feed_repository.compact(uow, now() - _FEED_KEPT)
    await asyncio.to_thread(memory.files.sweep)


async def upkeep_forever(memory: Memory) -> None:
    """Try waiting items once more, then do a round of upkeep every minute, until cancelled."""
    tried = False
    while True:
        try:
            if not tried:
                await retry_waiting(memory)
                tried = True
            await upkeep(memory)
        except (UnderstudyError, OSError, *DATABASE_AWAY) as error:
            log.warning("memory.upkeep_failed", error=str(error))
        await asyncio.sleep(_UPKEEP_EVERY_S)
