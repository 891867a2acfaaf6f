"""Two processes for one Discord app, of which one holds it: kill -9 of either while fans write in private and
in a channel, the gateway dropped five times, each event twice and out of order. No message has two answers,
none is lost, what is unknown was in flight at a death, and each thread's answers come in the order in which
it was heard.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.container import Container, Roles
from app.services import Dsn
from community import service as community
from kernel.db import Database
from kernel.settings import Settings
from tests.bots.discord.living import said, until
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage, set_up
from tests.emulators.discord.visitors import Visitor
from tests.factories.people import make_home
from tests.support.fleet import NO_ENCODER, Fleet, fleet, own_postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FANS, EACH, ROUNDS, KILLS = 6, 2, 5, 3
IN_HAND = 16
PATIENCE_S = 180


@dataclass
class Scene:
    """The app's Discord, its fans, and the processes behind it."""

    place: Stage
    fleet: Fleet
    dsn: Dsn
    fans: list[Visitor]

    async def rows(self, query: str) -> list[Any]:
        """Ask the database."""
        database = Database(self.dsn.app, pool_size=1)
        try:
            async with database.system_uow() as uow:
                return await uow.fetch(query)  # type: ignore[arg-type]
        finally:
            await database.close()

    async def answered(self) -> int:
        """How many messages have been answered."""
        (row,) = await self.rows("SELECT count(*) AS n FROM outbound WHERE state = 'sent'")
        return int(row.n)

    async def write(self, number: int) -> None:
        """Everybody writes, the first two in the channel; the gateway is dropped in the midst of it."""
        before = await self.answered()
        for each in range(EACH):
            for index, fan in enumerate(self.fans):
                text = f"hello, number {number * EACH + each}"
                if index < 2:
                    fan.mentions(self.place.general, self.place.app, text)
                else:
                    fan.says(self.place.app, text)
            if not each:
                self.place.world.faults.drop(self.place.app)

        async def begun() -> bool:
            return await self.answered() > before

        await until(begun, PATIENCE_S)
        if number < KILLS:
            self.fleet.end(number % 2)
            self.fleet.start(number % 2)

    async def all_through(self) -> None:
        """Wait until nothing waits for an answer, or to be sent."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                (row,) = await self.rows(
                    "SELECT (SELECT count(*) FROM message WHERE state = 'answered') AS answered, "
                    "(SELECT count(*) FROM outbound WHERE state IN ('queued', 'sending')) AS waiting"
                )
                if row.answered >= FANS * EACH * ROUNDS and row.waiting == 0:
                    return
                await asyncio.sleep(0.5)


@asynccontextmanager
async def scene(tmp_path: Path, dsn: Dsn) -> AsyncIterator[Scene]:
    """Both processes, and one beside them by which a creator's page would do its part."""
    async with DiscordServer() as server:
        place = set_up(server.world)
        where = {"UNDERSTUDY_DISCORD_API": server.url, "UNDERSTUDY_DISCORD_GATEWAY": server.gateway.url}
        with fleet(dsn, tmp_path, ("web,bots,worker", "bots,worker"), **where, **NO_ENCODER) as running:
            await running.all_up()
            settings = Settings(
                _env_file=None, data_dir=tmp_path, discord_api=server.url, discord_gateway=server.gateway.url
            )
            desk = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
            await desk.open()
            home = await make_home(desk.db)
            joined = await desk.discord_joining.connect(home.creator_id, home.avatar.id, place.app.token)
            fans = [Visitor(server.world, server.world.user(f"fan{n}", f"Fan {n}")) for n in range(FANS)]
            for fan in fans:
                server.world.enter(place.guild, fan.user)
            made = Scene(place, running, dsn, fans)
            known = partial(hurried, desk, home.avatar.id, home.creator_id, joined.connection_id, place)
            await until(known, 60)
            yield made
            await desk.close()
        assert server.complaints == []


async def hurried(house: Container, avatar: int, creator: int, connection: int, place: Stage) -> bool:
    """Have nobody wait in the channel for having just had an answer; whether the channel is known already."""
    async with house.db.uow(creator) as uow:
        chat = await community.chat_at(uow, connection, str(place.general.id))
        if chat is None:
            return False
        await community.save_chat(uow, avatar, chat.id, replace(chat.settings, cool_down_s=0, per_minute=60))
    return True


async def test_no_message_has_two_answers_and_none_is_lost(tmp_path: Path) -> None:
    with own_postgres(tmp_path / "postgres data") as dsn:
        async with scene(tmp_path, dsn) as running:
            faults = running.place.world.faults
            faults.duplicates, faults.shuffles, faults.repeats = 1.0, 0.5, 5
            async with running.fleet.supervised():
                for number in range(ROUNDS):
                    await running.write(number)
                await running.all_through()
            await every_answer_is_one(running)


async def every_answer_is_one(running: Scene) -> None:
    rows = await running.rows(
        "SELECT message.id, identity.platform_user_id AS who, "
        "array_agg(outbound.state) AS states, array_agg(outbound.platform_message_id) AS answers "
        "FROM message JOIN thread ON thread.id = message.thread_id "
        "JOIN identity ON identity.fan_id = thread.fan_id AND identity.platform = 'discord' "
        "LEFT JOIN outbound ON outbound.message_id = message.id GROUP BY message.id, identity.id"
    )
    assert len(rows) == FANS * EACH * ROUNDS
    assert {len(row.states) for row in rows} == {1}
    states = Counter(row.states[0] for row in rows)
    assert set(states) <= {"sent", "unknown"}, states
    assert states["unknown"] <= KILLS * IN_HAND
    app, world = running.place.app, running.place.world
    own = [world.private_channel(app.user, fan.user) for fan in running.fans[2:]]
    heard = {one.id for channel in (*own, running.place.general) for one in said(channel, app)}
    known = {int(row.answers[0]) for row in rows if row.states[0] == "sent"}
    assert known <= heard
    assert len(heard) <= len(known) + states["unknown"]
    for fan in running.fans:
        mine = [row for row in rows if row.who == str(fan.user.id) and row.states[0] == "sent"]
        asked = sorted(mine, key=lambda row: int(row.id))
        assert [int(row.answers[0]) for row in asked] == sorted(int(row.answers[0]) for row in mine)
