"""What an app shows of its avatar: that it is an AI first, within Discord's limits, only what changed."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from app.container import Container
from bots.discord.profile import MOST_ABOUT, MOST_NAME, about
from bots.discord.rights import ASKED
from bots.errors import Busy
from community import service as community
from kernel.i18n import t
from kernel.lang import SUPPORTED
from tests.emulators.discord.limits import Rates
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.factories.people import Home

ME, APPLICATION = "PATCH /users/@me", "PATCH /applications/@me"


async def change(house: Container, home: Home, **what: Any) -> None:
    async with house.db.uow(home.creator_id) as uow:
        await community.update_avatar(uow, home.avatar.id, **what)


async def tell(house: Container, home: Home) -> dict[str, str]:
    return await house.discord_profile.tell(home.creator_id, home.avatar.id)


async def test_an_app_says_first_that_it_is_an_ai_and_whose(
    house: Container, home: Home, joined: int, stage: Stage
) -> None:
    await change(house, home, languages=["ja"], tagline={"ja": "ろうそくの話"})
    async with house.db.uow(home.creator_id) as uow:
        avatar = await community.get_avatar(uow, home.avatar.id)
    assert await tell(house, home) == {}
    creator = home.avatar.creator_name
    assert stage.app.description.startswith(t("ja", "disclosure.first", creator=creator))
    assert "ろうそくの話" in stage.app.description
    assert stage.app.user.username == home.avatar.name
    more = about(replace(avatar, languages=("ja", "en", "ar")))
    assert more.startswith(stage.app.description)
    assert all(t(lang, "profile.bio", creator=creator) in more for lang in ("en", "ar"))


@pytest.mark.parametrize("first", SUPPORTED)
async def test_however_much_there_is_to_say_the_disclosure_fits(home: Home, first: str) -> None:
    languages = (first, *(lang for lang in SUPPORTED if lang != first))
    avatar = replace(home.avatar, languages=languages, tagline={first: "wax " * 90})
    told = about(avatar)
    assert len(told) <= MOST_ABOUT
    assert told.startswith(t(first, "disclosure.first", creator=avatar.creator_name))


async def test_whoever_adds_the_app_is_asked_for_the_rights_that_it_needs(
    house: Container, home: Home, joined: int, stage: Stage
) -> None:
    await tell(house, home)
    assert stage.app.install == {"scopes": ["bot", "applications.commands"], "permissions": str(ASKED)}


async def test_only_what_has_changed_is_told_again(
    house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer
) -> None:
    await tell(house, home)
    before = len(server.made(ME)), len(server.made(APPLICATION))
    await tell(house, home)
    assert (len(server.made(ME)), len(server.made(APPLICATION))) == before
    await change(house, home, name="Ember the second")
    await tell(house, home)
    assert (len(server.made(ME)), len(server.made(APPLICATION))) == (before[0] + 1, before[1])
    assert stage.app.user.username == "Ember the second"


async def test_a_long_name_is_shortened(house: Container, home: Home, joined: int, stage: Stage) -> None:
    await change(house, home, name="Ember " * 10)
    await tell(house, home)
    assert 2 <= len(stage.app.user.username) <= MOST_NAME


async def test_a_name_that_changes_too_often_waits_and_the_rest_is_told(
    house: Container, home: Home, joined: int, stage: Stage
) -> None:
    stage.world.limits.rates = Rates()
    for number in range(2):
        await change(house, home, name=f"Ember {number}")
        await tell(house, home)
    await change(house, home, name="Ember 3", tagline={home.avatar.languages[0]: "Wax and wicks"})
    with pytest.raises(Busy):
        await tell(house, home)
    assert "Wax and wicks" in stage.app.description
    shown = await house.discord_checks.look(home.creator_id, home.avatar.id)
    assert shown
    assert "name" in shown.untold


async def test_the_portrait_becomes_the_apps_picture_once(
    house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        file = io.BytesIO()
        Image.new("RGBA", (900, 700), (200, 80, 10, 128)).save(file, "PNG")
        yield file.getvalue()

    stored = await house.files.save(home.creator_id, pieces(), limit=1 << 20)
    await change(house, home, portrait=stored.sha256)
    await tell(house, home)
    assert stage.app.user.avatar
    count = len(server.made(ME))
    await tell(house, home)
    assert len(server.made(ME)) == count
