"""All SQL about who has taken which thread over, and about what is passed on between them and its fan."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from kernel.clock import now
from kernel.db import UnitOfWork

OVERTAKEN: Final = """
    EXISTS (SELECT 1 FROM takeover
            WHERE takeover.thread_id = outbound.thread_id AND takeover.ended_at IS NULL
              AND outbound.created_at < takeover.created_at)
    AND outbound.kind <> 'staff' AND coalesce(outbound.payload->>'by', '') = ''
    AND NOT EXISTS (SELECT 1 FROM message
                    WHERE message.id = outbound.message_id
                      AND split_part(message.outcome, ':', 1) IN ('command', 'crisis'))
    """
"""The condition that a person has taken a thread over since the avatar wanted to say something in it.

What a fan's command is answered, and help for who is in need, go out nevertheless.
"""

_MODERATES: Final = """
    EXISTS (SELECT 1 FROM membership
            WHERE membership.creator_id = takeover.creator_id AND membership.account_id = takeover.account_id
              AND membership.role IN ('owner', 'creator', 'moderator'))
    """
_THEIR_CHAT: Final = """
    EXISTS (SELECT 1 FROM staff_identity
            JOIN identity ON identity.creator_id = staff_identity.creator_id
             AND identity.platform = staff_identity.platform
             AND identity.platform_user_id = staff_identity.platform_user_id
            JOIN thread AS chat ON chat.fan_id = identity.fan_id
            WHERE staff_identity.creator_id = takeover.creator_id
              AND staff_identity.account_id = takeover.account_id AND chat.id = takeover.relay_thread_id)
    """

# What a fan says is shown to nobody in whose chat, or in whose role, it isn't any more.
_HELD: Final = f"""
    SELECT takeover.id, takeover.thread_id, takeover.avatar_id, takeover.account_id, takeover.name,
           takeover.created_at, takeover.last_at, takeover.until,
           relay.id AS relay_thread_id, relay.connection_id AS relay_connection_id,
           relay.platform AS relay_platform,
           coalesce(reader.chosen_language, reader.last_language) AS relay_lang,
           fan.id AS fan_id, fan.name AS fan_name, thread.platform
    FROM takeover JOIN thread ON thread.id = takeover.thread_id JOIN fan ON fan.id = thread.fan_id
    LEFT JOIN thread AS relay ON relay.id = takeover.relay_thread_id AND {_MODERATES} AND {_THEIR_CHAT}
    LEFT JOIN fan AS reader ON reader.id = relay.fan_id
    WHERE takeover.ended_at IS NULL
    """  # noqa: S608 - put together from constants


async def current(uow: UnitOfWork, thread_id: int) -> Any:
    """Who has a thread, with where they read it, and its fan; None where nobody has."""
    return await uow.fetch_one(f"{_HELD} AND takeover.thread_id = %(id)s", {"id": thread_id})


async def held_by(uow: UnitOfWork, avatar_id: int, account_id: int) -> list[Any]:
    """What somebody has taken over, as `current`, the oldest first."""
    return await uow.fetch(
        f"""
        {_HELD} AND takeover.avatar_id = %(avatar)s AND takeover.account_id = %(account)s
        ORDER BY takeover.id
        """,
        {"avatar": avatar_id, "account": account_id},
    )


async def due(uow: UnitOfWork, silent_since: datetime, limit: int) -> list[Any]:
    """What is over by its time, or, where it has none, since its person has said nothing since a moment:
    (creator_id, avatar_id, thread_id).
    """
    return await uow.fetch(
        """
        SELECT creator_id, avatar_id, thread_id FROM takeover
        WHERE ended_at IS NULL AND coalesce(until < %(now)s, last_at < %(silent)s)
        ORDER BY id LIMIT %(limit)s
        """,
        {"silent": silent_since, "now": now(), "limit": limit},
    )


async def stray(uow: UnitOfWork) -> list[Any]:
    """What is held by who moderates for the tenant no more, or read in a chat that isn't theirs any more:
    (avatar_id, thread_id, relay_thread_id), in the order in which fans are held.
    """
    return await uow.fetch(
        f"""
        SELECT takeover.avatar_id, takeover.thread_id, takeover.relay_thread_id
        FROM takeover JOIN thread ON thread.id = takeover.thread_id
        WHERE takeover.ended_at IS NULL
          AND (NOT {_MODERATES} OR takeover.relay_thread_id IS NOT NULL AND NOT {_THEIR_CHAT})
        ORDER BY thread.fan_id, thread.id
        """  # noqa: S608 - put together from constants
    )


async def withhold(uow: UnitOfWork, thread_id: int) -> None:
    """Drop what waits to be shown of fans in a private chat of one of the creator's people."""
    await uow.send(
        """
        UPDATE outbound SET state = 'dropped'
        WHERE thread_id = %(id)s AND state = 'queued' AND payload->>'by' IN ('fan', 'card')
        """,
        {"id": thread_id},
    )


