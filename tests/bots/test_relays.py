"""While a person answers, what stands beside words goes both ways, too, from either platform to the other."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.container import Container, Roles
from app.services import Dsn
from bots.relays import bare
from community.types import Role, StaffInfo
from conversation import takeover
from kernel.chat import Medium
from kernel.errors import NotFound
from kernel.i18n import t
from kernel.settings import Settings
from tests.bots.discord.living import Living as OnDiscord
from tests.bots.discord.living import said as said_on_discord
from tests.bots.telegram.living import Living as OnTelegram
from tests.bots.telegram.living import said as said_on_telegram
from tests.conversation.staff import account, link
from tests.conversation.stand_ins import Echo
from tests.emulators.discord import stage as discord_stage
from tests.emulators.discord.files import Uploaded
from tests.emulators.discord.messages import Content, Message
from tests.emulators.discord.server import DiscordServer
from tests.emulators.telegram import stage as telegram_stage
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.server import TelegramServer
from tests.factories.people import Home, make_home


def picture(colour: str, kind: str = "JPEG", **more: Any) -> bytes:
    """A small picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, kind, **more)
    return out.getvalue()


def located() -> Any:
    """What a camera writes beside a picture: where that was, and that it is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


RED, BLUE = picture("red"), picture("blue")


@dataclass
class Both:
    """One avatar on both platforms; who moderates, and who is a fan, on each."""

    house: Container
    home: Home
    telegram: OnTelegram
    discord: OnDiscord
    there: telegram_stage.Stage
    here: discord_stage.Stage
    staff: list[int] = field(default_factory=list)

    async def goes_on(self) -> None:
        """Everything that waits on either platform is answered and sent."""
        await self.telegram.goes_on()
        await self.discord.answers()

    async def works(self, user: Any, says: Any) -> None:
        """Somebody works for the creator, and has said so in private; `says` writes to the avatar."""
        number = await account(self.house.db, self.home)
        says(f"/start staff_{await link(self.house.db, self.home, number)}")
        self.staff.append(number)

    async def thread(self, user: Any) -> int:
        """The thread of a person."""
        async with self.house.db.uow(self.home.creator_id) as uow:
            row = await uow.fetch_one(
                "SELECT thread.id FROM thread JOIN identity ON identity.fan_id = thread.fan_id "
                "WHERE platform_user_id = %(user)s",
                {"user": str(user.id)},
            )
        return int(row.id)

    async def talks(self, who: Any, fan: Any) -> None:
        """Who moderates takes a fan's conversation over, from their own private chat."""
        robin = StaffInfo(self.staff[-1], "Robin", Role.MODERATOR)
        thread, private = await self.thread(fan), await self.thread(who)
        async with self.house.db.uow(self.home.creator_id) as uow:
            await takeover.take(uow, self.home.avatar.id, thread, robin, relay_to=private)
        await self.goes_on()

    def on_telegram(self, user: Any) -> list[Json]:
        """What the avatar has sent to somebody in private."""
        return said_on_telegram(self.there.world.private_chat(self.there.bot, user), self.there.bot)

    def on_discord(self, user: Any) -> list[Message]:
        """The same in Discord."""
        return said_on_discord(self.here.world.private_channel(self.here.app.user, user), self.here.app)

    def shows(self, message: Json) -> bytes:
        """The picture or file of a message in Telegram."""
        found = message["photo"][-1] if "photo" in message else message["document"]
        return bytes(found["_file"].content)


@pytest.fixture
async def both(dsn: Dsn, tmp_path: Path) -> AsyncIterator[Both]:
    async with TelegramServer() as telegram, DiscordServer() as discord:
        settings = Settings(
            _env_file=None, data_dir=tmp_path, telegram_api=telegram.url, discord_api=discord.url,
            discord_gateway=discord.gateway.url,
        )  # fmt: skip
        house = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
        house.responder = Echo()
        await house.open()
        home = await make_home(house.db)
        there, here = telegram_stage.set_up(telegram.world), discord_stage.set_up(discord.world)
        bot = await house.telegram_joining.connect(home.creator_id, home.avatar.id, there.bot.token)
        app = await house.discord_joining.connect(home.creator_id, home.avatar.id, here.app.token)
        on_telegram = OnTelegram(house, bot.connection_id)
        on_discord = OnDiscord(house, home, app.connection_id, here, discord)
        await on_discord.comes()
        made = Both(house, home, on_telegram, on_discord, there, here)
        yield made
        await on_discord.goes()
        await house.close()
        assert telegram.complaints == []
        assert discord.complaints == []


