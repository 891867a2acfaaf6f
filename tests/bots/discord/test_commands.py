"""The application commands: Discord takes them, knows each, and is told only what is news."""

import regex

from app.container import Container
from bots.discord.commands import GROUPS, MENUS, definitions
from kernel.chat import FAN
from tests.emulators.discord import commands as kinds
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.factories.people import Home

# As Discord's own document has it.
NAME = regex.compile(r"[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}")
TELL = "PUT /applications/{application_id}/commands"


async def test_every_command_is_there(house: Container, joined: int, stage: Stage) -> None:
    offered = stage.moderator.commands(stage.general, stage.app)
    for name, command in house.commands.commands.items():
        if command.role == FAN:
            assert name in offered
    assert {*GROUPS} <= set(offered)


async def test_what_the_creators_people_order_is_offered_to_no_fan(
    house: Container, joined: int, stage: Stage
) -> None:
    offered = stage.fan.commands(stage.general, stage.app)
    assert "preguntar" in offered
    assert not {*GROUPS} & set(offered)
    assert "Correct reply" not in stage.fan.commands(stage.general, stage.app, kinds.ON_MESSAGE)


async def test_each_says_what_it_does_in_every_language_that_discord_has(house: Container) -> None:
    ask = next(one for one in definitions(house.commands) if one["name"] == "ask")
    told = ask["description_localizations"]
    assert {"es-ES", "zh-CN", "ja", "de"} <= told.keys()
    assert len({ask["description"], told["es-ES"], told["zh-CN"], told["ja"]}) == 4


async def test_each_is_called_by_its_name_in_the_language_of_who_looks(
    house: Container, joined: int, stage: Stage
) -> None:
    assert stage.fan.user.locale == "es-ES"
    offered = stage.fan.commands(stage.general, stage.app)
    assert {"preguntar", "privacidad", "olvídame"} <= set(offered)
    menus = stage.fan.commands(stage.general, stage.app, kinds.ON_MESSAGE)
    assert menus == ["Por qué esta respuesta", "Denunciar respuesta de IA"]
    assert {"ask", "privacy"} <= set(stage.moderator.commands(stage.general, stage.app))


def test_no_language_has_two_commands_of_one_name_and_each_is_one_that_discord_takes(
    house: Container,
) -> None:
    made = definitions(house.commands)
    assert sum(one.get("type") == kinds.ON_MESSAGE for one in made) == len(MENUS) <= 5
    locales = {locale for one in made for locale in one.get("name_localizations", {})}
    assert len(locales) == 17
    for locale in locales:
        for is_menu in (False, True):
            names = [
                one.get("name_localizations", {}).get(locale, one["name"])
                for one in made
                if (one.get("type") == kinds.ON_MESSAGE) is is_menu
            ]
            assert len(set(names)) == len(names), (locale, names)
            if not is_menu:
                assert all(NAME.fullmatch(name) and name == name.lower() for name in names), names


def test_orders_that_nobody_can_carry_out_there_are_not_offered(house: Container) -> None:
    (offered,) = (one for one in definitions(house.commands) if one["name"] == "mod")
    inside = {one["name"]: one for one in offered["options"]}
    assert {"warn", "mute", "ban", "kick", "trust", "purge", "slowmode", "case", "modlog"} <= inside.keys()
    assert not inside.keys() & {"captcha", "lock", "raid"}
    kinds_of = {one["name"]: one["type"] for one in inside["mute"]["options"]}
    assert kinds_of == {
        "user": kinds.USER, "duration": kinds.TEXT, "reason": kinds.TEXT, "dry": kinds.BOOLEAN
    }  # fmt: skip


async def test_discord_is_told_only_what_is_news(
    house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer
) -> None:
    assert len(server.made(TELL)) == 1
    app = await house.discord_apps.of(joined)
    assert app
    await house.discord_commands.tell(app)
    assert len(server.made(TELL)) == 1
    house.commands.commands.pop("terms")
    await house.discord_commands.tell(app)
    assert len(server.made(TELL)) == 2
    assert "terms" not in stage.fan.commands(stage.general, stage.app)
