"""A day of the demo creator's avatar in Discord: 2,000 messages in private, in channels and a forum, in six
languages, between edits, deletions, files, voice messages, commands, spam and other bots. The client and
Discord's limits share a clock by which that day takes less than a minute; an interaction's three seconds are
the system's.
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
from bots.discord.client import Client
from bots.discord.messages import channel_in
from community import service as community
from kernel.settings import Settings
from tests.bots.discord.living import gateway_of, until
from tests.emulators.clock import Clock
from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.limits import Limits, Rates
from tests.emulators.discord.messages import Content, Message
from tests.emulators.discord.people import App
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.emulators.discord.visitors import Visitor
from tests.support.day import ASKED, CHATTER, KNOWN, NAMES, SPAM, all_answered, all_indexed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

MESSAGES = 2_000
DAY_S, TAKES_S = 86_400.0, 45.0
LOCALES = {"en": "en-GB", "zh-Hans": "zh-CN", "es": "es-ES", "ja": "ja", "ar": "en-US", "de": "de"}
LONGEST = 2_000


@dataclass
class Day:
    """What was written to the avatar, and by whom."""

    place: Stage
    other: App
    meant: list[Message] = field(default_factory=list)
    not_meant: list[Message] = field(default_factory=list)
    taken_back: list[Message] = field(default_factory=list)
    langs: dict[str, str] = field(default_factory=dict)
    asked_by_command: int = 0

    def person(self, number: int, lang: str) -> Visitor:
        """Somebody who speaks a language, and is in the guild."""
        world = self.place.world
        made = Visitor(
            world,
            world.user(f"person{number}{lang}".lower(), NAMES[number % len(NAMES)], locale=LOCALES[lang]),
        )
        self.langs[str(made.user.id)] = lang
        world.enter(self.place.guild, made.user)
        return made


@pytest.fixture
async def alive(dsn: Dsn, server: DiscordServer, tmp_path: Path) -> AsyncIterator[Container]:
    """The whole product in one process, with the demo creator's posts."""
    settings = Settings(
        _env_file=None, data_dir=tmp_path, discord_api=server.url, discord_gateway=server.gateway.url,
        public_port=0, admin_port=0,
    )  # fmt: skip
    made = Container(settings, dsn.app)
    clock = Clock(pace=DAY_S / TAKES_S)
    server.world.limits = Limits(clock, Rates())
    made.discord = Client(settings.discord_api, settings.discord_gateway, clock.now, clock.pace)
    made.discord_gateway = gateway_of(made)
    async with Runner(made).running():
        await seed.demo(made)
        await warm(made)
        await all_indexed(made)
        yield made


async def test_a_day(alive: Container, stage: Stage) -> None:
    connection = await join_demo(alive, stage)
    other = stage.world.app("ChattyBot", stage.creator.user)
    stage.world.enter(stage.guild, other.user)
    day = Day(stage, other)
    await live(day)
    await all_answered(alive)
    assert stage.world.limits.refused == {}
    await right_answers_in_the_right_places(alive, day, connection)
    await nothing_kept_of_what_was_not_meant(alive, day)
    await etiquette_was_kept(alive)


async def join_demo(house: Container, stage: Stage) -> int:
    """The demo creator's avatar as the stage's app, which answers posts of the forum."""
    async with house.db.system_uow() as uow:
        avatar = await community.avatar_by_slug(uow, DEMO.slug)
    done = await house.discord_joining.connect(avatar.creator_id, avatar.id, stage.app.token)

    async def known() -> bool:
        async with house.db.uow(avatar.creator_id) as uow:
            chat = await community.chat_at(uow, done.connection_id, str(stage.forum.id))
            if chat is None:
                return False
            await community.save_chat(uow, avatar.id, chat.id, replace(chat.settings, comments=True))
        return True

    await until(known, 30)
    return done.connection_id


