"""Avatars as apps of an emulated Discord: the server, its stage, a house that calls it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.container import Container, Roles
from app.services import Dsn
from community import service as community
from community.types import Role
from conversation.autonomy import Mode
from kernel.settings import Settings
from tests.bots.discord.living import Living
from tests.conversation.stand_ins import Echo
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage, set_up
from tests.factories.people import Home, make_home, set_mode


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """Discord's server; at the end nothing was asked of it that its document refuses."""
    async with DiscordServer() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def stage(server: DiscordServer) -> Stage:
    """A creator's guild, a moderator, a fan and an app."""
    return set_up(server.world)


@pytest.fixture
def settings(server: DiscordServer, tmp_path: Path) -> Settings:
    """A house whose Discord is the emulated one; nothing reaches it from outside."""
    return Settings(
        _env_file=None, data_dir=tmp_path, discord_api=server.url, discord_gateway=server.gateway.url
    )


@pytest.fixture
async def house(dsn: Dsn, settings: Settings) -> AsyncIterator[Container]:
    """A house without workers, whose avatars say what they were asked."""
    made = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
    made.responder = Echo()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def home(house: Container) -> Home:
    """An avatar, in the web chat."""
    return await make_home(house.db)


@pytest.fixture
async def joined(house: Container, home: Home, stage: Stage) -> int:
    """The connection by which the avatar is the stage's app."""
    done = await house.discord_joining.connect(home.creator_id, home.avatar.id, stage.app.token)
    return done.connection_id


@pytest.fixture
async def living(
    house: Container, home: Home, joined: int, stage: Stage, server: DiscordServer
) -> AsyncIterator[Living]:
    """The avatar at the gateway, and ready."""
    made = Living(house, home, joined, stage, server)
    await made.comes()
    yield made
    await made.goes()


@pytest.fixture
async def staffed(living: Living, stage: Stage) -> Living:
    """The guild's moderator works for the creator, and waits for cards in private; the mode is Ask."""
    creator = living.home.creator_id
    async with living.house.db.system_uow() as uow:
        await community.invite(uow, creator, "Robin", Role.MODERATOR)
        account = (await community.members(uow, creator))[-1].account_id
    async with living.house.db.uow(creator) as uow:
        token = await community.link_staff(uow, account)
    await living.hears(stage.moderator, f"/start staff_{token}")
    async with living.house.db.uow(creator) as uow:
        await set_mode(uow, living.home.avatar.id, Mode.ASK)
    return living
