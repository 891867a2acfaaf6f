"""That an answer is on its way is shown where it takes long, and to nobody who asked nothing."""

import asyncio

from app.container import Container
from tests.bots.discord.living import Living, until
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage

TYPES = "POST /channels/{channel_id}/typing"


async def test_who_waits_sees_that_it_writes(living: Living, stage: Stage, server: DiscordServer) -> None:
    stage.fan.says(stage.app, "Why?")
    await until(lambda: len(server.made(TYPES)) == 1)
    await living.answers()
    assert len(server.made(TYPES)) == 1


async def test_an_answer_that_is_there_at_once_needs_no_sign(
    living: Living, stage: Stage, server: DiscordServer, house: Container
) -> None:
    stage.fan.says(stage.app, "Why?")
    await living.heard("Why?")
    house.typing.end(living.connection, str(stage.world.private_channel(stage.app.user, stage.fan.user).id))
    await asyncio.sleep(0.5)
    assert server.made(TYPES) == []


async def test_who_asked_nothing_sees_none(living: Living, stage: Stage, server: DiscordServer) -> None:
    stage.fan.says(stage.general, "What a day")
    stage.fan.says(stage.lab, "Indeed")
    await asyncio.sleep(0.6)
    assert server.made(TYPES) == []


async def test_where_it_may_not_be_shown_the_answer_comes_all_the_same(
    living: Living, stage: Stage, server: DiscordServer
) -> None:
    server.world.faults.refuse(500, TYPES)
    stage.fan.says(stage.app, "Why?")
    await living.heard("Why?")
    await asyncio.sleep(0.5)
    await living.answers()
    assert stage.world.private_channel(stage.app.user, stage.fan.user).messages
