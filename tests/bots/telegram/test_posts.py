"""A creator's own channel: where the creator wishes it, what is posted there is learnt, and nothing else."""

import traceback
from pathlib import Path
from typing import Any

import pytest
from aiogram.types import Update

from app.container import Container
from bots.errors import TelegramAway
from bots.telegram.posts import read
from bots.telegram.recordings import LARGEST, RECORDING, Recording
from community import service as community
from community.types import ChatNews, ChatSettings
from memory import service as memory
from memory.reading import read_source
from memory.types import PassageInfo, SourceInfo
from tests.bots.telegram.living import Living
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.factories import media
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


async def recordings(channel: Channel) -> list[SourceInfo]:
    """What was handed in of recordings, once the jobs for them are done, each twice."""
    while await channel.living.hear():
        pass
    async with channel.house.db.system_uow() as uow:
        jobs = await uow.fetch(
            "SELECT args FROM procrastinate_jobs WHERE task_name = %(task)s ORDER BY id", {"task": RECORDING}
        )
    for job in jobs * 2:
        await channel.house.telegram_recordings.fetch(
            job.args["creator_id"], job.args["connection_id"], Recording(**job.args["recording"])
        )
    async with channel.house.db.uow(channel.home.creator_id) as uow:
        items = (await memory.list_sources(uow)).items
    return [each for each in reversed(items) if each.origin == "upload"]


async def test_a_recording_is_handed_in_like_an_upload_with_its_post_as_its_address(
    channel: Channel, tmp_path: Path
) -> None:
    creator, there = channel.place.creator, channel.place.channel
    film = media.spoken(tmp_path / "soot.mp4", media.SRT)
    told = {"caption": "Why soot glows\nA film of mine."}
    post = creator.sends(
        there, channel.place.world.upload("video", film.read_bytes(), "soot.mp4", "video/mp4") | told
    )
    creator.sends_file(there, "voice", media.voice_note(tmp_path / "a.ogg", 1), mime="audio/ogg", duration=1)
    creator.edits(post, "Why soot glows yellow\nA film of mine.")
    found = await recordings(channel)
    assert [each.title for each in found] == ["Why soot glows", "Candle news"]
    assert found[0].url == f"https://t.me/candle_news/{post['message_id']}"
    await read_source(channel.house.memory, channel.home.creator_id, found[0].id)
    async with channel.house.db.uow(channel.home.creator_id) as uow:
        said = (await memory.passages(uow, found[0].id)).items
    assert "because of soot" in said[0].text
    assert "Why soot glows yellow\nA film of mine." in await channel.texts()


async def test_a_recording_is_for_whom_the_channels_posts_are(channel: Channel) -> None:
    creator, there = channel.place.creator, channel.place.channel
    creator.sends_file(there, "voice", b"OggS before", mime="audio/ogg")
    assert [each.tier for each in await recordings(channel)] == [None]
    channel.posts(SOOT)
    await channel.living.hear()
    async with channel.house.db.uow(channel.home.creator_id) as uow:
        item = await memory.posts_item(uow, str(there.id))
        assert item
        await memory.set_tier(uow, [item], "patrons")
    creator.sends_file(there, "voice", b"OggS after", mime="audio/ogg")
    assert (await recordings(channel))[-1].tier == "patrons"


async def test_what_a_bot_may_not_fetch_or_what_was_forwarded_is_not_handed_in(channel: Channel) -> None:
    creator, there = channel.place.creator, channel.place.channel
    creator.sends_file(there, "video", bytes(LARGEST + 1), mime="video/mp4")
    now = int(channel.place.world.clock.now())
    origin = {"type": "user", "date": now, "sender_user": channel.place.fan.user.to_json()}
    creator.sends(there, channel.place.world.upload("voice", b"OggS-theirs") | {"forward_origin": origin})
    await channel.learns(False)
    creator.sends_file(there, "voice", b"OggS-while-it-is-off")
    assert await recordings(channel) == []


async def test_a_telegram_that_fails_is_asked_again_by_its_job_and_no_error_tells_the_token(
    channel: Channel, telegram: TelegramServer
) -> None:
    channel.place.creator.sends_file(channel.place.channel, "voice", b"OggS and so on", mime="audio/ogg")
    telegram.world.faults.refuse(500, "Internal Server Error", "getFile")
    with pytest.raises(TelegramAway):
        await recordings(channel)
    kept = telegram.world.files.at
    telegram.world.files.at = lambda bot_id, path: None  # type: ignore[method-assign] # it has forgotten it
    with pytest.raises(TelegramAway) as failed:
        await recordings(channel)
    assert channel.place.bot.token not in "".join(traceback.format_exception(failed.value))
    telegram.world.files.at = kept  # type: ignore[method-assign]
    assert len(await recordings(channel)) == 1
    await channel.house.telegram_recordings.fetch(4711, channel.connection, Recording("x", "x", "x", "x"))
    assert len(telegram.made("getFile")) == 4
