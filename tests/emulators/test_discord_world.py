"""What the Discord emulator's world keeps to: rights, what may be read, rates, files, and what is counted."""

from datetime import timedelta

import aiohttp
import pytest

from tests.emulators.clock import Clock
from tests.emulators.discord import permissions, spec
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.guilds import PRIVATE_THREAD, Channel
from tests.emulators.discord.limits import Rates
from tests.emulators.discord.people import CONTENT
from tests.emulators.discord.permissions import ALL, May
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.snowflakes import Snowflakes, moment
from tests.emulators.discord.stage import Stage, set_up
from tests.emulators.discord.wire import Wire
from tests.emulators.discord.world import World

SEND = "POST /channels/{channel_id}/messages"


@pytest.fixture
def alone() -> Stage:
    """A stage that no server serves."""
    return set_up(World())


class TestIdentifiers:
    def test_each_is_larger_than_the_one_before_and_tells_its_moment(self) -> None:
        clock = Clock()
        ids = Snowflakes(clock)
        made = [ids.new() for _ in range(5000)]
        assert made == sorted(set(made))
        assert abs(moment(made[0]) - clock.now()) < 1
        clock.moves(3600)
        assert moment(ids.new()) - moment(made[-1]) == pytest.approx(3600, abs=1)


class TestRights:
    def bits(self, stage: Stage, channel: Channel, who: int) -> May:
        return May(permissions.inside(channel, who, stage.world.clock.now()))

    def test_an_owner_and_an_administrator_may_everything(self, alone: Stage) -> None:
        assert self.bits(alone, alone.staff, alone.creator.user.id) == ALL
        role = alone.world.role(alone.guild, "Admin", May.ADMINISTRATOR)
        alone.creator.gives(alone.guild, alone.fan.user, role)
        assert self.bits(alone, alone.staff, alone.fan.user.id) == ALL

    def test_roles_are_added_up(self, alone: Stage) -> None:
        assert May.KICK_MEMBERS in self.bits(alone, alone.general, alone.moderator.user.id)
        assert May.KICK_MEMBERS not in self.bits(alone, alone.general, alone.fan.user.id)

    def test_a_members_overwrite_beats_a_roles_which_beats_everybodys(self, alone: Stage) -> None:
        world, fan, place = alone.world, alone.fan.user, alone.lab
        role = world.role(alone.guild, "Fans")
        alone.creator.gives(alone.guild, fan, role)
        world.overwrite(place, alone.guild.roles[alone.guild.id], deny=May.SEND_MESSAGES)
        assert May.SEND_MESSAGES not in self.bits(alone, place, fan.id)
        world.overwrite(place, role, allow=May.SEND_MESSAGES)
        assert May.SEND_MESSAGES in self.bits(alone, place, fan.id)
        world.overwrite(place, fan, deny=May.SEND_MESSAGES)
        assert May.SEND_MESSAGES not in self.bits(alone, place, fan.id)

    def test_who_does_not_see_a_channel_may_nothing_there(self, alone: Stage) -> None:
        assert self.bits(alone, alone.staff, alone.fan.user.id) == 0
        with pytest.raises(ApiError, match="50001"):
            alone.fan.says(alone.staff, "Hello?")

    def test_who_may_not_write_may_not_attach_either(self, alone: Stage) -> None:
        alone.world.overwrite(alone.lab, alone.fan.user, deny=May.SEND_MESSAGES)
        assert May.ATTACH_FILES not in self.bits(alone, alone.lab, alone.fan.user.id)

    def test_who_is_timed_out_reads_alone(self, alone: Stage) -> None:
        alone.moderator.times_out(alone.guild, alone.fan.user, timedelta(minutes=5))
        found = self.bits(alone, alone.general, alone.fan.user.id)
        assert found == May.VIEW_CHANNEL | May.READ_MESSAGE_HISTORY
        alone.world.clock.moves(300)
        assert May.SEND_MESSAGES in self.bits(alone, alone.general, alone.fan.user.id)

    def test_a_thread_has_its_channels_rights_and_a_private_one_its_members(self, alone: Stage) -> None:
        thread = alone.moderator.starts_thread(alone.staff, "Cases")
        assert self.bits(alone, thread, alone.fan.user.id) == 0
        secret = alone.moderator.starts_thread(alone.general, "Secret", type=PRIVATE_THREAD)
        assert self.bits(alone, secret, alone.fan.user.id) == 0
        alone.world.join_thread(secret, alone.fan.user)
        assert May.SEND_MESSAGES in self.bits(alone, secret, alone.fan.user.id)

    def test_nobody_acts_on_who_stands_higher(self, alone: Stage) -> None:
        with pytest.raises(ApiError, match="50013"):
            alone.moderator.kicks(alone.guild, alone.creator.user)
        with pytest.raises(ApiError, match="50013"):
            alone.fan.bans(alone.guild, alone.moderator.user)


