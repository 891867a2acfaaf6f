"""A day of the demo creator's avatar in Telegram: 2,000 messages in private, a group, a forum and below a
channel's posts, in six languages, between edits, albums, voice notes, spam and other bots. The sender and
Telegram share a clock by which that day takes less than a minute.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app import seed
from app.container import Container
from app.demo import DEMO
from app.runner import Runner
from app.services import Dsn
from app.warming import warm
from bots.telegram.calls import chat_in
from bots.telegram.rates import Rates
from community import service as community
from kernel.settings import Settings
from tests.emulators.clock import Clock
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.limits import Rates as Limits
from tests.emulators.telegram.people import Bot, Json
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage, set_up
from tests.emulators.telegram.visitors import Visitor
from tests.emulators.telegram.world import World
from tests.support.day import ASKED, CHATTER, KNOWN, NAMES, SPAM, all_answered, all_indexed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

MESSAGES = 2_000
DAY_S, TAKES_S = 86_400.0, 45.0
CODES = {"zh-Hans": "zh-hans"}
PICTURE = b"\x89PNG\r\n\x1a\n"


@dataclass
class Day:
    """What was written to the avatar, and by whom."""

    place: Stage
    meant: list[Json] = field(default_factory=list)
    not_meant: list[Json] = field(default_factory=list)
    langs: dict[str, str] = field(default_factory=dict)

    def person(self, number: int, lang: str) -> Visitor:
        """Somebody who speaks a language, and is in every chat."""
        name = NAMES[number % len(NAMES)]
        made = Visitor(self.place.world, self.place.world.user(name, CODES.get(lang, lang)))
        self.langs[str(made.user.id)] = lang
        for chat in (self.place.supergroup, self.place.forum, self.place.discussion):
            self.place.world.enter(chat, made.user, quietly=True)
        return made


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """Telegram on a fast clock, with its real limits."""
    world = World(clock=Clock(pace=DAY_S / TAKES_S), rates=Limits())
    async with TelegramServer(world) as server:
        yield server
        assert server.complaints == []


@pytest.fixture
async def alive(dsn: Dsn, telegram: TelegramServer, tmp_path: Path) -> AsyncIterator[Container]:
    """The whole product in one process, with the demo creator's posts."""
    settings = Settings(
        _env_file=None, data_dir=tmp_path, telegram_api=telegram.url, public_port=0, admin_port=0
    )
    made = Container(settings, dsn.app)
    clock = telegram.world.clock
    made.telegram_rates = Rates(clock.now, clock.pace)
    async with Runner(made).running():
        await seed.demo(made)
        await warm(made)
        await all_indexed(made)
        yield made


@pytest.fixture
def place(telegram: TelegramServer) -> Stage:
    return set_up(telegram.world)


async def test_a_day(alive: Container, telegram: TelegramServer, place: Stage) -> None:
    connection = await join_demo(alive, place)
    day = Day(place)
    await live(day)
    await all_answered(alive)
    assert place.world.limits.refused == {}
    await right_answers_in_the_right_places(alive, day, connection)
    await nothing_kept_of_what_was_not_meant(alive, day)
    await etiquette_was_kept(alive, day)


async def join_demo(house: Container, place: Stage) -> int:
    """The demo creator's avatar as the stage's bot, which answers comments below posts."""
    async with house.db.system_uow() as uow:
        avatar = await community.avatar_by_slug(uow, DEMO.slug)
    done = await house.telegram_joining.connect(avatar.creator_id, avatar.id, place.bot.token)
    place.creator.says(place.channel, "Today: why flames are yellow.")
    async with asyncio.timeout(20):
        while True:
            async with house.db.uow(avatar.creator_id) as uow:
                chat = await community.chat_at(uow, done.connection_id, str(place.discussion.id))
                if chat and chat.linked:
                    await community.save_chat(uow, avatar.id, chat.id, replace(chat.settings, comments=True))
                    return done.connection_id
            await asyncio.sleep(0.1)


