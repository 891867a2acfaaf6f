"""All SQL about when a thread was last pointed to something."""

from kernel.clock import now
from kernel.db import UnitOfWork


async def count(uow: UnitOfWork, thread_id: int, every: int) -> bool:
    """Count a reply that could point to something; whether, of `every` of them, it is the one that may."""
    row = await uow.fetch_one(
        """
        INSERT INTO guidance (creator_id, created_at, thread_id, since)
        VALUES (%(creator)s, %(now)s, %(thread)s, CASE WHEN %(every)s = 1 THEN 0 ELSE 1 END)
        ON CONFLICT (thread_id) DO UPDATE
        SET since = CASE WHEN guidance.since + 1 >= %(every)s THEN 0 ELSE guidance.since + 1 END
        RETURNING since
        """,
        {"creator": uow.tenant, "now": now(), "thread": thread_id, "every": every},
    )
    return row is not None and row.since == 0
