"""A fan's browser on the fans' site, in a house where a test answers by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from app.container import Container, Roles
from app.services import Dsn
from app.sites import public_site
from kernel.chat import Citation, Outbound
from kernel.settings import Settings
from persona_engine.service import Asked, PersonaContext, Reply
from tests.conversation.stand_ins import StandIn
from tests.factories.people import Home, make_home

ADDRESS = "http://127.0.0.1:8001"
MARKUP = "<img src=x onerror=alert(1)>"


class Parrot(StandIn):
    """Answers with the question, and a source whose name is markup."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        source = Citation(MARKUP, "/s/x/1", 1)
        return Reply((Outbound(asked.text, "en", citations=(source,)),), "en", "quoted", None)


@pytest.fixture
async def container(dsn: Dsn, tmp_path: Path) -> AsyncIterator[Container]:
    """A house without workers: a test answers by itself."""
    made = Container(
        Settings(_env_file=None, data_dir=tmp_path), dsn.app, roles=Roles(bots=False, worker=False)
    )
    made.responder = Parrot()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def home(container: Container) -> Home:
    """An avatar."""
    return await make_home(container.db)


class Fan:
    """A browser without scripts on the fans' site."""

    def __init__(self, container: Container, home: Home) -> None:
        self.site = public_site(container, ADDRESS)
        self.client = AsyncClient(transport=ASGITransport(self.site), base_url=ADDRESS)
        self.container = container
        self.home = home
        self.path = f"/c/{home.avatar.slug}"

    async def page(self, **headers: str) -> str:
        """The chat's page."""
        answer = await self.client.get(self.path, headers=headers)
        assert answer.status_code == 200
        return answer.text

    async def say(self, text: str, client_id: str = "one", **headers: str):  # type: ignore[no-untyped-def]
        """Send a message as the page's script does."""
        token = (await self.page()).partition('name="csrf-token" content="')[2].partition('"')[0]
        return await self.client.post(
            f"{self.path}/messages",
            data={"text": text, "client_id": client_id},
            headers={"accept": "application/json", "x-csrf-token": token, **headers},
        )

    async def answer(self) -> None:
        """Have what waits answered and sent, as worker and pump do."""
        async with self.container.db.system_uow() as uow:
            threads = await uow.fetch(
                "SELECT DISTINCT creator_id, thread_id FROM message WHERE state = 'new'"
            )
        for row in threads:
            await self.container.turns.run(row.creator_id, row.thread_id)
        await self.container.holder.tick()
        while await self.container.pump.once():
            pass


@pytest.fixture
async def fan(container: Container, home: Home) -> AsyncIterator[Fan]:
    """A fan's browser."""
    made = Fan(container, home)
    yield made
    await made.client.aclose()
