"""Interactions over HTTP: signed, posted to an app's endpoint, answered in the response."""

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.interactions import ACKNOWLEDGED_WITHIN_S, PING, PONG, Interaction
from tests.emulators.discord.people import App, Json

if TYPE_CHECKING:
    from tests.emulators.discord.world import World

SIGNATURE, TIMESTAMP = "X-Signature-Ed25519", "X-Signature-Timestamp"


class Poster:
    """Posts interactions, and looks whether an endpoint refuses what isn't Discord's."""

    def __init__(self, world: "World", answer: Callable[[Interaction, Json], None]) -> None:
        """`answer` takes what an app says to an interaction."""
        self._world = world
        self._answer = answer
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def point(self, app: App, url: str | None) -> None:
        """Have an app's interactions posted to an address from now on, or not any more.

        Raises:
            ApiError: what is there doesn't answer as it must.
        """
        if url and not await self.answers(app, url):
            said = "The specified interactions endpoint url could not be verified."
            raise invalid("interactions_endpoint_url", "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID", said)
        app.endpoint = url or None

    async def checks(self, app: App) -> bool:
        """Look again, as Discord does from time to time; an endpoint that fails is taken out."""
        if app.endpoint and await self.answers(app, app.endpoint):
            return True
        app.endpoint = None
        return False

    async def answers(self, app: App, url: str) -> bool:
        """Does an endpoint answer a PING, and refuse one that isn't rightly signed?"""
        ping = {
            "id": str(self._world.ids.new()),
            "application_id": str(app.id),
            "type": PING,
            "token": "ping",
            "version": 1,
            "entitlements": [],
            "authorizing_integration_owners": {},
        }
        try:
            status, _ = await self._post(app, url, ping, key=Ed25519PrivateKey.generate())
            if status != 401:
                return False
            status, said = await self._post(app, url, ping)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False
        return status == 200 and isinstance(said, dict) and said.get("type") == PONG

    def deliver(self, interaction: Interaction, told: Json) -> None:
        """Post an interaction, and take the answer; twice, where everything is to come twice."""
        for _ in range(self._world.faults.copies()):
            task = asyncio.create_task(self._deliver(interaction, told))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, interaction: Interaction, told: Json) -> None:
        app = interaction.app
        try:
            status, said = await self._post(app, app.endpoint or "", told)
            if status == 200 and isinstance(said, dict):
                self._answer(interaction, said)
            elif status != 202:
                interaction.error = f"status {status}"
        except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
            interaction.error = f"{type(problem).__name__}: {problem}"
        except ApiError as refusal:
            interaction.error = json.dumps(refusal.to_json())
        interaction.changes()

    async def _post(
        self, app: App, url: str, told: Json, key: Ed25519PrivateKey | None = None
    ) -> tuple[int, Any]:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        body = json.dumps(told)
        now = str(int(self._world.clock.now()))
        signature = (key or app.key).sign(f"{now}{body}".encode()).hex()
        headers = {SIGNATURE: signature, TIMESTAMP: now, "Content-Type": "application/json"}
        limit = aiohttp.ClientTimeout(total=max(self._world.clock.real(ACKNOWLEDGED_WITHIN_S), 0.2))
        async with self._session.post(url, data=body, headers=headers, timeout=limit) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text and answer.status == 200 else None
