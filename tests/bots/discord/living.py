"""An avatar that lives in an emulated Discord, moved by a test, as its processes move it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from app.container import Container
from bots.discord.gateway import Gateway
from bots.discord.guilds import Guilds
from bots.discord.identifying import Turns
from bots.holder import Holder
from community import service as community
from tests.emulators.discord.components import BUTTON, TEXT, walk
from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.messages import Message
from tests.emulators.discord.people import App
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.emulators.discord.visitors import Visitor
from tests.factories.people import Home

WITHIN_S = 10.0


async def until(there: Callable[[], bool | Awaitable[bool]], within_s: float = WITHIN_S) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within_s):
        while True:
            found = there()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)


def gateway_of(house: Container) -> Gateway:
    """A house's gateway, whose sessions begin without the seconds that Discord wants between them."""
    return Gateway(
        house.db, house.discord, house.discord_apps, house.discord_receiver, house.discord_interactions,
        Guilds(house.db), house.discord_commands, turns=Turns(0.01), pause_s=0.05,
    )  # fmt: skip


@dataclass
class Living:
    """One process's work for one app."""

    house: Container
    home: Home
    connection: int
    stage: Stage
    server: DiscordServer

    def __post_init__(self) -> None:
        """It hears by a gateway of its own."""
        own = self.house
        own.discord_gateway = gateway_of(own)
        own.holder = Holder(own.db, own.bus, own.name, own.pump)

    async def comes(self) -> None:
        """Have it be at the gateway, with its guilds known."""
        before = self.sessions
        await self.house.discord_gateway.hold([self.connection])
        await until(lambda: self.sessions > before)
        await until(self.knows_its_channels)
        await self.hurries()

    async def hurries(self) -> None:
        """Have nobody wait for an answer in a channel because they have just had one."""
        avatar = self.home.avatar.id
        async with self.house.db.uow(self.home.creator_id) as uow:
            for chat in await community.chats(uow, avatar):
                settings = replace(chat.settings, cool_down_s=0, per_minute=60)
                await community.save_chat(uow, avatar, chat.id, settings)

    @property
    def sessions(self) -> int:
        """How many sessions it has begun."""
        return self.server.gateway.identified.count(self.stage.app.id)

    async def knows_its_channels(self) -> bool:
        """Whether it has heard of the stage's channels."""
        rows = await self.rows("SELECT platform_chat_id FROM chat WHERE state = 'member'")
        return str(self.stage.general.id) in {row.platform_chat_id for row in rows}

    async def goes(self) -> None:
        """Have it leave the gateway, as its process's end does."""
        await self.house.discord_gateway.close()

    async def rows(self, query: Any, **names: Any) -> list[Any]:
        """What stands in the database."""
        async with self.house.db.uow(self.home.creator_id) as uow:
            return await uow.fetch(query, names)

    async def heard(self, *texts: str) -> None:
        """Wait until these messages were taken in."""

        async def there() -> bool:
            rows = await self.rows("SELECT text FROM message")
            return set(texts) <= {row.text for row in rows}

        await until(there)

    async def comes_to(self, query: Any, wanted: list[Any]) -> None:
        """Wait until a question of the database is answered so, by the first column of each row."""

        async def there() -> bool:
            return [row[0] for row in await self.rows(query)] == wanted

        await until(there)

    async def let_comment(self, channel: Channel) -> None:
        """Have the avatar answer in a forum's posts who doesn't name it."""
        avatar = self.home.avatar.id
        async with self.house.db.uow(self.home.creator_id) as uow:
            chat = await community.chat_at(uow, self.connection, str(channel.id))
            assert chat is not None
            await community.save_chat(uow, avatar, chat.id, replace(chat.settings, comments=True))

    async def closes(self) -> None:
        """Have the avatar be open to nobody any more."""
        async with self.house.db.uow(self.home.creator_id) as uow:
            await uow.fetch(
                "UPDATE avatar SET live = false WHERE id = %(id)s RETURNING id", {"id": self.home.avatar.id}
            )
        self.house.discord_apps.forget(self.connection)

    async def messages(self) -> list[str]:
        """Every message that was taken in, in order."""
        return [row.text for row in await self.rows("SELECT text FROM message ORDER BY id")]

    async def hears(self, who: Visitor, text: str) -> None:
        """Somebody writes to the app in private, and what waits then is done."""
        who.says(self.stage.app, text)
        await self.heard(text)
        await self.answers()

    async def answers(self) -> None:
        """Have everything answered and sent that waits."""
        async with self.house.db.system_uow() as uow:
            waiting = await uow.fetch(
                "SELECT DISTINCT creator_id, thread_id FROM message WHERE state = 'new' ORDER BY thread_id"
            )
        for row in waiting:
            await self.house.turns.run(row.creator_id, row.thread_id)
        await self.house.holder.tick()
        while await self.house.pump.once():
            pass


def said(channel: Channel, app: App) -> list[Message]:
    """What an app has said in a channel, in order."""
    return [one for _, one in sorted(channel.messages.items()) if one.author is app.user]


def words(message: Message) -> str:
    """What is read in a message: its text, or a card's paragraphs."""
    shown = (one.get("content", "") for one in walk(message.content.components) if one["type"] == TEXT)
    return "\n".join(filter(None, (message.content.text, *shown)))


def buttons(message: Message) -> list[str]:
    """The labels of a message's buttons."""
    return [str(one["label"]) for one in walk(message.content.components) if one["type"] == BUTTON]


def texts(channel: Channel, app: App) -> list[str]:
    """The words of what an app has said in a channel."""
    return [words(one) for one in said(channel, app)]
