"""Real discord.py at the emulator: its addresses are the loopback's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.emulators.discord.people import App
from tests.emulators.discord.server import DiscordServer

Connect = Callable[[discord.Client, App], Awaitable[discord.Client]]


@asynccontextmanager
async def connecting(server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connect]:
    """What logs a client in and waits until it is ready; they are all closed at the end."""
    monkeypatch.setattr(Route, "BASE", server.url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway.url))
    running: list[tuple[discord.Client, asyncio.Task[None]]] = []

    async def connect(client: discord.Client, app: App) -> discord.Client:
        await client.login(app.token)
        running.append((client, asyncio.create_task(client.connect())))
        await asyncio.wait_for(client.wait_until_ready(), 10)
        return client

    try:
        yield connect
    finally:
        for client, task in running:
            await client.close()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
