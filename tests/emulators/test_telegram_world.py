"""What bots get to see in the Bot API emulator, how updates reach them, and its misbehaviour on demand."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.emulators.clock import Clock
from tests.emulators.telegram import spec
from tests.emulators.telegram.calling import METHODS
from tests.emulators.telegram.entities import between, clean, formatted, units
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.limits import Rates
from tests.emulators.telegram.people import Bot, Json
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage, set_up
from tests.emulators.telegram.updates import SECRET_HEADER
from tests.emulators.telegram.world import World


class Wire:
    """A bot at the other end of the wire, with no library at all."""

    def __init__(self, server: TelegramServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session
        self.stage = set_up(server.world)
        self.take(self.stage.bot)

    def take(self, bot: Bot) -> list[Json]:
        """What has come for a bot, taken out of its queue."""
        taken = list(bot.updates)
        bot.updates.clear()
        return taken

    async def call(self, method: str, **given: Any) -> Json:
        url = f"{self.server.url}/bot{self.stage.bot.token}/{method}"
        async with self.session.post(url, json=given) as answer:
            read: Json = await answer.json()
            return read


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with TelegramServer() as server, aiohttp.ClientSession() as session:
        yield Wire(server, session)
        assert server.complaints == []


def kinds(updates: list[Json]) -> list[str]:
    return [next(name for name in one if name != "update_id") for one in updates]


class TestWhoSeesWhat:
    @pytest.fixture
    def stage(self) -> Stage:
        stage = set_up(World())
        stage.creator.demotes(stage.supergroup, stage.bot)
        stage.bot.updates.clear()
        return stage

    @pytest.mark.parametrize(
        ("text", "seen"),
        [
            ("Hello everybody", False),
            ("@EmberStandInBot why is it yellow?", False),
            ("/help@EmberStandInBot", True),
            ("/help@OtherBot", False),
            ("/help", True),
        ],
    )
    def test_privacy_mode(self, stage: Stage, text: str, seen: bool) -> None:
        stage.fan.says(stage.supergroup, text)
        assert kinds(list(stage.bot.updates)) == (["message"] if seen else [])

    def test_a_bare_command_is_the_last_bots(self, stage: Stage) -> None:
        other = stage.world.bot("OtherBot")
        stage.creator.adds(stage.supergroup, other)
        stage.world.post(stage.supergroup, other, {"text": "I was here last."})
        stage.bot.updates.clear()
        stage.fan.says(stage.supergroup, "/help")
        assert not stage.bot.updates

    def test_a_reply_to_it(self, stage: Stage) -> None:
        own = stage.world.post(stage.supergroup, stage.bot, {"text": "Hot soot."})
        stage.fan.says(stage.supergroup, "Why?", reply_to=own)
        (update,) = stage.bot.updates
        assert update["message"]["reply_to_message"]["text"] == "Hot soot."
        assert update["message"]["message_thread_id"] == own["message_id"]

    def test_everything_as_an_administrator(self, stage: Stage) -> None:
        stage.fan.says(stage.group, "Hello everybody")
        stage.creator.promotes(stage.group, stage.bot)
        stage.fan.says(stage.group, "Hello again")
        assert kinds(list(stage.bot.updates)) == ["my_chat_member", "message"]

    def test_everything_where_privacy_was_off_when_it_came(self, stage: Stage) -> None:
        stage.bot.reads_all = True
        stage.fan.says(stage.group, "Hello everybody")
        assert not stage.bot.updates
        stage.creator.removes(stage.group, stage.bot)
        stage.creator.adds(stage.group, stage.bot)
        stage.bot.updates.clear()
        stage.bot.reads_all = False
        stage.fan.says(stage.group, "Hello again")
        assert kinds(list(stage.bot.updates)) == ["message"]

    def test_never_another_bots_words(self, stage: Stage) -> None:
        other = stage.world.bot("OtherBot")
        stage.creator.promotes(stage.supergroup, stage.bot)
        stage.creator.adds(stage.supergroup, other)
        stage.bot.updates.clear()
        stage.world.post(stage.supergroup, other, {"text": "@EmberStandInBot hello"})
        assert not stage.bot.updates

    def test_never_its_own(self, stage: Stage) -> None:
        stage.world.post(stage.supergroup, stage.bot, {"text": "Hot soot."})
        assert not stage.bot.updates

    def test_a_channels_post_and_its_copy_in_the_discussion(self, stage: Stage) -> None:
        post = stage.creator.says(stage.channel, "A new clip")
        there, copy = stage.bot.updates[0]["channel_post"], stage.bot.updates[1]["message"]
        assert there["sender_chat"]["title"] == "Candle news"
        assert copy["is_automatic_forward"] is True
        assert copy["forward_origin"]["message_id"] == post["message_id"]
        assert copy["from"]["id"] == 777000
        comment = stage.fan.says(stage.discussion, "Beautiful!", reply_to=copy)
        assert comment["message_thread_id"] == copy["message_id"]

    def test_a_topics_messages_carry_its_number(self, stage: Stage) -> None:
        said = stage.fan.says(stage.forum, "Which wax?", topic=stage.topic)
        assert (said["message_thread_id"], said["is_topic_message"]) == (stage.topic, True)
        assert "message_thread_id" not in stage.fan.says(stage.forum, "In general")

    def test_reactions_only_where_asked_for_and_as_an_administrator(self, stage: Stage) -> None:
        said = stage.fan.says(stage.forum, "Which wax?")
        stage.bot.updates.clear()
        stage.fan.reacts(said, "🔥")
        assert not stage.bot.updates
        stage.bot.allowed = frozenset({"message_reaction"})
        stage.fan.reacts(said, "👍")
        (update,) = stage.bot.updates
        assert update["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "🔥"}]

    def test_being_added_removed_blocked_and_a_group_that_moves(self, stage: Stage) -> None:
        stage.creator.removes(stage.supergroup, stage.bot)
        stage.fan.blocks(stage.bot)
        stage.world.migrate(stage.group, stage.creator.user)
        told = list(stage.bot.updates)
        assert kinds(told) == ["message", "my_chat_member", "my_chat_member", "message", "message"]
        assert told[2]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
        assert told[3]["message"]["migrate_to_chat_id"] == told[4]["message"]["chat"]["id"]


class TestTexts:
    def test_they_are_counted_in_utf_16(self) -> None:
        assert (units("😀a"), between("😀ab", 2, 1)) == (3, "a")
        with pytest.raises(ApiError, match="too long"):
            formatted("😀" * 2049, None, None)

    def test_what_turns_letters_round_is_taken_out(self) -> None:
        assert clean("abc\u202etxt.exe\x07\r\n") == "abctxt.exe \n"

    def test_entities_are_found_given_and_moved_with_the_spaces_before_them(self) -> None:
        text, marks = formatted(
            "  😀 see /help and a@b.example", [{"type": "bold", "offset": 5, "length": 3}], None
        )
        assert text == "😀 see /help and a@b.example"
        assert [(one["type"], between(text, one["offset"], one["length"])) for one in marks] == [
            ("bold", "see"), ("bot_command", "/help"), ("email", "a@b.example"),
        ]  # fmt: skip


class TestPolling:
    async def test_it_waits_for_what_comes(self, wire: Wire) -> None:
        polling = asyncio.create_task(wire.call("getUpdates", timeout=10))
        await asyncio.sleep(0.05)
        wire.stage.fan.says(wire.stage.bot, "hola")
        (update,) = (await polling)["result"]
        assert update["message"]["text"] == "hola"

    async def test_unconfirmed_ones_come_again(self, wire: Wire) -> None:
        for text in ("one", "two", "three"):
            wire.stage.fan.says(wire.stage.bot, text)
        first = (await wire.call("getUpdates", limit=2))["result"]
        assert [one["message"]["text"] for one in first] == ["one", "two"]
        again = (await wire.call("getUpdates", offset=first[0]["update_id"] + 1))["result"]
        assert [one["message"]["text"] for one in again] == ["two", "three"]
        last = (await wire.call("getUpdates", offset=-1))["result"]
        assert [one["message"]["text"] for one in last] == ["three"]

    async def test_a_second_poller_ends_the_first(self, wire: Wire) -> None:
        first = asyncio.create_task(wire.call("getUpdates", timeout=10))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(wire.call("getUpdates", timeout=10))
        refused = await first
        assert (refused["error_code"], "terminated by other getUpdates" in refused["description"]) == (
            409,
            True,
        )
        wire.stage.fan.says(wire.stage.bot, "hola")
        assert len((await second)["result"]) == 1

    async def test_only_the_kinds_that_it_asked_for(self, wire: Wire) -> None:
        await wire.call("getUpdates", allowed_updates=["my_chat_member"])
        wire.stage.fan.says(wire.stage.bot, "hola")
        wire.stage.fan.blocks(wire.stage.bot)
        assert kinds(list(wire.stage.bot.updates)) == ["my_chat_member"]


class Hook:
    """A webhook's other end: what it got, and the statuses with which it answers in turn."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Json]] = []
        self.statuses: list[int] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((request.headers.get(SECRET_HEADER, ""), await request.json()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    app = web.Application()
    app.router.add_post("/tg/1", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = "http://127.0.0.1:{}/tg/1".format(runner.addresses[0][1])  # noqa: UP032
    yield made
    await runner.cleanup()


async def eventually(what: Any, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


class TestWebhooks:
    async def test_updates_come_with_the_secret_in_order(self, wire: Wire, hook: Hook) -> None:
        await wire.call("setWebhook", url=hook.url, secret_token="s3cret")
        for text in ("one", "two"):
            wire.stage.fan.says(wire.stage.bot, text)
        await eventually(lambda: len(hook.got) == 2)
        assert [(secret, one["message"]["text"]) for secret, one in hook.got] == [
            ("s3cret", "one"),
            ("s3cret", "two"),
        ]
        await eventually(lambda: not wire.stage.bot.updates)

    async def test_what_fails_comes_again_and_is_told(self, wire: Wire, hook: Hook) -> None:
        hook.statuses = [500]
        await wire.call("setWebhook", url=hook.url)
        wire.stage.fan.says(wire.stage.bot, "one")
        await eventually(lambda: len(hook.got) == 2)
        assert hook.got[0][1] == hook.got[1][1]
        told = (await wire.call("getWebhookInfo"))["result"]
        assert told["last_error_message"] == "Wrong response from the webhook: 500"

    async def test_what_waited_is_polled_for_after_it_was_removed(self, wire: Wire, hook: Hook) -> None:
        hook.statuses = [500] * 100
        await wire.call("setWebhook", url=hook.url)
        wire.stage.fan.says(wire.stage.bot, "one")
        await eventually(lambda: hook.got)
        await wire.call("deleteWebhook")
        (update,) = (await wire.call("getUpdates"))["result"]
        assert update["message"]["text"] == "one"


class TestMisbehaviour:
    async def test_errors_on_demand(self, wire: Wire) -> None:
        wire.server.world.faults.limit(7, "sendMessage")
        wire.server.world.faults.refuse(502, "Bad Gateway", "sendMessage", times=2)
        chat = wire.stage.fan.user.id
        answers = [await wire.call("sendMessage", chat_id=chat, text="x") for _ in range(4)]
        assert [one.get("error_code") for one in answers] == [429, 502, 502, None]
        assert answers[0]["parameters"] == {"retry_after": 7}

    async def test_it_does_what_it_was_asked_and_answers_nothing(self, wire: Wire) -> None:
        wire.server.world.faults.lose_answer("sendMessage")
        with pytest.raises(aiohttp.ClientError):
            await wire.call("sendMessage", chat_id=wire.stage.fan.user.id, text="x")
        chat = wire.server.world.private[wire.stage.bot.id, wire.stage.fan.user.id]
        assert [one["text"] for one in chat.messages.values()][-1] == "x"

    async def test_it_loses_a_call(self, wire: Wire) -> None:
        wire.server.world.faults.lose_call("sendMessage")
        with pytest.raises(aiohttp.ClientError):
            await wire.call("sendMessage", chat_id=wire.stage.fan.user.id, text="x")
        chat = wire.server.world.private[wire.stage.bot.id, wire.stage.fan.user.id]
        assert [one["text"] for one in chat.messages.values()] == ["/start"]

    async def test_updates_late_twice_and_shuffled_are_none_of_them_lost(self, wire: Wire) -> None:
        faults = wire.server.world.faults
        faults.delays, faults.duplicates, faults.shuffles = 0.3, 0.5, 1.0
        for number in range(50):
            wire.stage.fan.says(wire.stage.bot, str(number))
        seen: list[str] = []
        acknowledged = 0
        while wire.stage.bot.updates:
            batch = (await wire.call("getUpdates", offset=acknowledged, limit=10))["result"]
            seen += [one["message"]["text"] for one in batch]
            got = {one["update_id"] for one in batch}
            # As a careful bot: only up to what has come without a gap.
            waiting = [one["update_id"] for one in wire.stage.bot.updates]
            for number in waiting:
                if number not in got:
                    break
                acknowledged = number + 1
        assert set(seen) == {str(number) for number in range(50)}
        assert len(seen) > 50
        assert seen != sorted(seen, key=int)

    async def test_rates_by_its_own_clock(self) -> None:
        world = World(clock=Clock(pace=20), rates=Rates())
        async with TelegramServer(world) as server, aiohttp.ClientSession() as session:
            wire = Wire(server, session)
            chat = wire.stage.fan.user.id
            assert (await wire.call("sendMessage", chat_id=chat, text="1"))["ok"]
            refused = await wire.call("sendMessage", chat_id=chat, text="2")
            assert refused["parameters"] == {"retry_after": 1}
            await world.clock.sleep(1)
            assert (await wire.call("sendMessage", chat_id=chat, text="3"))["ok"]
            assert world.limits.refused == {wire.stage.bot.id: 1}
            group = wire.stage.supergroup.id
            for _ in range(20):
                assert (await wire.call("sendMessage", chat_id=group, text="x"))["ok"]
                await world.clock.sleep(1)
            assert (await wire.call("sendMessage", chat_id=group, text="x"))["parameters"]["retry_after"] > 20


class TestSpecification:
    def test_every_method_takes_what_the_published_one_takes(self) -> None:
        published = spec.load()
        if published is None:
            pytest.skip("no specification: UNDERSTUDY_DATASETS names the folder that has it")
        for one in METHODS.values():
            declared = published.methods[one.name].get("fields", ())
            fields = {field["name"]: field["required"] for field in declared}
            assert one.parameters.keys() <= fields.keys(), one.name
            needed = {name for name, required in fields.items() if required}
            # An empty address removes the webhook.
            ours = {name for name, parameter in one.parameters.items() if parameter.required}
            assert needed <= ours | {"url"}, one.name

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"chat_id": 1, "text": "x", "txt": "y"}, "has no parameter txt"),
            ({"text": "x"}, "chat_id is missing"),
            (
                {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"txt": "Go"}]]}},
                "has no field txt",
            ),
            ({"chat_id": 1, "text": "x", "reply_parameters": {"message_id": "first"}}, "is no Integer"),
            ({"chat_id": 1, "text": "x", "disable_notification": "maybe"}, "is no Boolean"),
        ],
    )
    async def test_what_it_refuses_is_refused_and_complained_of(self, given: Json, said: str) -> None:
        if spec.load() is None:
            pytest.skip("no specification: UNDERSTUDY_DATASETS names the folder that has it")
        async with TelegramServer() as server, aiohttp.ClientSession() as session:
            refused = await Wire(server, session).call("sendMessage", **given)
            assert said in refused["description"]
            assert any(said in one for one in server.complaints)