async def live(day: Day) -> None:
    """Everybody writes, spread over the day."""
    lot = random.Random(4)
    place = day.place
    langs = list(ASKED)
    private = [day.person(number, langs[number]) for number in range(3)]
    members = [day.person(number, langs[number % len(langs)]) for number in range(12)]
    other = place.world.bot("ChattyBot", "Chatty")
    for chat in (place.supergroup, place.forum, place.discussion):
        place.world.enter(chat, other, quietly=True)
    root = next(one for one in place.discussion.messages.values() if one.get("is_automatic_forward"))
    begun = asyncio.get_running_loop().time()
    for number in range(MESSAGES):
        await asyncio.sleep(max(0.0, begun + number * TAKES_S / MESSAGES - asyncio.get_running_loop().time()))
        if number % 40 == 0:  # a fan may say twelve things at once, then one every two seconds
            write_privately(day, lot, private[number // 40 % 3])
        elif number % 20 == 7:
            ask_in_a_group(day, lot, lot.choice(members), root)
        elif number % 20 == 13:
            place.world.post(place.supergroup, other, {"text": "@EmberStandInBot beep, why is it yellow?"})
        else:
            chatter(day, lot, lot.choice(members), root)


def write_privately(day: Day, lot: random.Random, fan: Visitor) -> None:
    bot = day.place.bot
    kind = lot.random()
    question = lot.choice(ASKED[day.langs[str(fan.user.id)]])
    if kind < 0.1:
        day.meant += fan.sends_album(bot, PICTURE, PICTURE, caption=question)[:1]
    elif kind < 0.2:
        day.meant.append(fan.sends_file(bot, "voice", b"OggS" + bytes(2000), mime="audio/ogg", duration=3))
    elif kind < 0.3:
        asked = fan.says(bot, question + " x")
        day.meant.append(fan.edits(asked, question))
    else:
        day.meant.append(fan.says(bot, question))


def ask_in_a_group(day: Day, lot: random.Random, fan: Visitor, root: Json) -> None:
    place = day.place
    question = lot.choice(ASKED[day.langs[str(fan.user.id)]])
    how = lot.randrange(4)
    if how == 0:
        said = fan.says(place.supergroup, f"@EmberStandInBot {question}")
    elif how == 1:
        said = fan.says(place.forum, f"/ask@EmberStandInBot {question}", topic=place.topic)
    elif how == 2:
        said = fan.says(place.discussion, question, reply_to=root)
    else:
        own = [
            one for one in place.supergroup.messages.values() if one.get("from", {}).get("id") == place.bot.id
        ]
        if not own:
            return
        said = fan.says(place.supergroup, question, reply_to=lot.choice(own))
    day.meant.append(said)


def chatter(day: Day, lot: random.Random, fan: Visitor, root: Json) -> None:
    place = day.place
    text = lot.choice(SPAM) if lot.random() < 0.1 else lot.choice(CHATTER)
    chat = lot.choice([place.supergroup, place.supergroup, place.forum])
    if lot.random() < 0.05:
        day.not_meant += fan.sends_album(chat, PICTURE, PICTURE)
    else:
        day.not_meant.append(fan.says(chat, text, topic=place.topic if chat.is_forum else None))


async def kept(house: Container, connection: int) -> list[Any]:
    """Each message that was taken in, with what was sent for it."""
    async with house.db.system_uow() as uow:
        return await uow.fetch(
            "SELECT message.ref, message.text, message.outcome, message.state, thread.chat_id, thread.room, "
            "identity.platform_user_id AS who, "
            "array_agg(outbound.state ORDER BY outbound.id) AS states, "
            "array_agg(outbound.platform_message_id ORDER BY outbound.id) AS answers, "
            "array_agg(outbound.payload->>'lang' ORDER BY outbound.id) AS langs, "
            "min(outbound.created_at) AS at "
            "FROM message JOIN thread ON thread.id = message.thread_id "
            "JOIN identity ON identity.fan_id = thread.fan_id AND identity.platform = 'telegram' "
            "LEFT JOIN outbound ON outbound.message_id = message.id "
            "WHERE message.connection_id = %(id)s GROUP BY message.id, thread.id, identity.id",
            {"id": connection},
        )


async def right_answers_in_the_right_places(house: Container, day: Day, connection: int) -> None:
    """Each message in private is answered; whatever is answered is once, there, and in its language."""
    place = day.place
    rows = await kept(house, connection)
    private = [one for one in day.meant if one["chat"]["type"] == "private"]
    taken = Counter((row.chat_id, row.ref) for row in rows if not row.room)
    for one in private:
        assert taken[str(one["chat"]["id"]), str(one["message_id"])] == 1, one
    wrong = []
    for row in rows:
        assert row.state == "answered"
        assert set(row.states) == {"sent"}, (row.text, row.states)
        if row.who in day.langs and set(row.langs) != {day.langs[row.who]}:
            wrong.append((row.text, row.langs, day.langs[row.who]))
        bare = row.text.removeprefix("/ask@EmberStandInBot ")
        assert row.outcome == "quoted" or bare not in KNOWN, (row.text, row.outcome)
        for answer in row.answers:
            said = chat_of(place, row.chat_id, place.bot).messages[int(answer)]
            assert said["from"]["id"] == place.bot.id
            if row.room:
                asked = chat_of(place, row.chat_id, place.bot).messages[int(row.ref)]
                assert said["reply_to_message"]["message_id"] == asked["message_id"]
                assert said.get("message_thread_id") == asked.get("message_thread_id") or not asked.get(
                    "message_thread_id"
                )
    assert len(wrong) <= len(rows) // 50, wrong
    places = Counter(
        "topic" if ":" in row.chat_id else "post" if "/" in row.chat_id else "chat" for row in rows
    )
    assert min(places["topic"], places["post"], places["chat"]) >= 5, places


def chat_of(place: Stage, chat_id: str, bot: Bot) -> Chat:
    number = int(chat_in(chat_id))
    return place.world.private[bot.id, number] if number > 0 else place.world.chats[number]


async def nothing_kept_of_what_was_not_meant(house: Container, day: Day) -> None:
    bot = day.place.bot
    replied = {
        (chat.id, one["reply_to_message"]["message_id"])
        for chat in (day.place.supergroup, day.place.forum, day.place.discussion)
        for one in chat.messages.values()
        if one.get("from", {}).get("id") == bot.id and "reply_to_message" in one
    }
    assert not replied & {(one["chat"]["id"], one["message_id"]) for one in day.not_meant}
    async with house.db.system_uow() as uow:
        texts = {row.text for row in await uow.fetch("SELECT text FROM message")}
    assert not texts & (
        {one.get("text", "-") for one in day.not_meant} - {t for q in ASKED.values() for t in q}
    )


async def etiquette_was_kept(house: Container, day: Day) -> None:
    """No minute of a group has more answers than its cap, and nobody was answered twice in a row too soon."""
    async with house.db.system_uow() as uow:
        rows = await uow.fetch(
            "SELECT thread.room, thread.fan_id, message.created_at AS at, message.text FROM message "
            "JOIN thread ON thread.id = message.thread_id WHERE thread.room <> '' ORDER BY message.id"
        )
    by_room: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_room[row.room].append(row)
    for room, asked in by_room.items():
        for first, beyond in zip(asked, asked[10:], strict=False):
            assert beyond.at - first.at >= timedelta(seconds=59), room
