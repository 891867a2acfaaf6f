"""Having a message that was queued or sent say something else, where its platform can change messages."""

from typing import Any

from conversation import repository
from conversation.types import OUTBOUND_CHANNEL, SENT_CHANNEL
from kernel.chat import CAPABILITIES, Outbound
from kernel.db import UnitOfWork


async def amend(uow: UnitOfWork, row: Any, said: Outbound, *, platform: str, once: str) -> None:
    """Put `said` in the place of an outbound, which is held; the same `once` again changes nothing.

    What waits says it from the beginning, and a page of ours shows it in its place. What was sent, or is just
    being sent, is changed by an outbound of its own, too, which comes after it. What didn't arrive stays so.
    """
    if row.state not in ("queued", "sending", "sent"):
        return
    payload = said.to_json()
    await repository.reword_outbound(uow, row.id, payload)
    if row.thread_id is not None:
        await uow.notify(SENT_CHANNEL, f"{uow.tenant}:{row.thread_id}")
    if row.state != "queued" and platform in CAPABILITIES:
        await repository.add_outbound(
            uow,
            thread_id=row.thread_id,
            chat_id=row.chat_id,
            connection_id=row.connection_id,
            message_id=row.message_id,
            once=once,
            payload=payload | {"edits": row.id},
            kind="staff",
        )
    await uow.notify(OUTBOUND_CHANNEL)
