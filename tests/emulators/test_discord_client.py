"""Real discord.py at the Discord emulator: what its objects do, and how it gets through what goes wrong."""

import asyncio
import io
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest

from tests.emulators.discord.client import Connect
from tests.emulators.discord.limits import Rates
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.emulators.discord.visitors import Visitor

SEND = "POST /channels/{channel_id}/messages"


class Client(discord.Client):
    """A client that writes down which messages it hears."""

    def __init__(self, **more: Any) -> None:
        intents = discord.Intents.all()
        super().__init__(intents=intents, guild_ready_timeout=0.01, **more)
        self.heard: list[str] = []
        self._more = asyncio.Event()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message.content)
        self._more.set()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Begin sessions without the five seconds that Discord wants between them."""

    async def hears(self, *texts: str) -> None:
        """Wait until it has heard these messages."""
        while set(texts) - set(self.heard):
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), 10)


class Shards(discord.AutoShardedClient):
    """A client of several shards, which begin at once."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """As above."""


@pytest.fixture
async def client(connect: Connect, stage: Stage) -> Client:
    made = Client()
    await connect(made, stage.app)
    return made


@pytest.fixture
def general(client: Client, stage: Stage) -> discord.TextChannel:
    found = client.get_channel(stage.general.id)
    assert isinstance(found, discord.TextChannel)
    return found


@pytest.fixture
def guild(client: Client) -> discord.Guild:
    return client.guilds[0]


class TestItsObjects:
    async def test_a_message_with_everything(self, general: discord.TextChannel, stage: Stage) -> None:
        embed = discord.Embed(title="Flames", description="why", color=0xFFAA00, url="https://example.org/")
        embed.set_footer(text="Candle lab").add_field(name="page", value="12")
        file = discord.File(io.BytesIO(b"yellow"), "flame.txt", description="A flame")
        view = discord.ui.View().add_item(discord.ui.Button(label="Source", url="https://example.org/"))
        sent = await general.send("Look", embed=embed, file=file, view=view, silent=True)
        assert stage.fan.texts(stage.general) == ["Look"]
        assert (sent.embeds[0].title, sent.embeds[0].footer.text) == ("Flames", "Candle lab")
        assert await sent.attachments[0].read() == b"yellow"
        assert sent.attachments[0].description == "A flame"
        assert sent.flags.silent

    async def test_components_of_the_second_kind(self, general: discord.TextChannel, stage: Stage) -> None:
        view = discord.ui.LayoutView()
        button: discord.ui.Button[Any] = discord.ui.Button(label="More", custom_id="more")
        section = discord.ui.Section("It burns carbon.", accessory=button)
        view.add_item(discord.ui.Container(discord.ui.TextDisplay("# Why yellow?"), section))
        sent = await general.send(view=view)
        assert sent.flags.components_v2
        assert stage.fan.presses(stage.general.messages[sent.id], "More").data["custom_id"] == "more"

    async def test_the_same_nonce_is_the_same_message(
        self, general: discord.TextChannel, stage: Stage
    ) -> None:
        first = await general.send("Once", nonce="outbound-1")
        again = await general.send("Once", nonce="outbound-1")
        assert first.id == again.id
        assert stage.fan.texts(stage.general) == ["Once"]
        stage.world.clock.moves(301)
        assert (await general.send("Once", nonce="outbound-1")).id != first.id

    async def test_a_reply_and_a_forward(
        self, client: Client, general: discord.TextChannel, stage: Stage
    ) -> None:
        asked = stage.fan.mentions(stage.general, stage.app, "why?")
        await client.hears(asked.content.text)
        reply = await general.get_partial_message(asked.id).reply("Carbon.", mention_author=False)
        assert reply.reference is not None
        assert reply.reference.message_id == asked.id
        assert stage.general.messages[reply.id].mentions == []
        lab = client.get_channel(stage.lab.id)
        assert isinstance(lab, discord.TextChannel)
        forwarded = await general.get_partial_message(reply.id).forward(lab)
        await general.get_partial_message(reply.id).edit(content="Soot.")
        later = await lab.fetch_message(forwarded.id)
        assert [one.message_snapshots[0].content for one in (forwarded, later)] == ["Carbon."] * 2

    async def test_mentions_that_are_not_allowed_reach_nobody(
        self, general: discord.TextChannel, stage: Stage
    ) -> None:
        everyone = f"@everyone <@{stage.fan.user.id}> <@&{stage.moderators.id}>"
        sent = await general.send(everyone, allowed_mentions=discord.AllowedMentions.none())
        loud = await general.send(everyone)
        assert (sent.mention_everyone, sent.mentions, sent.role_mentions) == (False, [], [])
        assert (loud.mention_everyone, [one.id for one in loud.mentions]) == (True, [stage.fan.user.id])

    async def test_a_poll(self, client: Client, general: discord.TextChannel, stage: Stage) -> None:
        poll = discord.Poll("Which?", timedelta(hours=1)).add_answer(text="Wax").add_answer(text="Wick")
        sent = await general.send(poll=poll)
        stage.fan.votes(stage.general.messages[sent.id], "Wax")
        stage.moderator.votes(stage.general.messages[sent.id], "Wick")
        stage.fan.votes(stage.general.messages[sent.id], "Wick")
        found = (await general.fetch_message(sent.id)).poll
        assert found is not None
        assert [one.vote_count for one in found.answers] == [0, 2]
        both = {stage.fan.user.id, stage.moderator.user.id}
        assert {one.id async for one in found.answers[1].voters()} == both
        ended = await found.end()
        assert ended.is_finalised()

    async def test_a_voice_message_of_a_fans(self, client: Client, stage: Stage) -> None:
        waiting = asyncio.create_task(client.wait_for("message", timeout=5))
        await asyncio.sleep(0)
        stage.fan.records(stage.app, b"OggS" + b"0" * 100, 2.5)
        message = await waiting
        assert message.flags.voice
        assert (message.attachments[0].duration, message.attachments[0].is_voice_message()) == (2.5, True)
        assert (await message.attachments[0].read()).startswith(b"OggS")

    async def test_threads_and_a_forum(
        self, client: Client, general: discord.TextChannel, stage: Stage
    ) -> None:
        said = stage.fan.says(stage.general, "Why?")
        thread = await general.get_partial_message(said.id).create_thread(
            name="Flames", auto_archive_duration=60
        )
        await thread.send("In here")
        assert stage.fan.texts(stage.world.channels[thread.id]) == ["In here"]
        forum = client.get_channel(stage.forum.id)
        assert isinstance(forum, discord.ForumChannel)
        made = await forum.create_thread(
            name="Wax?", content="Which wax?", applied_tags=[forum.available_tags[0]]
        )
        assert made.thread.applied_tags[0].name == "wax"
        assert made.message.id == made.thread.id
        await made.thread.edit(archived=True, locked=True)
        with pytest.raises(discord.HTTPException, match="50083"):
            await made.message.add_reaction("👍")
        assert [one.id for one in await client.guilds[0].active_threads()] == [thread.id]
        stage.world.clock.moves(3601)
        assert await client.guilds[0].active_threads() == []
        await thread.send("Awake again")
        assert [one.id for one in await client.guilds[0].active_threads()] == [thread.id]

    async def test_history_in_both_directions(self, general: discord.TextChannel, stage: Stage) -> None:
        made = [stage.fan.says(stage.general, f"{number}") for number in range(250)]
        newest = [one.content async for one in general.history(limit=120)]
        assert newest == [f"{number}" for number in range(249, 129, -1)]
        since = discord.Object(made[99].id)
        later = [one.content async for one in general.history(limit=None, after=since)]
        assert later == [f"{number}" for number in range(100, 250)]

    async def test_moderation(self, guild: discord.Guild, stage: Stage) -> None:
        member = guild.get_member(stage.fan.user.id)
        assert member is not None
        role = await guild.create_role(name="Warned", color=discord.Color.red())
        await member.add_roles(role, reason="spam")
        assert stage.guild.members[member.id].roles == [role.id]
        await role.edit(name="Warned twice")
        await member.remove_roles(role)
        await role.delete()
        await member.timeout(timedelta(minutes=5), reason="still spam")
        with pytest.raises(Exception, match="50013"):
            stage.fan.says(stage.general, "But")
        await member.timeout(None)
        stage.fan.says(stage.general, "Sorry")
        await member.ban(delete_message_seconds=3600, reason="垃圾")
        assert stage.moderator.texts(stage.general) == []
        with pytest.raises(Exception, match="40007"):
            stage.fan.joins(stage.guild)
        assert [(entry.user.id, entry.reason) async for entry in guild.bans()] == [(member.id, "垃圾")]
        await guild.unban(member)
        stage.fan.joins(stage.guild)
        assert [one async for one in guild.bans()] == []

    async def test_a_channels_slow_mode_and_purge(self, general: discord.TextChannel, stage: Stage) -> None:
        for number in range(5):
            stage.fan.says(stage.general, f"{number}")
        await general.edit(slowmode_delay=30)
        stage.fan.says(stage.general, "first")
        with pytest.raises(Exception, match="20016"):
            stage.fan.says(stage.general, "too soon")
        stage.world.clock.moves(30)
        stage.fan.says(stage.general, "now")
        assert len(await general.purge(limit=6)) == 6
        assert stage.fan.texts(stage.general) == ["0"]

    async def test_a_raid_finds_the_door_closed(self, guild: discord.Guild, stage: Stage) -> None:
        next(one for one in stage.guild.roles.values() if one.bot_id).permissions |= 1 << 5
        now = datetime.fromtimestamp(stage.world.clock.now(), UTC)
        await guild.edit(invites_disabled_until=now + timedelta(hours=1))
        newcomer = Visitor(stage.world, stage.world.user("raider"))
        with pytest.raises(Exception, match="10006"):
            newcomer.joins(stage.guild)
        stage.world.clock.moves(3600)
        newcomer.joins(stage.guild)

    async def test_its_own_profile(self, client: Client, guild: discord.Guild, stage: Stage) -> None:
        await guild.me.edit(nick="Ember", bio="I am an AI")
        assert stage.guild.members[stage.app.id].bio == "I am an AI"
        application = await client.application_info()
        changed = await application.edit(description="Answers for Ember")
        assert changed is not None
        assert stage.app.description == changed.description == "Answers for Ember"

    async def test_people_wait_for_it(
        self, client: Client, general: discord.TextChannel, stage: Stage
    ) -> None:
        asked = stage.fan.says(stage.general, "Why?")
        answering = asyncio.create_task(general.send("Carbon."))
        assert (await stage.fan.hears(stage.general, asked)).content.text == "Carbon."
        await answering
        with pytest.raises(TimeoutError):
            await stage.fan.hears(stage.general, within_s=0.05)

    async def test_in_private(self, client: Client, stage: Stage) -> None:
        user = await client.fetch_user(stage.fan.user.id)
        await user.send("Hello")
        assert stage.fan.texts(stage.app) == ["Hello"]
        stage.fan.blocks(stage.app)
        with pytest.raises(discord.Forbidden, match="50007"):
            await user.send("Hello?")


class TestWhatGoesWrong:
    async def test_a_dropped_connection_is_resumed_and_nothing_is_lost(
        self, server: DiscordServer, client: Client, stage: Stage
    ) -> None:
        for number in range(3):
            stage.world.faults.drop(stage.app)
            text = f"while away {number}"
            stage.fan.says(stage.general, text)
            await client.hears(text)
        assert client.heard == [f"while away {number}" for number in range(3)]
        assert len(server.gateway.resumed) == 3
        assert len(server.gateway.identified) == 1

    async def test_in_a_storm_everything_is_heard_at_least_once(
        self, server: DiscordServer, client: Client, stage: Stage
    ) -> None:
        faults = stage.world.faults
        faults.duplicates, faults.shuffles, faults.repeats = 0.5, 1.0, 3
        said = [f"number {number}" for number in range(200)]
        for number, text in enumerate(said):
            stage.fan.says(stage.general, text)
            if number % 40 == 20:
                await asyncio.sleep(0.03)
                faults.drop(stage.app)
            await asyncio.sleep(0)
        await client.hears(*said)
        assert len(client.heard) > len(said)
        assert len(server.gateway.identified) == 1
        assert client.heard != sorted(client.heard, key=said.index)

    async def test_a_reconnect_that_discord_asks_for(
        self, server: DiscordServer, client: Client, stage: Stage
    ) -> None:
        stage.world.faults.reconnect(stage.app)
        await client.wait_for("resumed", timeout=10)
        assert server.gateway.resumed == [stage.app.id]

    async def test_a_session_that_is_over_begins_anew(
        self, server: DiscordServer, client: Client, stage: Stage
    ) -> None:
        stage.world.faults.close(stage.app, 4009)
        stage.app.sessions.clear()
        await client.wait_for("ready", timeout=10)
        assert len(server.gateway.identified) == 2

    async def test_a_revoked_token_ends_it(self, connect: Connect, stage: Stage) -> None:
        client = Client()
        await client.login(stage.app.token)
        running = asyncio.create_task(client.connect())
        await client.wait_until_ready()
        stage.app.renew_token()
        with pytest.raises(discord.ConnectionClosed) as closed:
            await running
        assert (closed.value.code, client.is_closed()) == (4004, True)

    async def test_an_intent_that_is_not_allowed(self, connect: Connect, stage: Stage) -> None:
        stage.app.privileged = 0
        client = Client()
        await client.login(stage.app.token)
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.connect()
        await client.close()

    async def test_a_wrong_token(self, connect: Connect) -> None:
        client = Client()
        with pytest.raises(discord.LoginFailure):
            await client.login("nobody's")
        await client.close()

    async def test_too_many_requests_wait(
        self, server: DiscordServer, general: discord.TextChannel, stage: Stage
    ) -> None:
        stage.world.faults.limit(0.2, SEND)
        began = time.monotonic()
        await general.send("Patience")
        assert time.monotonic() - began >= 0.2
        assert [one.status for one in server.made(SEND)] == [429, 200]

    async def test_a_broken_server_is_asked_again(
        self, server: DiscordServer, general: discord.TextChannel, stage: Stage
    ) -> None:
        stage.world.faults.refuse(502, SEND)
        await general.send("Again")
        assert [one.status for one in server.made(SEND)] == [502, 200]

    async def test_a_lost_answer_was_carried_out(self, general: discord.TextChannel, stage: Stage) -> None:
        stage.world.faults.lose_answer(SEND)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await general.send("Sent?", nonce="n1")
        assert stage.fan.texts(stage.general) == ["Sent?"]
        await general.send("Sent?", nonce="n1")
        assert stage.fan.texts(stage.general) == ["Sent?"]

    async def test_it_keeps_to_the_rates_that_the_headers_tell(
        self, server: DiscordServer, general: discord.TextChannel, stage: Stage
    ) -> None:
        buckets = {SEND: (3, 0.3)}
        stage.world.limits.rates = Rates(buckets=buckets)
        await asyncio.gather(*(general.send(f"{number}") for number in range(9)))
        assert stage.world.limits.refused == {}
        assert len(server.made(SEND)) == 9

    async def test_shards(self, connect: Connect, stage: Stage, server: DiscordServer) -> None:
        for number in range(4):
            other = stage.world.guild(f"Guild {number}", stage.creator.user)
            stage.world.enter(other, stage.app.user)
        stage.app.shards, stage.app.max_concurrency = 2, 2
        client = Shards(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        await connect(client, stage.app)
        assert {one.shard_id for one in client.guilds} <= {0, 1}
        assert all((one.id >> 22) % 2 == one.shard_id for one in client.guilds)
        assert len(client.guilds) == 5
