"""What is queued reaches Telegram: as it was meant, where it was meant, once, and no faster than it may."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from app.container import Container
from bots import repository as connections
from bots.telegram.failures import REASONS
from bots.telegram.files import SentFiles
from bots.telegram.rates import Rates
from bots.telegram.sender import TelegramSender
from community import service as community
from community.types import ChatNews, Role, StaffInfo
from conversation import approvals, pump_repository, repository
from conversation import service as conversation
from conversation.pump import Pump
from conversation.types import ToSend
from kernel.chat import RELAYED, Button, Citation, Inbound, Invoice, Medium, Outbound, Poll
from persona_engine.service import Asked, PersonaContext, Reply
from tests.conversation.stand_ins import StandIn
from tests.emulators.clock import Clock
from tests.emulators.telegram import limits, stage
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.entities import units
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.world import World
from tests.factories.people import Home

PACE = 40.0


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """Telegram's server, whose minutes pass quickly and which refuses what is too much."""
    async with TelegramServer(World(clock=Clock(PACE), rates=limits.Rates())) as server:
        yield server
        assert server.complaints == []


@dataclass
class Post:
    """A house's post office: what is queued for its bot's chats, the pump that sends it, what arrived."""

    house: Container
    home: Home
    connection: int
    telegram: TelegramServer
    place: stage.Stage
    sender: TelegramSender
    pump: Pump
    queued: list[str] = field(default_factory=list)

    @property
    def fan(self) -> Chat:
        return self.telegram.world.private_chat(self.place.bot, self.place.fan.user)

    async def queue(
        self, chat: Chat | str, *said: Outbound | str, priority: int = 0, kind: str = "reply"
    ) -> None:
        """Queue messages to a place."""
        async with self.house.db.uow(self.home.creator_id) as uow:
            for one in said:
                self.queued.append(f"test:{len(self.queued)}")
                outbound = Outbound(one, "en") if isinstance(one, str) else one
                await repository.add_outbound(
                    uow,
                    thread_id=None,
                    connection_id=self.connection,
                    message_id=None,
                    once=self.queued[-1],
                    payload=outbound.to_json(),
                    kind=kind,
                    priority=priority,
                    chat_id=chat if isinstance(chat, str) else str(chat.id),
                )

    async def hear(self, chat_id: str, message: Json, user: int) -> int:
        """Take a fan's message in; its thread."""
        number = message["message_id"]
        inbound = Inbound(
            connection_id=self.connection, platform="telegram", update_id=f"{chat_id}/{number}",
            chat_id=chat_id, user_id=str(user), text=message["text"], message_ref=str(number),
        )  # fmt: skip
        async with self.house.db.uow(self.home.creator_id) as uow:
            return (await conversation.receive(uow, self.home.avatar.id, inbound)).thread_id

    async def answer(self, chat_id: str, message: Json, *said: str, user: int = 1) -> None:
        """Queue answers to a message."""
        thread = await self.hear(chat_id, message, user)
        async with self.house.db.uow(self.home.creator_id) as uow:
            row = await uow.fetch_one(
                "SELECT max(id) AS id FROM message WHERE thread_id = %(t)s", {"t": thread}
            )
            for at, text in enumerate(said):
                await repository.add_outbound(
                    uow, thread_id=thread, connection_id=self.connection, message_id=row.id,
                    once=f"reply:{row.id}:{at}", payload=Outbound(text, "en").to_json(),
                )  # fmt: skip

    async def send(self) -> None:
        """Send until nothing waits."""
        async with asyncio.timeout(30):
            while True:
                while await self.pump.once():
                    pass
                if not {"queued", "sending"} & set(await self.states()):
                    return
                await asyncio.sleep(0.01)

    async def rows(self) -> list[Any]:
        """What became of everything."""
        async with self.house.db.system_uow() as uow:
            return await uow.fetch("SELECT * FROM outbound ORDER BY id")

    async def states(self) -> list[str]:
        """How everything ended, in the order in which it was queued."""
        return [row.state for row in await self.rows()]

    async def error(self) -> str:
        """What the creator is told of the bot."""
        async with self.house.db.system_uow() as uow:
            row = await uow.fetch_one("SELECT error FROM telegram_bot")
            return str(row.error)

    def there(self, chat: Chat) -> list[Json]:
        """What the bot has said in a chat."""
        mine = self.place.bot.id
        return [one for one in chat.messages.values() if one.get("from", {}).get("id") == mine]

    def texts(self, chat: Chat) -> list[str]:
        return [one.get("text", "") for one in self.there(chat)]

    def store(self, content: bytes) -> str:
        """A file of the creator's in the store, by its name there."""
        path = self.house.settings.data / "made"
        path.write_bytes(content)
        return self.house.files.save_path(self.home.creator_id, path).sha256