def sends(both: Both, who: Any, text: str, *files: tuple[str, str, bytes], reply_to: Any = None) -> None:
    """Somebody sends files in Discord, in one message."""
    world, where = both.here.world, both.here.world.private_channel(both.here.app.user, who.user)
    kept = [
        world.files.add(world.ids.new(), where.id, Uploaded(content, name, mime), {})
        for name, mime, content in files
    ]
    who.sends(where, Content(text, attachments=kept, reference=reply_to, type=19 if reply_to else 0))


class TestAFanInDiscordAndSomebodyInTelegram:
    @pytest.fixture
    async def talking(self, both: Both) -> Both:
        robin, fan = both.there.creator, both.here.fan
        await both.works(robin.user, lambda text: robin.says(both.there.bot, text))
        await both.discord.hears(fan, "Is anybody there?")
        await both.goes_on()
        await both.talks(robin.user, fan.user)
        return both

    async def test_several_pictures_come_as_one_album(self, talking: Both) -> None:
        fan, robin = talking.here.fan, talking.there.creator
        sends(talking, fan, "Look", ("a.jpg", "image/jpeg", RED), ("b.jpg", "image/jpeg", BLUE))
        await talking.discord.heard("Look")
        await talking.goes_on()
        first, second = talking.on_telegram(robin.user)[-2:]
        assert (talking.shows(first), talking.shows(second)) == (RED, BLUE)
        assert first["media_group_id"] == second["media_group_id"]
        assert "Look" in first["caption"]

    async def test_an_album_comes_as_one_message_of_several_files(self, talking: Both) -> None:
        robin, fan = talking.there.creator, talking.here.fan
        copy = talking.on_telegram(robin.user)[-1]
        bot = talking.there.bot
        group = {"media_group_id": "77"}
        for colour in (RED, BLUE):
            one = talking.there.world.upload("photo", colour) | group
            robin.sends(bot, one | ({"caption": "These two"} if colour is BLUE else {}), reply_to=copy)
        await talking.goes_on()
        got = talking.on_discord(fan.user)[-1]
        assert [one.file.content for one in got.content.attachments] == [RED, BLUE]
        assert "These two" in got.content.text

    async def test_what_is_too_large_is_told_to_who_sent_it(self, talking: Both) -> None:
        robin, fan = talking.there.creator, talking.here.fan
        copy, before = talking.on_telegram(robin.user)[-1], len(talking.on_discord(fan.user))
        film = talking.there.world.upload("video", b"x" * (11 << 20))
        robin.sends(talking.there.bot, film, reply_to=copy)
        await talking.goes_on()
        told = t("en", "relay.too_large", size=11, most=10)
        assert talking.on_telegram(robin.user)[-1]["text"] == told
        assert len(talking.on_discord(fan.user)) == before

    async def test_what_cant_be_shown_in_any_way_is_named(self, talking: Both) -> None:
        fan, robin = talking.here.fan, talking.there.creator
        where = talking.here.world.private_channel(talking.here.app.user, fan.user)
        fan.asks_all(where, "Which wax?", "Bees", "Soy")
        await talking.discord.comes_to("SELECT count(*) FROM message WHERE medium->>'kind' = 'other'", [1])
        await talking.goes_on()
        assert t("en", "relay.unseen") in talking.on_telegram(robin.user)[-1]["text"]

    async def test_an_address_that_has_run_out_is_renewed(self, talking: Both) -> None:
        fan, robin = talking.here.fan, talking.there.creator
        sends(talking, fan, "Old", ("a.txt", "text/plain", b"kept"))
        await talking.discord.heard("Old")
        talking.here.world.clock.moves(25 * 3600)
        await talking.goes_on()
        assert talking.shows(talking.on_telegram(robin.user)[-1]) == b"kept"


