"""Creators, avatars and fans: what may be entered, and that one creator never sees another's."""

import asyncio

import pytest

from community import service as community
from community.errors import BadAvatar, NoSuchAvatar
from community.types import AvatarInfo
from kernel.db import Database


@pytest.fixture
async def ember(database: Database) -> int:
    """A creator."""
    async with database.system_uow() as uow:
        return await community.create_creator(uow, "Ember")


@pytest.fixture
async def wick(database: Database) -> int:
    """Another creator."""
    async with database.system_uow() as uow:
        return await community.create_creator(uow, "Wick")


async def avatar(database: Database, creator: int, slug: str = "ember", **fields: object) -> AvatarInfo:
    values: dict[str, object] = {"slug": slug, "name": "Ember", "languages": ["en"]} | fields
    async with database.uow(creator) as uow:
        return await community.create_avatar(uow, **values)  # type: ignore[arg-type]  # the test's to bend


async def test_an_avatar_is_found_by_its_address_from_anywhere(database: Database, ember: int) -> None:
    made = await avatar(
        database, ember, languages=["zh-CN", "en", "zh"], tagline={"en": " Light\n up ", "es": " "}
    )
    assert made.languages == ("zh-Hans", "en")
    assert made.tagline == {"en": "Light up"}
    assert (made.creator_name, made.live, made.consent) == ("Ember", False, None)
    async with database.system_uow() as uow:
        assert await community.avatar_by_slug(uow, "ember") == made
        with pytest.raises(NoSuchAvatar):
            await community.avatar_by_slug(uow, "nobody")


@pytest.mark.parametrize(
    "fields",
    [
        {"slug": ""},
        {"slug": "Ember"},
        {"slug": "-ember"},
        {"slug": "ember-"},
        {"slug": "em/ber"},
        {"slug": "e" * 41},
        {"name": " "},
        {"name": "x" * 81},
        {"languages": []},
        {"languages": ["en", "tlh"]},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"consent": "perhaps"},
    ],
    ids=str,
)
async def test_what_cannot_be_used_is_refused(
    database: Database, ember: int, fields: dict[str, object]
) -> None:
    with pytest.raises(BadAvatar):
        await avatar(database, ember, **fields)  # type: ignore[arg-type]  # the slug comes among the fields


async def test_an_address_is_given_once_whoever_asks(database: Database, ember: int, wick: int) -> None:
    outcomes = await asyncio.gather(
        *(avatar(database, each) for each in (ember, wick, ember)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["AvatarInfo", "BadAvatar", "BadAvatar"]


async def test_what_is_changed_is_changed_and_the_rest_stays(database: Database, ember: int) -> None:
    made = await avatar(database, ember, tagline={"en": "Light"})
    async with database.uow(ember) as uow:
        await community.update_avatar(uow, made.id, name=" Ember  Wick ", consent="fictional", live=True)
        await community.rename_creator(uow, "Candle Lab")
    async with database.uow(ember) as uow:
        after = await community.get_avatar(uow, made.id)
        with pytest.raises(BadAvatar):
            await community.update_avatar(uow, made.id, consent="perhaps")
    assert (after.name, after.creator_name, after.consent, after.live) == (
        "Ember Wick",
        "Candle Lab",
        "fictional",
        True,
    )
    assert (after.slug, after.tagline, after.languages) == ("ember", {"en": "Light"}, ("en",))


async def test_a_creator_neither_sees_nor_changes_anothers_avatar(
    database: Database, ember: int, wick: int
) -> None:
    theirs = await avatar(database, wick, "wick")
    async with database.uow(ember) as uow:
        assert await community.avatars(uow) == ()
        with pytest.raises(NoSuchAvatar):
            await community.get_avatar(uow, theirs.id)
        with pytest.raises(NoSuchAvatar):
            await community.update_avatar(uow, theirs.id, name="Mine now")
    async with database.uow(wick) as uow:
        assert await community.avatars(uow) == (theirs,)


async def test_a_fan_who_writes_twice_at_once_is_one_fan(database: Database, ember: int) -> None:
    async def meet() -> int:
        async with database.uow(ember) as uow:
            return (await community.ensure_fan(uow, "web", "u1", "Ada")).id

    assert len(set(await asyncio.gather(*(meet() for _ in range(5))))) == 1


async def test_fans_belong_to_a_creator_and_a_platform(database: Database, ember: int, wick: int) -> None:
    async def meet(creator: int, platform: str, user: str) -> int:
        async with database.uow(creator) as uow:
            return (await community.ensure_fan(uow, platform, user, "Ada")).id

    fans = [await meet(*each) for each in ((ember, "web", "1"), (ember, "telegram", "1"), (wick, "web", "1"))]
    assert len(set(fans)) == 3
    async with database.uow(wick) as uow:
        await community.remember_language(uow, fans[0], last="ar", chosen="ar")
    async with database.uow(ember) as uow:
        assert (await community.ensure_fan(uow, "web", "1", "")).last_language is None


async def test_a_fans_languages_are_remembered(database: Database, ember: int) -> None:
    async with database.uow(ember) as uow:
        fan = await community.ensure_fan(uow, "web", "u1", "Ada\x00\u202e" + "x" * 100)
        await community.remember_language(uow, fan.id, last="ja")
    async with database.uow(ember) as uow:
        await community.remember_language(uow, fan.id, chosen="es")
    async with database.uow(ember) as uow:
        again = await community.ensure_fan(uow, "web", "u1", "")
    assert (again.last_language, again.chosen_language) == ("ja", "es")
    assert again.name == fan.name == "Ada" + "x" * 77
