"""Telegram's jobs: telling a bot's profile, once it is connected or its avatar has changed."""

from collections.abc import Callable

from bots.telegram import joining_repository
from bots.telegram.profile import Profile
from community.events import AvatarChanged
from kernel.db import UnitOfWork
from kernel.jobs import Jobs

PROFILE = "telegram.profile"


async def avatar_changed(uow: UnitOfWork, event: AvatarChanged) -> None:
    """Have an avatar's bot show what it is now."""
    if await joining_repository.of_avatar(uow, event.avatar_id):
        await uow.defer(PROFILE, creator_id=event.creator_id, avatar_id=event.avatar_id)


def register(jobs: Jobs, profile: Callable[[], Profile], *, queue: str) -> None:
    """Have this process's workers do Telegram's jobs."""

    async def tell(creator_id: int, avatar_id: int) -> None:
        await profile().tell(creator_id, avatar_id)

    jobs.register(PROFILE, tell, queue=queue, coalesced=True)
