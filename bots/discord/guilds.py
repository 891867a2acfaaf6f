"""What Discord tells of the guilds that an app is in: their channels, who comes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bots.discord.messages import FORUMS
from bots.discord.roster import KnownApp
from bots.service import DISCORD
from community import service as community
from community.types import ChatNews
from conversation import service as conversation
from kernel.clock import now
from kernel.db import Database


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel in which people write: its number, Discord's type, its name, and what the app may do there.

    `rights` are Discord's words: `send_messages`. `sees`: the app may read it. `guild` is what it stands in.
    """

    id: int
    type: int
    title: str
    sees: bool
    rights: frozenset[str]
    guild: int


class Guilds:
    """Keeps what is told of the channels of apps' guilds."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._told: dict[tuple[int, int], Channel] = {}

    async def told(
        self, app: KnownApp, channels: Iterable[Channel], *, entered: datetime | None = None
    ) -> None:
        """Keep what channels are now; those that the app doesn't see it isn't in.

        `entered`: the app came into their guild then.
        """
        news = [one for one in channels if self._told.get((app.connection_id, one.id)) != one]
        if not news:
            return
        at = seen()
        async with self._db.uow(app.creator_id) as uow:
            for one in news:
                if one.sees:
                    await community.note_chat(uow, app.avatar_id, _news(app, one, entered), seen=at)
                else:
                    await community.left(uow, app.connection_id, str(one.id), seen=at)
        self._told |= {(app.connection_id, one.id): one for one in news}

    async def gone(self, app: KnownApp, channels: Iterable[int]) -> None:
        """These channels are there no more, or the app isn't in them."""
        at = seen()
        async with self._db.uow(app.creator_id) as uow:
            for number in channels:
                await community.left(uow, app.connection_id, str(number), seen=at)
                self._told.pop((app.connection_id, number), None)

    async def only(self, app: KnownApp, channels: Iterable[int]) -> None:
        """The app sees these channels, and is in no others any more: it may have been removed meanwhile."""
        there = {str(number) for number in channels}
        async with self._db.uow(app.creator_id) as uow:
            known = await community.chats(uow, app.avatar_id)
        gone = [
            int(chat.platform_chat_id)
            for chat in known
            if chat.connection_id == app.connection_id
            and chat.state not in ("left", "moved")
            and chat.platform_chat_id not in there
        ]
        if gone:
            await self.gone(app, gone)

    async def came(
        self, app: KnownApp, room: int, user_id: str, name: str, *, joined: str, guild: int
    ) -> None:
        """Somebody has joined a guild; `room` is the channel in which it greets."""
        if not app.live:
            return
        async with self._db.uow(app.creator_id) as uow:
            await conversation.atmosphere.welcome(
                uow,
                app.avatar_id,
                app.connection_id,
                str(room),
                {user_id: name},
                key=f"{guild}/{user_id}/{joined}",
            )


def _news(app: KnownApp, channel: Channel, entered: datetime | None) -> ChatNews:
    return ChatNews(
        connection_id=app.connection_id,
        platform=DISCORD,
        platform_chat_id=str(channel.id),
        kind="forum" if channel.type in FORUMS else "group",
        title=channel.title,
        state="member",
        rights=channel.rights,
        linked=str(channel.guild),
        entered=entered,
    )


def seen() -> int:
    """The order of what is told: Discord dates none of it, and one process hears it all."""
    return int(now().timestamp() * 1_000_000)
