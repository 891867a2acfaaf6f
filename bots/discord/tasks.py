"""What the edge to Discord does when something happens elsewhere, and its job: telling an app's profile."""

from typing import Protocol

from bots.discord import repository
from bots.discord.joining import PROFILE
from bots.discord.profile import Profile
from bots.service import CONNECTIONS_CHANNEL
from community.events import AvatarChanged, FanErased
from kernel.db import UnitOfWork
from kernel.jobs import Jobs


class Has(Protocol):
    """Whoever builds what the jobs need when it is first asked for."""

    @property
    def discord_profile(self) -> Profile:
        """Tells profiles."""
        ...


async def fan_erased(uow: UnitOfWork, event: FanErased) -> None:
    """Keep nothing of a fan's private chats."""
    await repository.forget_fan(uow, event.fan_id)


async def avatar_changed(uow: UnitOfWork, event: AvatarChanged) -> None:
    """Have an avatar's app show what it is now."""
    if row := await repository.of_avatar(uow, event.avatar_id):
        await uow.notify(CONNECTIONS_CHANNEL, str(row.connection_id))
        await uow.defer(PROFILE, creator_id=event.creator_id, avatar_id=event.avatar_id)


def register(jobs: Jobs, house: Has, *, queue: str) -> None:
    """Have this process's workers do Discord's jobs."""

    async def tell(creator_id: int, avatar_id: int) -> None:
        await house.discord_profile.tell(creator_id, avatar_id)

    jobs.register(PROFILE, tell, queue=queue, coalesced=True)
