"""Connections, for other rooms: making an avatar's, finding it."""

from bots import repository
from kernel.db import UnitOfWork

WEBCHAT = "webchat"
TELEGRAM = "telegram"
DISCORD = "discord"
CONNECTIONS_CHANNEL = "connections"
"""Notification: a connection was made, changed or removed; its number."""


async def ensure_connection(uow: UnitOfWork, avatar_id: int, platform: str) -> int:
    """The avatar's connection to a platform, made where it is missing."""
    row = await repository.of_avatar(uow, avatar_id, platform)
    return int(row.id) if row else await repository.add(uow, avatar_id, platform)