@pytest.fixture
async def post(
    house: Container, home: Home, joined: int, telegram: TelegramServer, place: stage.Stage
) -> AsyncIterator[Post]:
    """A post office that holds the bot's connection, and keeps to Telegram's rates by Telegram's clock."""
    rates = Rates(telegram.world.clock.now, PACE)
    files = SentFiles(house.db, house.files, house.relays)
    sender = TelegramSender(
        house.db, house.telegram, house.telegram_bots, files, lambda: "https://candles.example", rates
    )
    async with house.db.system_uow() as uow:
        await connections.claim(uow, house.name, 600, 10)
    yield Post(house, home, joined, telegram, place, sender, Pump(house.db, house.bus, house.name, [sender]))
    assert telegram.world.limits.refused == {}


JPEG, MP4, OGG, PDF = b"\xff\xd8 a picture", b"a film", b"OggS a voice", b"%PDF a page"


class TestWhatIsSent:
    async def test_a_text_with_its_notice_source_and_buttons(self, post: Post) -> None:
        said = Outbound(
            "Soot glows. <b>*_[x](y)", "en", (Citation("The flame", "/s/x/1", 1),),
            (Button("/ai", text="/ai"),), notice="I am an AI.",
        )  # fmt: skip
        await post.queue(post.fan, said)
        await post.send()
        (message,) = post.there(post.fan)
        assert message["text"] == "I am an AI.\n\nSoot glows. <b>*_[x](y)\n\n📖 The flame"
        assert [one["type"] for one in message["entities"]] == ["italic", "text_link"]
        rows = message["reply_markup"]["inline_keyboard"]
        assert [one.get("callback_data") or one["url"] for row in rows for one in row] == [
            "https://candles.example/s/x/1", "say:/ai", "fb:good", "fb:flag",
        ]  # fmt: skip
        (row,) = await post.rows()
        assert (row.state, row.platform_message_id) == ("sent", str(message["message_id"]))

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("photo", JPEG), ("video", MP4), ("video_note", MP4), ("animation", MP4),
            ("voice", OGG), ("audio", OGG), ("document", PDF),
        ],
    )  # fmt: skip
    async def test_every_kind_of_file_is_uploaded_once_and_known_by_its_name_afterwards(
        self, post: Post, kind: str, content: bytes
    ) -> None:
        medium = Medium(kind, post.store(content), name='a "b"\r\n/c.bin', seconds=3.2, width=640, height=360)
        text = "" if kind == "video_note" else "A candle."
        for _ in range(2):
            await post.queue(post.fan, Outbound(text, "en", media=(medium,)))
            await post.send()
        first, second = post.there(post.fan)
        assert kind in first
        assert first.get("caption", "") == second.get("caption", "") == text
        calls = [one for one in post.telegram.calls if one.method.lower() == f"send{kind.replace('_', '')}"]
        assert ["attach" in str(one.given[kind]) or kind not in one.given for one in calls] == [True, False]

    async def test_what_a_fan_sent_is_passed_on_by_the_name_that_the_bot_has_it_under(
        self, post: Post
    ) -> None:
        sent = post.place.fan.sends_file(post.place.bot, "photo", JPEG)
        known = post.telegram.world.seen_by(post.place.bot, sent)["photo"][-1]["file_id"]
        for number in (post.connection, post.connection + 99):
            medium = Medium("photo", f"{RELAYED}{number}:{known}")
            await post.queue(post.fan, Outbound("Look", "en", media=(medium,), by="fan", who="Ada"))
        await post.send()
        (message,) = post.there(post.fan)
        assert message["caption"] == "Look"
        (call,) = [one for one in post.telegram.calls if one.method.lower() == "sendphoto"]
        assert call.given["photo"] == known
        assert await post.states() == ["sent", "failed"], "of nobody's connection there is nothing to fetch"

    async def test_a_name_that_telegram_has_forgotten_is_uploaded_anew(self, post: Post) -> None:
        photo = Outbound("", "en", media=(Medium("photo", post.store(JPEG)),))
        await post.queue(post.fan, photo)
        await post.send()
        post.telegram.world.files._ids.clear()
        post.telegram.world.files._known.clear()
        for _ in range(2):
            await post.queue(post.fan, photo)
            await post.send()
        assert await post.states() == ["sent"] * 3
        assert len(post.telegram.made("sendPhoto")) == 4

    async def test_an_album_is_one_message_with_its_words_below_the_first(self, post: Post) -> None:
        media = tuple(
            Medium(kind, post.store(f"{n}".encode())) for n, kind in enumerate(("photo", "video", "photo"))
        )
        await post.queue(post.place.group, Outbound("Three flames.", "en", media=media))
        await post.send()
        album = post.there(post.place.group)
        assert [one.get("caption") for one in album] == ["Three flames.", None, None]
        assert len({one["media_group_id"] for one in album}) == 1
        (row,) = await post.rows()
        assert row.platform_message_id == str(album[0]["message_id"])

    async def test_a_poll_and_an_invoice_in_stars(self, post: Post) -> None:
        poll = Poll("Which flame?", ("yellow", "blue"), several=True)
        await post.queue(post.place.group, Outbound("", "en", poll=poll))
        await post.queue(
            post.fan, Outbound("", "en", invoice=Invoice("Thanks", "A small gift", "gift:1", 25))
        )
        await post.send()
        (voted,), (sold,) = post.there(post.place.group), post.there(post.fan)
        assert [one["text"] for one in voted["poll"]["options"]] == ["yellow", "blue"]
        assert (voted["poll"]["is_anonymous"], voted["poll"]["allows_multiple_answers"]) == (False, True)
        assert (sold["invoice"]["currency"], sold["invoice"]["total_amount"]) == ("XTR", 25)

    async def test_a_file_that_is_too_large_or_gone_fails_and_says_what_to_do(self, post: Post) -> None:
        large = post.store(b"x" * ((10 << 20) + 1))
        await post.queue(post.fan, Outbound("", "en", media=(Medium("photo", large),)))
        await post.queue(post.fan, Outbound("", "en", media=(Medium("photo", "0" * 64),)))
        await post.queue(post.fan, Outbound("x" * 5_000, "en"), "still here")
        await post.send()
        rows = await post.rows()
        assert [row.error for row in rows] == [
            REASONS["too_large"],
            REASONS["missing"],
            REASONS["too_long"],
            None,
        ]
        assert post.texts(post.fan) == ["still here"]

    async def test_what_telegram_dislikes_of_a_message_s_dress_costs_the_dress_alone(
        self, post: Post
    ) -> None:
        post.telegram.world.faults.refuse(400, "Bad Request: BUTTON_URL_INVALID", "sendMessage")
        await post.queue(post.fan, Outbound("Soot glows.", "en", (Citation("S", "https://a.example", 1),)))
        await post.send()
        (message,) = post.there(post.fan)
        assert message["text"] == "Soot glows.\n\n📖 S"
        assert "reply_markup" not in message