class TestAFanInTelegramAndSomebodyInDiscord:
    @pytest.fixture
    async def talking(self, both: Both) -> Both:
        robin, fan = both.here.moderator, both.there.fan
        await both.works(robin.user, lambda text: robin.says(both.here.app, text))
        await both.discord.comes_to("SELECT count(*) FROM message WHERE text LIKE '/start staff%%'", [1])
        fan.says(both.there.bot, "Is anybody there?")
        await both.goes_on()
        await both.talks(robin.user, fan.user)
        return both

    async def test_files_go_both_ways(self, talking: Both) -> None:
        robin, fan = talking.here.moderator, talking.there.fan
        fan.sends_album(talking.there.bot, RED, BLUE, caption="Which?")
        await talking.goes_on()
        copy = talking.on_discord(robin.user)[-1]
        assert [one.file.content for one in copy.content.attachments] == [RED, BLUE]
        assert "Which?" in copy.content.text
        page, noise = ("a.pdf", "application/pdf", b"%PDF a"), ("b.webm", "video/webm", b"film")
        sends(talking, robin, "Both of these", page, noise, reply_to=copy)
        await talking.discord.heard("Both of these")
        await talking.goes_on()
        first, second = talking.on_telegram(fan.user)[-2:]
        assert (talking.shows(first), talking.shows(second)) == (page[2], noise[2])

    async def test_where_a_picture_was_taken_stays_behind(self, talking: Both) -> None:
        robin, fan = talking.here.moderator, talking.there.fan
        taken = picture("red", exif=located())
        fan.sends_file(talking.there.bot, "document", taken, name="me.jpg", mime="image/jpeg")
        await talking.goes_on()
        (got,) = talking.on_discord(robin.user)[-1].content.attachments
        with Image.open(io.BytesIO(got.file.content)) as shown:
            assert not shown.getexif()
            assert shown.size == (30, 40)

    async def test_what_is_too_large_stands_in_the_copy(self, talking: Both) -> None:
        robin, fan = talking.here.moderator, talking.there.fan
        fan.sends_file(talking.there.bot, "document", b"x" * (11 << 20), name="long.bin")
        await talking.goes_on()
        assert t("en", "relay.too_large", size=11, most=10) in talking.on_discord(robin.user)[-1].content.text


class TestBothInTelegram:
    @pytest.fixture
    async def talking(self, both: Both) -> Both:
        robin, fan = both.there.creator, both.there.fan
        await both.works(robin.user, lambda text: robin.says(both.there.bot, text))
        fan.says(both.there.bot, "Is anybody there?")
        await both.goes_on()
        await both.talks(robin.user, fan.user)
        return both

    async def test_of_whatever_size_it_goes_by_its_name(self, talking: Both) -> None:
        robin, fan = talking.there.creator, talking.there.fan
        fan.sends_file(talking.there.bot, "document", b"x" * (21 << 20), name="long.bin")
        await talking.goes_on()
        assert len(talking.shows(talking.on_telegram(robin.user)[-1])) == 21 << 20

    async def test_but_for_a_picture_that_was_sent_as_a_file(self, talking: Both) -> None:
        robin, fan = talking.there.creator, talking.there.fan
        taken = picture("red", exif=located())
        fan.sends_file(talking.there.bot, "document", taken, name="me.jpg", mime="image/jpeg")
        await talking.goes_on()
        with Image.open(io.BytesIO(talking.shows(talking.on_telegram(robin.user)[-1]))) as shown:
            assert not shown.getexif()


async def test_the_inbox_shows_what_stands_in_either(both: Both) -> None:
    sends(both, both.here.fan, "Look", ("a.jpg", "image/jpeg", RED))
    await both.discord.heard("Look")
    (row,) = await both.discord.rows("SELECT medium FROM message WHERE text = 'Look'")
    creator, connection = both.home.creator_id, both.discord.connection
    shown = await both.house.said_file(creator, connection, Medium(**row.medium), by_fan=True)
    assert shown == RED
    with pytest.raises(NotFound):
        await both.house.said_file(creator + 1, connection, Medium(**row.medium), by_fan=True)


class TestWhatAFileTellsBesideItsPicture:
    def test_nothing_else_is_touched(self) -> None:
        assert bare(RED) == RED
        assert bare(b"%PDF no picture") == b"%PDF no picture"

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_it_is_gone(self, kind: str) -> None:
        with Image.open(io.BytesIO(bare(picture("blue", kind, exif=located())))) as shown:
            assert (dict(shown.getexif()), shown.format, shown.size) == ({}, kind, (30, 40))

    def test_half_a_picture_is_a_file_like_any_other(self) -> None:
        half = picture("red", exif=located())[:300]
        assert bare(half) == half
