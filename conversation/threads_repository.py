"""All SQL of threads: whose each is, who is answering in it, and whether its avatar is paused."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from kernel.chat import Inbound
from kernel.clock import now
from kernel.db import UnitOfWork


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


async def is_place(uow: UnitOfWork, connection_id: int, chat_id: str) -> bool:
    """Whether somebody has been heard in a place (`Thread.chat_id`)."""
    row = await uow.fetch_one(
        "SELECT 1 FROM thread WHERE connection_id = %(connection)s AND chat_id = %(chat)s LIMIT 1",
        {"connection": connection_id, "chat": chat_id},
    )
    return row is not None


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


async def heard_in_room(uow: UnitOfWork, inbound: Inbound) -> Any:
    """Whether a group's message is here already, whether a person answers its sender there, when they were
    last heard in the group, and how often within a minute: (known, person, last, lately).
    """
    return await uow.fetch_one(
        """
        SELECT EXISTS (SELECT 1 FROM message
                       WHERE connection_id = %(connection)s AND update_id = %(update)s) AS known,
               EXISTS (SELECT 1 FROM identity JOIN thread ON thread.fan_id = identity.fan_id
                       WHERE identity.creator_id = %(creator)s AND identity.platform = %(platform)s
                         AND identity.platform_user_id = %(user)s
                         AND thread.connection_id = %(connection)s AND thread.chat_id = %(place)s
                         AND thread.handed_over_at IS NOT NULL) AS person,
               (SELECT count(*)
                FROM identity JOIN thread ON thread.fan_id = identity.fan_id
                JOIN message ON message.thread_id = thread.id
                WHERE identity.creator_id = %(creator)s AND identity.platform = %(platform)s
                  AND identity.platform_user_id = %(user)s
                  AND thread.connection_id = %(connection)s AND thread.room = %(room)s
                  AND thread.last_at > %(since)s AND message.created_at > %(since)s) AS lately,
               (SELECT max(said.created_at)
                FROM identity JOIN thread ON thread.fan_id = identity.fan_id
                CROSS JOIN LATERAL (SELECT created_at FROM message WHERE message.thread_id = thread.id
                                    ORDER BY message.id DESC LIMIT 1) AS said
                WHERE identity.creator_id = %(creator)s AND identity.platform = %(platform)s
                  AND identity.platform_user_id = %(user)s
                  AND thread.connection_id = %(connection)s AND thread.room = %(room)s) AS last
        """,
        {
            "creator": uow.tenant, "platform": inbound.platform, "user": inbound.user_id,
            "connection": inbound.connection_id, "update": inbound.update_id, "room": inbound.room,
            "place": inbound.chat_id, "since": now() - timedelta(minutes=1),
        },
    )  # fmt: skip


async def move_room(uow: UnitOfWork, connection_id: int, old: str, new: str) -> None:
    """Have the threads of a group go on in the one that it became, and what is queued for it go there.

    Who was heard in the new one already has a thread there, which takes over what the old one holds: also who
    talks in it, unless somebody does in the new one.
    """
    where = {"connection": connection_id, "old": old, "new": new, "now": now()}
    await uow.send(
        """
        WITH pairs AS (
            SELECT before.id AS old, thread.id AS new, before.handed_over_at,
                   EXISTS (SELECT 1 FROM takeover
                           WHERE takeover.thread_id = thread.id AND ended_at IS NULL) AS held
            FROM thread AS before JOIN thread
              ON thread.connection_id = before.connection_id AND thread.fan_id = before.fan_id
             AND thread.chat_id = %(new)s || substr(before.chat_id, length(%(old)s) + 1)
            WHERE before.connection_id = %(connection)s AND before.room = %(old)s),
        messages AS (UPDATE message SET thread_id = pairs.new FROM pairs WHERE thread_id = pairs.old),
        sends AS (UPDATE outbound SET thread_id = pairs.new FROM pairs WHERE thread_id = pairs.old),
        taken AS (
            UPDATE takeover SET thread_id = pairs.new,
                                ended_at = coalesce(ended_at, CASE WHEN held THEN %(now)s END)
            FROM pairs WHERE thread_id = pairs.old),
        left_to_a_person AS (
            UPDATE thread SET handed_over_at = pairs.handed_over_at FROM pairs
            WHERE thread.id = pairs.new AND thread.handed_over_at IS NULL
              AND pairs.handed_over_at IS NOT NULL)
        UPDATE approval SET thread_id = pairs.new FROM pairs WHERE thread_id = pairs.old
        """,
        where,
    )
    await uow.send(
        """
        UPDATE thread AS before
        SET room = %(new)s, chat_id = %(new)s || substr(before.chat_id, length(%(old)s) + 1)
        WHERE before.connection_id = %(connection)s AND before.room = %(old)s
          AND NOT EXISTS (SELECT 1 FROM thread
                          WHERE thread.connection_id = before.connection_id
                            AND thread.fan_id = before.fan_id
                            AND thread.chat_id = %(new)s || substr(before.chat_id, length(%(old)s) + 1))
        """,
        where,
    )
    await uow.send("DELETE FROM thread WHERE connection_id = %(connection)s AND room = %(old)s", where)
    await uow.send(
        """
        UPDATE outbound SET chat_id = %(new)s || substr(chat_id, length(%(old)s) + 1)
        WHERE connection_id = %(connection)s AND (state IN ('queued', 'sending') OR kind = 'prompt')
          AND (chat_id = %(old)s OR starts_with(chat_id, %(old)s || ':')
               OR starts_with(chat_id, %(old)s || '/'))
        """,
        where,
    )


async def note_unreachable(uow: UnitOfWork, threads: Sequence[int | None]) -> None:
    """Remember that the fans of these threads have shut the avatar out."""
    await uow.send(
        "UPDATE thread SET unreachable_at = %(now)s WHERE id = ANY(%(ids)s::bigint[])",
        {"ids": list(threads), "now": now()},
    )


async def note_reach(uow: UnitOfWork, connection_id: int, chat_id: str, *, reachable: bool) -> None:
    """Remember whether the fan of a private chat lets the avatar write there."""
    await uow.send(
        """
        UPDATE thread SET unreachable_at = CASE WHEN NOT %(reachable)s THEN %(now)s END
        WHERE connection_id = %(connection)s AND chat_id = %(chat)s AND room = ''
        """,
        {"connection": connection_id, "chat": chat_id, "reachable": reachable, "now": now()},
    )


async def staff_here(uow: UnitOfWork, connection_id: int) -> list[Any]:
    """The creator's people who were heard on a connection, in private and in the groups that it is in:
    (platform_user_id, role, room, chat_id, lang), `chat_id` the place where they were heard last.
    """
    return await uow.fetch(
        """
        SELECT DISTINCT ON (staff_identity.platform_user_id, thread.room)
               staff_identity.platform_user_id, membership.role, thread.room, thread.chat_id,
               coalesce(fan.chosen_language, fan.last_language) AS lang
        FROM staff_identity JOIN membership ON membership.creator_id = staff_identity.creator_id
         AND membership.account_id = staff_identity.account_id
        JOIN identity ON identity.creator_id = staff_identity.creator_id
         AND identity.platform = staff_identity.platform
         AND identity.platform_user_id = staff_identity.platform_user_id
        JOIN fan ON fan.id = identity.fan_id
        JOIN thread ON thread.fan_id = fan.id AND thread.connection_id = %(connection)s
        LEFT JOIN chat ON chat.connection_id = thread.connection_id AND chat.platform_chat_id = thread.room
        WHERE thread.room = '' OR chat.state NOT IN ('left', 'moved')
        ORDER BY staff_identity.platform_user_id, thread.room, thread.last_at DESC
        """,
        {"connection": connection_id},
    )


async def set_undisclosed(uow: UnitOfWork, thread_id: int, answers: int | None) -> None:
    """Store how many answers a thread has had since its fan was told that an AI speaks."""
    await uow.send(
        "UPDATE thread SET undisclosed = %(answers)s WHERE id = %(id)s", {"id": thread_id, "answers": answers}
    )
