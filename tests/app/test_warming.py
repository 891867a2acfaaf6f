"""What answers need is loaded before a process says that it is ready."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient, Response

from app.container import Container, Roles
from app.services import Dsn
from app.sites import public_site
from app.warming import warm
from kernel.i18n import catalogues
from kernel.settings import Settings
from memory.types import Recalled
from persona_engine import respond
from persona_engine import service as personas
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.smalltalk import book
from tests.factories.people import make_home
from tests.persona_engine.drafting.conftest import form

ADDRESS = "http://127.0.0.1:8001"


@pytest.fixture
async def container(dsn: Dsn, tmp_path: Path) -> AsyncIterator[Container]:
    """A house of all roles whose parts a test starts by itself."""
    made = Container(Settings(_env_file=None, data_dir=tmp_path), dsn.app, roles=Roles(bots=False))
    await made.open()
    yield made
    await made.close()


async def readiness(container: Container) -> Response:
    async with AsyncClient(
        transport=ASGITransport(public_site(container, ADDRESS)), base_url=ADDRESS
    ) as probe:
        return await probe.get("/readyz")


async def test_it_is_ready_when_every_language_of_an_avatar_was_rehearsed(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await make_home(container.db)
    heard: list[tuple[str | None, str]] = []
    answer = respond.Persona.respond

    async def overheard(self: respond.Persona, asked: Asked, context: PersonaContext) -> Reply:
        reply = await answer(self, asked, context)
        heard.append((asked.chosen_language, reply.outcome))
        return reply

    monkeypatch.setattr(respond.Persona, "respond", overheard)
    book.books.cache_clear()
    catalogues._answers.cache_clear()

    before = await readiness(container)
    assert before.status_code == 503
    assert "loading" in before.json()["checks"]["warm"]
    await warm(container)
    assert (await readiness(container)).status_code == 200
    assert book.books.cache_info().currsize == 1
    assert catalogues._answers.cache_info().currsize == len(catalogues.SUPPORTED)
    assert heard == [(lang, "declined") for lang in home.avatar.languages]
    async with container.db.system_uow() as uow:
        assert await uow.fetch("SELECT 1 FROM message UNION ALL SELECT 1 FROM decision_trace") == []


async def test_what_reaches_models_is_loaded_where_somebody_has_connected_one(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await make_home(container.db)
    loaded: list[str] = []
    monkeypatch.setattr(personas, "load_models", lambda: loaded.append("models"))
    await warm(container)
    async with container.db.uow(home.creator_id) as uow:
        made = await personas.models.add(uow, form("http://127.0.0.1:9/v1"), container.secrets, private=True)
        await personas.models.switch(uow, made.id, on=False)
    await warm(container)
    assert loaded == []
    async with container.db.uow(home.creator_id) as uow:
        await personas.models.switch(uow, made.id, on=True)
    await warm(container)
    assert loaded == ["models"]


async def test_a_rehearsal_that_fails_keeps_nobody_out(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_home(container.db)

    async def broken(*_: object, **__: object) -> Recalled:
        raise RuntimeError("the index is broken")

    monkeypatch.setattr(container.memory, "recall", broken)
    await warm(container)
    assert (await readiness(container)).status_code == 200