async def live(day: Day) -> None:
    """Everybody writes, spread over the day."""
    lot = random.Random(4)
    place = day.place
    langs = list(ASKED)
    private = [day.person(number, langs[number]) for number in range(3)]
    members = [day.person(10 + number, langs[number % len(langs)]) for number in range(12)]
    begun = asyncio.get_running_loop().time()
    for number in range(MESSAGES):
        await asyncio.sleep(max(0.0, begun + number * TAKES_S / MESSAGES - asyncio.get_running_loop().time()))
        if number % 40 == 0:
            write_privately(day, lot, private[number // 40 % 3])
        elif number % 20 == 7:
            ask_in_the_guild(day, lot, lot.choice(members))
        elif number % 20 == 13:
            beep = f"<@{place.app.user.id}> beep, why is it yellow?"
            place.world.post(place.general, day.other.user, Content(beep))
        else:
            chatter(day, lot, lot.choice(members))


def write_privately(day: Day, lot: random.Random, fan: Visitor) -> None:
    app, kind = day.place.app, lot.random()
    question = lot.choice(ASKED[day.langs[str(fan.user.id)]])
    if kind < 0.1:
        day.meant.append(fan.uploads(app, b"\x89PNG\r\n\x1a\n", "candle.png", "image/png", text=question))
    elif kind < 0.2:
        day.meant.append(fan.records(app, b"OggS" + bytes(2000), 3.0))
    elif kind < 0.3:
        day.meant.append(fan.edits(fan.says(app, question + " x"), question))
    elif kind < 0.4:
        day.taken_back.append(fan.says(app, f"my secret {len(day.taken_back)}"))
        fan.deletes(day.taken_back[-1])
    else:
        day.meant.append(fan.says(app, question))


def ask_in_the_guild(day: Day, lot: random.Random, fan: Visitor) -> None:
    place = day.place
    question = lot.choice(ASKED[day.langs[str(fan.user.id)]])
    how = lot.randrange(4)
    if how == 0:
        day.meant.append(fan.mentions(place.general, place.app, question))
    elif how == 1:
        fan.runs(place.lab, place.app, "ask", question=question)
        day.asked_by_command += 1
    elif how == 2:
        post = fan.posts(place.forum, question[:90], question)
        day.meant.append(next(iter(post.messages.values())))
    else:
        own = [one for one in place.general.messages.values() if one.author is place.app.user]
        if own:
            day.meant.append(fan.replies(lot.choice(own), question))


def chatter(day: Day, lot: random.Random, fan: Visitor) -> None:
    place = day.place
    text = lot.choice(SPAM) if lot.random() < 0.1 else lot.choice(CHATTER)
    day.not_meant.append(fan.says(lot.choice([place.general, place.general, place.lab]), text[:LONGEST]))


async def right_answers_in_the_right_places(house: Container, day: Day, connection: int) -> None:
    """Each message in private is answered; whatever is answered is once, there, and in its language."""
    place = day.place
    async with house.db.system_uow() as uow:
        rows = await uow.fetch(
            "SELECT message.ref, message.text, message.outcome, message.state, thread.chat_id, thread.room, "
            "identity.platform_user_id AS who, "
            "array_agg(outbound.state ORDER BY outbound.id) AS states, "
            "array_agg(outbound.platform_message_id ORDER BY outbound.id) AS answers, "
            "array_agg(outbound.payload->>'lang' ORDER BY outbound.id) AS langs "
            "FROM message JOIN thread ON thread.id = message.thread_id "
            "JOIN identity ON identity.fan_id = thread.fan_id AND identity.platform = 'discord' "
            "LEFT JOIN outbound ON outbound.message_id = message.id "
            "WHERE message.connection_id = %(id)s GROUP BY message.id, thread.id, identity.id",
            {"id": connection},
        )
    taken = Counter(row.ref for row in rows if not row.room)
    assert all(taken[str(one.id)] == 1 for one in day.meant if one.channel.guild is None)
    wrong = []
    for row in rows:
        assert row.state == "answered"
        assert set(row.states) == {"sent"}, (row.text, row.states)
        if set(row.langs) != {day.langs[row.who]}:
            wrong.append((row.text, row.langs, day.langs[row.who]))
        assert row.outcome == "quoted" or row.text.removeprefix("/ask ") not in KNOWN, (row.text, row.outcome)
        channel = place.world.channels[channel_in(row.chat_id)]
        for answer in row.answers:
            said = channel.messages[int(answer)]
            assert said.author is place.app.user
            if row.room and row.ref.isdecimal():
                assert said.content.reference is channel.messages[int(row.ref)]
    assert len(wrong) <= len(rows) // 50, wrong
    places = Counter(kind_of(place, place.world.channels[channel_in(row.chat_id)]) for row in rows)
    assert min(places["private"], places["channel"], places["post"], places["command"]) >= 3, places


def kind_of(place: Stage, channel: Channel) -> str:
    if channel.guild is None:
        return "private"
    return {place.general.id: "channel", place.lab.id: "command"}.get(channel.id, "post")


async def nothing_kept_of_what_was_not_meant(house: Container, day: Day) -> None:
    """Neither chatter nor what was taken back is here, and nobody was answered on it."""
    place = day.place
    replied = {
        one.content.reference.id
        for channel in (place.general, place.lab)
        for one in channel.messages.values()
        if one.author is place.app.user and one.content.reference
    }
    assert not replied & {one.id for one in day.not_meant}
    async with house.db.system_uow() as uow:
        texts = {row.text for row in await uow.fetch("SELECT text FROM message")}
    questions = {text for every in ASKED.values() for text in every}
    assert not texts & ({one.content.text for one in day.not_meant} - questions)
    assert not any("secret" in text for text in texts)


async def etiquette_was_kept(house: Container) -> None:
    """No minute of a channel has more answers than its cap."""
    async with house.db.system_uow() as uow:
        rows = await uow.fetch(
            "SELECT thread.room, message.created_at AS at FROM message "
            "JOIN thread ON thread.id = message.thread_id WHERE thread.room <> '' ORDER BY message.id"
        )
    by_room: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_room[row.room].append(row)
    for room, asked in by_room.items():
        for first, beyond in zip(asked, asked[10:], strict=False):
            assert beyond.at - first.at >= timedelta(seconds=59), room
