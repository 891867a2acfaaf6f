"""The Discord emulator's gateway: sessions, who hears of what, and its misbehaviour on demand."""

from collections.abc import AsyncIterator

import pytest

from tests.emulators.discord.guilds import PRIVATE_THREAD
from tests.emulators.discord.limits import Rates
from tests.emulators.discord.people import CONTENT, MEMBERS
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.emulators.discord.wire import ALL_INTENTS, Wire

GUILDS, MESSAGES = 1 << 0, 1 << 9


class TestBeginning:
    async def test_it_greets_first_and_tells_how_often_to_beat(self, wire: Wire) -> None:
        async with wire.connect() as listener:
            assert (await listener.next())["d"]["heartbeat_interval"] == 41_250

    async def test_ready_comes_before_every_guild(self, wire: Wire, stage: Stage) -> None:
        async with wire.connect() as listener:
            await listener.identify(stage.app)
            ready = await listener.event("READY")
            whole = await listener.next()
        assert ready["user"]["id"] == str(stage.app.id)
        assert ready["guilds"] == [{"id": str(stage.guild.id), "unavailable": True}]
        assert ready["resume_gateway_url"] == wire.server.gateway.url
        assert (whole["t"], whole["d"]["member_count"]) == ("GUILD_CREATE", 4)
        assert [one["name"] for one in whole["d"]["channels"]] == ["general", "lab", "staff", "questions"]

    async def test_members_come_with_the_guild_only_as_presences(self, wire: Wire, stage: Stage) -> None:
        for intents, told in ((GUILDS, 1), (ALL_INTENTS, 4)):
            async with wire.connect() as listener:
                await listener.identify(stage.app, intents)
                assert len((await listener.event("GUILD_CREATE"))["members"]) == told

    @pytest.mark.parametrize("stream", ["", "&compress=zlib-stream"])
    async def test_what_is_compressed_says_the_same(self, wire: Wire, stage: Stage, stream: str) -> None:
        async with wire.connect(f"?v=10&encoding=json{stream}") as listener:
            await listener.identify(stage.app)
            await listener.event("GUILD_CREATE")
            stage.fan.says(stage.general, "为什么火焰是黄色的？")
            assert (await listener.event("MESSAGE_CREATE"))["content"] == "为什么火焰是黄色的？"