class TestPeople:
    def test_they_put_posts_with_tags_into_a_forum(self, alone: Stage) -> None:
        post = alone.fan.posts(alone.forum, "Which wax?", "For a tall candle", "wax")
        assert post.thread is not None
        assert [str(one) for one in post.thread.tags] == [alone.forum.tags[0]["id"]]
        assert next(iter(post.messages.values())).id == post.id
        with pytest.raises(LookupError):
            alone.fan.posts(alone.forum, "Which?", "?", "soap")

    def test_they_reply_forward_and_whisper(self, alone: Stage) -> None:
        said = alone.moderator.says(alone.general, "Hello")
        reply = alone.fan.replies(said, "Hi")
        assert (reply.content.reference, reply.mentions) == (said, [alone.moderator.user])
        alone.fan.forwards(said, alone.lab)
        alone.moderator.edits(said, "Bye")
        forwarded = alone.fan.sees(alone.lab)[-1].to_json("", 0.0)
        assert forwarded["message_snapshots"][0]["message"]["content"] == "Hello"
        assert alone.fan.whispers(alone.lab, "psst").flags == 1 << 12

    def test_they_react_vote_and_take_back(self, alone: Stage) -> None:
        poll = alone.moderator.asks_all(alone.general, "Which?", "wax", "wick", hours=1)
        alone.fan.votes(poll, "wax")
        alone.fan.votes(poll, "wick")
        assert poll.content.poll is not None
        assert poll.content.poll.votes == {1: [], 2: [alone.fan.user.id]}
        alone.world.clock.moves(3601)
        with pytest.raises(ApiError, match="520001"):
            alone.fan.votes(poll, "wax")
        alone.fan.reacts(poll, "🕯")
        assert poll.reactions == {"🕯": [alone.fan.user.id]}
        alone.fan.takes_back(poll, "🕯")
        assert poll.reactions == {}

    def test_they_change_what_is_their_own(self, alone: Stage) -> None:
        said = alone.moderator.says(alone.general, "Hello")
        with pytest.raises(ApiError, match="50005"):
            alone.fan.edits(said, "x")
        with pytest.raises(ApiError, match="50013"):
            alone.fan.deletes(said)
        alone.moderator.deletes(alone.fan.says(alone.general, "spam"))
        assert alone.fan.texts(alone.general) == ["Hello"]


class TestReading:
    async def test_without_the_intent_history_is_empty_but_what_concerns_the_bot(
        self, stage: Stage, wire: Wire
    ) -> None:
        stage.app.privileged &= ~CONTENT
        stage.fan.says(stage.general, "Not for you")
        stage.fan.mentions(stage.general, stage.app, "for you")
        stage.fan.says(stage.app, "in private")
        said = (await wire.call("GET", f"/channels/{stage.general.id}/messages")).body
        assert [one["content"] for one in said] == [f"<@{stage.app.id}> for you", ""]
        private = stage.world.private_channel(stage.app.user, stage.fan.user)
        said = (await wire.call("GET", f"/channels/{private.id}/messages")).body
        assert [one["content"] for one in said] == ["in private"]

    async def test_without_the_right_there_is_no_history(self, stage: Stage, wire: Wire) -> None:
        stage.fan.says(stage.general, "Hello")
        stage.world.overwrite(stage.general, stage.app.user, deny=May.READ_MESSAGE_HISTORY)
        assert (await wire.call("GET", f"/channels/{stage.general.id}/messages")).body == []

    async def test_characters_are_counted_not_bytes(self, stage: Stage, wire: Wire) -> None:
        said = await wire.call("POST", f"/channels/{stage.general.id}/messages", {"content": "🕯" * 2000})
        assert said.status == 200

    async def test_a_fan_sees_only_what_is_for_everybody(self, stage: Stage) -> None:
        assert stage.fan.texts(stage.general) == []
        stage.moderator.says(stage.staff, "Among ourselves")
        assert stage.moderator.texts(stage.staff) == ["Among ourselves"]
        with pytest.raises(ApiError, match="50001"):
            stage.fan.texts(stage.staff)