async def begin(
    uow: UnitOfWork,
    *,
    avatar_id: int,
    thread_id: int,
    account_id: int,
    name: str,
    relay_thread_id: int | None,
    until: datetime | None,
) -> None:
    """Note that a person has a thread, which is locked and nobody's."""
    await uow.send(
        """
        INSERT INTO takeover (creator_id, avatar_id, thread_id, account_id, name, relay_thread_id, last_at,
                              until, created_at)
        VALUES (%(creator)s, %(avatar)s, %(thread)s, %(account)s, %(name)s, %(relay)s, %(now)s, %(until)s,
                %(now)s)
        """,
        {
            "creator": uow.tenant, "avatar": avatar_id, "thread": thread_id, "account": account_id,
            "name": name, "relay": relay_thread_id, "until": until, "now": now(),
        },
    )  # fmt: skip


async def silence(uow: UnitOfWork, thread_id: int) -> None:
    """Drop what the avatar has queued in a thread that was taken over just now."""
    await uow.send(
        f"""
        WITH dropped AS (
            UPDATE outbound SET state = 'dropped'
            WHERE thread_id = %(id)s AND state = 'queued' AND {OVERTAKEN} RETURNING message_id)
        UPDATE message SET outcome = 'to_person' FROM dropped WHERE message.id = dropped.message_id
        """,  # noqa: S608 - put together from constants
        {"id": thread_id},
    )


async def silenced(uow: UnitOfWork, outbounds: Sequence[int]) -> set[int]:
    """Which of these may not be sent any more, since a person has taken their thread over."""
    rows = await uow.fetch(
        f"SELECT id FROM outbound WHERE id = ANY(%(ids)s) AND {OVERTAKEN}",  # noqa: S608 - constants
        {"ids": list(outbounds)},
    )
    return {row.id for row in rows}


async def go_on(
    uow: UnitOfWork, takeover_id: int, relay_thread_id: int | None, until: datetime | None
) -> None:
    """Have a takeover last anew, read where its person says now; where they say nothing, as before."""
    await uow.send(
        """
        UPDATE takeover SET last_at = %(now)s, until = %(until)s,
                            relay_thread_id = coalesce(%(relay)s, relay_thread_id)
        WHERE id = %(id)s
        """,
        {"id": takeover_id, "relay": relay_thread_id, "until": until, "now": now()},
    )


async def heard(uow: UnitOfWork, takeover_id: int) -> None:
    """Note that its person has said something just now."""
    await uow.send(
        "UPDATE takeover SET last_at = %(now)s WHERE id = %(id)s", {"id": takeover_id, "now": now()}
    )


async def note_end(uow: UnitOfWork, takeover_id: int, by: int) -> None:
    """Note which message of its person's ended a takeover."""
    await uow.send("UPDATE takeover SET ended_by = %(by)s WHERE id = %(id)s", {"id": takeover_id, "by": by})


