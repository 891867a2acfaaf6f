"""What is sent on a connection beside answers, and how sending on it goes."""

from conversation import deliveries_repository as repository
from conversation.repository import add_outbound
from conversation.types import OUTBOUND_CHANNEL, Delivery, Fate
from kernel.chat import Outbound
from kernel.db import UnitOfWork


async def send_to(
    uow: UnitOfWork,
    connection_id: int,
    chat_id: str,
    outbound: Outbound,
    once: str,
    *,
    staff: bool = False,
    about: int | None = None,
) -> None:
    """Queue something for a chat that somebody of the creator's team asked for; the same key twice is one.

    `staff`: it answers an order of theirs, which a pause lets through. `about`: the fan of whom it tells,
    with whom it goes.
    """
    await add_outbound(
        uow,
        thread_id=None,
        connection_id=connection_id,
        message_id=None,
        once=once,
        payload=outbound.to_json(),
        kind="staff" if staff else "reply",
        chat_id=chat_id,
        about_id=about,
    )
    await uow.notify(OUTBOUND_CHANNEL)


async def fate(uow: UnitOfWork, once: str) -> Fate | None:
    """What became of what was queued under a key; None where nothing was."""
    row = await repository.fate(uow, once)
    return Fate(row.state, row.error or "", row.created_at, row.sent_at) if row else None


async def delivery(uow: UnitOfWork, connection_id: int) -> Delivery:
    """How sending on a connection goes: what waits, and what became of the last day's."""
    row = await repository.delivery(uow, connection_id)
    return Delivery(row.waiting, row.sent, row.late, row.failed, row.unknown)


async def give_up(uow: UnitOfWork, connection_id: int, why: str) -> int:
    """Let what waits on a connection fail, since it goes nowhere any more; how many there were."""
    return await repository.give_up(uow, connection_id, why)