class TestFiles:
    async def test_an_address_works_for_a_day_and_a_new_one_after(self, stage: Stage, wire: Wire) -> None:
        message = stage.fan.uploads(stage.general, b"yellow", "flame.txt", "text/plain")
        path = f"/channels/{stage.general.id}/messages/{message.id}"
        first = (await wire.call("GET", path)).body["attachments"][0]["url"]

        async def download(url: str) -> int:
            async with wire.session.get(url) as answer:
                return answer.status

        assert await download(first) == 200
        assert await download(first.partition("?")[0]) == 404
        stage.world.clock.moves(86_401)
        assert await download(first) == 404
        again = (await wire.call("GET", path)).body["attachments"][0]["url"]
        assert await download(again) == 200


class TestRates:
    async def test_a_routes_bucket_is_told_and_kept(self, stage: Stage, wire: Wire) -> None:
        stage.world.limits.rates = Rates()
        said = [
            await wire.call("POST", f"/channels/{stage.general.id}/messages", {"content": "x"})
            for _ in range(6)
        ]
        assert [one.status for one in said] == [200] * 5 + [429]
        assert [one.headers["X-RateLimit-Remaining"] for one in said] == ["4", "3", "2", "1", "0", "0"]
        assert len({one.headers["X-RateLimit-Bucket"] for one in said}) == 1
        refusal = said[-1]
        assert set(refusal.body) == {"message", "code", "retry_after", "global"}
        assert refusal.body["global"] is False
        assert refusal.headers["X-RateLimit-Scope"] == "user"
        assert stage.world.limits.refused == {stage.app.id: 1}

    async def test_each_channel_has_its_own(self, stage: Stage, wire: Wire) -> None:
        stage.world.limits.rates = Rates()
        for channel in (stage.general, stage.lab):
            for _ in range(5):
                said = await wire.call("POST", f"/channels/{channel.id}/messages", {"content": "x"})
                assert said.status == 200
        stage.world.clock.moves(5)
        said = await wire.call("POST", f"/channels/{stage.general.id}/messages", {"content": "x"})
        assert said.status == 200

    async def test_each_interaction_has_its_own(self, stage: Stage, wire: Wire) -> None:
        stage.world.limits.rates = Rates()
        for token in ("one", "two"):
            for _ in range(5):
                path = f"/webhooks/{stage.app.id}/{token}"
                assert (await wire.call("POST", path, {"content": "x"}, token="")).code == 50027

    async def test_a_channel_is_named_twice_in_ten_minutes_and_slowed_as_often_as_one_likes(
        self, stage: Stage, wire: Wire
    ) -> None:
        stage.world.limits.rates = Rates()
        path = f"/channels/{stage.general.id}"
        said = [await wire.call("PATCH", path, {"topic": f"{number}"}) for number in range(3)]
        assert [one.status for one in said] == [200, 200, 429]
        assert int(said[2].headers["X-RateLimit-Remaining"]) > 0
        assert said[2].body["retry_after"] > 590
        assert (await wire.call("PATCH", path, {"rate_limit_per_user": 5})).status == 200

    async def test_fifty_a_second_in_all_but_for_interactions(self, stage: Stage, wire: Wire) -> None:
        stage.world.clock.pace = 0.001
        stage.world.limits.rates = Rates(in_all_per_s=3, usual=(100, 1.0))
        said = [await wire.call("GET", "/users/@me") for _ in range(4)]
        assert [one.status for one in said] == [200, 200, 200, 429]
        assert said[-1].body["global"] is True
        assert said[-1].headers["X-RateLimit-Scope"] == "global"
        told = await wire.call("POST", "/interactions/1/x/callback", {"type": 5}, token="")
        assert told.code == 10062

    async def test_who_asks_wrongly_too_often_is_shut_out(self, stage: Stage, wire: Wire) -> None:
        stage.world.limits.most_invalid = 3
        for _ in range(3):
            assert (await wire.call("GET", "/users/@me", token="nobody's")).status == 401
        shut = await wire.call("GET", "/users/@me")
        assert (shut.status, type(shut.body)) == (429, str)
        assert "Via" not in shut.headers
        stage.world.clock.moves(601)
        assert (await wire.call("GET", "/users/@me")).status == 200

    async def test_a_shared_limit_is_nobodys_fault(self, stage: Stage, wire: Wire) -> None:
        stage.world.faults.limit(1.0, scope="shared")
        assert (await wire.call("GET", "/users/@me")).headers["X-RateLimit-Scope"] == "shared"
        assert len(stage.world.limits.invalid) == 0

    async def test_two_hundred_commands_a_day(self, stage: Stage, wire: Wire) -> None:
        path = f"/applications/{stage.app.id}/commands"
        for number in range(2):
            names = [{"name": f"c{number}-{n}", "description": "x"} for n in range(100)]
            assert (await wire.call("PUT", path, names)).status == 200
        assert (await wire.call("PUT", path, names)).status == 200
        await wire.call("PUT", path, names[:50])
        refused = await wire.call("POST", path, {"name": "one-more", "description": "x"})
        assert refused.code == 30034
        stage.world.clock.moves(86_401)
        assert (await wire.call("POST", path, {"name": "one-more", "description": "x"})).status == 201


