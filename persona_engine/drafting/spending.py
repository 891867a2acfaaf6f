"""What models cost: reserving before a call, settling after it, caps, and what pages show of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Final

from kernel.clock import now
from kernel.db import UnitOfWork
from kernel.errors import BadInput
from persona_engine.drafting import connections, repository
from persona_engine.drafting.outcomes import FREE, Outcome
from persona_engine.drafting.types import Caps, ConnectionState, Estimate, Line, ModelConnection, Spending

KEPT_DAYS: Final = 90
"""How long single calls are kept; the sums of their days stay."""

_MILLION: Final = 1_000_000
_LINE_TOKENS: Final = 8
# What a question with its passages has, and its answer.
_USUAL: Final = (1_500, 150)
_HIGHEST_CAP: Final = 1_000_000
_LOST: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What is set aside for a call: its number, its tokens at most."""

    call_id: int
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom a model is asked; None where it is for the creator."""

    fan_id: int | None = None
    thread_id: int | None = None


def tokens_of(text: str) -> int:
    """About as many tokens as a text has, rather more than fewer: a third of its bytes, in any script."""
    return len(text.encode("utf-8", "replace")) // 3 + 1


def cost_of(connection: ModelConnection, tokens_in: int, tokens_out: int) -> Decimal:
    """US dollars, by the connection's prices."""
    return (connection.price_in * tokens_in + connection.price_out * tokens_out) / _MILLION


async def reserve(
    uow: UnitOfWork, connection: ModelConnection, lines: Sequence[Line], max_tokens: int, asker: Asker
) -> Reservation | Outcome:
    """Set a call's cost at most aside, or say which cap it would exceed.

    Reservations of a creator are made one after another, so that no number of calls at once exceeds a cap by
    more than what our count of tokens falls short of the model's. One whose process died stays counted for
    its day and month.
    """
    at, day = now(), _today()
    if await repository.lock_day(uow, day, at):
        await repository.forget_calls(uow, day - timedelta(days=KEPT_DAYS))
    limits = await caps(uow)
    tokens_in = sum(tokens_of(line.text) + _LINE_TOKENS for line in lines)
    cost = cost_of(connection, tokens_in, max_tokens)
    spent = await repository.spent(uow, day, asker.fan_id)
    checks = [(limits.day, spent.today, Outcome.OVER_DAY), (limits.month, spent.month, Outcome.OVER_MONTH)]
    if asker.fan_id is not None:
        checks.append((limits.fan_day, spent.fan, Outcome.OVER_FAN))
    else:
        checks += [(_spare(limit), so_far, Outcome.OVER_SPARE) for limit, so_far, _ in checks]
    for limit, so_far, over in checks:
        if limit is not None and cost > 0 and so_far + cost > limit:
            return over
    call_id = await repository.add_call(
        uow, connection=connection.id, fan=asker.fan_id, thread=asker.thread_id, day=day, at=at,
        tokens_in=tokens_in, tokens_out=max_tokens, cost=cost,
    )  # fmt: skip
    return Reservation(call_id, tokens_in, max_tokens)


def _spare(limit: Decimal | None) -> Decimal | None:
    """How much of a cap may be spent where no fan waits: a replay isn't to leave fans without."""
    return None if limit is None else limit / 2


async def settle(
    uow: UnitOfWork,
    connection: ModelConnection,
    reserved: Reservation,
    outcome: Outcome,
    ms: float,
    tokens: tuple[int, int] | None,
) -> Decimal | None:
    """Put what a call has cost in place of what was reserved for it; None where that stays."""
    if tokens is None:
        tokens = (0, 0) if outcome in FREE else (reserved.tokens_in, reserved.tokens_out)
        cost = Decimal(0) if outcome in FREE else None
    else:
        cost = cost_of(connection, *tokens)
    await repository.settle(
        uow, reserved.call_id, outcome=outcome, ms=ms, tokens_in=tokens[0], tokens_out=tokens[1], cost=cost
    )
    return cost


async def caps(uow: UnitOfWork) -> Caps:
    """The caps in force: the creator's own, else the usual ones."""
    row = await repository.caps(uow)
    return Caps(row.day, row.fan_day, row.month) if row else Caps()


async def set_caps(uow: UnitOfWork, wanted: Caps) -> None:
    """Put other caps in force.

    Raises:
        BadInput: one is negative or beyond all reason.
    """
    for each in (wanted.day, wanted.fan_day, wanted.month):
        if each is not None and not (each.is_finite() and 0 <= each <= _HIGHEST_CAP):
            raise BadInput("A cap is a number of US dollars from 0 to 1,000,000, or nothing for no cap.")
    await repository.set_caps(uow, day=wanted.day, fan_day=wanted.fan_day, month=wanted.month, at=now())


async def spending(uow: UnitOfWork) -> Spending:
    """What today and this month have cost, against the caps."""
    spent = await repository.spent(uow, _today(), None)
    return Spending(spent.today, spent.month, await caps(uow))


async def estimate(uow: UnitOfWork) -> Estimate | None:
    """What a call that no fan waits for costs, as the models' last ones did; None where none is on."""
    usable = await connections.usable(uow)
    if not usable:
        return None
    calls = [await _usual_cost(uow, each.connection) for each in usable]
    spent = await spending(uow)
    left = [
        spare - so_far
        for limit, so_far in ((spent.caps.day, spent.today), (spent.caps.month, spent.month))
        if (spare := _spare(limit)) is not None
    ]
    rest = max(min(left), Decimal(0)) if left else None
    return Estimate(calls[0], rest, sum(calls, Decimal(0)), len(calls))


async def _usual_cost(uow: UnitOfWork, connection: ModelConnection) -> Decimal:
    tokens = await repository.usual_tokens(uow, connection.id)
    read, written = _USUAL if tokens.read is None else (int(tokens.read) + 1, int(tokens.written) + 1)
    return cost_of(connection, read, written)


async def states(uow: UnitOfWork, connections: Sequence[ModelConnection]) -> tuple[ConnectionState, ...]:
    """Connections with what their calls show."""
    found = await repository.states(uow, _today(), now() - _LOST)
    return tuple(
        ConnectionState(
            each,
            row.median,
            row.calls,
            row.today,
            row.month,
            Outcome(row.failure) if row.failure else None,
            row.failed_at,
        )
        for each in connections
        if (row := found.get(each.id))
    )


def _today() -> date:
    return now().astimezone(UTC).date()
