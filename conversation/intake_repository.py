"""All SQL of taking a message in: its thread, the message, and what it takes of the fan's allowance."""

from dataclasses import asdict
from typing import Any, Final

from psycopg.types.json import Jsonb

from conversation.rights import digest
from conversation.rights_repository import ECHO
from conversation.threads_repository import PAUSED
from kernel.chat import Addressed, Inbound
from kernel.clock import now
from kernel.db import Statement, UnitOfWork

BURST: Final = 12.0
PER_SECOND: Final = 0.5
"""A fan's allowance: so many messages at once, refilled so many a second."""

_LEFT: Final = "least(%(burst)s, allowance + extract(epoch FROM %(now)s - allowance_at) * %(rate)s)"
# A fan who is held can't be erased before this transaction ends. What went with an erasure stays away also
# from who has come back since.
_THREAD: Final = f"""
    WITH known AS (
        SELECT fan.id, fan.chosen_language FROM identity JOIN fan ON fan.id = identity.fan_id
        WHERE identity.creator_id = %(creator)s AND identity.platform = %(platform)s
          AND identity.platform_user_id = %(user)s
        FOR KEY SHARE OF fan)
    INSERT INTO thread (creator_id, avatar_id, connection_id, platform, chat_id, room, fan_id, created_at,
                        last_at, allowance, allowance_at)
    SELECT %(creator)s, %(avatar)s, %(connection)s, %(platform)s, %(chat)s, %(room)s, known.id, %(now)s,
           %(now)s, %(burst)s, %(now)s
    FROM known WHERE NOT {ECHO}
    ON CONFLICT (connection_id, chat_id, fan_id) DO UPDATE SET last_at = excluded.last_at
    RETURNING id, fan_id, (SELECT chosen_language FROM known) AS chosen_language,
              {_LEFT} AS left,
              handed_over_at IS NOT NULL OR {PAUSED}
              OR EXISTS (SELECT 1 FROM autonomy
                         WHERE autonomy.avatar_id = thread.avatar_id AND mode = 'shadow') AS silent
    """  # noqa: S608 - put together from constants

_MESSAGE: Final = f"""
    WITH place AS (
        SELECT thread.id,
               {_LEFT} AS left
        FROM thread JOIN identity ON identity.fan_id = thread.fan_id
        WHERE thread.connection_id = %(connection)s AND thread.chat_id = %(chat)s
          AND identity.creator_id = %(creator)s AND identity.platform = %(platform)s
          AND identity.platform_user_id = %(user)s),
    added AS (
        INSERT INTO message (creator_id, thread_id, connection_id, update_id, ref, reply_to, aside, text,
                             medium, others, language_hint, state, edited_at, created_at)
        SELECT %(creator)s, place.id, %(connection)s, %(update)s, %(ref)s, %(reply)s, %(aside)s, %(text)s,
               %(medium)s::jsonb, %(others)s::jsonb, %(hint)s, 'new', %(edited)s::timestamptz, %(now)s
        FROM place WHERE place.left >= %(least)s AND NOT {ECHO}
        ON CONFLICT (connection_id, update_id) DO NOTHING
        RETURNING id, thread_id),
    spent AS (
        UPDATE thread SET allowance = place.left - 1, allowance_at = %(now)s
        FROM place, added WHERE thread.id = place.id AND thread.id = added.thread_id)
    SELECT id FROM added
    """  # noqa: S608 - put together from constants


async def place(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> Any:
    """The thread of a known fan in this chat, locked; None where nobody knows the fan, or for an echo.

    It is (id, fan_id, chosen_language, left, silent): `left` of the allowance, of which a message takes one;
    silent while a person answers there, while its avatar is paused, and in Shadow.
    """
    return await uow.fetch_one(_THREAD, _parameters(uow, avatar_id, inbound))


async def take_in(
    uow: UnitOfWork, avatar_id: int, inbound: Inbound, text: str, *, overdrawn: float = 0
) -> tuple[Any, int | None] | None:
    """What `place` has, as it was before this message, and the number of the message that was inserted there.

    No message where the same update is here already, or nothing is left of the allowance, which may be
    `overdrawn` by so many. None where nobody knows the fan, or the update was erased just now.
    """
    threads, messages = await uow.fetch_each(*_taken_in(uow, avatar_id, inbound, text, overdrawn))
    return (threads[0], messages[0].id if messages else None) if threads else None


async def take_up(
    uow: UnitOfWork, avatar_id: int, inbound: Inbound, text: str, *then: Statement
) -> tuple[Any, int | None, Any]:
    """What `take_in` has, and the first row of the last of the statements that go with it.

    Neither thread nor message where nobody knows the fan, or the update was erased just now.
    """
    threads, messages, *_, rows = await uow.fetch_each(*_taken_in(uow, avatar_id, inbound, text, 0), *then)
    found = rows[0] if rows else None
    return (threads[0] if threads else None), (messages[0].id if messages else None), found


def _taken_in(
    uow: UnitOfWork, avatar_id: int, inbound: Inbound, text: str, overdrawn: float
) -> tuple[Statement, Statement]:
    told = _parameters(uow, avatar_id, inbound) | {
        "update": inbound.update_id, "ref": inbound.message_ref, "reply": inbound.reply_to,
        "aside": inbound.addressed is Addressed.POST, "text": text,
        "medium": Jsonb(asdict(inbound.medium)) if inbound.medium else None,
        "others": Jsonb([asdict(one) for one in inbound.others]) if inbound.others else None,
        "hint": inbound.language_hint,
        "edited": inbound.edited_at, "least": 1 - overdrawn,
    }  # fmt: skip
    return (_THREAD, told), (_MESSAGE, told)


def _parameters(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> dict[str, Any]:
    return {
        "creator": uow.tenant, "avatar": avatar_id, "connection": inbound.connection_id,
        "platform": inbound.platform, "user": inbound.user_id, "chat": inbound.chat_id, "room": inbound.room,
        "burst": BURST, "rate": PER_SECOND, "now": now(),
        "digest": digest(inbound.connection_id, inbound.update_id),
    }  # fmt: skip
