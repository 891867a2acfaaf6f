"""All SQL of appeals: what somebody says against a case about them, and how it was decided."""

from typing import Any

from kernel.clock import now
from kernel.db import UnitOfWork


async def add(
    uow: UnitOfWork, case_id: int, fan_id: int, connection_id: int, place: str, lang: str, text: str
) -> int | None:
    """Insert an appeal; None where there is one on this case."""
    row = await uow.fetch_one(
        """
        INSERT INTO moderation_appeal (creator_id, case_id, fan_id, connection_id, place, lang, text, state,
                                       decided_by, created_at)
        VALUES (%(creator)s, %(case)s, %(fan)s, %(connection)s, %(place)s, %(lang)s, %(text)s, 'waiting', '',
                %(now)s)
        ON CONFLICT (case_id) DO NOTHING RETURNING id
        """,
        {
            "creator": uow.tenant, "case": case_id, "fan": fan_id, "connection": connection_id,
            "place": place, "lang": lang, "text": text, "now": now(),
        },
    )  # fmt: skip
    return row.id if row else None


async def of_case(uow: UnitOfWork, case_id: int, *, hold: bool = False) -> Any:
    """The appeal on a case, or None; locked where it is to be held."""
    held = "FOR UPDATE" if hold else ""
    return await uow.fetch_one(
        f"SELECT * FROM moderation_appeal WHERE case_id = %(case)s {held}",  # noqa: S608 - constants
        {"case": case_id},
    )


async def decide(uow: UnitOfWork, appeal_id: int, state: str, by: str) -> None:
    """Store how one was decided."""
    await uow.send(
        """
        UPDATE moderation_appeal SET state = %(state)s, decided_by = %(by)s, decided_at = %(now)s
        WHERE id = %(id)s
        """,
        {"id": appeal_id, "state": state, "by": by, "now": now()},
    )


async def reopen(uow: UnitOfWork, appeal_id: int) -> None:
    """Have one that was decided wait again."""
    await uow.send(
        """
        UPDATE moderation_appeal SET state = 'waiting', decided_by = '', decided_at = NULL WHERE id = %(id)s
        """,
        {"id": appeal_id},
    )


async def waiting(uow: UnitOfWork, avatar_id: int) -> list[Any]:
    """The numbers of cases whose appeals wait, with account, name, text and moment; oldest first."""
    return await uow.fetch(
        """
        SELECT moderation_case.number, coalesce(subject.user_id, '') AS user_id, subject.name, appeal.text,
               appeal.created_at AS at
        FROM moderation_appeal AS appeal JOIN moderation_case ON moderation_case.id = appeal.case_id
        LEFT JOIN moderation_subject AS subject ON subject.case_id = moderation_case.id
        WHERE moderation_case.avatar_id = %(avatar)s AND appeal.state = 'waiting' ORDER BY appeal.id
        """,
        {"avatar": avatar_id},
    )


async def about(uow: UnitOfWork, avatar_id: int, fan_id: int) -> list[int]:
    """The numbers of the last cases about somebody that are in force."""
    rows = await uow.fetch(
        """
        SELECT moderation_case.number FROM moderation_case
        JOIN moderation_subject AS subject ON subject.case_id = moderation_case.id
        WHERE moderation_case.avatar_id = %(avatar)s AND subject.fan_id = %(fan)s
          AND moderation_case.state = 'done' AND (until IS NULL OR until > %(now)s)
          AND kind IN ('warn', 'mute', 'ban', 'kick')
        ORDER BY moderation_case.id DESC LIMIT 5
        """,
        {"avatar": avatar_id, "fan": fan_id, "now": now()},
    )
    return [row.number for row in rows]


async def is_about(uow: UnitOfWork, case_id: int, fan_id: int) -> bool:
    """Whether a case is about somebody."""
    row = await uow.fetch_one(
        "SELECT 1 FROM moderation_subject WHERE case_id = %(case)s AND fan_id = %(fan)s",
        {"case": case_id, "fan": fan_id},
    )
    return row is not None
