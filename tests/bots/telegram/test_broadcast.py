"""A broadcast to 10,000 fans: within every limit of Telegram, through a kill, nobody twice, truly counted."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.container import Container
from conversation import broadcasts
from conversation.broadcasts import BroadcastInfo
from conversation.pump import IN_HAND
from conversation.segments import Segment
from kernel.clock import now
from tests.emulators.clock import Clock
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.limits import Rates as Limits
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.world import World
from tests.factories.people import Home

APART = Path(__file__).with_name("broadcaster_apart.py")
FANS, BLOCKED, LEAVING = 10_000, 60, 40
PACE = 20.0
PATIENCE_S = 400


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """Telegram on a clock that the sender shares, with its real limits.

    What a message looks like is held against the specification where one is sent, not where ten thousand are.
    """
    world = World(clock=Clock(pace=PACE), rates=Limits())
    async with TelegramServer(world, strict=False) as server:
        yield server


async def settle(house: Container, home: Home, connection: int, chats: list[Chat]) -> list[int]:
    """Have these be the private chats of fans who have written, and asked for news; the fans' numbers."""
    names = [str(chat.id) for chat in chats]
    async with house.db.uow(home.creator_id) as uow:
        told = {"creator": home.creator_id, "names": names, "now": now()}
        rows = await uow.fetch(
            """
            INSERT INTO fan (creator_id, name, created_at, news_at)
            SELECT %(creator)s, name, %(now)s, %(now)s FROM unnest(%(names)s::text[]) AS name RETURNING id
            """,
            told,
        )
        fans = [row.id for row in rows]
        await uow.send(
            """
            INSERT INTO thread (creator_id, avatar_id, connection_id, fan_id, platform, chat_id, room,
                                allowance, allowance_at, last_at, created_at)
            SELECT %(creator)s, %(avatar)s, %(connection)s, fan.id, 'telegram', fan.name, '', 1,
                   %(now)s, %(now)s, %(now)s
            FROM fan WHERE fan.id = ANY(%(fans)s)
            """,
            told | {"avatar": home.avatar.id, "connection": connection, "fans": fans},
        )
    return fans


@asynccontextmanager
async def broadcaster(house: Container, telegram: TelegramServer) -> AsyncIterator[None]:
    """A process that sends, killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(APART), house.dsn, str(house.settings.data), telegram.url, str(PACE)
    )
    try:
        yield
        assert process.returncode is None, "it lived until it was killed"
    finally:
        process.kill()
        await process.wait()


def arrived(chats: list[Chat]) -> Counter[int]:
    """How many messages each chat has."""
    return Counter({chat.id: len(chat.messages) for chat in chats})


@pytest.mark.slow
@pytest.mark.timeout(450)
async def test_ten_thousand_fans_get_it_once_within_the_limits_and_through_a_kill(
    house: Container, home: Home, joined: int, telegram: TelegramServer, place: Stage
) -> None:
    users = [telegram.world.user(f"Fan {number}") for number in range(FANS)]
    chats = [telegram.world.private_chat(place.bot, user) for user in users]
    for user in users[::-1][:BLOCKED]:
        user.blocks.add(place.bot.id)
    fans = await settle(house, home, joined, chats)
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
            await asyncio.sleep(0.2)

    async with asyncio.timeout(PATIENCE_S):
        async with broadcaster(house, telegram):
            await until(lambda found: found.progress.delivered >= FANS // 3)
        async with house.db.uow(home.creator_id) as uow:
            for fan in fans[-BLOCKED - LEAVING : -BLOCKED]:
                await broadcasts.want(uow, fan, wanted=False)
        async with broadcaster(house, telegram):
            found = await until(lambda found: found.state == "done")

    progress, got = found.progress, arrived(chats)
    assert place.world.limits.refused == {}, "Telegram never had to refuse"
    assert max(got.values()) == 1, "nobody gets it twice"
    assert progress.aimed == FANS
    assert (progress.blocked, progress.skipped, progress.failed) == (BLOCKED, LEAVING, 0)
    assert progress.unknown <= IN_HAND, "what was in hand when its process died"
    assert progress.delivered + progress.unknown == FANS - BLOCKED - LEAVING
    assert progress.delivered <= sum(got.values()) <= progress.delivered + progress.unknown
    assert progress.left == 0
