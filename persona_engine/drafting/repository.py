"""All SQL about model connections, their caps, their calls and what those cost."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from kernel.db import UnitOfWork
from persona_engine.drafting.models import ModelCapsRow, ModelConnectionRow


async def connections(uow: UnitOfWork, *, on: bool = False) -> list[ModelConnectionRow]:
    """The creator's connections in the order of asking; with `on`, those that are switched on."""
    query = select(ModelConnectionRow).where(col(ModelConnectionRow.creator_id) == uow.tenant)
    if on:
        query = query.where(col(ModelConnectionRow.on))
    ordered = query.order_by(col(ModelConnectionRow.position), col(ModelConnectionRow.id))
    return list((await uow.session.scalars(ordered)).all())


async def any_on(uow: UnitOfWork) -> bool:
    """Whether any creator has a connection that is switched on. Takes a system unit of work."""
    query = select(col(ModelConnectionRow.id)).where(col(ModelConnectionRow.on)).limit(1)
    return await uow.session.scalar(query) is not None


async def connection(uow: UnitOfWork, connection_id: int) -> ModelConnectionRow | None:
    """One of the creator's connections."""
    query = select(ModelConnectionRow).where(
        col(ModelConnectionRow.creator_id) == uow.tenant, col(ModelConnectionRow.id) == connection_id
    )
    return (await uow.session.scalars(query)).first()


async def add_connection(uow: UnitOfWork, row: ModelConnectionRow) -> None:
    """A new connection, asked after all others."""
    last = await uow.session.scalar(
        select(func.max(col(ModelConnectionRow.position))).where(
            col(ModelConnectionRow.creator_id) == uow.tenant
        )
    )
    row.position = (last or 0) + 1
    uow.session.add(row)
    await uow.session.flush()


async def delete_connection(uow: UnitOfWork, row: ModelConnectionRow) -> None:
    """Forget a connection; what its calls have cost stays counted."""
    await uow.session.delete(row)
    await uow.session.flush()


async def caps(uow: UnitOfWork) -> ModelCapsRow | None:
    """The creator's caps, where somebody has set them."""
    query = select(ModelCapsRow).where(col(ModelCapsRow.creator_id) == uow.tenant)
    return (await uow.session.scalars(query)).first()


async def set_caps(
    uow: UnitOfWork, *, day: Decimal | None, fan_day: Decimal | None, month: Decimal | None, at: datetime
) -> None:
    """Put other caps in force."""
    await uow.fetch(
        """
        INSERT INTO model_caps (creator_id, created_at, day, fan_day, month)
        VALUES (%(creator)s, %(at)s, %(day)s, %(fan_day)s, %(month)s)
        ON CONFLICT (creator_id) DO UPDATE
        SET day = excluded.day, fan_day = excluded.fan_day, month = excluded.month
        """,
        {"creator": uow.tenant, "at": at, "day": day, "fan_day": fan_day, "month": month},
    )


async def lock_day(uow: UnitOfWork, day: date, at: datetime) -> bool:
    """Hold the day's row, so that reservations are made one after another; True where it is new."""
    row = await uow.fetch_one(
        """
        INSERT INTO model_day (creator_id, created_at, day, cost)
        VALUES (%(creator)s, %(at)s, %(day)s, 0)
        ON CONFLICT (creator_id, day) DO UPDATE SET cost = model_day.cost
        RETURNING xmax::text = '0' AS fresh
        """,
        {"creator": uow.tenant, "at": at, "day": day},
    )
    return bool(row.fresh)


async def spent(uow: UnitOfWork, day: date, fan_id: int | None) -> Any:
    """What the day, the fan on it, and the month have cost so far: (today, fan, month)."""
    return await uow.fetch_one(
        """
        SELECT coalesce(sum(cost) FILTER (WHERE day = %(day)s), 0) AS today,
               coalesce(sum(cost), 0) AS month,
               (SELECT coalesce(sum(cost), 0) FROM model_call
                WHERE creator_id = %(creator)s AND day = %(day)s AND fan_id = %(fan)s::bigint) AS fan
        FROM model_day
        WHERE creator_id = %(creator)s AND day BETWEEN %(first)s AND %(day)s
        """,
        {"creator": uow.tenant, "day": day, "first": day.replace(day=1), "fan": fan_id},
    )


