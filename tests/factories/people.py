"""Makes creators, avatars and fans in a test's database."""

import itertools
from dataclasses import dataclass
from typing import Any

from bots import service as bots
from community import service as community
from community.types import AvatarInfo
from conversation import service as conversation
from conversation.autonomy import Mode
from kernel.chat import Inbound
from kernel.db import Database, UnitOfWork

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Home:
    """A creator's avatar with its web chat."""

    avatar: AvatarInfo
    connection_id: int

    @property
    def creator_id(self) -> int:
        """The tenant."""
        return self.avatar.creator_id

    def inbound(self, update: str, text: str, *, user: str = "fan-1", hint: str | None = None) -> Inbound:
        """A message of a fan."""
        return Inbound(
            connection_id=self.connection_id,
            platform="webchat",
            update_id=f"{user}:{update}",
            chat_id=user,
            user_id=user,
            text=text,
            language_hint=hint,
        )


async def set_mode(uow: UnitOfWork, avatar_id: int, mode: Mode = Mode.AUTO, **settings: Any) -> None:
    """How far an avatar goes by itself: whoever isn't tested for that answers everything."""
    wanted = conversation.autonomy.Autonomy(mode, **{"threshold": 0.0, **settings})
    await conversation.autonomy.save(uow, avatar_id, wanted)


async def make_home(
    db: Database, *, name: str = "", languages: tuple[str, ...] = ("en", "zh-Hans", "es", "ja", "ar")
) -> Home:
    """A creator with one avatar, live in the web chat."""
    number = next(_numbers)
    async with db.system_uow() as uow:
        creator_id = await community.create_creator(uow, name or f"Creator {number}")
        await uow.become(creator_id)
        avatar = await community.create_avatar(
            uow,
            slug=f"avatar-{number}",
            name=name or f"Avatar {number}",
            languages=list(languages),
            live=True,
        )
        connection = await bots.ensure_connection(uow, avatar.id, bots.WEBCHAT)
        await set_mode(uow, avatar.id)
    return Home(avatar, connection)
