"""All SQL about the chats that avatars are in. It speaks to the driver directly."""

from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork

_CHAT: Final = """
    SELECT id, avatar_id, connection_id, platform, platform_chat_id, kind, title, username, state, rights,
           linked, settings, welcomed_at, prompted_at, error, error_at, entered_at
    FROM chat
    """
_FULL: Final = 1_000.0  # more than any cap: an allowance is never above its chat's


async def note(
    uow: UnitOfWork,
    *,
    avatar_id: int,
    connection_id: int,
    platform: str,
    chat: str,
    kind: str,
    title: str,
    username: str,
    state: str | None,
    rights: list[str] | None,
    linked: str | None,
    entered: datetime | None,
    seen: int,
) -> Any:
    """Insert a chat, or change of it, or of the avatar's standing there, what is news; what it is then."""
    told = {
        "creator": uow.tenant, "avatar": avatar_id, "connection": connection_id, "platform": platform,
        "chat": chat, "kind": kind, "title": title, "username": username, "state": state,
        "rights": None if rights is None else Jsonb(rights), "linked": linked, "full": _FULL,
        "entered": entered, "seen": seen, "now": now(),
    }  # fmt: skip
    await uow.send(
        """
        INSERT INTO chat (creator_id, avatar_id, connection_id, platform, platform_chat_id, kind, title,
                          username, state, rights, settings, linked, allowance, allowance_at, error, seen,
                          named, entered_at, created_at)
        VALUES (%(creator)s, %(avatar)s, %(connection)s, %(platform)s, %(chat)s, %(kind)s, %(title)s,
                %(username)s, coalesce(%(state)s, 'member'), coalesce(%(rights)s, '[]'::jsonb), '{}',
                %(linked)s, %(full)s, %(now)s, '', CASE WHEN %(state)s::text IS NULL THEN 0 ELSE %(seen)s END,
                %(seen)s, %(entered)s, %(now)s)
        ON CONFLICT (connection_id, platform_chat_id) DO UPDATE
        SET kind = excluded.kind, title = excluded.title, username = excluded.username,
            linked = coalesce(excluded.linked, chat.linked), named = excluded.named
        WHERE chat.named < excluded.named AND chat.state <> 'moved'
        """,
        told,
    )
    if state is not None:
        await uow.send(
            """
            UPDATE chat SET state = %(state)s, rights = coalesce(%(rights)s, rights),
                            entered_at = coalesce(%(entered)s, entered_at), seen = %(seen)s
            WHERE connection_id = %(connection)s AND platform_chat_id = %(chat)s AND seen < %(seen)s
              AND state <> 'moved'
            """,
            told,
        )
    return await chat_at(uow, connection_id, chat)


async def leave(uow: UnitOfWork, connection_id: int, chat: str, seen: int) -> None:
    """Have a chat be one that the avatar has left."""
    await uow.send(
        """
        UPDATE chat SET state = 'left', rights = '[]', seen = %(seen)s
        WHERE connection_id = %(connection)s AND platform_chat_id = %(chat)s AND seen < %(seen)s
          AND state <> 'moved'
        """,
        {"connection": connection_id, "chat": chat, "seen": seen},
    )


async def move(uow: UnitOfWork, connection_id: int, old: str, new: str) -> bool:
    """Mark a chat as moved and hand what is set in it to the new one; whether it wasn't marked yet.

    Of a new one that was told of already, what it was told stays.
    """
    row = await uow.fetch_one(
        """
        WITH old AS (
            UPDATE chat SET state = 'moved'
            WHERE connection_id = %(connection)s AND platform_chat_id = %(old)s AND state <> 'moved'
            RETURNING *, (SELECT before.state FROM chat AS before WHERE before.id = chat.id) AS was)
        INSERT INTO chat (creator_id, avatar_id, connection_id, platform, platform_chat_id, kind, title,
                          username, state, rights, settings, linked, allowance, allowance_at, welcomed_at,
                          prompted_at, error, seen, named, created_at)
        SELECT creator_id, avatar_id, connection_id, platform, %(new)s, kind, title, username, was, rights,
               settings, linked, allowance, allowance_at, welcomed_at, prompted_at, '', seen, named, %(now)s
        FROM old
        ON CONFLICT (connection_id, platform_chat_id) DO UPDATE
        SET settings = excluded.settings || chat.settings,
            allowance = least(excluded.allowance, chat.allowance), allowance_at = excluded.allowance_at,
            linked = coalesce(chat.linked, excluded.linked),
            welcomed_at = greatest(chat.welcomed_at, excluded.welcomed_at),
            prompted_at = greatest(chat.prompted_at, excluded.prompted_at)
        RETURNING id
        """,
        {"connection": connection_id, "old": old, "new": new, "now": now()},
    )
    return row is not None


