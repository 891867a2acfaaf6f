"""Avatars as bots of an emulated Telegram: the server, its world, a house that calls it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.container import Container, Roles
from app.services import Dsn
from kernel.settings import Settings
from tests.emulators.telegram import stage
from tests.emulators.telegram.people import Bot
from tests.emulators.telegram.server import TelegramServer
from tests.factories.people import Home, make_home


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """Telegram's server; at the end nothing was asked of it that the specification refuses."""
    async with TelegramServer() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def place(telegram: TelegramServer) -> stage.Stage:
    """A creator, a fan, groups, a channel and a bot."""
    return stage.set_up(telegram.world)


@pytest.fixture
def settings(telegram: TelegramServer, tmp_path: Path) -> Settings:
    """A house whose Telegram is the emulated one; nothing reaches it from outside."""
    return Settings(_env_file=None, data_dir=tmp_path, telegram_api=telegram.url)


@pytest.fixture
async def house(dsn: Dsn, settings: Settings) -> AsyncIterator[Container]:
    """A house without workers."""
    made = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def home(house: Container) -> Home:
    """An avatar, in the web chat."""
    return await make_home(house.db)


@pytest.fixture
async def joined(house: Container, home: Home, place: stage.Stage) -> int:
    """The connection by which the avatar is the stage's bot."""
    return await join(house, home, place.bot)


async def join(house: Container, home: Home, bot: Bot) -> int:
    """Make an avatar a bot; its connection."""
    done = await house.telegram_joining.connect(home.creator_id, home.avatar.id, bot.token)
    assert done.notice is None
    return done.connection_id
