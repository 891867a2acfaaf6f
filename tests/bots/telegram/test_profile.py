"""What a bot shows of its avatar: told in each language, within Telegram's limits, only where it changed."""

import io
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from app.container import Container
from bots.errors import Busy
from bots.shown import cut
from bots.telegram.profile import MOST_BIO, MOST_DESCRIPTION, MOST_NAME, Profile, bio, codes, description
from bots.telegram.tasks import PROFILE
from community import service as community
from community.types import AvatarInfo, Role
from kernel.i18n import t
from kernel.lang import SUPPORTED
from tests.bots.telegram.living import Living
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.factories.people import Home

MENUS = {"en": "Begin", "es": "Empezar", "ar": "ابدأ", "zh-Hans": "开始", "ja": "始める"}


@pytest.fixture
def profile(house: Container) -> Profile:
    def menus(lang: str) -> dict[str, list[tuple[str, str]]]:
        return {"everyone": [("start", MENUS[lang])], "groups": [("start", MENUS[lang])]}

    def role_menu(lang: str, role: Role, *, in_group: bool = False) -> list[tuple[str, str]]:
        return [("start", MENUS[lang]), ("fix" if in_group else "pause", role)]

    return Profile(house.db, house.telegram, house.telegram_bots, house.files, menus, role_menu)


async def change(house: Container, home: Home, **what: Any) -> None:
    async with house.db.uow(home.creator_id) as uow:
        await community.update_avatar(uow, home.avatar.id, **what)


def told(place: Stage, what: str, code: str = "") -> str:
    return place.bot.told[what, code]


async def test_a_bot_says_in_each_language_that_it_is_an_ai_and_whose(
    house: Container, profile: Profile, home: Home, place: Stage, joined: int
) -> None:
    assert await profile.tell(home.creator_id, home.avatar.id) == {}
    bot = await house.telegram_checks.look(home.creator_id, home.avatar.id)
    assert bot
    assert bot.name == told(place, "name")
    creator = home.avatar.creator_name
    assert told(place, "name") == home.avatar.name
    assert told(place, "short_description") == f"AI stand-in of {creator}, not {creator} in person."
    says = {"es": "Doble de IA", "zh": "AI 分身", "ja": "AI代理", "ar": "بالذكاء الاصطناعي"}
    for code, word in says.items():
        assert word in told(place, "short_description", code)
        assert creator in told(place, "description", code)
    assert place.bot.commands["all_group_chats", "es"] == [{"command": "start", "description": "Empezar"}]
    assert place.bot.default_rights[True]["can_post_messages"]
    assert not place.bot.default_rights[False]["can_promote_members"]


async def test_that_it_is_an_ai_is_told_in_every_language_whatever_the_avatar_speaks(
    house: Container, profile: Profile, home: Home, place: Stage, joined: int
) -> None:
    await change(house, home, languages=["ja"], tagline={"ja": "ろうそくの話"})
    await profile.tell(home.creator_id, home.avatar.id)
    creator = home.avatar.creator_name
    for lang in set(SUPPORTED) - {"zh-Hant"}:  # Telegram knows one Chinese
        code = "" if lang == "ja" else lang[:2]
        assert told(place, "short_description", code) == bio(home.avatar, lang)
        said = told(place, "description", code)
        assert said.startswith(t(lang, "disclosure.first", creator=creator))
        assert said.endswith("ろうそくの話")


async def test_only_what_has_changed_is_told_again(
    house: Container, profile: Profile, home: Home, place: Stage, telegram: TelegramServer, joined: int
) -> None:
    await profile.tell(home.creator_id, home.avatar.id)
    before = len(telegram.calls)
    await profile.tell(home.creator_id, home.avatar.id)
    assert len(telegram.calls) == before
    await change(house, home, name="Ember")
    await profile.tell(home.creator_id, home.avatar.id)
    assert [call.method for call in telegram.calls[before:]] == ["setMyName"]


async def test_a_language_that_is_spoken_no_more_is_taken_back(
    house: Container, profile: Profile, home: Home, place: Stage, joined: int
) -> None:
    await profile.tell(home.creator_id, home.avatar.id)
    await change(house, home, languages=["en", "ja"])
    await profile.tell(home.creator_id, home.avatar.id)
    assert ("default", "es") not in place.bot.commands
    assert told(place, "description", "ja")