class Long(StandIn):
    """Answers at length."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        said = Outbound(
            "蜡烛的火焰是黄色的🕯。" * 900, "zh-Hans", (Citation("The flame", "https://a.example/1", 1),)
        )
        return Reply((said,), "zh-Hans", "quoted", None)


class TestWhereItGoes:
    async def test_a_long_answer_arrives_in_parts_in_order_whole(self, post: Post) -> None:
        post.house.responder = Long()
        thread = await post.hear(
            str(post.fan.id), post.place.fan.says(post.place.bot, "为什么？"), post.fan.id
        )
        await post.house.turns.run(post.home.creator_id, thread)
        await post.send()
        parts = post.there(post.fan)
        assert len(parts) == 3
        assert all(units(one["text"]) <= 4096 for one in parts)
        assert [bool(one.get("reply_markup")) for one in parts] == [False, False, True]
        assert parts[0]["entities"][0]["type"] == "italic", "that an AI speaks"
        whole = "".join(one["text"] for one in parts)
        assert whole.count("蜡烛的火焰是黄色的🕯。") == 900

    async def test_a_person_s_longest_answer_arrives_with_the_notice_that_a_person_speaks(
        self, post: Post
    ) -> None:
        asked = post.place.fan.says(post.place.bot, "Is anybody there?")
        thread = await post.hear(str(post.fan.id), asked, post.fan.id)
        written = "Yes, I am. " * 372
        robin = StaffInfo(1, "Robin", Role.MODERATOR)
        async with post.house.db.uow(post.home.creator_id) as uow:
            await approvals.ask_for_person(uow, post.home.avatar.id, thread, Outbound("", "en"), by=1)
            for _ in range(2):
                await approvals.answer(
                    uow, post.home.avatar.id, thread, written, token="once", seen=0, who=robin
                )
        await post.send()
        parts = post.texts(post.fan)
        assert len(parts) == 2
        assert parts[0].startswith("A person from ")
        assert "".join(parts).count("Yes, I am.") == 372

    async def test_in_a_group_what_is_answered_is_replied_to_and_may_be_gone(self, post: Post) -> None:
        group = post.place.supergroup
        asked, gone = post.place.fan.says(group, "Why?"), post.place.fan.says(group, "How?")
        post.place.fan.deletes(gone)
        await post.answer(str(group.id), asked, "Soot.")
        await post.answer(str(group.id), gone, "Wax.")
        await post.send()
        first, second = post.there(group)
        assert first["reply_to_message"]["message_id"] == asked["message_id"]
        assert (second["text"], "reply_to_message" in second) == ("Wax.", False)

    async def test_a_topic_s_answer_stays_in_its_topic_and_a_closed_or_deleted_one_says_so(
        self, post: Post
    ) -> None:
        forum, topic = post.place.forum, post.place.topic
        await post.queue(f"{forum.id}:{topic}", "In the topic.")
        await post.queue(f"{forum.id}:1", "In the first.")
        await post.send()
        inside, first = post.there(forum)
        assert (inside["message_thread_id"], "message_thread_id" in first) == (topic, False)
        forum.members[post.place.bot.id].rights["can_manage_topics"] = False
        forum.topics[topic].closed = True
        await post.queue(f"{forum.id}:{topic}", "closed")
        await post.queue(f"{forum.id}:999", "deleted")
        await post.send()
        rows = await post.rows()
        assert [row.error for row in rows[2:]] == [REASONS["topic_closed"], REASONS["topic_gone"]]
        assert await post.error() in (REASONS["topic_closed"], REASONS["topic_gone"])

    async def test_a_comment_s_answer_stays_below_the_post_whatever_becomes_of_the_comment(
        self, post: Post
    ) -> None:
        talk = post.place.discussion
        post.place.creator.says(post.place.channel, "A new video!")
        root = next(iter(reversed(talk.messages.values())))["message_id"]
        here = f"{talk.id}/{root}"
        asked = post.place.fan.says(talk, "Why?", reply_to=talk.messages[root])
        gone = post.place.fan.says(talk, "How?", reply_to=talk.messages[root])
        post.place.fan.deletes(gone)
        await post.answer(here, asked, "Soot.")
        await post.answer(here, gone, "Wax.")
        await post.queue(here, "What do you think?")
        await post.send()
        assert [one["reply_to_message"]["message_id"] for one in post.there(talk)] == [
            asked["message_id"], root, root,
        ]  # fmt: skip
        assert {one["message_thread_id"] for one in post.there(talk)} == {root}
        post.place.creator.deletes(talk.messages[root])
        await post.queue(here, "too late")
        await post.send()
        assert (await post.rows())[-1].error == REASONS["reply"]

    async def test_a_group_that_has_moved_is_found_and_what_waits_goes_with_it(self, post: Post) -> None:
        old = post.place.group
        news = ChatNews(post.connection, "telegram", str(old.id), "group", "Candle friends", state="member")
        async with post.house.db.uow(post.home.creator_id) as uow:
            await community.note_chat(uow, post.home.avatar.id, news, seen=1)
        new = post.telegram.world.migrate(old, post.place.creator.user)
        await post.queue(old, "one", "two")
        await post.send()
        assert post.texts(new) == ["one", "two"]
        async with post.house.db.uow(post.home.creator_id) as uow:
            assert await community.chat_at(uow, post.connection, str(new.id))

    async def test_who_has_blocked_the_bot_is_not_written_to_and_the_others_are(self, post: Post) -> None:
        post.place.fan.blocks(post.place.bot)
        post.place.creator.removes(post.place.group, post.place.bot)
        await post.queue(post.fan, "to who has blocked it")
        await post.queue(post.place.group, "where it was removed")
        await post.queue("-1009999", "where it never was")
        await post.queue("the moon", "nowhere")
        await post.queue(post.place.supergroup, "and here")
        await post.send()
        rows = await post.rows()
        assert [row.state for row in rows] == ["failed"] * 4 + ["sent"]
        assert [row.error for row in rows[:4]] == [
            REASONS["blocked"], REASONS["blocked"], REASONS["gone"], REASONS["nowhere"],
        ]  # fmt: skip

    async def test_a_chat_where_it_may_not_write_is_told_to_the_creator(self, post: Post) -> None:
        post.place.group.permissions["can_send_messages"] = False
        await post.queue(post.place.group, "hush")
        await post.send()
        assert await post.error() == REASONS["rights"]


class TestHowFast:
    async def test_telegram_has_nothing_to_refuse_over_several_chats(self, post: Post) -> None:
        place = post.place
        chats = [post.fan, place.group, place.supergroup, place.discussion]
        for chat, count in zip(chats, (6, 24, 8, 3), strict=True):
            asked = post.place.fan.says(place.bot if chat is post.fan else chat, "Count!")
            await post.answer(str(chat.id), asked, *map(str, range(count)))
        await post.send()
        assert await post.states() == ["sent"] * 41
        for chat in chats:
            assert post.texts(chat) == sorted(post.texts(chat), key=int), "in order"

    async def test_an_answer_is_not_held_up_by_a_broadcast(self, post: Post) -> None:
        world = post.telegram.world
        people = [world.user(f"Fan {n}") for n in range(45)]
        for user in people:
            await post.queue(world.private_chat(post.place.bot, user), "news", priority=5, kind="broadcast")
        assert await post.pump.once() == 45
        sent = (await post.states()).count("sent")
        assert sent < 30
        await post.queue(post.fan, "an answer")
        await post.pump.once()
        assert (await post.states())[-1] == "sent"
        await post.send()
        assert set(await post.states()) == {"sent"}

    async def test_where_telegram_wants_a_pause_every_chat_of_the_bot_makes_it(self, post: Post) -> None:
        post.telegram.world.faults.limit(20, "sendMessage")
        await post.queue(post.fan, "one")
        await post.pump.once()
        await post.queue(post.place.group, "two")
        await post.pump.once()
        assert len(post.telegram.made("sendMessage")) == 1
        began = post.telegram.world.clock.now()
        await post.send()
        assert post.texts(post.fan) == ["one"]
        assert post.texts(post.place.group) == ["two"]
        assert post.telegram.world.clock.now() - began > 10
        assert await post.error() == REASONS["waits"]


class TestWhatMayHaveArrived:
    @pytest.mark.parametrize("fault", ["lost answer", "lost call", "502", "not JSON"])
    async def test_what_ended_without_an_answer_is_unknown_and_never_sent_again(
        self, post: Post, fault: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        faults = post.telegram.world.faults
        match fault:
            case "lost answer":
                faults.lose_answer("sendMessage")
            case "lost call":
                faults.lose_call("sendMessage")
            case "502":
                faults.refuse(502, "Bad Gateway", "sendMessage")
            case _:
                check = type(post.house.telegram._session).check_response
                monkeypatch.setattr(
                    type(post.house.telegram._session),
                    "check_response",
                    lambda self, bot, method, status_code, content: check(self, bot, method, 502, "<html>"),
                )
        await post.queue(post.fan, "one")
        await post.pump.once()
        monkeypatch.undo()
        await post.queue(post.fan, "two")
        await post.send()
        assert await post.states() == ["unknown", "sent"]
        arrived = ["one"] if fault in ("lost answer", "not JSON") else []
        assert post.texts(post.fan) == [*arrived, "two"]

    async def test_a_call_that_hangs_is_given_up_and_unknown(
        self, post: Post, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bots.telegram.sender.PATIENCE_S", 0.3)
        post.telegram.world.faults.lose_answer("sendMessage", hangs_s=60)
        await post.queue(post.fan, "one")
        await post.send()
        assert await post.states() == ["unknown"]
        assert [row.error for row in await post.rows()] == [REASONS["broken"]]
        assert post.texts(post.fan) == ["one"]
        assert await post.error() == REASONS["lost"]

    async def test_what_found_no_connection_waits_and_goes_later(self, post: Post) -> None:
        client = post.house.telegram
        there = client._session.api
        client._session.api = type(there).from_base("http://127.0.0.1:9")
        await post.queue(post.fan, "one")
        await post.pump.once()
        (row,) = await post.rows()
        assert (row.state, post.texts(post.fan)) == ("queued", [])
        client._session.api = there
        async with post.house.db.system_uow() as uow:
            await uow.send("UPDATE outbound SET not_before = now() - interval '1 second'")
        await post.send()
        assert post.texts(post.fan) == ["one"]

    async def test_what_was_sent_by_who_died_before_storing_it_is_unknown_and_not_sent_twice(
        self, post: Post
    ) -> None:
        await post.queue(post.fan, "one")
        async with post.house.db.system_uow() as uow:
            (row,) = await pump_repository.claim(uow, post.house.name, 10)
        one = ToSend(
            row.id, row.creator_id, None, post.connection, None, Outbound("one", "en"), 1, row.fence,
            row.avatar_id, rehearsal=False, chat_id=str(post.fan.id),
        )  # fmt: skip

        async def may_go(one: ToSend) -> bool:
            return True

        (sent,) = await post.sender.send((one,), may_go)
        assert sent.state == "sent"
        async with post.house.db.system_uow() as uow:
            await uow.send("UPDATE connection SET lease_until = now() - interval '1 second'")
        async with post.house.db.system_uow() as uow:
            await connections.claim(uow, "the heir", 600, 10)
        heir = Pump(post.house.db, post.house.bus, "the heir", [post.sender])
        await heir.recover()
        while await heir.once():
            pass
        assert await post.states() == ["unknown"]
        assert post.texts(post.fan) == ["one"]


class TestTheToken:
    async def test_the_first_refusal_of_the_token_silences_the_bot_and_loses_nothing(
        self, post: Post
    ) -> None:
        token = post.place.bot.token
        post.place.creator.renews_token(post.place.bot)
        for chat in (post.fan, post.place.group, post.place.supergroup):
            await post.queue(chat, "one", "two")
        while await post.pump.once():
            pass
        assert await post.states() == ["queued"] * 6
        refused = [one for one in post.telegram.calls if one.status == 401]
        assert len(refused) <= 3, "those that were under way with it"
        assert await post.error() == REASONS["token"]
        assert await post.pump.once() == 0
        async with post.house.db.system_uow() as uow:
            row = await uow.fetch_one("SELECT state FROM connection WHERE platform = 'telegram'")
        assert row.state == "quarantined"
        assert token not in str([row._asdict() for row in await post.rows()])

    async def test_a_token_that_was_renewed_meanwhile_is_taken_up_at_once(self, post: Post) -> None:
        await post.queue(post.fan, "with the old")
        await post.send()
        new = post.place.creator.renews_token(post.place.bot)
        old = post.house.telegram_bots._known[post.connection]
        await post.house.telegram_joining.rotate(post.home.creator_id, post.home.avatar.id, new)
        post.house.telegram_bots._known[post.connection] = old  # as another process knows it still
        async with post.house.db.system_uow() as uow:
            await connections.claim(uow, post.house.name, 600, 10)
        await post.queue(post.fan, "with the new")
        await post.send()
        assert await post.states() == ["sent", "sent"]
        assert post.texts(post.fan) == ["with the old", "with the new"]

    async def test_no_token_is_ever_written_down(self, post: Post, caplog: pytest.LogCaptureFixture) -> None:
        faults, bot = post.telegram.world.faults, post.place.bot
        caplog.set_level(logging.DEBUG)
        tokens = set()
        with structlog.testing.capture_logs() as logged:
            for number, fault in enumerate(
                (
                    lambda: faults.refuse(500, f"broken /bot{bot.token}/sendMessage"),
                    lambda: faults.refuse(400, f"odd {bot.token}"),
                    faults.lose_answer,
                    faults.lose_call,
                    lambda: post.place.creator.renews_token(bot),
                )
            ):
                tokens.add(bot.token)
                fault()
                await post.queue(post.fan, str(number))
                await asyncio.sleep(1.2 / PACE)
                await post.pump.once()
        kept = str([row._asdict() for row in await post.rows()]) + await post.error()
        everything = kept + str(logged) + caplog.text
        assert not any(token in everything for token in tokens)
        assert [row.error for row in (await post.rows())[:2]] == [
            "broken /bot[hidden]/sendMessage",
            "odd [hidden]",
        ]


async def test_each_call_asks_whether_it_may_go_just_before(post: Post) -> None:
    asked: list[int] = []

    async def may_go(one: ToSend) -> bool:
        asked.append(len(post.telegram.made("sendMessage")))
        return len(asked) < 3

    chats = (post.fan, post.place.group, post.place.supergroup, post.place.discussion)
    batch = tuple(
        ToSend(
            n, post.home.creator_id, None, post.connection, None, Outbound(str(n), "en"), 1, 1,
            post.home.avatar.id, rehearsal=False, chat_id=str(chat.id),
        )
        for n, chat in enumerate(chats)
    )  # fmt: skip
    ended = await post.sender.send(batch, may_go)
    assert sorted(one.state for one in ended) == ["held", "held", "sent", "sent"]
    assert len(post.telegram.made("sendMessage")) == 2


async def test_messages_of_a_thread_keep_their_order_through_every_delay(post: Post) -> None:
    group = post.place.supergroup
    asked = post.place.fan.says(group, "Why?")
    await post.answer(str(group.id), asked, *map(str, range(5)))
    post.telegram.world.faults.limit(2, "sendMessage")
    await post.send()
    assert post.texts(group) == ["0", "1", "2", "3", "4"]


async def test_in_a_storm_of_faults_nothing_arrives_twice_and_every_row_tells_the_truth(post: Post) -> None:
    chance = random.Random(7)
    place, world = post.place, post.telegram.world
    fans = [world.private_chat(place.bot, world.user(f"Fan {n}")) for n in range(25)]
    chats = [*fans, place.group, place.supergroup, place.discussion, post.fan]
    for number in range(120):
        answer = chance.random() < 0.5
        await post.queue(chance.choice(chats), f"#{number}#", priority=0 if answer else 3)
        if chance.random() < 0.3:
            fault = chance.choice(("lose_answer", "lose_call", "502", "429", "button"))
            match fault:
                case "502":
                    world.faults.refuse(502, "Bad Gateway", "sendMessage")
                case "429":
                    world.faults.limit(chance.randint(1, 9), "sendMessage")
                case "button":
                    world.faults.refuse(400, "Bad Request: BUTTON_DATA_INVALID", "sendMessage")
                case _:
                    getattr(world.faults, fault)("sendMessage")
        if chance.random() < 0.3:
            await post.pump.once()
    await post.send()
    arrived = Counter(text for chat in chats for text in post.texts(chat))
    assert max(arrived.values()) == 1
    rows = {row.payload["text"]: row.state for row in await post.rows()}
    assert {text for text, state in rows.items() if state == "sent"} <= set(arrived)
    # Bare words that are refused for their buttons, too, are given up.
    assert not {text for text, state in rows.items() if state == "failed"} & set(arrived)
    assert set(rows.values()) <= {"sent", "unknown", "failed"}
    assert list(rows.values()).count("unknown") == sum(one.status in (0, 502) for one in post.telegram.calls)
