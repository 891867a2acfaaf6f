"""Telegram's jobs: telling a bot's profile, once it is connected or its avatar has changed; recordings."""

from typing import Any, Protocol

from bots.service import CONNECTIONS_CHANNEL
from bots.telegram import joining_repository
from bots.telegram.profile import Profile
from bots.telegram.recordings import RECORDING, Recording, Recordings
from community.events import AvatarChanged, StaffChanged
from conversation.events import OrderHeard
from kernel.db import UnitOfWork
from kernel.jobs import Jobs

PROFILE = "telegram.profile"


class Has(Protocol):
    """Whoever builds what the jobs need when it is first asked for."""

    @property
    def telegram_profile(self) -> Profile:
        """Tells profiles."""
        ...

    @property
    def telegram_recordings(self) -> Recordings:
        """Fetches recordings."""
        ...


async def avatar_changed(uow: UnitOfWork, event: AvatarChanged) -> None:
    """Have an avatar's bot show what it is now."""
    if row := await joining_repository.of_avatar(uow, event.avatar_id):
        await uow.notify(CONNECTIONS_CHANNEL, str(row.connection_id))
        await uow.defer(PROFILE, creator_id=event.creator_id, avatar_id=event.avatar_id)


async def order_heard(uow: UnitOfWork, event: OrderHeard) -> None:
    """Have an avatar's bot show who orders in a group what else they may order there."""
    if await joining_repository.of_avatar(uow, event.avatar_id):
        await uow.defer(PROFILE, creator_id=event.creator_id, avatar_id=event.avatar_id)


async def staff_changed(uow: UnitOfWork, event: StaffChanged) -> None:
    """Have a creator's bots show their people the commands that they may give now."""
    for row in await joining_repository.of_creator(uow, event.creator_id):
        await uow.defer(PROFILE, creator_id=event.creator_id, avatar_id=row.avatar_id)


def register(jobs: Jobs, house: Has, *, queue: str) -> None:
    """Have this process's workers do Telegram's jobs."""

    async def tell(creator_id: int, avatar_id: int) -> None:
        await house.telegram_profile.tell(creator_id, avatar_id)

    async def fetch(creator_id: int, connection_id: int, recording: dict[str, Any]) -> None:
        await house.telegram_recordings.fetch(creator_id, connection_id, Recording(**recording))

    jobs.register(PROFILE, tell, queue=queue, coalesced=True)
    jobs.register(RECORDING, fetch, queue=queue, coalesced=True)