async def add_call(uow: UnitOfWork, **call: Any) -> int:
    """A call that is about to be made, and its reservation in the day's sum.

    A fan who was erased while their answer is made is nobody's: the call counts without them, as it does
    without a connection that was removed meanwhile.
    """
    row = await uow.fetch_one(
        """
        WITH reserved AS (
            UPDATE model_day SET cost = cost + %(cost)s WHERE creator_id = %(creator)s AND day = %(day)s
        )
        INSERT INTO model_call
            (creator_id, created_at, connection_id, fan_id, thread_id, day,
             tokens_in, tokens_out, cost, outcome)
        VALUES (%(creator)s, %(at)s, (SELECT id FROM model_connection WHERE id = %(connection)s),
                (SELECT id FROM fan WHERE id = %(fan)s),
                (SELECT id FROM thread WHERE id = %(thread)s), %(day)s, %(tokens_in)s, %(tokens_out)s,
                %(cost)s, 'reserved')
        RETURNING id
        """,
        {"creator": uow.tenant, **call},
    )
    return int(row.id)


async def settle(uow: UnitOfWork, call_id: int, **end: Any) -> None:
    """How a call ended; a null cost keeps what was reserved. A second time changes nothing."""
    await uow.fetch(
        """
        WITH before AS (
            SELECT id, day, cost FROM model_call
            WHERE id = %(id)s AND creator_id = %(creator)s AND outcome = 'reserved' FOR UPDATE
        ), settled AS (
            UPDATE model_call SET outcome = %(outcome)s, ms = %(ms)s, tokens_in = %(tokens_in)s,
                tokens_out = %(tokens_out)s, cost = coalesce(%(cost)s::numeric, before.cost)
            FROM before WHERE model_call.id = before.id
        )
        UPDATE model_day SET cost = model_day.cost + coalesce(%(cost)s::numeric, before.cost) - before.cost
        FROM before WHERE model_day.creator_id = %(creator)s AND model_day.day = before.day
        """,
        {"creator": uow.tenant, "id": call_id, **end},
    )


async def usual_tokens(uow: UnitOfWork, connection_id: int) -> Any:
    """The means of tokens (read, written) of a connection's last fifty answers; nulls without any."""
    return await uow.fetch_one(
        """
        SELECT avg(tokens_in) AS read, avg(tokens_out) AS written FROM (
            SELECT tokens_in, tokens_out FROM model_call
            WHERE creator_id = %(creator)s AND connection_id = %(id)s AND outcome = 'ok'
            ORDER BY id DESC LIMIT 50) AS recent
        """,
        {"creator": uow.tenant, "id": connection_id},
    )


async def forget_calls(uow: UnitOfWork, before: date) -> None:
    """Delete the calls of days long past; the sums of their days stay."""
    await uow.fetch(
        "DELETE FROM model_call WHERE creator_id = %(creator)s AND day < %(before)s",
        {"creator": uow.tenant, "before": before},
    )


async def states(uow: UnitOfWork, day: date, stale: datetime) -> dict[int, Any]:
    """What each connection's calls show, by its number: median ms of its last fifty answers, cost, failure.

    A failure is told until an answer has come after it; a call that is reserved since before `stale` is one.
    """
    rows = await uow.fetch(
        """
        SELECT c.id, l.median, coalesce(s.calls, 0) AS calls, coalesce(s.today, 0) AS today,
               coalesce(s.month, 0) AS month, f.outcome AS failure, f.created_at AS failed_at
        FROM model_connection c
        LEFT JOIN LATERAL (
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS median FROM (
                SELECT ms FROM model_call WHERE connection_id = c.id AND outcome = 'ok'
                ORDER BY id DESC LIMIT 50) recent
        ) l ON true
        LEFT JOIN LATERAL (
            SELECT count(*) FILTER (WHERE day = %(day)s) AS calls,
                   sum(cost) FILTER (WHERE day = %(day)s) AS today, sum(cost) AS month
            FROM model_call WHERE connection_id = c.id AND day BETWEEN %(first)s AND %(day)s
        ) s ON true
        LEFT JOIN LATERAL (
            SELECT outcome, created_at FROM model_call
            WHERE connection_id = c.id AND (outcome <> 'reserved' OR created_at < %(stale)s)
            ORDER BY id DESC LIMIT 1
        ) f ON f.outcome <> 'ok'
        WHERE c.creator_id = %(creator)s
        """,
        {"creator": uow.tenant, "day": day, "first": day.replace(day=1), "stale": stale},
    )
    return {row.id: row for row in rows}
