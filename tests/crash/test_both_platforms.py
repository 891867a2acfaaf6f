"""One avatar in Telegram and in Discord, by a process of each role and one of all: kill -9 of each while 500
messages and a moderator's orders come, by polling and then by webhook, the gateway dropped five times, each
update twice and out of order. No message has two answers, none is lost, what is unknown was in flight at a
death, each thread's answers come in the order in which it was heard, and nobody is muted twice.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.container import Container, Roles
from app.services import Dsn
from community import service as community
from community.types import Role
from kernel.db import Database
from kernel.i18n import t
from kernel.settings import Settings
from tests.bots.discord import living as discord_living
from tests.bots.discord.living import until
from tests.bots.telegram import living as telegram_living
from tests.emulators.discord import stage as discord_stage
from tests.emulators.discord import visitors as discord_visitors
from tests.emulators.discord.server import DiscordServer
from tests.emulators.telegram import stage as telegram_stage
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home, make_home
from tests.support.fleet import NO_ENCODER, Fleet, fleet, own_postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROLES = ("web,bots,worker", "web", "bots", "worker")
KILLED = (0, 2, 3, 1)
"""Which process dies in which round; in the last none does, or nobody would be left to be seen."""

ROUNDS, EACH, FANS, ORDERS = 5, 2, 25, 2
IN_CHANNEL = 2
"""Fans of Discord who write in a channel; everybody else writes in private."""

WEBHOOK_FROM = 3
PATIENCE_S = 240


@dataclass
class Scene:
    """Both platforms with their fans, the processes, and a creator's page beside them."""

    group: telegram_stage.Stage
    guild: discord_stage.Stage
    fleet: Fleet
    dsn: Dsn
    desk: Container
    home: Home
    in_telegram: list[Visitor]
    in_discord: list[discord_visitors.Visitor]
    muted: list[Visitor] = field(default_factory=list)
    in_flight: int = 0

    async def rows(self, query: Any) -> list[Any]:
        """Ask the database."""
        database = Database(self.dsn.app, pool_size=1)
        try:
            async with database.system_uow() as uow:
                return await uow.fetch(query)
        finally:
            await database.close()

    async def count(self, condition: str) -> int:
        """How many outbounds there are like this."""
        (row,) = await self.rows(f"SELECT count(*) AS n FROM outbound WHERE {condition}")
        return int(row.n)

    async def write(self, number: int) -> None:
        """Everybody writes, and the moderator has some muted; the gateway is dropped in the midst of it."""
        for each in range(number * EACH, (number + 1) * EACH):
            for fan in self.in_telegram:
                fan.says(self.group.bot, f"hello, number {each}")
            for index, member in enumerate(self.in_discord):
                if index < IN_CHANNEL:
                    member.mentions(self.guild.general, self.guild.app, f"hello, number {each}")
                else:
                    member.says(self.guild.app, f"hello, number {each}")
        self.guild.world.faults.drop(self.guild.app)
        for _ in range(ORDERS):
            rascal = Visitor(self.group.world, self.group.world.user(f"Rascal {len(self.muted)}", "en"))
            self.group.world.enter(self.group.supergroup, rascal.user, quietly=True)
            written = rascal.says(self.group.supergroup, "wax wax wax")
            self.group.creator.says(self.group.supergroup, "/mute 2h spam", reply_to=written)
            self.muted.append(rascal)

    async def kill(self, index: int) -> None:
        """End a process in the midst of answering, start its successor, and note what it may have been at."""
        before = await self.count("state = 'sent'")
        known = await self.count("state = 'unknown'")

        async def begun() -> bool:
            return await self.count("state = 'sent'") > before

        await until(begun, PATIENCE_S)
        self.fleet.end(index)
        self.fleet.start(index)
        await asyncio.sleep(0.2)  # what it had asked of Postgres is done by then
        self.in_flight += await self.count("state IN ('sending', 'unknown')") - known

    async def all_through(self) -> None:
        """Wait until nothing waits for an answer, to be sent, or to be done."""

        async def done() -> bool:
            (row,) = await self.rows(
                "SELECT (SELECT count(*) FROM message "
                "        WHERE state = 'answered' AND text LIKE '%hello%') AS said, "
                "(SELECT count(*) FROM outbound WHERE state IN ('queued', 'sending')) AS waiting, "
                "(SELECT count(*) FROM moderation_case WHERE state = 'done') AS muted"
            )
            said = 2 * FANS * EACH * ROUNDS
            return bool(row.said >= said and row.waiting == 0 and row.muted >= len(self.muted))

        await until(done, PATIENCE_S)


@asynccontextmanager
async def scene(tmp_path: Path, dsn: Dsn) -> AsyncIterator[Scene]:
    async with TelegramServer() as telegram, DiscordServer() as discord:
        group, guild = telegram_stage.set_up(telegram.world), discord_stage.set_up(discord.world)
        group.bot.updates.clear()
        where = {
            "UNDERSTUDY_TELEGRAM_API": telegram.url, "UNDERSTUDY_DISCORD_API": discord.url,
            "UNDERSTUDY_DISCORD_GATEWAY": discord.gateway.url,
        }  # fmt: skip
        with fleet(dsn, tmp_path, ROLES, **where, **NO_ENCODER) as running:
            settings = Settings(
                _env_file=None, data_dir=tmp_path, telegram_api=telegram.url, discord_api=discord.url,
                discord_gateway=discord.gateway.url, public_url=running.web(1).public,
            )  # fmt: skip
            desk = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
            await desk.open()
            home = await make_home(desk.db)
            await running.all_up()
            await desk.telegram_joining.connect(home.creator_id, home.avatar.id, group.bot.token)
            app = await desk.discord_joining.connect(home.creator_id, home.avatar.id, guild.app.token)
            fans = [Visitor(telegram.world, telegram.world.user(f"Fan {n}", "en")) for n in range(FANS)]
            for fan in fans:
                telegram.world.private_chat(group.bot, fan.user)
            members = [
                discord_visitors.Visitor(discord.world, discord.world.user(f"fan{n}", f"Fan {n}"))
                for n in range(FANS)
            ]
            for member in members:
                discord.world.enter(guild.guild, member.user)
            made = Scene(group, guild, running, dsn, desk, home, fans, members)
            await until(partial(hurried, made, app.connection_id), PATIENCE_S)
            await moderates(made)
            yield made
            await desk.close()
        assert telegram.complaints == []
        assert discord.complaints == []