async def note_error(uow: UnitOfWork, connection_id: int, chat: str, error: str) -> None:
    """Keep what went wrong in a chat."""
    await uow.send(
        """
        UPDATE chat SET error = %(error)s, error_at = %(now)s
        WHERE connection_id = %(connection)s AND platform_chat_id = %(chat)s
        """,
        {"connection": connection_id, "chat": chat, "error": error, "now": now()},
    )


async def chats(uow: UnitOfWork, avatar_id: int) -> list[Any]:
    """An avatar's chats, by their titles."""
    return await uow.fetch(
        f"{_CHAT} WHERE avatar_id = %(avatar)s ORDER BY lower(title), id",
        {"avatar": avatar_id},
    )


async def chat(uow: UnitOfWork, avatar_id: int, chat_id: int) -> Any:
    """One of an avatar's chats, or None."""
    return await uow.fetch_one(
        f"{_CHAT} WHERE avatar_id = %(avatar)s AND id = %(id)s",
        {"avatar": avatar_id, "id": chat_id},
    )


async def chat_at(uow: UnitOfWork, connection_id: int, chat: str) -> Any:
    """The chat of a platform's name, or None."""
    return await uow.fetch_one(
        f"{_CHAT} WHERE connection_id = %(connection)s AND platform_chat_id = %(chat)s",
        {"connection": connection_id, "chat": chat},
    )


async def hold(uow: UnitOfWork, connection_id: int, chat: str) -> Any:
    """The same, locked until this transaction ends."""
    return await uow.fetch_one(
        f"""
        {_CHAT} WHERE connection_id = %(connection)s AND platform_chat_id = %(chat)s
        FOR UPDATE
        """,
        {"connection": connection_id, "chat": chat},
    )


async def add_unknown(uow: UnitOfWork, avatar_id: int, connection_id: int, platform: str, chat: str) -> None:
    """Insert a chat of which nothing is known but its name, unless another transaction was first."""
    await uow.send(
        """
        INSERT INTO chat (creator_id, avatar_id, connection_id, platform, platform_chat_id, kind, title,
                          username, state, rights, settings, allowance, allowance_at, error, seen, named,
                          created_at)
        VALUES (%(creator)s, %(avatar)s, %(connection)s, %(platform)s, %(chat)s, 'group', '', '', 'member',
                '[]', '{}', %(full)s, %(now)s, '', 0, 0, %(now)s)
        ON CONFLICT (connection_id, platform_chat_id) DO NOTHING
        """,
        {
            "creator": uow.tenant, "avatar": avatar_id, "connection": connection_id, "platform": platform,
            "chat": chat, "full": _FULL, "now": now(),
        },
    )  # fmt: skip


async def save(uow: UnitOfWork, avatar_id: int, chat_id: int, settings: dict[str, Any]) -> bool:
    """Store a chat's settings; whether it is this avatar's."""
    row = await uow.fetch_one(
        """
        UPDATE chat SET settings = %(settings)s WHERE avatar_id = %(avatar)s AND id = %(id)s RETURNING id
        """,
        {"avatar": avatar_id, "id": chat_id, "settings": Jsonb(settings)},
    )
    return row is not None


async def note_unasked(
    uow: UnitOfWork, chat_id: int, welcomed: datetime | None, prompted: datetime | None
) -> None:
    """Store when something was said in a chat unasked."""
    await uow.send(
        """
        UPDATE chat SET welcomed_at = coalesce(%(welcomed)s, welcomed_at),
                        prompted_at = coalesce(%(prompted)s, prompted_at)
        WHERE id = %(id)s
        """,
        {"id": chat_id, "welcomed": welcomed, "prompted": prompted},
    )


async def allowance(uow: UnitOfWork, chat_id: int) -> Any:
    """What is left of a chat's allowance of answers, and since when: (allowance, allowance_at)."""
    return await uow.fetch_one("SELECT allowance, allowance_at FROM chat WHERE id = %(id)s", {"id": chat_id})


async def set_allowance(uow: UnitOfWork, chat_id: int, allowance: float) -> None:
    """Store what is left of a chat's allowance of answers."""
    await uow.send(
        "UPDATE chat SET allowance = %(allowance)s, allowance_at = %(now)s WHERE id = %(id)s",
        {"id": chat_id, "allowance": allowance, "now": now()},
    )
