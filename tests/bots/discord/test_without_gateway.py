"""An app without a socket: Discord posts its commands and buttons here, and nothing else is heard."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from app.container import Container, Roles
from app.instance import listen
from app.services import Dsn
from app.sites import public_site
from bots.errors import NoPublicAddress
from kernel.settings import Settings
from tests.bots.discord.living import Living, gateway_of, texts, until
from tests.conversation.stand_ins import Echo
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.factories.people import Home

TELL = "PUT /applications/{application_id}/commands"


@pytest.fixture
async def house(dsn: Dsn, server: DiscordServer, tmp_path: Path) -> AsyncIterator[Container]:
    """A house that Discord reaches."""
    sockets = listen(0, "127.0.0.1", tries=1)
    address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    settings = Settings(
        _env_file=None, data_dir=tmp_path, public_url=address, discord_api=server.url,
        discord_gateway=server.gateway.url,
    )  # fmt: skip
    made = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
    made.responder = Echo()
    await made.open()
    serving = uvicorn.Server(uvicorn.Config(public_site(made, address), log_config=None, lifespan="off"))
    task = asyncio.create_task(serving.serve(sockets=sockets))
    await until(lambda: serving.started)
    yield made
    serving.should_exit = True
    await task
    await made.close()


@pytest.fixture
async def posted(house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer) -> Living:
    """The avatar as an app that keeps no socket, held by this process."""
    await house.discord_joining.switch(home.creator_id, home.avatar.id, gateway=False)
    made = Living(house, home, joined, stage, server)
    await house.discord_gateway.hold([joined])
    return made


async def test_discord_is_told_where_and_looks_whether_it_can(
    posted: Living, stage: Stage, house: Container
) -> None:
    assert stage.app.endpoint == f"{house.settings.public_url}/discord/{stage.app.id}"
    shown = await house.discord_checks.look(posted.home.creator_id, posted.home.avatar.id)
    assert shown
    assert not shown.gateway


async def test_a_question_by_command_is_answered_in_its_place(posted: Living, stage: Stage) -> None:
    asked = stage.fan.runs(stage.general, stage.app, "ask", question="Posted?")
    assert await asked.acknowledged()
    await posted.answers()
    assert texts(stage.general, stage.app)[-1].endswith("re: Posted?")
    assert posted.sessions == 0


async def test_a_button_is_heard_too(posted: Living, stage: Stage) -> None:
    asked = stage.fan.runs(stage.app, stage.app, "help")
    assert await asked.acknowledged()
    await posted.answers()
    assert "/ask" in texts(stage.world.private_channel(stage.app.user, stage.fan.user), stage.app)[-1]


async def test_it_keeps_no_socket_and_hears_no_messages(posted: Living, stage: Stage) -> None:
    stage.fan.mentions(stage.general, stage.app, "why?")
    await asyncio.sleep(0.3)
    assert posted.sessions == 0
    assert await posted.messages() == []


async def test_commands_that_are_new_after_an_upgrade_are_told_without_one(
    posted: Living, server: DiscordServer, house: Container
) -> None:
    before = len(server.made(TELL))
    house.commands.commands.pop("terms")
    house.discord_gateway = gateway_of(house)
    await house.discord_gateway.hold([posted.connection])
    await until(lambda: len(server.made(TELL)) == before + 1)


async def test_it_can_listen_again(posted: Living, house: Container, home: Home, stage: Stage) -> None:
    await house.discord_joining.switch(home.creator_id, home.avatar.id, gateway=True)
    assert stage.app.endpoint is None
    await posted.comes()
    stage.fan.mentions(stage.general, stage.app, "why?")
    await posted.heard("why?")
    await posted.goes()


async def test_an_instance_that_nobody_reaches_keeps_its_socket(
    house: Container, home: Home, joined: int
) -> None:
    house.discord_joining._public_url = None
    with pytest.raises(NoPublicAddress):
        await house.discord_joining.switch(home.creator_id, home.avatar.id, gateway=False)