async def hurried(made: Scene, connection: int) -> bool:
    """Have nobody wait in the channel for having just had an answer; whether the channel is known already."""
    async with made.desk.db.uow(made.home.creator_id) as uow:
        chat = await community.chat_at(uow, connection, str(made.guild.general.id))
        if chat is None:
            return False
        settings = replace(chat.settings, cool_down_s=0, per_minute=60)
        await community.save_chat(uow, made.home.avatar.id, chat.id, settings)
    return True


async def moderates(made: Scene) -> None:
    """Have the creator of Telegram's group be known as a moderator."""
    async with made.desk.db.system_uow() as uow:
        await community.invite(uow, made.home.creator_id, "Robin", Role.MODERATOR)
        account = (await community.members(uow, made.home.creator_id))[-1].account_id
    async with made.desk.db.uow(made.home.creator_id) as uow:
        token = await community.link_staff(uow, account)
    robin = made.group.creator
    robin.starts(made.group.bot, f"staff_{token}")
    chat = made.group.world.private[made.group.bot.id, robin.user.id]
    known = t("en", "staff.known", name="Robin")
    await until(lambda: known in telegram_living.texts(chat, made.group.bot), PATIENCE_S)


async def test_no_message_has_two_answers_and_none_is_lost_and_nobody_is_muted_twice(tmp_path: Path) -> None:
    with own_postgres(tmp_path / "postgres data") as dsn:
        async with scene(tmp_path, dsn) as running:
            for faults in (running.group.world.faults, running.guild.world.faults):
                faults.duplicates, faults.shuffles = 1.0, 0.5
            running.group.world.faults.delays, running.guild.world.faults.repeats = 0.2, 5
            async with running.fleet.supervised():
                for number in range(ROUNDS):
                    if number == WEBHOOK_FROM:
                        home = running.home
                        await running.desk.telegram_joining.switch(
                            home.creator_id, home.avatar.id, webhook=True
                        )
                    await running.write(number)
                    if number < len(KILLED):
                        await running.kill(KILLED[number])
                await running.all_through()
            await every_answer_is_one(running)
            await every_order_is_one(running)


async def every_answer_is_one(running: Scene) -> None:
    rows = await running.rows(
        "SELECT message.id, identity.platform, identity.platform_user_id AS who, "
        "array_agg(outbound.state) AS states, array_agg(outbound.platform_message_id) AS answers "
        "FROM message JOIN thread ON thread.id = message.thread_id "
        "JOIN identity ON identity.fan_id = thread.fan_id "
        "LEFT JOIN outbound ON outbound.message_id = message.id "
        "WHERE message.text LIKE '%hello%' GROUP BY message.id, identity.id ORDER BY message.id"
    )
    assert len(rows) == 2 * FANS * EACH * ROUNDS
    assert {len(row.states) for row in rows} == {1}
    states = Counter(row.states[0] for row in rows)
    assert set(states) <= {"sent", "unknown"}, states
    assert states["unknown"] <= running.in_flight, "what was in flight when its process died"
    known: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        if row.states[0] == "sent":
            known[row.platform, row.who].append(int(row.answers[0]))
    assert all(answers == sorted(answers) for answers in known.values()), "in the order of the thread"
    bot, app = running.group.bot, running.guild.app
    chats = [running.group.world.private[bot.id, fan.user.id] for fan in running.in_telegram]
    heard = [(chat.id, one["message_id"]) for chat in chats for one in telegram_living.said(chat, bot)]
    own = [running.guild.world.private_channel(app.user, fan.user) for fan in running.in_discord[IN_CHANNEL:]]
    heard += [
        (0, one.id) for channel in (*own, running.guild.general) for one in discord_living.said(channel, app)
    ]
    told = {
        (int(who) if platform == "telegram" else 0, number)
        for (platform, who), numbers in known.items()
        for number in numbers
    }
    assert told <= set(heard)
    assert len(heard) <= len(told) + states["unknown"]


async def every_order_is_one(running: Scene) -> None:
    cases = await running.rows(
        "SELECT moderation_case.number, moderation_case.state, subject.user_id FROM moderation_case "
        "JOIN moderation_subject AS subject ON subject.case_id = moderation_case.id ORDER BY number"
    )
    assert [case.number for case in cases] == list(range(1, len(running.muted) + 1))
    assert {case.state for case in cases} == {"done"}
    assert sorted(case.user_id for case in cases) == sorted(str(one.user.id) for one in running.muted)
    said = telegram_living.texts(running.group.supergroup, running.group.bot)
    for case in cases:
        standing = running.group.supergroup.member(int(case.user_id))
        assert standing
        assert standing.status == "restricted"
        assert sum(f"Case {case.number}: " in text for text in said) <= 1