async def portrait(house: Container, home: Home, colour: tuple[int, ...]) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (900, 1200), colour).save(file, "PNG")

    async def chunks() -> AsyncIterator[bytes]:
        yield file.getvalue()

    stream: AsyncIterable[bytes] = chunks()
    stored = await house.files.save(home.creator_id, stream, limit=1 << 24)
    await change(house, home, portrait=stored.sha256)


async def test_the_portrait_becomes_the_bots_picture_once(
    house: Container, profile: Profile, home: Home, place: Stage, telegram: TelegramServer, joined: int
) -> None:
    await portrait(house, home, (200, 80, 10, 128))
    for _ in range(2):
        await profile.tell(home.creator_id, home.avatar.id)
    assert len(telegram.made("setMyProfilePhoto")) == 1
    assert place.bot.photo
    shown = Image.open(io.BytesIO(place.bot.photo["_file"].content))
    assert (shown.format, shown.size) == ("JPEG", (480, 640))


async def test_a_removed_bot_has_the_name_the_picture_and_the_rights_that_it_had_before(
    house: Container, profile: Profile, home: Home, place: Stage, joined: int
) -> None:
    before = place.bot.first_name
    await portrait(house, home, (200, 80, 10, 128))
    await profile.tell(home.creator_id, home.avatar.id)
    assert place.bot.first_name == home.avatar.name != before
    await house.telegram_joining.remove(home.creator_id, home.avatar.id)
    assert place.bot.first_name == before
    assert place.bot.photo is None
    assert not any(place.bot.default_rights.values())


async def test_a_removed_bot_keeps_the_name_that_somebody_has_given_it_since(
    house: Container, profile: Profile, home: Home, place: Stage, joined: int
) -> None:
    await profile.tell(home.creator_id, home.avatar.id)
    place.bot.told["name", ""] = place.bot.first_name = "Wick's own bot"
    await house.telegram_joining.remove(home.creator_id, home.avatar.id)
    assert place.bot.first_name == "Wick's own bot"


async def test_what_telegram_refuses_is_noted_and_holds_nothing_up(
    house: Container, profile: Profile, home: Home, place: Stage, joined: int
) -> None:
    place.world.faults.refuse(400, "Bad Request: the name is not allowed", "setMyName")
    failed = await profile.tell(home.creator_id, home.avatar.id)
    assert list(failed) == ["name"]
    assert "not allowed" in failed["name"]
    assert told(place, "short_description")
    assert await profile.tell(home.creator_id, home.avatar.id) == {}
    assert told(place, "name") == home.avatar.name


async def test_what_is_told_too_often_is_told_later(
    profile: Profile, home: Home, place: Stage, joined: int
) -> None:
    place.world.faults.limit(3600, "setMyName")
    with pytest.raises(Busy):
        await profile.tell(home.creator_id, home.avatar.id)
    assert told(place, "description")
    await profile.tell(home.creator_id, home.avatar.id)
    assert told(place, "name")


async def jobs(house: Container) -> int:
    async with house.db.system_uow() as uow:
        found = await uow.fetch(
            "SELECT 1 FROM procrastinate_jobs WHERE task_name = %(task)s", {"task": PROFILE}
        )
    return len(found)


async def test_connecting_and_every_change_of_the_avatar_has_it_told(
    house: Container, home: Home, place: Stage
) -> None:
    await change(house, home, name="Before any bot")
    assert await jobs(house) == 0
    await house.telegram_joining.connect(home.creator_id, home.avatar.id, place.bot.token)
    assert await jobs(house) == 1
    async with house.db.system_uow() as uow:
        await uow.fetch("DELETE FROM procrastinate_jobs")
    async with house.db.uow(home.creator_id) as uow:
        await community.rename_creator(uow, "Another name")
    assert await jobs(house) == 1


@pytest.mark.parametrize("lang", SUPPORTED)
def test_no_text_is_too_long_for_telegram_and_the_disclosure_is_never_cut(lang: str, home_like: Any) -> None:
    avatar = home_like("W" * 80, {lang: "word " * 40})
    assert len(bio(avatar, lang)) <= MOST_BIO
    assert "AI" in bio(home_like("Ana", {}), "en")
    assert len(description(avatar, lang)) <= MOST_DESCRIPTION
    short = bio(home_like("Ana", {}), lang)
    assert bio(avatar, lang).endswith(short[-1])


def test_of_two_scripts_of_a_language_the_first_counts(home_like: Any) -> None:
    avatar = replace(home_like("Ana", {}), languages=("en", "zh-Hant", "zh-Hans", "es"))
    assert codes(avatar.languages) == {"": "en", "zh": "zh-Hant", "es": "es"}


