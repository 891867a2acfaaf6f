"""What the edge to Discord does when something happens elsewhere."""

from bots.discord import repository
from community.events import FanErased
from kernel.db import UnitOfWork


async def fan_erased(uow: UnitOfWork, event: FanErased) -> None:
    """Keep nothing of a fan's private chats."""
    await repository.forget_fan(uow, event.fan_id)
