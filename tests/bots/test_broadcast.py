"""A broadcast to 10,000 fans in Telegram and Discord: within every limit, through a kill, nobody twice, truly
counted.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from app.container import Container, Roles
from app.services import Dsn
from conversation import broadcasts
from conversation.broadcasts import BroadcastInfo
from conversation.pump import IN_HAND
from conversation.segments import Segment
from kernel.clock import now
from kernel.settings import Settings
from tests.emulators.clock import Clock
from tests.emulators.discord import limits as discord_limits
from tests.emulators.discord import stage as discord_stage
from tests.emulators.discord import world as discord_world
from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.server import DiscordServer
from tests.emulators.telegram import limits, stage
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.world import World
from tests.factories.people import Home, make_home

APART = Path(__file__).with_name("broadcaster_apart.py")
FANS, BLOCKED, LEAVING = 10_000, 60, 40
PACE = 20.0
PATIENCE_S = 300


@dataclass
class Scene:
    """Both platforms, with their real limits, on clocks that the sender shares, and the fans there.

    What a message looks like is held against the specifications where one is sent, not where thousands are.
    """

    telegram: TelegramServer
    discord: DiscordServer
    house: Container
    home: Home
    owner: str
    chats: list[Chat | Channel] = field(default_factory=list)

    @asynccontextmanager
    async def broadcaster(self) -> AsyncIterator[None]:
        """A process that sends, killed at the end."""
        house = self.house
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(APART), house.dsn, str(house.settings.data), self.telegram.url,
            self.discord.url, str(PACE),
        )  # fmt: skip
        try:
            yield
            assert process.returncode is None, "it lived until it was killed"
        finally:
            process.kill()
            await process.wait()

    async def settle(self) -> list[int]:
        """Fans who have written in private, and asked for news, on either platform in turn; their numbers.

        The last of them have shut the avatar out.
        """
        telegram, discord = await self.in_telegram(), await self.in_discord()
        chats = [chat for two in zip(telegram, discord, strict=True) for chat in two]
        told = {
            "creator": self.home.creator_id, "avatar": self.home.avatar.id, "now": now(),
            "chats": [chat for chat, _, _ in chats], "platforms": [platform for _, platform, _ in chats],
            "connections": [connection for _, _, connection in chats],
        }  # fmt: skip
        async with self.house.db.uow(self.home.creator_id) as uow:
            rows = await uow.fetch(
                """
                INSERT INTO fan (creator_id, name, created_at, news_at)
                SELECT %(creator)s, name, %(now)s, %(now)s FROM unnest(%(chats)s::text[]) AS name
                RETURNING id
                """,
                told,
            )
            await uow.send(
                """
                INSERT INTO thread (creator_id, avatar_id, connection_id, fan_id, platform, chat_id, room,
                                    allowance, allowance_at, last_at, created_at)
                SELECT %(creator)s, %(avatar)s, connection, fan, platform, chat, '', 1,
                       %(now)s, %(now)s, %(now)s
                FROM unnest(%(fans)s::bigint[], %(chats)s::text[], %(platforms)s::text[],
                            %(connections)s::bigint[]) AS given (fan, chat, platform, connection)
                """,
                told | {"fans": [row.id for row in rows]},
            )
        # As Postgres does by itself within a minute: nobody has ten thousand fans in a second.
        with psycopg.connect(self.owner, autocommit=True) as connection:
            connection.execute("ANALYZE")
        return [row.id for row in rows]

    async def in_telegram(self) -> list[tuple[str, str, int]]:
        """The private chats in Telegram."""
        world = self.telegram.world
        bot = stage.set_up(world).bot
        done = await self.house.telegram_joining.connect(self.home.creator_id, self.home.avatar.id, bot.token)
        users = [world.user(f"Fan {number}") for number in range(FANS // 2)]
        for user in users[-BLOCKED // 2 :]:
            user.blocks.add(bot.id)
        chats = [world.private_chat(bot, user) for user in users]
        self.chats += chats
        return [(str(chat.id), "telegram", done.connection_id) for chat in chats]

    async def in_discord(self) -> list[tuple[str, str, int]]:
        """The private channels in Discord."""
        world = self.discord.world
        there = discord_stage.set_up(world)
        app = there.app
        done = await self.house.discord_joining.connect(self.home.creator_id, self.home.avatar.id, app.token)
        users = [world.user(f"fan{number}") for number in range(FANS // 2)]
        for user in users:
            world.enter(there.guild, user)
        for user in users[-BLOCKED // 2 :]:
            user.blocks.add(app.id)
        chats = [world.private_channel(app.user, user) for user in users]
        self.chats += chats
        return [(str(chat.id), "discord", done.connection_id) for chat in chats]

    def arrived(self) -> list[int]:
        """How many messages each fan has."""
        return [len(each.messages) for each in self.chats]


@pytest.fixture
async def scene(dsn: Dsn, tmp_path: Path) -> AsyncIterator[Scene]:
    clock = Clock(pace=PACE)
    there = discord_world.World(clock=clock, rates=discord_limits.Rates())
    async with (
        TelegramServer(World(clock=clock, rates=limits.Rates()), strict=False) as telegram,
        DiscordServer(there, strict=False) as discord,
    ):
        settings = Settings(
            _env_file=None, data_dir=tmp_path, telegram_api=telegram.url, discord_api=discord.url
        )
        house = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
        await house.open()
        yield Scene(telegram, discord, house, await make_home(house.db), dsn.owner)
        await house.close()


@pytest.mark.slow
@pytest.mark.timeout(350)
async def test_ten_thousand_fans_get_it_once_within_the_limits_and_through_a_kill(scene: Scene) -> None:
    house, home = scene.house, scene.home
    fans = await scene.settle()
    async with house.db.uow(home.creator_id) as uow:
        number = await broadcasts.draft(
            uow, home.avatar.id, texts={"en": "A new candle"}, segment=Segment(), by="Robin"
        )
        await broadcasts.start(uow, home.avatar.id, number)

    async def until(so: Callable[[BroadcastInfo], bool]) -> BroadcastInfo:
        while True:
            async with house.db.uow(home.creator_id) as uow:
                found = await broadcasts.get(uow, home.avatar.id, number)
            if so(found):
                return found
            await asyncio.sleep(0.5)

    async with asyncio.timeout(PATIENCE_S):
        async with scene.broadcaster():
            await until(lambda found: found.progress.delivered >= FANS // 3)
        async with house.db.uow(home.creator_id) as uow:
            # The heir needn't wait until the dead holder's hold has run out.
            await uow.send("UPDATE connection SET lease_until = now() - interval '1 second'")
            for fan in fans[-BLOCKED - LEAVING : -BLOCKED]:
                await broadcasts.want(uow, fan, wanted=False)
        async with scene.broadcaster():
            found = await until(lambda found: found.state == "done")

    progress, got = found.progress, scene.arrived()
    assert scene.telegram.world.limits.refused == {}, "Telegram never had to refuse"
    assert scene.discord.world.limits.refused == {}, "nor had Discord"
    assert scene.discord.made("POST /users/@me/channels") == [], "nobody is written to who hasn't written"
    assert max(got) == 1, "nobody gets it twice"
    assert progress.aimed == FANS
    assert (progress.blocked, progress.skipped, progress.failed) == (BLOCKED, LEAVING, 0)
    assert progress.unknown <= 2 * IN_HAND, "what was in hand when its process died"
    assert progress.delivered + progress.unknown == FANS - BLOCKED - LEAVING
    assert progress.delivered <= sum(got) <= progress.delivered + progress.unknown
    assert progress.left == 0
