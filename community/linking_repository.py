"""All SQL of accounts that are one person's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.clock import now
from kernel.db import UnitOfWork


async def linked(uow: UnitOfWork, fan_id: int) -> tuple[int, ...]:
    """A fan and those whom they are linked with, in order."""
    rows = await uow.fetch(
        """
        SELECT other.id FROM fan JOIN fan AS other
          ON other.id = fan.id OR other.person_id = fan.person_id
        WHERE fan.id = %(fan)s ORDER BY other.id
        """,
        {"fan": fan_id},
    )
    return tuple(row.id for row in rows) or (fan_id,)


async def accounts(uow: UnitOfWork, fans: Sequence[int]) -> list[Any]:
    """These fans, with where they are known and as whom: (id, platform, name)."""
    return await uow.fetch(
        """
        SELECT fan.id, fan.name, coalesce((SELECT platform FROM identity WHERE fan_id = fan.id
                                           ORDER BY id LIMIT 1), '') AS platform
        FROM fan WHERE fan.id = ANY(%(fans)s::bigint[]) ORDER BY fan.id
        """,
        {"fans": list(fans)},
    )


async def hold(uow: UnitOfWork, fans: Sequence[int]) -> None:
    """Have everybody else wait who would link, part or erase these fans, which are in order."""
    await uow.fetch(
        "SELECT id FROM fan WHERE id = ANY(%(fans)s::bigint[]) ORDER BY id FOR UPDATE", {"fans": list(fans)}
    )


async def offer(uow: UnitOfWork, fan_id: int, thread_id: int, code_hash: str, expires_at: datetime) -> None:
    """Insert a code; what is over is cleared away, and what of the fan's nobody has entered yet."""
    moment = now()
    await uow.send(
        """
        DELETE FROM fan_link WHERE creator_id = %(creator)s
          AND (expires_at < %(now)s OR fan_id = %(fan)s AND state = 'offered')
        """,
        {"creator": uow.tenant, "fan": fan_id, "now": moment},
    )
    await uow.send(
        """
        INSERT INTO fan_link (creator_id, fan_id, shown_in, code_hash, state, expires_at, created_at)
        VALUES (%(creator)s, %(fan)s, %(thread)s, %(hash)s, 'offered', %(expires)s, %(now)s)
        """,
        {
            "creator": uow.tenant, "fan": fan_id, "thread": thread_id, "hash": code_hash,
            "expires": expires_at, "now": moment,
        },
    )  # fmt: skip


async def by_code(uow: UnitOfWork, code_hash: str, moment: datetime) -> Any:
    """The link that a code which is still good leads to: (id, fan_id, shown_in, other_id, state)."""
    return await uow.fetch_one(
        """
        SELECT id, fan_id, shown_in, other_id, state FROM fan_link
        WHERE creator_id = %(creator)s AND code_hash = %(hash)s AND expires_at > %(now)s
        """,
        {"creator": uow.tenant, "hash": code_hash, "now": moment},
    )


async def claim(uow: UnitOfWork, link_id: int, fan_id: int, thread_id: int, moment: datetime) -> bool:
    """Have a code be an account's, unless it is another's. One statement: of two, one wins."""
    row = await uow.fetch_one(
        """
        UPDATE fan_link SET other_id = %(fan)s, entered_in = %(thread)s,
                            state = CASE WHEN state = 'offered' THEN 'claimed' ELSE state END
        WHERE id = %(id)s AND (state = 'offered' OR other_id = %(fan)s) AND expires_at > %(now)s
        RETURNING id
        """,
        {"id": link_id, "fan": fan_id, "thread": thread_id, "now": moment},
    )
    return row is not None


async def get(uow: UnitOfWork, link_id: int, moment: datetime, *, hold: bool = False) -> Any:
    """A link that is still good: (id, fan_id, shown_in, other_id, entered_in, state)."""
    return await uow.fetch_one(
        f"""
        SELECT id, fan_id, shown_in, other_id, entered_in, state FROM fan_link
        WHERE id = %(id)s AND creator_id = %(creator)s AND expires_at > %(now)s
        {"FOR UPDATE" if hold else ""}
        """,  # noqa: S608 - put together from constants
        {"id": link_id, "creator": uow.tenant, "now": moment},
    )


async def set_state(uow: UnitOfWork, link_id: int, state: str) -> None:
    """Store how far a link is."""
    await uow.send("UPDATE fan_link SET state = %(state)s WHERE id = %(id)s", {"id": link_id, "state": state})


async def delete(uow: UnitOfWork, link_id: int) -> None:
    """Delete a link."""
    await uow.send("DELETE FROM fan_link WHERE id = %(id)s", {"id": link_id})


async def join(uow: UnitOfWork, fans: Sequence[int]) -> None:
    """Have these fans be one person's accounts, in place of what they were."""
    told = {"creator": uow.tenant, "fans": list(fans), "now": now()}
    await uow.send(
        """
        WITH made AS (
            INSERT INTO person (creator_id, created_at) VALUES (%(creator)s, %(now)s) RETURNING id)
        UPDATE fan SET person_id = made.id FROM made WHERE fan.id = ANY(%(fans)s::bigint[])
        """,
        told,
    )
    await _drop_nobody(uow)


async def part(uow: UnitOfWork, fan_id: int) -> None:
    """Take a fan out of a person's accounts; one who is left alone is nobody's either.

    What linked the fan is worth nothing any more, whoever confirms it again.
    """
    await uow.send("DELETE FROM fan_link WHERE fan_id = %(fan)s OR other_id = %(fan)s", {"fan": fan_id})
    await uow.send("UPDATE fan SET person_id = NULL WHERE id = %(fan)s", {"fan": fan_id})
    await _drop_nobody(uow)


async def _drop_nobody(uow: UnitOfWork) -> None:
    """Delete the persons who have but one account, or none."""
    await uow.send(
        """
        DELETE FROM person WHERE creator_id = %(creator)s
          AND (SELECT count(*) FROM fan WHERE fan.person_id = person.id) < 2
        """,
        {"creator": uow.tenant},
    )
