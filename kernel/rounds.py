"""What is done in rounds while the process lives, and outlives a database that is away for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from kernel.db import DATABASE_AWAY

log = structlog.get_logger(__name__)


async def forever(sweep: Callable[[], Awaitable[object]], every_s: float, name: str) -> None:
    """Do a round every few seconds until cancelled. `name` is the log's.

    What a round fails at is logged, and tried again by the next: it is one creator's, and the process is
    everybody's.
    """
    while True:
        try:
            await sweep()
        except (OSError, *DATABASE_AWAY) as error:
            log.warning(f"{name}.sweep_failed", error=str(error))
        except Exception:
            log.exception(f"{name}.sweep_failed")
        await asyncio.sleep(every_s)


@contextmanager
def alone(name: str, **about: Any) -> Iterator[None]:
    """What goes wrong with one of many is logged, and keeps nothing from the others.

    Raises:
        DATABASE_AWAY: it is, for all of them.
    """
    try:
        yield
    except DATABASE_AWAY:
        raise
    except Exception:
        log.exception(f"{name}.failed", **about)
