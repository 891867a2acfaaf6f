"""Keeping the gateway: nothing is lost or heard twice, and what goes wrong with one app is its own."""

import asyncio
from functools import partial

import pytest

from app.container import Container
from bots.discord.failures import REASONS
from tests.bots.discord.living import Living, gateway_of, until
from tests.emulators.discord.events import Event
from tests.emulators.discord.people import CONTENT
from tests.emulators.discord.permissions import May
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import INVITED, Stage
from tests.factories.people import Home, make_home

HISTORY = "GET /channels/{channel_id}/messages"


class TestWhatWasSaidMeanwhile:
    async def test_a_channel_is_read_from_where_it_was_heard(self, living: Living, stage: Stage) -> None:
        stage.fan.mentions(stage.general, stage.app, "before")
        await living.heard("before")
        await living.goes()
        for text in ("one", "two", "three"):
            stage.fan.mentions(stage.general, stage.app, text)
        await living.comes()
        await living.heard("one", "two", "three")
        assert await living.messages() == ["before", "one", "two", "three"]

    async def test_a_private_chat_is_read_too(self, living: Living, stage: Stage) -> None:
        stage.fan.says(stage.app, "before")
        await living.heard("before")
        await living.goes()
        stage.fan.says(stage.app, "while you were away")
        await living.comes()
        await living.heard("while you were away")

    async def test_a_thread_that_was_begun_meanwhile_is_read_from_its_beginning(
        self, living: Living, stage: Stage
    ) -> None:
        stage.fan.mentions(stage.general, stage.app, "before")
        await living.heard("before")
        await living.goes()
        thread = stage.fan.starts_thread(stage.general, "Wax")
        stage.fan.mentions(thread, stage.app, "which wax?")
        await living.comes()
        await living.heard("which wax?")

    async def test_what_was_begun_while_its_first_run_did_not_hear_the_guild(
        self, living: Living, stage: Stage
    ) -> None:
        stage.world.outage(stage.guild)
        members = dict(stage.guild.apps)
        stage.guild.apps.clear()
        thread = stage.fan.starts_thread(stage.general, "Wax")
        stage.fan.mentions(thread, stage.app, "which wax?")
        stage.guild.apps.update(members)
        stage.world.outage(stage.guild, ends=True)
        await living.heard("which wax?")
        assert living.sessions == 1

    async def test_where_it_listens_is_kept_before_a_channel_counts_as_known(
        self, living: Living, stage: Stage
    ) -> None:
        rows = await living.rows("SELECT channel_id FROM discord_channel")
        assert stage.general.id in {row.channel_id for row in rows}

    async def test_what_it_may_not_read_is_not_asked_for(
        self, living: Living, stage: Stage, server: DiscordServer
    ) -> None:
        stage.world.overwrite(stage.lab, stage.app.user, deny=May.VIEW_CHANNEL)
        await living.goes()
        stage.fan.says(stage.lab, "among ourselves")
        server.calls.clear()
        await living.comes()
        await asyncio.sleep(0.3)
        assert server.made(HISTORY) == []

    async def test_what_is_refused_is_asked_for_once(
        self, living: Living, stage: Stage, server: DiscordServer
    ) -> None:
        await living.goes()
        stage.fan.says(stage.lab, "among ourselves")
        stage.world.faults.refuse(403, HISTORY, code=50001, times=9)
        server.calls.clear()
        for _ in range(2):
            await living.comes()
            await asyncio.sleep(0.3)
            await living.goes()
        assert len(server.made(HISTORY)) == 1

    async def test_what_was_said_before_it_came_is_not_for_it(
        self, house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer
    ) -> None:
        stage.fan.mentions(stage.general, stage.app, "long ago")
        living = Living(house, home, joined, stage, server)
        await living.comes()
        stage.fan.mentions(stage.general, stage.app, "now")
        await living.heard("now")
        assert await living.messages() == ["now"]
        await living.goes()

    async def test_a_channel_in_which_nothing_was_said_is_not_asked_about(
        self, living: Living, server: DiscordServer
    ) -> None:
        await living.goes()
        server.calls.clear()
        await living.comes()
        await asyncio.sleep(0.3)
        assert server.made(HISTORY) == []

    async def test_a_resumed_session_has_missed_nothing(
        self, living: Living, stage: Stage, server: DiscordServer
    ) -> None:
        server.calls.clear()
        stage.world.faults.drop(stage.app)
        stage.fan.mentions(stage.general, stage.app, "during the gap")
        await living.heard("during the gap")
        assert server.gateway.resumed == [stage.app.id]
        assert server.made(HISTORY) == []

    async def test_a_session_that_is_begun_anew_reads_what_it_missed(
        self, living: Living, stage: Stage
    ) -> None:
        stage.fan.mentions(stage.general, stage.app, "before")
        await living.heard("before")
        sessions = living.sessions
        stage.world.faults.invalidate(stage.app)
        stage.fan.mentions(stage.general, stage.app, "lost on the way")
        await living.heard("lost on the way")
        assert living.sessions == sessions + 1

    async def test_events_that_come_twice_are_one(self, living: Living, stage: Stage) -> None:
        stage.world.faults.duplicates = 1.0
        for number in range(5):
            stage.fan.mentions(stage.general, stage.app, f"message {number}")
        await living.heard(*(f"message {number}" for number in range(5)))
        assert len(await living.messages()) == 5


