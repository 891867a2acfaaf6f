"""All SQL about how sending on a connection goes."""

from datetime import timedelta
from typing import Any, Final

from kernel.clock import now
from kernel.db import UnitOfWork

_LATELY: Final = timedelta(days=1)


async def fate(uow: UnitOfWork, once: str) -> Any:
    """What became of what was queued under a key: (state, error, created_at, sent_at), or None."""
    return await uow.fetch_one(
        "SELECT state, error, created_at, sent_at FROM outbound "
        "WHERE creator_id = %(creator)s AND once = %(once)s",
        {"creator": uow.tenant, "once": once},
    )


async def delivery(uow: UnitOfWork, connection_id: int) -> Any:
    """How many wait, and of the last day: were sent, had to wait for it, failed, are unknown."""
    return await uow.fetch_one(
        """
        SELECT count(*) FILTER (WHERE state IN ('queued', 'sending')) AS waiting,
               count(*) FILTER (WHERE state = 'sent') AS sent,
               count(*) FILTER (WHERE state = 'sent' AND attempts > 1) AS late,
               count(*) FILTER (WHERE state = 'failed') AS failed,
               count(*) FILTER (WHERE state = 'unknown') AS unknown
        FROM outbound
        WHERE connection_id = %(connection)s
          AND (created_at > %(since)s OR state IN ('queued', 'sending'))
        """,
        {"connection": connection_id, "since": now() - _LATELY},
    )


async def give_up(uow: UnitOfWork, connection_id: int, why: str) -> int:
    """Let what waits on a connection fail; what is under way ends by itself."""
    rows = await uow.fetch(
        """
        UPDATE outbound SET state = 'failed', error = %(why)s
        WHERE connection_id = %(connection)s AND state = 'queued' RETURNING id
        """,
        {"connection": connection_id, "why": why},
    )
    return len(rows)