class TestRefused:
    """Each ends the connection with Discord's code of why."""

    async def test_a_wrong_token(self, wire: Wire, stage: Stage) -> None:
        stage.app.renew_token()
        old = stage.app.token
        stage.app.renew_token()
        async with wire.connect() as listener:
            await listener.send(2, {"token": old, "intents": 0, "properties": {}})
            assert await listener.end() == 4004

    async def test_an_intent_that_the_portal_has_off(self, wire: Wire, stage: Stage) -> None:
        stage.app.privileged = MEMBERS
        async with wire.connect() as listener:
            await listener.identify(stage.app, GUILDS | CONTENT)
            assert await listener.end() == 4014

    async def test_intents_that_are_none(self, wire: Wire, stage: Stage) -> None:
        async with wire.connect() as listener:
            await listener.identify(stage.app, 1 << 40)
            assert await listener.end() == 4013

    async def test_a_shard_that_cannot_be(self, wire: Wire, stage: Stage) -> None:
        async with wire.connect() as listener:
            await listener.identify(stage.app, shard=[2, 2])
            assert await listener.end() == 4010

    async def test_a_version_that_is_gone(self, wire: Wire) -> None:
        async with wire.connect("?v=5&encoding=json") as listener:
            assert await listener.end() == 4012

    async def test_asking_before_saying_who(self, wire: Wire) -> None:
        async with wire.connect() as listener:
            await listener.send(8, {"guild_id": "1", "query": "", "limit": 0})
            assert await listener.end() == 4003

    async def test_saying_who_twice(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen() as listener:
            await listener.identify(stage.app)
            assert await listener.end() == 4005

    async def test_what_is_no_operation(self, wire: Wire) -> None:
        async with wire.listen() as listener:
            await listener.send(99, None)
            assert await listener.end() == 4001

    async def test_what_is_no_json(self, wire: Wire) -> None:
        async with wire.connect() as listener:
            await listener.socket.send_str("hello?")
            assert await listener.end() == 4002

    async def test_talking_too_fast(self, wire: Wire) -> None:
        async with wire.listen() as listener:
            for _ in range(120):
                await listener.send(3, {"status": "online", "activities": [], "since": None, "afk": False})
            assert await listener.end() == 4008


class TestHearing:
    async def test_each_intent_brings_its_events(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen(GUILDS) as few, wire.listen(GUILDS | MESSAGES) as more:
            stage.fan.says(stage.general, "Hello")
            assert await more.event("MESSAGE_CREATE")
            assert await few.silence() == []

    async def test_without_its_intent_content_is_empty_unless_it_concerns_the_bot(
        self, wire: Wire, stage: Stage
    ) -> None:
        async with wire.listen(ALL_INTENTS & ~CONTENT) as listener:
            stage.fan.uploads(stage.general, b"x", "x.txt", "text/plain", text="Not for you")
            blank = await listener.event("MESSAGE_CREATE")
            stage.fan.mentions(stage.general, stage.app, "for you")
            meant = await listener.event("MESSAGE_CREATE")
            stage.fan.says(stage.app, "in private")
            private = await listener.event("MESSAGE_CREATE")
        assert (blank["content"], blank["attachments"], blank["embeds"], blank["components"]) == (
            "",
            [],
            [],
            [],
        )
        assert meant["content"].endswith("for you")
        assert private["content"] == "in private"

    async def test_a_channel_that_it_does_not_see_is_silent(self, wire: Wire, stage: Stage) -> None:
        stage.world.overwrite(stage.staff, stage.app.user, deny=1 << 10)
        async with wire.listen() as listener:
            stage.moderator.says(stage.staff, "Among ourselves")
            assert await listener.silence() == []

    async def test_it_hears_that_it_has_lost_sight_of_a_channel(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen() as listener:
            stage.world.overwrite(stage.general, stage.app.user, deny=1 << 10)
            told = await listener.event("CHANNEL_UPDATE")
            stage.fan.says(stage.general, "Alone at last")
            assert await listener.silence() == []
        assert {one["id"] for one in told["permission_overwrites"]} == {str(stage.app.id)}

    async def test_of_itself_it_hears_without_the_intent_for_members(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen(GUILDS) as listener:
            stage.creator.gives(stage.guild, stage.fan.user, stage.moderators)
            stage.creator.gives(stage.guild, stage.app.user, stage.moderators)
            told = await listener.event("GUILD_MEMBER_UPDATE")
            assert await listener.silence() == []
        assert told["user"]["id"] == str(stage.app.id)

    async def test_a_private_thread_shows_itself_to_who_is_taken_in(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen() as listener:
            thread = stage.moderator.starts_thread(stage.general, "Cases", type=PRIVATE_THREAD)
            stage.world.overwrite(stage.general, stage.app.user, deny=1 << 34)
            await listener.event("CHANNEL_UPDATE")
            stage.moderator.says(thread, "Among ourselves")
            assert await listener.silence() == []
            stage.world.join_thread(thread, stage.app.user)
            assert (await listener.event("THREAD_CREATE"))["id"] == str(thread.id)
            stage.moderator.says(thread, "With you")
            assert (await listener.event("MESSAGE_CREATE"))["content"] == "With you"

    async def test_a_guild_belongs_to_one_shard_and_private_channels_to_the_first(
        self, wire: Wire, stage: Stage
    ) -> None:
        mine = (stage.guild.id >> 22) % 2
        async with wire.listen(shard=[0, 2]) as first, wire.listen(shard=[1, 2]) as second:
            stage.fan.says(stage.app, "In private")
            assert (await first.event("MESSAGE_CREATE"))["content"] == "In private"
            stage.fan.says(stage.general, "In the guild")
            here, elsewhere = (first, second) if mine == 0 else (second, first)
            assert (await here.event("MESSAGE_CREATE"))["content"] == "In the guild"
            assert await elsewhere.silence() == []

    async def test_members_are_told_in_chunks_when_asked(self, wire: Wire, stage: Stage) -> None:
        for number in range(1500):
            stage.world.enter(stage.guild, stage.world.user(f"fan{number}"))
        async with wire.listen() as listener:
            ask = {"guild_id": str(stage.guild.id), "query": "", "limit": 0, "nonce": "all"}
            await listener.send(8, ask)
            chunks = [await listener.event("GUILD_MEMBERS_CHUNK") for _ in range(2)]
            await listener.send(
                8, {"guild_id": str(stage.guild.id), "user_ids": [str(stage.fan.user.id), "1"]}
            )
            one = await listener.event("GUILD_MEMBERS_CHUNK")
        assert [len(each["members"]) for each in chunks] == [1000, 504]
        assert [each["chunk_index"] for each in chunks] == [0, 1]
        assert ([each["user"]["username"] for each in one["members"]], one["not_found"]) == (["ana"], ["1"])


class TestComingBack:
    async def test_what_was_missed_is_told_in_order_then_resumed(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen() as listener:
            stage.fan.says(stage.general, "one")
            await listener.event("MESSAGE_CREATE")
            known = listener.session_id, listener.sequence
            stage.world.faults.drop(stage.app)
            with pytest.raises(ConnectionError):
                await listener.next()
        for text in ("two", "three"):
            stage.fan.says(stage.general, text)
        async with wire.connect() as again:
            await again.op(10)
            await again.resume(stage.app, *known)
            said = [(await again.next()) for _ in range(3)]
        assert [one["t"] for one in said] == ["MESSAGE_CREATE", "MESSAGE_CREATE", "RESUMED"]
        assert [one["d"].get("content") for one in said] == ["two", "three", None]
        assert [one["s"] for one in said] == [known[1] + number for number in (1, 2, 3)]
        assert wire.server.gateway.resumed == [stage.app.id]

    async def test_a_session_that_is_long_gone_is_invalid(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen() as listener:
            known = listener.session_id, listener.sequence
            stage.world.faults.drop(stage.app)
            with pytest.raises(ConnectionError):
                await listener.next()
        stage.world.clock.moves(600)
        async with wire.connect() as again:
            await again.resume(stage.app, *known)
            assert await again.op(9) is False

    async def test_who_says_goodbye_has_no_session_any_more(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen() as listener:
            known = listener.session_id, listener.sequence
            await listener.socket.close(code=1000)
        async with wire.connect() as again:
            await again.resume(stage.app, *known)
            assert await again.op(9) is False

    async def test_events_that_were_heard_can_come_again(self, wire: Wire, stage: Stage) -> None:
        stage.world.faults.repeats = 1
        async with wire.listen() as listener:
            stage.fan.says(stage.general, "one")
            heard = await listener.event("MESSAGE_CREATE")
            known = listener.session_id, listener.sequence
            stage.world.faults.drop(stage.app)
            with pytest.raises(ConnectionError):
                await listener.next()
        async with wire.connect() as again:
            await again.resume(stage.app, *known)
            assert (await again.event("MESSAGE_CREATE"))["id"] == heard["id"]


class TestMisbehaving:
    async def test_it_asks_to_reconnect(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen() as listener:
            stage.world.faults.reconnect(stage.app)
            assert await listener.op(7) is None

    @pytest.mark.parametrize("resumable", [True, False])
    async def test_it_declares_a_session_invalid(self, wire: Wire, stage: Stage, resumable: bool) -> None:
        async with wire.listen() as listener:
            stage.world.faults.invalidate(stage.app, resumable=resumable)
            assert await listener.op(9) is resumable

    async def test_it_ends_connections_with_a_code(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen() as listener:
            stage.world.faults.close(stage.app, 4009)
            assert await listener.end() == 4009

    async def test_it_leaves_heartbeats_unanswered(self, wire: Wire, stage: Stage) -> None:
        async with wire.listen() as listener:
            await listener.send(1, listener.sequence)
            assert await listener.op(11) is None
            stage.world.faults.silence(stage.app)
            await listener.send(1, listener.sequence)
            assert await listener.silence() == []

    async def test_it_tells_everything_twice(self, wire: Wire, stage: Stage) -> None:
        stage.world.faults.duplicates = 1.0
        async with wire.listen() as listener:
            stage.fan.says(stage.general, "Hello")
            heard = [await listener.event("MESSAGE_CREATE") for _ in range(2)]
        assert heard[0] == heard[1]

    async def test_it_tells_what_comes_at_once_in_another_order(self, wire: Wire, stage: Stage) -> None:
        stage.world.faults.shuffles = 1.0
        async with wire.listen() as listener:
            texts = [f"number {number}" for number in range(10)]
            for one in texts:
                stage.fan.says(stage.general, one)
            for _ in texts:
                await listener.event("MESSAGE_CREATE")
        said = [one for one in listener.heard if one["t"] == "MESSAGE_CREATE"]
        heard = [one["d"]["content"] for one in said]
        assert heard != texts
        assert sorted(heard) == sorted(texts)
        assert [one["s"] for one in said] == sorted(one["s"] for one in said)


class TestSilence:
    @pytest.fixture
    async def server(self) -> AsyncIterator[DiscordServer]:
        async with DiscordServer(heartbeat_ms=500) as server:
            yield server

    async def test_who_gives_no_sign_of_life_is_let_go(self, wire: Wire) -> None:
        async with wire.listen() as listener:
            assert await listener.end() == 4009


class TestBeginningTooOften:
    async def test_a_session_each_five_seconds(self, wire: Wire, stage: Stage) -> None:
        stage.world.limits.rates = Rates()
        async with wire.listen(), wire.connect() as second:
            await second.identify(stage.app)
            assert await second.op(9) is False
        stage.world.clock.moves(5)
        async with wire.listen():
            pass

    async def test_the_days_sessions_are_counted_and_their_end_costs_the_token(
        self, wire: Wire, stage: Stage
    ) -> None:
        stage.app.session_budget = 2
        token = stage.app.token
        for left in (1, 0):
            async with wire.listen():
                told = (await wire.call("GET", "/gateway/bot")).body["session_start_limit"]
                assert (told["total"], told["remaining"]) == (2, left)
        async with wire.connect() as third:
            await third.identify(stage.app)
            await third.op(9)
        assert stage.app.token != token
        assert (await wire.call("GET", "/users/@me", token=token)).status == 401
