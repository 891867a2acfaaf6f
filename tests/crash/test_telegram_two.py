"""Two processes for one bot, of which one holds it: kill -9 of either while fans write, by polling and then
by webhook, and updates come twice, late and out of order. No message has two answers, none is lost, and what
is unknown was in flight at a death.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.container import Container, Roles
from app.services import Dsn
from kernel.db import Database
from kernel.settings import Settings
from tests.bots.telegram.living import said
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage, set_up
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home, make_home
from tests.support.fleet import NO_ENCODER, Fleet, fleet, own_postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FANS, EACH, KILLS = 6, 2, 3
IN_HAND = 16
PATIENCE_S = 180


@dataclass
class Scene:
    """The bot's Telegram, its fans, and the processes behind it."""

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

    async def write_and_kill(self, number: int) -> None:
        """Everybody writes; a process dies once something is answered, and its successor starts."""
        before = await self.answered()
        for each in range(EACH):
            for fan in self.fans:
                fan.says(self.place.bot, f"hello, number {number * EACH + each}")
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if await self.answered() > before:
                    break
                await asyncio.sleep(0.2)
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
                if row.answered >= FANS * EACH * KILLS and row.waiting == 0:
                    return
                await asyncio.sleep(0.5)


@asynccontextmanager
async def scene(tmp_path: Path, dsn: Dsn) -> AsyncIterator[tuple[Scene, Container, Home]]:
    """Both processes, and one beside them by which a creator's page would do its part."""
    async with TelegramServer() as server:
        place = set_up(server.world)
        place.bot.updates.clear()
        roles = ("web,bots,worker", "bots,worker")
        with fleet(dsn, tmp_path, roles, UNDERSTUDY_TELEGRAM_API=server.url, **NO_ENCODER) as running:
            settings = Settings(
                _env_file=None, data_dir=tmp_path, telegram_api=server.url, public_url=running.web(0).public
            )
            desk = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
            await desk.open()
            home = await make_home(desk.db)
            await desk.telegram_joining.connect(home.creator_id, home.avatar.id, place.bot.token)
            fans = [Visitor(server.world, server.world.user(f"Fan {n}", "en")) for n in range(FANS)]
            for fan in fans:
                server.world.private_chat(place.bot, fan.user)
            yield Scene(place, running, dsn, fans), desk, home
            await desk.close()
        assert server.complaints == []


async def test_no_message_has_two_answers_and_none_is_lost(tmp_path: Path) -> None:
    with own_postgres(tmp_path / "postgres data") as dsn:
        async with scene(tmp_path, dsn) as (running, desk, home):
            faults = running.place.world.faults
            faults.duplicates, faults.shuffles, faults.delays = 0.5, 0.5, 0.2
            async with running.fleet.supervised():
                for number in range(KILLS):
                    if number == KILLS - 1:
                        await desk.telegram_joining.switch(home.creator_id, home.avatar.id, webhook=True)
                    await running.write_and_kill(number)
                await running.all_through()
            await every_answer_is_one(running)


async def every_answer_is_one(running: Scene) -> None:
    rows = await running.rows(
        "SELECT message.update_id, array_agg(outbound.state) AS states, "
        "array_agg(outbound.platform_message_id) AS answers, thread.chat_id FROM message "
        "JOIN thread ON thread.id = message.thread_id "
        "LEFT JOIN outbound ON outbound.message_id = message.id GROUP BY message.id, thread.chat_id"
    )
    assert len(rows) == FANS * EACH * KILLS
    assert {len(row.states) for row in rows} == {1}
    states = Counter(row.states[0] for row in rows)
    assert set(states) <= {"sent", "unknown"}, states
    assert states["unknown"] <= KILLS * IN_HAND
    bot = running.place.bot
    for fan in running.fans:
        chat = running.place.world.private[bot.id, fan.user.id]
        heard = {str(one["message_id"]) for one in said(chat, bot)}
        own = [row for row in rows if row.chat_id == str(fan.user.id)]
        known = {row.answers[0] for row in own if row.states[0] == "sent"}
        unknown = sum(row.states[0] == "unknown" for row in own)
        assert known <= heard
        assert len(heard) <= len(known) + unknown