async def ended_by(uow: UnitOfWork, avatar_id: int, message_id: int) -> bool:
    """Whether a message has ended a takeover already."""
    row = await uow.fetch_one(
        "SELECT 1 FROM takeover WHERE avatar_id = %(avatar)s AND ended_by = %(message)s",
        {"avatar": avatar_id, "message": message_id},
    )
    return row is not None


async def private_thread(uow: UnitOfWork, avatar_id: int, account_id: int) -> int | None:
    """A person's own private chat with an avatar, the last that they wrote in."""
    row = await uow.fetch_one(
        """
        SELECT thread.id FROM staff_identity
        JOIN identity ON identity.creator_id = staff_identity.creator_id
         AND identity.platform = staff_identity.platform
         AND identity.platform_user_id = staff_identity.platform_user_id
        JOIN thread ON thread.fan_id = identity.fan_id
        WHERE staff_identity.account_id = %(account)s AND thread.avatar_id = %(avatar)s AND thread.room = ''
          AND NOT starts_with(thread.chat_id, 'playground:')
        ORDER BY thread.last_at DESC LIMIT 1
        """,
        {"account": account_id, "avatar": avatar_id},
    )
    return None if row is None else int(row.id)


async def meant(uow: UnitOfWork, thread_id: int, name: str, *, passed_on: bool = False) -> int | None:
    """Whose thread a message is about that has this name where a thread is held; None where there is none.

    One of ours is about who was answered, or whose words it shows; in a group a fan's own is about that fan.
    `passed_on`: only what shows a fan's words to a person.
    """
    row = await uow.fetch_one(
        """
        SELECT meant FROM (
            SELECT coalesce(about.thread_id, outbound.thread_id) AS meant, outbound.id, 1 AS ours
            FROM thread AS here
            JOIN outbound ON outbound.connection_id = here.connection_id AND platform_message_id = %(name)s
            LEFT JOIN thread AS there ON there.id = outbound.thread_id
            LEFT JOIN message AS about ON about.id = outbound.message_id
            WHERE here.id = %(thread)s
              AND (there.id = here.id OR here.room <> '' AND there.room = here.room
                   OR outbound.chat_id IN (here.chat_id, here.room))
              AND (NOT %(passed)s OR outbound.payload->>'by' IN ('fan', 'card'))
            UNION ALL
            SELECT message.thread_id, message.id, 0
            FROM thread AS here
            JOIN thread AS there ON there.connection_id = here.connection_id AND there.room = here.room
            JOIN message ON message.thread_id = there.id AND message.ref = %(name)s
            WHERE here.id = %(thread)s AND here.room <> '' AND NOT %(passed)s) AS found
        WHERE meant <> %(thread)s ORDER BY ours DESC, id DESC LIMIT 1
        """,
        {"thread": thread_id, "name": name, "passed": passed_on},
    )
    return None if row is None else int(row.meant)


async def passed_on(uow: UnitOfWork, connection_id: int, update_id: str) -> Any:
    """A message that was answered, or passed on: (id, thread_id, outcome, edited_at)."""
    return await uow.fetch_one(
        """
        SELECT id, thread_id, outcome, edited_at FROM message
        WHERE connection_id = %(connection)s AND update_id = %(update)s AND state = 'answered'
        """,
        {"connection": connection_id, "update": update_id},
    )


async def copy_of(uow: UnitOfWork, message_id: int) -> Any:
    """Where a message was passed on to, and whose it is: (thread_id, by); None where it wasn't."""
    return await uow.fetch_one(
        """
        SELECT thread_id, payload->>'by' AS by FROM outbound
        WHERE creator_id = %(creator)s AND once = %(once)s
        """,
        {"creator": uow.tenant, "once": f"relay:{message_id}:0"},
    )


async def reword(uow: UnitOfWork, message_id: int, text: str, at: datetime) -> None:
    """Have a message say what its sender has made of it at a moment."""
    await uow.send(
        "UPDATE message SET text = %(text)s, edited_at = %(at)s WHERE id = %(id)s",
        {"id": message_id, "text": text, "at": at},
    )