@pytest.fixture
def home_like() -> Any:
    def make(creator: str, tagline: dict[str, str]) -> AvatarInfo:
        return AvatarInfo(1, 1, "a", "A", creator, tagline, ("en",), {}, "UTC", None, None, True)

    return make


@pytest.mark.parametrize(
    ("text", "cut_to"),
    [
        ("short", "short"),
        ("word " * 20, ("word " * 12).strip() + "…"),
        ("蜡" * 80, "蜡" * 63 + "…"),
        ("W" * 64, "W" * 64),
    ],
)
def test_a_long_text_ends_at_a_word(text: str, cut_to: str) -> None:
    assert cut(text, MOST_NAME) == cut_to
    assert len(cut(text, MOST_NAME)) <= MOST_NAME


async def test_who_works_for_the_creator_sees_their_orders_in_their_own_chat_as_long_as_they_do(
    house: Container, profile: Profile, home: Home, place: Stage, joined: int
) -> None:
    async with house.db.system_uow() as uow:
        await community.invite(uow, home.creator_id, "Robin", Role.MODERATOR)
        account = (await community.members(uow, home.creator_id))[-1].account_id
    async with house.db.uow(home.creator_id) as uow:
        token = await community.link_staff(uow, account)
    place.creator.starts(place.bot, f"staff_{token}")
    await Living(house, joined).goes_on()
    await profile.tell(home.creator_id, home.avatar.id)
    theirs = f"chat:{place.creator.user.id}"
    assert [one["command"] for one in place.bot.commands[theirs, "es"]] == ["start", "pause"]
    assert not [scope for scope, _ in place.bot.commands if scope == f"chat:{place.fan.user.id}"]
    async with house.db.system_uow() as uow:
        await community.remove_member(uow, home.creator_id, account)
        jobs = await uow.fetch("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
    assert PROFILE in {row.task_name for row in jobs}
    await profile.tell(home.creator_id, home.avatar.id)
    assert not [scope for scope, _ in place.bot.commands if scope == theirs]


async def test_orders_are_shown_in_a_group_to_who_may_give_them_and_to_no_administrator_else(
    house: Container, profile: Profile, home: Home, place: Stage, joined: int, telegram: TelegramServer
) -> None:
    place.creator.promotes(place.supergroup, place.fan.user)
    living = Living(house, joined)
    async with house.db.system_uow() as uow:
        await community.invite(uow, home.creator_id, "Robin", Role.MODERATOR)
        account = (await community.members(uow, home.creator_id))[-1].account_id
    async with house.db.uow(home.creator_id) as uow:
        token = await community.link_staff(uow, account)
    place.creator.starts(place.bot, f"staff_{token}")
    await living.goes_on()
    async with house.db.system_uow() as uow:
        await uow.send("UPDATE procrastinate_jobs SET status = 'succeeded'")
    before = await jobs(house)
    place.creator.says(place.supergroup, "/resume")
    place.fan.says(place.supergroup, "@EmberStandInBot why?")
    await living.goes_on()
    assert await jobs(house) == before + 1
    await profile.tell(home.creator_id, home.avatar.id)
    theirs = f"chat_member:{place.supergroup.id}:{place.creator.user.id}"
    in_groups = {key: told for key, told in place.bot.commands.items() if "fix" in str(told)}
    assert set(in_groups) == {(theirs, "")}
    assert not [scope for scope, _ in place.bot.commands if scope == "all_chat_administrators"]
    made = len(telegram.made("setMyCommands"))
    await profile.tell(home.creator_id, home.avatar.id)
    assert len(telegram.made("setMyCommands")) == made
    place.creator.removes(place.supergroup, place.bot)
    await living.goes_on()
    assert await profile.tell(home.creator_id, home.avatar.id) == {}, "what can't be taken back is gone"


async def test_what_every_administrator_was_told_of_orders_is_taken_back(
    house: Container, profile: Profile, home: Home, place: Stage, joined: int
) -> None:
    place.bot.commands["all_chat_administrators", "es"] = [{"command": "pause", "description": "Pausar"}]
    async with house.db.uow(home.creator_id) as uow:
        await uow.send("""UPDATE telegram_bot SET told = '{"commands:staff:es": "of before"}'""")
    assert await profile.tell(home.creator_id, home.avatar.id) == {}
    assert ("all_chat_administrators", "es") not in place.bot.commands
