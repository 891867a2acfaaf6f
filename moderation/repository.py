"""All SQL of cases: what there is, whom each is about. (What is to be done: `actions_repository.py`.)"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork

_CASE: Final = """
    SELECT moderation_case.*, coalesce(chat.title, '') AS room_title,
           coalesce(subject.user_id, '') AS user_id, coalesce(subject.name, '') AS name,
           coalesce(subject.reason, '') AS reason, coalesce(subject.words, '') AS words, subject.fan_id,
           EXISTS (SELECT 1 FROM moderation_action AS back WHERE back.case_id = moderation_case.id
                   AND back.undoes AND back.state IN ('queued', 'doing')) AS undoing,
           coalesce((SELECT back.error FROM moderation_action AS back
                     WHERE back.case_id = moderation_case.id AND back.undoes
                     ORDER BY back.id DESC LIMIT 1), '') AS undo_error
    FROM moderation_case LEFT JOIN moderation_subject AS subject ON subject.case_id = moderation_case.id
    LEFT JOIN chat ON chat.connection_id = moderation_case.connection_id
                  AND chat.platform_chat_id = moderation_case.room
    """


async def settings(uow: UnitOfWork) -> dict[str, Any]:
    """The creator's settings, as they are kept."""
    row = await uow.fetch_one(
        "SELECT settings FROM moderation_settings WHERE creator_id = %(creator)s", {"creator": uow.tenant}
    )
    return dict(row.settings) if row else {}


async def save_settings(uow: UnitOfWork, value: dict[str, Any]) -> None:
    """Store the creator's settings."""
    await uow.send(
        """
        INSERT INTO moderation_settings (creator_id, settings, last_case, created_at)
        VALUES (%(creator)s, %(settings)s, 0, %(now)s)
        ON CONFLICT (creator_id) DO UPDATE SET settings = excluded.settings
        """,
        {"creator": uow.tenant, "settings": Jsonb(value), "now": now()},
    )


async def add_case(
    uow: UnitOfWork,
    *,
    avatar_id: int,
    connection_id: int,
    platform: str,
    room: str,
    kind: str,
    by: str,
    rule: str,
    until: datetime | None,
    amount: int,
    state: str,
    once: str,
    detail: Mapping[str, Any],
) -> int | None:
    """Insert a case under the creator's next number; None where there is one under this key."""
    number = await uow.fetch_one(
        """
        INSERT INTO moderation_settings (creator_id, settings, last_case, created_at)
        VALUES (%(creator)s, '{}', 1, %(now)s)
        ON CONFLICT (creator_id) DO UPDATE SET last_case = moderation_settings.last_case + 1
        WHERE NOT EXISTS (SELECT 1 FROM moderation_case
                          WHERE moderation_case.creator_id = %(creator)s AND once = %(once)s)
        RETURNING last_case
        """,
        {"creator": uow.tenant, "once": once, "now": now()},
    )
    if number is None:
        return None
    row = await uow.fetch_one(
        """
        INSERT INTO moderation_case (creator_id, number, avatar_id, connection_id, platform, room, kind, by,
                                     rule, until, amount, state, error, undone_by, once, detail, created_at)
        VALUES (%(creator)s, %(number)s, %(avatar)s, %(connection)s, %(platform)s, %(room)s, %(kind)s, %(by)s,
                %(rule)s, %(until)s, %(amount)s, %(state)s, '', '', %(once)s, %(detail)s,
                %(now)s)
        ON CONFLICT (creator_id, once) DO NOTHING RETURNING id
        """,
        {
            "creator": uow.tenant, "number": number.last_case, "avatar": avatar_id,
            "connection": connection_id, "platform": platform, "room": room, "kind": kind, "by": by,
            "rule": rule, "until": until, "amount": amount, "state": state, "once": once,
            "detail": Jsonb(dict(detail)), "now": now(),
        },
    )  # fmt: skip
    return row.id if row else None


