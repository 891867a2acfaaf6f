"""Whether the avatar answers in a group: only who means it, and there no more than is pleasant."""

from kernel.chat import Addressed, Inbound
from kernel.db import UnitOfWork


async def admits(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> bool:  # noqa: ARG001
    """Whether a message in a group is for the avatar to answer. Nothing is kept of what isn't."""
    return inbound.addressed is not Addressed.NOBODY
