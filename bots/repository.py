"""All SQL about connections: making them, and the leases by which one process holds each."""

from datetime import timedelta
from typing import Any

from kernel.clock import now
from kernel.db import PROCESSES, UnitOfWork


async def add(uow: UnitOfWork, avatar_id: int, platform: str) -> int:
    """A new connection of the tenant; where another transaction was first, its connection."""
    row = await uow.fetch_one(
        """
        INSERT INTO connection (creator_id, avatar_id, platform, state, fence, created_at)
        VALUES (%(creator)s, %(avatar)s, %(platform)s, 'active', 0, %(now)s)
        ON CONFLICT (avatar_id, platform) DO UPDATE SET platform = excluded.platform
        RETURNING id
        """,
        {"creator": uow.tenant, "avatar": avatar_id, "platform": platform, "now": now()},
    )
    return int(row.id)


async def of_avatar(uow: UnitOfWork, avatar_id: int, platform: str) -> Any:
    """The avatar's connection to a platform: (id, state), or None."""
    return await uow.fetch_one(
        "SELECT id, state FROM connection WHERE avatar_id = %(avatar)s AND platform = %(platform)s",
        {"avatar": avatar_id, "platform": platform},
    )


async def claim(uow: UnitOfWork, holder: str, seconds: float, limit: int) -> list[Any]:
    """Take connections whose lease ran out, or whose holder's process is gone; a claim raises the fence."""
    moment = now()
    return await uow.fetch(
        f"""
        UPDATE connection SET holder = %(holder)s, lease_until = %(until)s, fence = fence + 1
        WHERE id IN (
            SELECT id FROM connection
            WHERE state = 'active'
              AND (holder IS NULL OR lease_until < %(now)s OR holder <> ALL (ARRAY{PROCESSES}))
            ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
        RETURNING id, creator_id, avatar_id, platform, fence
        """,  # noqa: S608 - put together from constants
        {"holder": holder, "until": moment + timedelta(seconds=seconds), "now": moment, "limit": limit},
    )


async def renew(uow: UnitOfWork, holder: str, seconds: float) -> list[Any]:
    """Keep what is held and has not run out: (id, platform)."""
    moment = now()
    return await uow.fetch(
        """
        UPDATE connection SET lease_until = %(until)s
        WHERE holder = %(holder)s AND lease_until >= %(now)s AND state = 'active' RETURNING id, platform
        """,
        {"holder": holder, "until": moment + timedelta(seconds=seconds), "now": moment},
    )


async def release(uow: UnitOfWork, holder: str) -> None:
    """Give everything back, so that another process needn't wait for the leases to run out."""
    await uow.fetch(
        "UPDATE connection SET holder = NULL, lease_until = NULL WHERE holder = %(holder)s",
        {"holder": holder},
    )


async def counted(uow: UnitOfWork) -> list[Any]:
    """How many connections there are, whoever's: (platform, state, n)."""
    return await uow.fetch("SELECT platform, state, count(*) AS n FROM connection GROUP BY 1, 2")


async def lock(uow: UnitOfWork, connection_id: int) -> str | None:
    """A connection's state, kept as it is until this transaction ends; None where it is nobody's here."""
    row = await uow.fetch_one(
        "SELECT state FROM connection WHERE id = %(id)s FOR UPDATE", {"id": connection_id}
    )
    return row.state if row else None


async def set_state(uow: UnitOfWork, connection_id: int, state: str) -> None:
    """Have a connection be active, or off: what isn't active has no holder."""
    await uow.send(
        """
        UPDATE connection SET state = %(state)s,
               holder = CASE WHEN %(held)s THEN holder END,
               lease_until = CASE WHEN %(held)s THEN lease_until END
        WHERE id = %(id)s
        """,
        {"id": connection_id, "state": state, "held": state == "active"},
    )
