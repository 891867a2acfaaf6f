"""All SQL about bots that are wished for, and about who listens to the bot that makes them."""

from datetime import datetime, timedelta
from typing import Any

from kernel.clock import now
from kernel.db import PROCESSES, UnitOfWork


async def add(uow: UnitOfWork, avatar_id: int, token_hash: str, expires_at: datetime) -> None:
    """Keep a wish of the tenant's; those that nobody followed up are forgotten."""
    await uow.send("DELETE FROM telegram_wish WHERE expires_at < %(now)s", {"now": now()})
    await uow.send(
        """
        INSERT INTO telegram_wish (creator_id, avatar_id, token_hash, state, expires_at, created_at)
        VALUES (%(creator)s, %(avatar)s, %(hash)s, 'asked', %(until)s, %(now)s)
        """,
        {
            "creator": uow.tenant,
            "avatar": avatar_id,
            "hash": token_hash,
            "until": expires_at,
            "now": now(),
        },
    )


async def open_by(uow: UnitOfWork, token_hash: str, user_id: int, until: datetime) -> Any:
    """Have the first who comes follow a wish up until then: (id, creator_id, avatar_id), or None."""
    return await uow.fetch_one(
        """
        UPDATE telegram_wish SET user_id = %(user)s, state = 'opened', expires_at = %(until)s
        WHERE token_hash = %(hash)s AND expires_at > %(now)s
          AND (state = 'asked' OR state = 'opened' AND user_id = %(user)s)
        RETURNING id, creator_id, avatar_id
        """,
        {"hash": token_hash, "user": user_id, "until": until, "now": now()},
    )


async def opened_by(uow: UnitOfWork, user_id: int) -> Any:
    """What somebody follows up, the last of it: (id, creator_id, avatar_id), or None."""
    return await uow.fetch_one(
        """
        SELECT id, creator_id, avatar_id FROM telegram_wish
        WHERE user_id = %(user)s AND state = 'opened' AND expires_at > %(now)s
        ORDER BY expires_at DESC, id DESC LIMIT 1
        """,
        {"user": user_id, "now": now()},
    )


async def done(uow: UnitOfWork, user_id: int, avatar_id: int) -> bool:
    """Mark what somebody wished for an avatar as fulfilled; whether it wasn't yet."""
    rows = await uow.fetch(
        """
        UPDATE telegram_wish SET state = 'done'
        WHERE user_id = %(user)s AND avatar_id = %(avatar)s AND state = 'opened' RETURNING id
        """,
        {"user": user_id, "avatar": avatar_id},
    )
    return bool(rows)


async def hold(uow: UnitOfWork, bot_id: int, username: str, holder: str, seconds: float) -> bool:
    """Listen to the bot that makes bots for so long, or go on to; False while another process does."""
    moment = now()
    row = await uow.fetch_one(
        f"""
        INSERT INTO telegram_manager (bot_id, username, holder, lease_until, created_at)
        VALUES (%(bot)s, %(username)s, %(holder)s, %(until)s, %(now)s)
        ON CONFLICT (bot_id) DO UPDATE
        SET username = excluded.username, holder = excluded.holder, lease_until = excluded.lease_until
        WHERE telegram_manager.holder IS NULL OR telegram_manager.holder = %(holder)s
           OR telegram_manager.lease_until < %(now)s OR telegram_manager.holder <> ALL (ARRAY{PROCESSES})
        RETURNING id
        """,  # noqa: S608 - put together from constants
        {
            "bot": bot_id,
            "username": username,
            "holder": holder,
            "until": moment + timedelta(seconds=seconds),
            "now": moment,
        },
    )
    return row is not None


async def release(uow: UnitOfWork, holder: str) -> None:
    """Let another process listen."""
    await uow.send(
        "UPDATE telegram_manager SET holder = NULL, lease_until = NULL WHERE holder = %(holder)s",
        {"holder": holder},
    )