class TestShards:
    async def test_an_app_of_several_hears_all_its_guilds(
        self, house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer
    ) -> None:
        others = [stage.world.guild(f"Guild {number}", stage.creator.user) for number in range(3)]
        places = [stage.world.channel(one, "here") for one in others]
        for one in others:
            stage.world.enter(one, stage.app.user, INVITED)
        stage.app.shards, stage.app.max_concurrency = 2, 2
        living = Living(house, home, joined, stage, server)
        await living.comes()
        await until(lambda: living.sessions == 2)
        for number, one in enumerate(places):
            stage.creator.mentions(one, stage.app, f"shard {number}?")
        await living.heard("shard 0?", "shard 1?", "shard 2?")
        assert {one.shard for one in stage.app.sessions.values()} == {(0, 2), (1, 2)}
        await living.goes()


class TestWhatGoesWrong:
    async def test_what_discord_py_cannot_read_ends_one_run_and_another_begins(
        self, living: Living, stage: Stage
    ) -> None:
        stage.world.tell(stage.app, Event("CHANNEL_UPDATE", {"what": "nobody said before"}, stage.guild.id))
        stage.fan.mentions(stage.general, stage.app, "after what broke")
        await living.heard("after what broke")
        assert living.sessions == 2

    async def test_sessions_lost_one_after_another_are_begun_anew_ever_more_slowly(
        self, living: Living, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pauses: list[float] = []

        def chance(*_: float) -> float:
            pauses.append(1.0)
            return 1.0

        monkeypatch.setattr("bots.discord.gateway.random.uniform", chance)
        for number in range(2, 5):
            stage.world.faults.invalidate(stage.app)
            await until(partial(_has_begun, living, number))
            assert len(pauses) == number - 1

    async def test_no_session_is_begun_beyond_what_a_day_has(self, living: Living, stage: Stage) -> None:
        stage.app.session_budget = 0
        stage.world.faults.invalidate(stage.app)
        await living.comes_to("SELECT error FROM discord_app", [REASONS["sessions"]])
        assert living.sessions == 1

    async def test_another_apps_run_goes_on(
        self, living: Living, house: Container, stage: Stage, server: DiscordServer
    ) -> None:
        other_home = await make_home(house.db)
        other = stage.world.app("Other", stage.creator.user)
        stage.world.enter(stage.guild, other.user, 1 << 10 | 1 << 11)
        done = await house.discord_joining.connect(other_home.creator_id, other_home.avatar.id, other.token)
        await house.discord_gateway.hold([living.connection, done.connection_id])
        await until(lambda: other.id in server.gateway.identified)
        other.renew_token()
        await until(lambda: _quarantined(house, done.connection_id))
        stage.fan.mentions(stage.general, stage.app, "still there?")
        await living.heard("still there?")
        assert living.sessions == 1

    async def test_a_token_that_is_worth_nothing_is_asked_about_once(
        self, living: Living, house: Container, stage: Stage, server: DiscordServer
    ) -> None:
        stage.app.renew_token()
        await until(lambda: _quarantined(house, living.connection))
        await house.discord_gateway.hold([living.connection])
        await asyncio.sleep(0.3)
        refused = [one for one in server.calls if one.status == 401]
        assert len(refused) <= 1
        assert server.world.limits.refused_by_token <= 1
        (row,) = await living.rows("SELECT error FROM discord_app")
        assert row.error == REASONS["token"]

    async def test_a_new_token_brings_it_back(
        self, living: Living, house: Container, home: Home, stage: Stage
    ) -> None:
        token = stage.app.renew_token()
        await until(lambda: _quarantined(house, living.connection))
        await house.discord_joining.connect(home.creator_id, home.avatar.id, token)
        await house.discord_gateway.hold([living.connection])
        await until(lambda: living.sessions == 2)
        stage.fan.mentions(stage.general, stage.app, "back again?")
        await living.heard("back again?")

    async def test_without_the_message_content_intent_it_hears_who_names_it(
        self, house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer
    ) -> None:
        stage.app.privileged &= ~CONTENT
        living = Living(house, home, joined, stage, server)
        await living.comes()
        stage.fan.mentions(stage.general, stage.app, "do you hear me?")
        await living.heard("do you hear me?")
        (row,) = await living.rows("SELECT error, reads_all FROM discord_app")
        assert (row.error, row.reads_all) == (REASONS["content"], False)
        await living.goes()

    async def test_an_intent_that_is_refused_only_at_the_gateway_is_done_without(
        self, house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        granted = stage.app.flags
        monkeypatch.setattr(type(stage.app), "flags", granted)
        stage.app.privileged = 0
        living = Living(house, home, joined, stage, server)
        await living.comes()
        (row,) = await living.rows("SELECT error FROM discord_app")
        assert row.error == REASONS["content"]
        await living.goes()

    async def test_a_day_of_sessions_that_is_spent_is_waited_for(
        self, house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer
    ) -> None:
        stage.app.session_budget = 0
        gateway = gateway_of(house)
        await gateway.hold([joined])

        async def told() -> bool:
            async with house.db.uow(home.creator_id) as uow:
                row = await uow.fetch_one("SELECT error FROM discord_app")
            return bool(row.error == REASONS["sessions"])

        await until(told)
        assert server.gateway.identified == []
        await gateway.close()


async def _quarantined(house: Container, connection: int) -> bool:
    async with house.db.system_uow() as uow:
        row = await uow.fetch_one("SELECT state FROM connection WHERE id = %(id)s", {"id": connection})
    return bool(row.state == "quarantined")


def _has_begun(living: Living, sessions: int) -> bool:
    return living.sessions == sessions
