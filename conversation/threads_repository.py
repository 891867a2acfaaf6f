"""All SQL of threads: whose each is, who is answering in it, and whether its avatar is paused."""

from datetime import timedelta
from typing import Any, Final

from kernel.clock import now
from kernel.db import PROCESSES, UnitOfWork


async def thread_for(
    uow: UnitOfWork,
    *,
    avatar_id: int,
    connection_id: int,
    platform: str,
    chat_id: str,
    room: str,
    fan_id: int,
    allowance: float,
) -> Any:
    """The thread of this fan in this chat, locked: (id, allowance, allowance_at, handed_over_at)."""
    parameters = {
        "creator": uow.tenant, "avatar": avatar_id, "connection": connection_id, "platform": platform,
        "chat": chat_id, "room": room, "fan": fan_id, "now": now(), "allowance": allowance,
    }  # fmt: skip
    return await uow.fetch_one(
        """
        INSERT INTO thread (creator_id, avatar_id, connection_id, platform, chat_id, room, fan_id, created_at,
                            last_at, allowance, allowance_at)
        VALUES (%(creator)s, %(avatar)s, %(connection)s, %(platform)s, %(chat)s, %(room)s, %(fan)s, %(now)s,
                %(now)s, %(allowance)s, %(now)s)
        ON CONFLICT (connection_id, chat_id, fan_id) DO UPDATE SET last_at = excluded.last_at
        RETURNING id, allowance, allowance_at, handed_over_at
        """,
        parameters,
    )


async def find_thread(uow: UnitOfWork, connection_id: int, platform: str, user_id: str, chat_id: str) -> Any:
    """A known fan's thread in a chat: (id, fan_id), or None."""
    return await uow.fetch_one(
        """
        SELECT thread.id, thread.fan_id
        FROM identity JOIN thread ON thread.fan_id = identity.fan_id
        WHERE identity.creator_id = %(creator)s AND identity.platform = %(platform)s
          AND identity.platform_user_id = %(user)s
          AND thread.connection_id = %(connection)s AND thread.chat_id = %(chat)s
        """,
        {
            "creator": uow.tenant, "platform": platform, "user": user_id,
            "connection": connection_id, "chat": chat_id,
        },
    )  # fmt: skip


async def set_allowance(uow: UnitOfWork, thread_id: int, allowance: float) -> None:
    """Store what is left of a thread's allowance of messages."""
    await uow.send(
        "UPDATE thread SET allowance = %(allowance)s, allowance_at = %(now)s WHERE id = %(id)s",
        {"id": thread_id, "allowance": allowance, "now": now()},
    )


async def set_undisclosed(uow: UnitOfWork, thread_id: int, answers: int | None) -> None:
    """Store how many answers a thread has had since its fan was told that an AI speaks."""
    await uow.send(
        "UPDATE thread SET undisclosed = %(answers)s WHERE id = %(id)s", {"id": thread_id, "answers": answers}
    )


async def claim_thread(uow: UnitOfWork, thread_id: int, lease: str, seconds: float) -> None:
    """Take the lease of a thread if nobody holds it: `next_message` then finds what waits under it."""
    moment = now()
    await uow.send(
        """
        UPDATE thread SET lease = %(lease)s, lease_until = %(until)s
        WHERE id = %(id)s AND (lease IS NULL OR lease_until < %(now)s)
        """,
        {"id": thread_id, "lease": lease, "until": moment + timedelta(seconds=seconds), "now": moment},
    )


async def lock_lease(uow: UnitOfWork, thread_id: int, lease: str) -> bool:
    """Lock the thread; whether the lease is still ours."""
    row = await uow.fetch_one("SELECT lease FROM thread WHERE id = %(id)s FOR UPDATE", {"id": thread_id})
    return row is not None and row.lease == lease


async def extend_lease(uow: UnitOfWork, thread_id: int, seconds: float) -> None:
    """Keep the lease while an answer takes long."""
    await uow.send(
        "UPDATE thread SET lease_until = %(until)s WHERE id = %(id)s",
        {"id": thread_id, "until": now() + timedelta(seconds=seconds)},
    )


def paused(avatar: str, chat: str) -> str:
    """The condition that an avatar is paused, in a chat; both are columns.

    Only the creator's own people rehearse in the Playground, also while the avatar is paused.
    """
    return f"""
    (EXISTS (SELECT 1 FROM standstill)
     OR EXISTS (SELECT 1 FROM autonomy WHERE autonomy.avatar_id = {avatar} AND paused_at IS NOT NULL)
        AND NOT starts_with({chat}, 'playground:'))
    """  # noqa: S608 - put together from constants


PAUSED: Final = paused("thread.avatar_id", "thread.chat_id")


# A lease is `{process}/{token}`.
_HOLDER_GONE: Final = f"(lease IS NOT NULL AND split_part(lease, '/', 1) <> ALL (ARRAY{PROCESSES}))"


async def forgotten_threads(uow: UnitOfWork, *, older_s: float, again_s: float, limit: int) -> list[Any]:
    """Threads with a message that has waited too long and that nobody holds, now free: (id, creator_id).

    Where the holder's process is gone, no message has waited too short. (Where it only lost the database, it
    finds its lease lost, and writes nothing.)
    None of a paused avatar's: they are found once it goes on.
    """
    moment = now()
    return await uow.fetch(
        f"""
        UPDATE thread SET swept_at = %(now)s, lease = NULL, lease_until = NULL
        WHERE id IN (
            SELECT message.thread_id FROM message JOIN thread ON thread.id = message.thread_id
            WHERE message.state = 'new' AND NOT {PAUSED}
              AND (message.created_at < %(old)s OR {_HOLDER_GONE})
            GROUP BY message.thread_id ORDER BY min(message.id) LIMIT %(limit)s)
          AND ({_HOLDER_GONE}
               OR (lease IS NULL OR lease_until < %(now)s) AND (swept_at IS NULL OR swept_at < %(again)s))
        RETURNING id, creator_id
        """,  # noqa: S608 - put together from constants
        {
            "now": moment,
            "old": moment - timedelta(seconds=older_s),
            "again": moment - timedelta(seconds=again_s),
            "limit": limit,
        },
    )
