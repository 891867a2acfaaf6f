"""All SQL about becoming a bot, and ceasing to be it. (Being it: `repository.py`.)"""

from typing import Any

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork


async def of_avatar(uow: UnitOfWork, avatar_id: int) -> Any:
    """The bot that an avatar is, its connection's state, whether a process holds that; None: it is none."""
    return await uow.fetch_one(
        """
        SELECT telegram_bot.*, connection.state, coalesce(connection.lease_until > %(now)s, false) AS held
        FROM telegram_bot JOIN connection ON connection.id = telegram_bot.connection_id
        WHERE telegram_bot.avatar_id = %(avatar)s
        """,
        {"avatar": avatar_id, "now": now()},
    )


async def of_creator(uow: UnitOfWork, creator_id: int) -> list[Any]:
    """The avatars of a creator that are bots: (avatar_id)."""
    return await uow.fetch(
        "SELECT avatar_id FROM telegram_bot WHERE creator_id = %(creator)s ORDER BY id",
        {"creator": creator_id},
    )


async def add(
    uow: UnitOfWork, connection_id: int, avatar_id: int, sealed: str, about: dict[str, Any]
) -> bool:
    """Keep a connection's bot, or its new token. False where the bot is another avatar's, whoever's it is."""
    found = await uow.fetch(
        """
        INSERT INTO telegram_bot (creator_id, created_at, connection_id, avatar_id, bot_id, username, name,
               name_before, token, webhook, managed, joins_groups, reads_all, reads_all_since, told,
               checked_at, error)
        VALUES (%(creator)s, %(now)s, %(connection)s, %(avatar)s, %(bot)s, %(username)s, %(name)s,
                %(name)s, %(token)s, false, %(managed)s, %(joins)s, %(reads)s,
                CASE WHEN %(reads)s THEN %(now)s::timestamptz END, '{}', %(now)s, '')
        ON CONFLICT (bot_id) DO NOTHING RETURNING id
        """,
        about
        | {
            "creator": uow.tenant,
            "connection": connection_id,
            "avatar": avatar_id,
            "token": sealed,
            "now": now(),
        },
    )
    return bool(found)


async def renew(uow: UnitOfWork, connection_id: int, sealed: str) -> None:
    """Keep a bot's new token; what went wrong with the old one is past."""
    await uow.send(
        "UPDATE telegram_bot SET token = %(token)s, error = '', error_at = NULL WHERE connection_id = %(id)s",
        {"id": connection_id, "token": sealed},
    )


async def note_about(uow: UnitOfWork, connection_id: int, about: dict[str, Any]) -> None:
    """Keep what a bot says of itself now."""
    await uow.send(
        """
        UPDATE telegram_bot SET username = %(username)s, name = %(name)s, joins_groups = %(joins)s,
               reads_all = %(reads)s, checked_at = %(now)s,
               reads_all_since = CASE WHEN %(reads)s THEN coalesce(reads_all_since, %(now)s) END
        WHERE connection_id = %(id)s
        """,
        about | {"id": connection_id, "now": now()},
    )


async def set_webhook(uow: UnitOfWork, connection_id: int, *, on: bool) -> None:
    """Have a bot's updates posted, or fetched."""
    await uow.send(
        "UPDATE telegram_bot SET webhook = %(on)s WHERE connection_id = %(id)s",
        {"id": connection_id, "on": on},
    )


async def remove(uow: UnitOfWork, connection_id: int) -> None:
    """Keep nothing of a connection's bot: neither its token nor its names of files."""
    await uow.send("DELETE FROM telegram_file WHERE connection_id = %(id)s", {"id": connection_id})
    await uow.send("DELETE FROM telegram_bot WHERE connection_id = %(id)s", {"id": connection_id})


async def keep_told(
    uow: UnitOfWork, connection_id: int, told: dict[str, Any], name: str | None = None
) -> None:
    """Remember what Telegram has been told of a bot's avatar, and the bot's name where that was told."""
    await uow.send(
        "UPDATE telegram_bot SET told = %(told)s, name = coalesce(%(name)s, name) "
        "WHERE connection_id = %(id)s",
        {"id": connection_id, "told": Jsonb(told), "name": name},
    )