class TestCommands:
    async def test_one_that_has_not_changed_keeps_its_version(self, stage: Stage, wire: Wire) -> None:
        path = f"/applications/{stage.app.id}/commands"
        ask = {"name": "ask", "description": "Ask", "name_localizations": {"de": "frag"}}
        first = (await wire.call("PUT", path, [ask])).body[0]
        again = (await wire.call("PUT", path, [ask])).body[0]
        changed = (await wire.call("PUT", path, [ask | {"description": "Ask me"}])).body[0]
        assert first == again
        assert (changed["id"], changed["version"] != first["version"]) == (first["id"], True)
        assert "name_localizations" not in (await wire.call("GET", path)).body[0]
        whole = (await wire.call("GET", path, query={"with_localizations": "true"})).body[0]
        assert whole["name_localizations"] == {"de": "frag"}


class TestMisbehaving:
    async def test_a_slow_answer_is_an_answer(self, stage: Stage, wire: Wire) -> None:
        stage.world.faults.slow(0.1, "GET /users/@me")
        began = stage.world.clock.now()
        assert (await wire.call("GET", "/users/@me")).status == 200
        assert stage.world.clock.now() - began >= 0.1

    async def test_a_lost_call_was_not_carried_out(self, stage: Stage, wire: Wire) -> None:
        stage.world.faults.lose_call(SEND)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await wire.call("POST", f"/channels/{stage.general.id}/messages", {"content": "x"})
        assert stage.fan.texts(stage.general) == []

    @pytest.mark.dataset
    @pytest.mark.skipif(spec.load() is None, reason="Discord's document isn't there")
    async def test_what_nobody_has_needed_yet_is_no_silent_success(
        self, stage: Stage, wire: Wire, server: DiscordServer
    ) -> None:
        said = await wire.call("GET", f"/guilds/{stage.guild.id}/webhooks")
        assert said.status == 501
        assert server.complaints == [f"Not emulated: GET /guilds/{stage.guild.id}/webhooks"]
        server.complaints.clear()

    async def test_why_something_was_done_is_written_down(
        self, stage: Stage, wire: Wire, server: DiscordServer
    ) -> None:
        path = f"/guilds/{stage.guild.id}/members/{stage.fan.user.id}"
        await wire.call("DELETE", path, reason="Spam, %E5%9E%83%E5%9C%BE")
        entry = (await wire.call("GET", f"/guilds/{stage.guild.id}/audit-logs")).body["audit_log_entries"][0]
        assert (entry["action_type"], entry["reason"]) == (20, "Spam, 垃圾")
        assert server.made("DELETE /guilds/{guild_id}/members/{user_id}")[0].reason == "Spam, 垃圾"
