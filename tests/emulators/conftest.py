"""Discord's emulator as its tests use it: the server, a stage, a bot without a library, real discord.py."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage, set_up
from tests.emulators.discord.wire import Wire

if TYPE_CHECKING:
    from tests.emulators.discord.client import Connect


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
async def wire(server: DiscordServer, stage: Stage) -> AsyncIterator[Wire]:
    """The app, at the other end of the wire."""
    async with aiohttp.ClientSession() as session:
        yield Wire(server, stage.app, session)


@pytest.fixture
async def connect(server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> "AsyncIterator[Connect]":
    """Connects discord.py's clients to the emulator, until the test ends."""
    # Half a second, which the other emulators' tests needn't wait.
    from tests.emulators.discord.client import connecting

    async with connecting(server, monkeypatch) as connect:
        yield connect
