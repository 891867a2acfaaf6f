"""Who is told of items: workers that read them, indexes that follow them, pages that show them."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.db import UnitOfWork
from memory import feed_repository, sources_repository
from memory.types import SourceState

CHANNEL = "source"
"""Where changes of items are announced, as `creator:source`; source 0 stands for several."""
STOP_CHANNEL = "source_stop"
INDEX_CHANNEL = "index"

SHARED_FILES = 16  # that are read by one job, and announced one by one
_FRESH: Mapping[str, Any] = {
    "progress": 0.0,
    "attempts": 0,
    "reason_code": None,
    "reason": None,
    "reason_params": {},
}


async def requeue(uow: UnitOfWork, ids: Sequence[int], *, among: Sequence[SourceState]) -> list[int]:
    """Put sources back to the beginning, without deferring a job. Returns those that were in such a state."""
    return await sources_repository.move(uow, ids, SourceState.QUEUED, among=among, fields=_FRESH)


async def defer_reading(uow: UnitOfWork, source_ids: Sequence[int]) -> None:
    """Have a worker read these, one after the other."""
    await uow.defer("memory.read", creator_id=uow.tenant, source_ids=list(source_ids))


async def announce(uow: UnitOfWork, source_ids: Sequence[int], *, stop: bool = False) -> None:
    """Wake whoever shows these items or those they were found in, and with `stop` whoever reads them."""
    shown: Sequence[int] = [0]
    if len(source_ids) <= SHARED_FILES:
        shown = await sources_repository.with_ancestors(uow, source_ids)
    for source_id in shown:
        await uow.notify(CHANNEL, f"{uow.tenant}:{source_id}")
    if stop:
        for source_id in source_ids:
            await uow.notify(STOP_CHANNEL, f"{uow.tenant}:{source_id}")


async def index_sources_again(uow: UnitOfWork, source_ids: Sequence[int]) -> None:
    """Have every index look at all passages of these sources again."""
    if source_ids:
        await feed_repository.record_sources(uow, source_ids)
        await uow.notify(INDEX_CHANNEL, str(uow.tenant))
