"""Becoming an app: by its token, which is kept sealed; one app is one avatar's."""

import pytest

from app.container import Container
from bots.discord.joining import read_token
from bots.errors import AlreadyConnected, BadToken, BotInUse, BotTaken, NotConnected, TokenRefused
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.factories.people import Home, make_home


def test_a_token_is_found_in_what_stands_around_it(stage: Stage) -> None:
    assert read_token(f"Token: {stage.app.token}\n") == stage.app.token


@pytest.mark.parametrize("pasted", ["", "hello", "123456789:AAFabcdefghijklmnopqrstuvwxyz012345678"])
def test_what_holds_none_is_refused(pasted: str) -> None:
    with pytest.raises(BadToken):
        read_token(pasted)


async def test_an_app_is_connected_with_its_token_sealed(
    house: Container, home: Home, joined: int, stage: Stage
) -> None:
    async with house.db.uow(home.creator_id) as uow:
        row = await uow.fetch_one("SELECT * FROM discord_app")
    assert (row.application_id, row.user_id) == (stage.app.id, stage.app.user.id)
    assert row.public_key == stage.app.verify_key
    assert stage.app.token.rpartition(".")[2] not in row.token


async def test_the_same_again_is_the_same(house: Container, home: Home, joined: int, stage: Stage) -> None:
    again = await house.discord_joining.connect(home.creator_id, home.avatar.id, stage.app.token)
    assert again.connection_id == joined


async def test_one_app_is_one_avatars(house: Container, joined: int, stage: Stage) -> None:
    other = await make_home(house.db)
    with pytest.raises(BotTaken):
        await house.discord_joining.connect(other.creator_id, other.avatar.id, stage.app.token)


async def test_one_avatar_is_one_app(house: Container, home: Home, joined: int, stage: Stage) -> None:
    other = stage.world.app("Other", stage.creator.user)
    with pytest.raises(AlreadyConnected):
        await house.discord_joining.connect(home.creator_id, home.avatar.id, other.token)


async def test_a_token_that_discord_does_not_know(
    house: Container, home: Home, stage: Stage, server: DiscordServer
) -> None:
    old = stage.app.token
    stage.app.renew_token()
    with pytest.raises(TokenRefused):
        await house.discord_joining.connect(home.creator_id, home.avatar.id, old)


async def test_another_programs_app_is_taken_over_only_on_purpose(
    house: Container, home: Home, stage: Stage
) -> None:
    stage.app.endpoint = "https://elsewhere.example/hook?secret"
    with pytest.raises(BotInUse) as refused:
        await house.discord_joining.connect(home.creator_id, home.avatar.id, stage.app.token)
    assert refused.value.params == {"place": "elsewhere.example"}
    await house.discord_joining.connect(home.creator_id, home.avatar.id, stage.app.token, take_over=True)
    assert stage.app.endpoint is None


async def test_an_app_that_is_let_go_keeps_nothing_of_the_avatar(
    house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer
) -> None:
    await house.discord_profile.tell(home.creator_id, home.avatar.id)
    await house.discord_joining.remove(home.creator_id, home.avatar.id)
    async with house.db.uow(home.creator_id) as uow:
        assert not await uow.fetch("SELECT 1 FROM discord_app")
        (connection,) = await uow.fetch("SELECT state FROM connection WHERE id = %(id)s", {"id": joined})
    assert connection.state == "off"
    assert stage.app.description == ""
    assert not stage.fan.commands(stage.general, stage.app)
    assert await house.discord_apps.of(joined) is None
    with pytest.raises(NotConnected):
        await house.discord_joining.remove(home.creator_id, home.avatar.id)


async def test_an_app_whose_token_is_worth_nothing_can_be_let_go(
    house: Container, home: Home, joined: int, stage: Stage
) -> None:
    stage.app.renew_token()
    await house.discord_joining.remove(home.creator_id, home.avatar.id)
    assert await house.discord_checks.look(home.creator_id, home.avatar.id) is None


async def test_every_app_of_a_creator_is_let_go_at_once(
    house: Container, home: Home, joined: int, stage: Stage
) -> None:
    await house.discord_joining.remove_all(home.creator_id)
    assert await house.discord_checks.look(home.creator_id, home.avatar.id) is None
