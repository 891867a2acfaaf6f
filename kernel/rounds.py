"""What is done in rounds while the process lives, and outlives a database that is away for a while."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from kernel.db import DATABASE_AWAY

log = structlog.get_logger(__name__)


async def forever(sweep: Callable[[], Awaitable[object]], every_s: float, name: str) -> None:
    """Do a round every few seconds until cancelled. `name` is the log's."""
    while True:
        try:
            await sweep()
        except (OSError, *DATABASE_AWAY) as error:
            log.warning(f"{name}.sweep_failed", error=str(error))
        await asyncio.sleep(every_s)
