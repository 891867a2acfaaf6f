"""All SQL about Telegram's bots."""

from typing import Any, Final

from kernel.clock import now
from kernel.db import UnitOfWork

_BOT: Final = """
    SELECT telegram_bot.connection_id, telegram_bot.creator_id, telegram_bot.avatar_id, telegram_bot.bot_id,
           telegram_bot.username, telegram_bot.token, telegram_bot.webhook, telegram_bot.reads_all,
           connection.state, avatar.live, avatar.name
    FROM telegram_bot JOIN connection ON connection.id = telegram_bot.connection_id
    JOIN avatar ON avatar.id = telegram_bot.avatar_id
    """


async def bots_of(uow: UnitOfWork, connection_ids: list[int]) -> list[Any]:
    """The bots of connections, with what it takes to be them."""
    return await uow.fetch(
        f"{_BOT} WHERE telegram_bot.connection_id = ANY(%(ids)s) ORDER BY telegram_bot.id",
        {"ids": connection_ids},
    )


async def bot(uow: UnitOfWork, bot_id: int) -> Any:
    """A bot by its own number; in a system unit of work. None where it is nobody's."""
    return await uow.fetch_one(f"{_BOT} WHERE telegram_bot.bot_id = %(bot)s", {"bot": bot_id})


async def note_error(uow: UnitOfWork, connection_id: int, error: str) -> None:
    """Keep what went wrong with a bot."""
    await uow.send(
        "UPDATE telegram_bot SET error = %(error)s, error_at = %(now)s WHERE connection_id = %(id)s",
        {"id": connection_id, "error": error[:500], "now": now()},
    )


async def rename(uow: UnitOfWork, connection_id: int, username: str) -> None:
    """Keep the name that a bot has now."""
    await uow.send(
        "UPDATE telegram_bot SET username = %(username)s WHERE connection_id = %(id)s",
        {"id": connection_id, "username": username},
    )


async def quarantine(uow: UnitOfWork, connection_id: int, sealed: str, error: str) -> bool:
    """Have nobody hold, poll or send a bot whose token was refused; whether it is its token still.

    Whoever is giving it another one just now is waited for.
    """
    await uow.fetch("SELECT 1 FROM connection WHERE id = %(id)s FOR UPDATE", {"id": connection_id})
    row = await uow.fetch_one(
        """
        UPDATE connection SET state = 'quarantined', holder = NULL, lease_until = NULL
        FROM telegram_bot
        WHERE connection.id = %(id)s AND state = 'active'
          AND telegram_bot.connection_id = connection.id AND telegram_bot.token = %(sealed)s
        RETURNING connection.id
        """,
        {"id": connection_id, "sealed": sealed},
    )
    if row:
        await note_error(uow, connection_id, error)
    return row is not None


async def known_files(uow: UnitOfWork, connection_id: int, hashes: list[str]) -> list[Any]:
    """Telegram's names of files that a bot has sent before: (sha256, kind, file_id)."""
    return await uow.fetch(
        "SELECT sha256, kind, file_id FROM telegram_file "
        "WHERE connection_id = %(id)s AND sha256 = ANY(%(hashes)s)",
        {"id": connection_id, "hashes": hashes},
    )


async def remember_file(uow: UnitOfWork, connection_id: int, sha256: str, kind: str, file_id: str) -> None:
    """Keep Telegram's name of a file, in place of the one before."""
    await uow.send(
        """
        INSERT INTO telegram_file (creator_id, connection_id, sha256, kind, file_id, created_at)
        VALUES (%(creator)s, %(connection)s, %(sha256)s, %(kind)s, %(file)s, %(now)s)
        ON CONFLICT (connection_id, sha256, kind) DO UPDATE SET file_id = excluded.file_id
        """,
        {
            "creator": uow.tenant,
            "connection": connection_id,
            "sha256": sha256,
            "kind": kind,
            "file": file_id,
            "now": now(),
        },
    )