async def add_subject(
    uow: UnitOfWork, case_id: int, *, fan_id: int, user_id: str, name: str, reason: str, words: str
) -> None:
    """Insert whom a case is about."""
    await uow.send(
        """
        INSERT INTO moderation_subject (creator_id, case_id, fan_id, user_id, name, reason, words, created_at)
        VALUES (%(creator)s, %(case)s, %(fan)s, %(user)s, %(name)s, %(reason)s, %(words)s, %(now)s)
        ON CONFLICT (case_id) DO NOTHING
        """,
        {
            "creator": uow.tenant, "case": case_id, "fan": fan_id, "user": user_id, "name": name,
            "reason": reason, "words": words, "now": now(),
        },
    )  # fmt: skip


async def case(uow: UnitOfWork, case_id: int, *, hold: bool = False) -> Any:
    """A case by its row's number, locked where it is to be held; None where it is another creator's."""
    if hold:
        await uow.fetch("SELECT 1 FROM moderation_case WHERE id = %(id)s FOR UPDATE", {"id": case_id})
    return await uow.fetch_one(f"{_CASE} WHERE moderation_case.id = %(id)s", {"id": case_id})


async def case_by_key(uow: UnitOfWork, once: str) -> Any:
    """The case of a key, or None."""
    return await uow.fetch_one(
        f"{_CASE} WHERE moderation_case.creator_id = %(creator)s AND moderation_case.once = %(once)s",
        {"creator": uow.tenant, "once": once},
    )


async def numbered(uow: UnitOfWork, avatar_id: int, number: int) -> Any:
    """An avatar's case by the creator's number, or None."""
    return await uow.fetch_one(
        f"{_CASE} WHERE moderation_case.avatar_id = %(avatar)s AND moderation_case.number = %(number)s",
        {"avatar": avatar_id, "number": number},
    )


async def cases(
    uow: UnitOfWork, avatar_id: int, *, kind: str, state: str, who: str, room: str, offset: int, limit: int
) -> list[Any]:
    """An avatar's cases, newest first, each with how many there are in all."""
    return await uow.fetch(
        f"""
        SELECT *, count(*) OVER () AS total
        FROM ({_CASE} WHERE moderation_case.avatar_id = %(avatar)s) AS found
        WHERE (%(kind)s = '' OR kind = %(kind)s) AND (%(state)s = '' OR state = %(state)s)
          AND (%(room)s = '' OR room = %(room)s)
          AND (%(who)s = '' OR strpos(lower(name), lower(%(who)s)) > 0 OR user_id = %(who)s)
        ORDER BY id DESC OFFSET %(offset)s LIMIT %(limit)s
        """,  # noqa: S608 - put together from constants
        {
            "avatar": avatar_id, "kind": kind, "state": state, "who": who, "room": room, "offset": offset,
            "limit": limit,
        },
    )  # fmt: skip


async def standing(uow: UnitOfWork, fan_id: int, connection_id: int, room: str, *, but: int = 0) -> Any:
    """The mute or ban of somebody that is or will be in force in a group: a ban first, the last first."""
    return await uow.fetch_one(
        f"""
        {_CASE} WHERE subject.fan_id = %(fan)s AND moderation_case.connection_id = %(connection)s
          AND moderation_case.room = %(room)s AND moderation_case.id <> %(but)s
          AND moderation_case.kind IN ('mute', 'ban') AND moderation_case.state IN ('doing', 'done')
          AND (moderation_case.until IS NULL OR moderation_case.until > %(now)s)
        ORDER BY moderation_case.kind = 'ban' DESC, moderation_case.id DESC LIMIT 1
        """,
        {"fan": fan_id, "connection": connection_id, "room": room, "but": but, "now": now()},
    )


async def warnings(uow: UnitOfWork, fan_id: int, connection_id: int, room: str, since: datetime) -> int:
    """How many warnings of somebody count in a group."""
    row = await uow.fetch_one(
        """
        SELECT count(*) AS n FROM moderation_case JOIN moderation_subject AS subject
          ON subject.case_id = moderation_case.id
        WHERE subject.fan_id = %(fan)s AND connection_id = %(connection)s AND room = %(room)s
          AND kind = 'warn' AND state = 'done' AND moderation_case.created_at > %(since)s
        """,
        {"fan": fan_id, "connection": connection_id, "room": room, "since": since},
    )
    return int(row.n)


