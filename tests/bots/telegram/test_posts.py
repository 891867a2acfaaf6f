"""A creator's own channel: where the creator wishes it, what is posted there is learnt, and nothing else."""

from typing import Any

import pytest
from aiogram.types import Update

from app.container import Container
from bots.telegram.posts import read
from community import service as community
from community.types import ChatNews, ChatSettings
from memory import service as memory
from memory.reading import read_source
from memory.types import PassageInfo
from tests.bots.telegram.living import Living
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.factories.people import Home

SOOT = "Soot glows yellow in the heat of the flame."


class Channel:
    """The stage's channel, of which the avatar's bot is told."""

    def __init__(self, house: Container, home: Home, place: Stage, connection: int) -> None:
        self.house = house
        self.home = home
        self.place = place
        self.connection = connection
        self.living = Living(house, connection)

    async def learns(self, on: bool) -> None:
        """Switch it on or off."""
        channel = self.place.channel
        async with self.house.db.uow(self.home.creator_id) as uow:
            news = ChatNews(
                self.connection, "telegram", str(channel.id), "channel", channel.title, state="admin"
            )
            chat = await community.note_chat(uow, self.home.avatar.id, news, seen=1)
            await community.save_chat(uow, self.home.avatar.id, chat.id, ChatSettings(keeps_posts=on))

    async def known(self) -> list[PassageInfo]:
        """What the avatar has learnt, once it has heard all."""
        while await self.living.hear():
            pass
        async with self.house.db.uow(self.home.creator_id) as uow:
            items = (await memory.list_sources(uow)).items
        found: list[PassageInfo] = []
        for item in items:
            await read_source(self.house.memory, self.home.creator_id, item.id)
            async with self.house.db.uow(self.home.creator_id) as uow:
                found += (await memory.passages(uow, item.id)).items
        return found

    async def texts(self) -> list[str]:
        return [each.text for each in await self.known()]

    def posts(self, text: str, **more: Any) -> Json:
        return self.place.creator.sends(self.place.channel, {"text": text, **more})


@pytest.fixture
async def channel(house: Container, home: Home, place: Stage, joined: int) -> Channel:
    made = Channel(house, home, place, joined)
    await made.learns(True)
    return made


async def test_a_post_is_learnt_and_what_cites_it_opens_it(channel: Channel) -> None:
    post = channel.posts(SOOT)
    (found,) = await channel.known()
    assert (found.text, found.link) == (SOOT, f"https://t.me/candle_news/{post['message_id']}")
    assert found.title == "Candle news"
    assert found.lang == "en"


async def test_an_edit_replaces_it_and_telling_it_all_again_doubles_nothing(channel: Channel) -> None:
    post = channel.posts(SOOT)
    await channel.known()
    channel.place.creator.edits(post, "Soot glows orange in the heat of the flame.")
    channel.place.world.show(channel.place.channel, "channel_post", post, channel.place.creator.user)
    assert await channel.texts() == ["Soot glows orange in the heat of the flame."]


async def test_a_picture_is_learnt_by_its_caption(channel: Channel) -> None:
    channel.place.creator.sends(
        channel.place.channel, channel.place.world.upload("photo", b"\x89PNG\r\n") | {"caption": SOOT}
    )
    channel.place.creator.sends_file(channel.place.channel, "photo", b"\x89PNG\r\n\x1a")
    assert await channel.texts() == [SOOT]


async def test_links_stand_behind_the_words_that_carry_them(channel: Channel) -> None:
    text = "🕯 Read why candles burn, and buy wax."
    links = [
        {"type": "text_link", "offset": 8, "length": 3, "url": "https://candle.example/why"},
        {"type": "bold", "offset": 3, "length": 12},
        {
            "type": "text_link",
            "offset": text.index("wax") + 1,
            "length": 3,
            "url": "https://candle.example/wax",
        },
    ]
    channel.posts(text, entities=links)
    assert await channel.texts() == [
        "🕯 Read why (https://candle.example/why) candles burn, and buy wax (https://candle.example/wax)."
    ]


async def test_what_isnt_the_channels_own_words_is_left_out(channel: Channel) -> None:
    place, world = channel.place, channel.place.world
    now = int(world.clock.now())
    stranger = {"type": "user", "date": now, "sender_user": place.fan.user.to_json()}
    elsewhere = {"type": "hidden_user", "date": now, "sender_user_name": "Nobody"}
    channel.posts("Somebody else's words about soot.", forward_origin=stranger)
    channel.posts("A hidden person's words about soot.", forward_origin=elsewhere)
    place.creator.sends(place.channel, {"new_chat_title": "Candle news"})
    assert await channel.texts() == []


async def test_what_members_say_is_never_learnt(channel: Channel, place: Stage) -> None:
    async with channel.house.db.uow(channel.home.creator_id) as uow:
        for group in (place.discussion, place.supergroup):
            news = ChatNews(channel.connection, "telegram", str(group.id), "supergroup", group.title)
            chat = await community.note_chat(uow, channel.home.avatar.id, news, seen=1)
            await community.save_chat(uow, channel.home.avatar.id, chat.id, ChatSettings(keeps_posts=True))
    channel.posts(SOOT)
    place.fan.says(place.discussion, "I think soot is blue, all of it.")
    place.creator.says(place.supergroup, "A creator's word in a group is a message, too.")
    assert await channel.texts() == [SOOT]


async def test_nothing_is_learnt_unless_it_is_switched_on_and_what_was_learnt_stays(
    channel: Channel,
) -> None:
    await channel.learns(False)
    channel.posts("Wax melts at sixty-two degrees.")
    assert await channel.texts() == []
    await channel.learns(True)
    assert await channel.texts() == [], "of what was posted before, nobody tells a bot"
    post = channel.posts(SOOT)
    assert await channel.texts() == [SOOT]
    await channel.learns(False)
    channel.place.creator.edits(post, "Soot glows green.")
    channel.posts("Wicks are plaited.")
    assert await channel.texts() == [SOOT]


async def test_a_channel_that_nobody_has_told_of_is_not_learnt_from(
    house: Container, home: Home, place: Stage, joined: int
) -> None:
    channel = Channel(house, home, place, joined)
    channel.posts(SOOT)
    assert await channel.texts() == []


def test_a_private_channels_posts_have_its_inner_number_in_their_address(place: Stage) -> None:
    place.channel.username = None
    place.creator.says(place.channel, SOOT)
    updates = [Update.model_validate(each) for each in place.bot.updates]
    (told,) = [each.channel_post for each in updates if each.channel_post]
    post = read(told)
    assert post
    assert post.address == f"c/{str(place.channel.id).removeprefix('-100')}"


def test_the_emulator_was_asked_nothing_for_it(telegram: TelegramServer) -> None:
    assert telegram.made("getFile") == []
