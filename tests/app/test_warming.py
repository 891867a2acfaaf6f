"""What answers need is loaded before a process says that it is ready."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient, Response

from app.container import Container, Roles
from app.runner import Runner
from app.services import Dsn
from app.sites import public_site
from app.warming import warm
from conversation import service as conversation
from conversation.types import Transcript
from kernel.clock import monotonic
from kernel.i18n import catalogues
from kernel.settings import Settings
from memory.types import Recalled
from persona_engine import respond
from persona_engine import service as personas
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.smalltalk import book
from tests.factories.people import Home, make_home
from tests.persona_engine.drafting.conftest import form

QUOTES = {
    "en": "The old mill turns when the river is high.",
    "zh-Hans": "河水高的时候，老磨坊就会转动。",
    "es": "El viejo molino gira cuando el río crece.",
    "ja": "川の水が高いとき、古い水車は回ります。",
    "ar": "تدور الطاحونة القديمة عندما يرتفع النهر.",
}
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


async def test_what_the_first_quote_in_a_language_waits_for_is_made_once_it_is_ready(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await make_home(container.db)
    await warm(container)
    async with container.db.uow(home.creator_id) as uow:
        context = await container.persona.context(uow, home.avatar.id)
    monkeypatch.setattr(
        container.memory.comparing, "matcher", lambda *_: pytest.fail("made at the first quote")
    )
    for lang in home.avatar.languages:
        quote = QUOTES[lang]
        assert not (await container.guard.given(quote, lang, context.boundaries, key=context.rules_key)).stops


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


async def transcript(container: Container, home: Home, thread: int) -> Transcript:
    async with container.db.uow(home.creator_id) as uow:
        return await conversation.transcript(uow, thread)


async def test_a_message_that_comes_while_loading_waits_in_the_inbox_and_is_then_answered(
    dsn: Dsn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time to be answered begins when it can be: no start-up, however slow, ends in an apology."""
    monkeypatch.setattr("conversation.turn.ANSWER_WITHIN_S", 2.0)
    settings = Settings(_env_file=None, data_dir=tmp_path)
    container = Container(settings, dsn.app, roles=Roles(web=False))
    runner = Runner(container)
    loaded = asyncio.Event()
    respond_ = respond.Persona.respond

    async def once_loaded(self: respond.Persona, asked: Asked, context: PersonaContext) -> Reply:
        await loaded.wait()
        return await respond_(self, asked, context)

    monkeypatch.setattr(respond.Persona, "respond", once_loaded)
    async with runner.running():
        home = await make_home(container.db, languages=("en",))
        runner.aside(lambda: warm(container), "warming")
        async with container.db.uow(home.creator_id) as uow:
            taken = await conversation.receive(uow, home.avatar.id, home.inbound("1", "Hello!"))
        await asyncio.sleep(3.0)
        waiting = await transcript(container, home, taken.thread_id)
        assert ([line.author for line in waiting.lines], waiting.typing) == (["fan"], True)
        loaded.set()
        begun = monotonic()
        while (await transcript(container, home, taken.thread_id)).typing:
            assert monotonic() < begun + 90, "no answer after the start"
            await asyncio.sleep(0.05)
        async with container.db.uow(home.creator_id) as uow:
            (answered,) = await conversation.recent(uow)
    assert (answered.outcome or "").startswith("smalltalk")