async def end_case(
    uow: UnitOfWork, case_id: int, state: str, error: str, *, amount: int | None = None
) -> None:
    """Store how what a case is about ended, and how many it was about, where that is known only now."""
    await uow.send(
        "UPDATE moderation_case SET state = %(state)s, error = %(error)s, "
        "amount = coalesce(%(amount)s, amount) WHERE id = %(id)s AND state = 'doing'",
        {"id": case_id, "state": state, "error": error, "amount": amount},
    )


async def fail_cases(uow: UnitOfWork, fan_id: int, error: str) -> None:
    """Store that what was still to be done about somebody is not."""
    await uow.send(
        """
        UPDATE moderation_case SET state = 'failed', error = %(error)s FROM moderation_subject AS subject
        WHERE subject.case_id = moderation_case.id AND subject.fan_id = %(fan)s
          AND moderation_case.state = 'doing'
        """,
        {"fan": fan_id, "error": error},
    )


async def undone(uow: UnitOfWork, case_id: int, by: str) -> None:
    """Store that a case was taken back."""
    await uow.send(
        """
        UPDATE moderation_case SET state = 'undone', undone_by = %(by)s, undone_at = %(now)s
        WHERE id = %(id)s AND state = 'done'
        """,
        {"id": case_id, "by": by, "now": now()},
    )


async def lift(uow: UnitOfWork, case_id: int, kind: str) -> None:
    """Have the cases of a kind that another one lifted, of the same person in the same group, be undone."""
    await uow.send(
        """
        UPDATE moderation_case AS before SET state = 'undone', undone_by = by.by, undone_at = %(now)s
        FROM moderation_case AS by JOIN moderation_subject AS who ON who.case_id = by.id
        JOIN moderation_subject AS whom ON whom.fan_id = who.fan_id
        WHERE by.id = %(id)s AND before.id = whom.case_id AND before.id < by.id AND before.kind = %(kind)s
          AND before.state = 'done' AND before.connection_id = by.connection_id AND before.room = by.room
        """,
        {"id": case_id, "kind": kind, "now": now()},
    )


async def backdate(
    uow: UnitOfWork, case_id: int, at: datetime, undone_at: datetime, appealed_at: datetime
) -> None:
    """Date a case about one of the demo's scripted fans, when it was undone, and the appeal on it."""
    await uow.send(
        """
        WITH told AS (
            UPDATE moderation_case SET created_at = %(at)s,
                   undone_at = CASE WHEN undone_at IS NOT NULL THEN %(undone)s::timestamptz END
            FROM moderation_subject AS subject
            WHERE moderation_case.id = %(id)s AND subject.case_id = moderation_case.id
              AND starts_with(subject.user_id, 'demo:')
            RETURNING moderation_case.id
        )
        UPDATE moderation_appeal SET created_at = %(appealed)s FROM told WHERE case_id = told.id
        """,
        {"id": case_id, "at": at, "undone": undone_at, "appealed": appealed_at},
    )


async def move_room(uow: UnitOfWork, connection_id: int, old: str, new: str) -> None:
    """Have what belongs to a group go on in the one that it became."""
    for statement in (
        """
        UPDATE moderation_case SET room = %(new)s::text
        WHERE connection_id = %(connection)s AND room = %(old)s
        """,
        "UPDATE moderation_rules SET room = %(new)s::text WHERE connection_id = %(connection)s "
        "AND room = %(old)s AND NOT EXISTS (SELECT 1 FROM moderation_rules AS other "
        "WHERE other.connection_id = %(connection)s AND other.room = %(new)s)",
        "UPDATE moderation_captcha SET room = %(new)s::text WHERE connection_id = %(connection)s "
        "AND room = %(old)s",
        """
        UPDATE moderation_action SET room = %(new)s::text,
               place = CASE WHEN place = '' THEN ''
                            ELSE %(new)s::text || substr(place, length(%(old)s) + 1) END
        WHERE connection_id = %(connection)s AND room = %(old)s
        """,
    ):
        await uow.send(statement, {"connection": connection_id, "old": old, "new": new})


# Orders


