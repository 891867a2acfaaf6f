"""What is asked of who joins, once it is over: the question goes from the group, and nobody waits for it."""

from typing import Any

from kernel.db import UnitOfWork
from moderation import actions_repository as actions
from moderation import rules_repository as repository
from moderation.types import ACTIONS_CHANNEL, Verb


async def act(
    uow: UnitOfWork, connection_id: int, room: str, verb: Verb, number: int, fan_id: int, user_id: str,
    again: str = "", **more: Any,
) -> None:  # fmt: skip
    """Have something be done about a captcha's person, once."""
    await actions.add(
        uow, case_id=None, fan_id=fan_id, connection_id=connection_id, room=room, verb=verb,
        once=f"captcha:{number}:{verb}{again}", user_id=user_id, **more,
    )  # fmt: skip
    await uow.notify(ACTIONS_CHANNEL)


async def clear(uow: UnitOfWork, row: Any) -> None:
    """Delete a captcha's question from the group."""
    sent = await repository.sent_as(uow, f"captcha:{row.id}") if row.kind == "join" else None
    if sent:
        await act(uow, row.connection_id, row.room, Verb.DELETE, row.id, row.fan_id, "",
                  args={"to": sent, "start": sent, "count": 0})  # fmt: skip


async def close(uow: UnitOfWork, connection_id: int, room: str, fan_id: int) -> None:
    """Ask somebody no more: something weightier has been decided about them."""
    for row in await repository.close_captchas(uow, connection_id, room, fan_id):
        await clear(uow, row)