async def order(uow: UnitOfWork, inbound_id: int) -> Any:
    """Where an order was given: (connection_id, platform, room, place, ref, reply_to)."""
    return await uow.fetch_one(
        """
        SELECT thread.connection_id, thread.platform, thread.room, thread.chat_id AS place, message.ref,
               message.reply_to
        FROM message JOIN thread ON thread.id = message.thread_id WHERE message.id = %(id)s
        """,
        {"id": inbound_id},
    )


async def forget_orders(uow: UnitOfWork, fan_id: int) -> None:
    """Delete the messages by which something was ordered about somebody, with what was answered to them."""
    await uow.send(
        """
        DELETE FROM message USING moderation_subject AS subject
          JOIN moderation_case ON moderation_case.id = subject.case_id
        WHERE subject.fan_id = %(fan)s
          AND message.id = substring(moderation_case.once FROM '^order:([0-9]+)')::bigint
        """,
        {"fan": fan_id},
    )


async def point_at(
    uow: UnitOfWork,
    connection_id: int,
    update_id: str,
    *,
    fan_id: int,
    user_id: str,
    name: str,
    said: str,
    words: str,
) -> None:
    """Keep whom an order points at, and let go of those of yesterday."""
    await uow.send(
        "DELETE FROM moderation_pointed WHERE connection_id = %(connection)s "
        "AND created_at < %(now)s - interval '1 day'",
        {"connection": connection_id, "now": now()},
    )
    await uow.send(
        """
        INSERT INTO moderation_pointed (creator_id, connection_id, update_id, fan_id, user_id, name, said,
                                        words, created_at)
        VALUES (%(creator)s, %(connection)s, %(update)s, %(fan)s, %(user)s, %(name)s, %(said)s, %(words)s,
                %(now)s)
        ON CONFLICT (connection_id, update_id) DO NOTHING
        """,
        {
            "creator": uow.tenant, "connection": connection_id, "update": update_id, "fan": fan_id,
            "user": user_id, "name": name, "said": said, "words": words, "now": now(),
        },
    )  # fmt: skip


async def forget_pointed(uow: UnitOfWork, connection_id: int, update_id: str) -> None:
    """Let go of whom an order points at."""
    await uow.send(
        "DELETE FROM moderation_pointed WHERE connection_id = %(connection)s AND update_id = %(update)s",
        {"connection": connection_id, "update": update_id},
    )


async def pointed(uow: UnitOfWork, inbound_id: int) -> Any:
    """Whom an order points at: (fan_id, user_id, name, said, words), or None."""
    return await uow.fetch_one(
        """
        SELECT pointed.fan_id, pointed.user_id, pointed.name, pointed.said, pointed.words
        FROM moderation_pointed AS pointed JOIN message
          ON message.connection_id = pointed.connection_id AND message.update_id = pointed.update_id
        WHERE message.id = %(id)s
        """,
        {"id": inbound_id},
    )


# Who is trusted


async def trust(uow: UnitOfWork, fan_id: int, by: str) -> None:
    """Have no rule touch somebody."""
    await uow.send(
        """
        INSERT INTO moderation_trusted (creator_id, fan_id, by, created_at)
        VALUES (%(creator)s, %(fan)s, %(by)s, %(now)s) ON CONFLICT (fan_id) DO NOTHING
        """,
        {"creator": uow.tenant, "fan": fan_id, "by": by, "now": now()},
    )


async def distrust(uow: UnitOfWork, fan_id: int) -> bool:
    """Have rules touch somebody again; whether they didn't."""
    row = await uow.fetch_one(
        "DELETE FROM moderation_trusted WHERE fan_id = %(fan)s RETURNING id", {"fan": fan_id}
    )
    return row is not None


async def trusted(uow: UnitOfWork) -> list[Any]:
    """Whom no rule touches: (fan_id, name, platform, by, at)."""
    return await uow.fetch(
        """
        SELECT trusted.fan_id, fan.name, trusted.by, trusted.created_at AS at,
               (SELECT platform FROM identity WHERE identity.fan_id = fan.id ORDER BY id LIMIT 1) AS platform
        FROM moderation_trusted AS trusted JOIN fan ON fan.id = trusted.fan_id
        ORDER BY lower(fan.name), fan.id
        """
    )
