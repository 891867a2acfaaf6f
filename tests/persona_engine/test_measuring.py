"""The style follows the content by itself, until a person takes it in hand."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from app.services import Dsn
from app.wiring import wire
from community import service as community
from kernel import clock
from kernel.db import Database
from memory.comparing import Comparing
from memory.models import Chunk, Source
from memory.tasks import IMPORTS
from memory.types import SourceState
from persona_engine import service as persona
from persona_engine import tasks
from persona_engine.boundaries.guard import Guard
from persona_engine.style_card import StyleCard
from persona_engine.tasks import SITTING, measure_anew
from tests.factories.people import Home, make_home
from tests.memory.house import House, eventually


@pytest.fixture
async def home(database: Database) -> Home:
    return await make_home(database)


async def add(db: Database, home: Home, text: str, *, state: str = "indexed") -> None:
    async with db.uow(home.creator_id) as uow:
        source = Source(creator_id=home.creator_id, origin="upload", name="a", title="a", state=state)
        uow.session.add(source)
        await uow.session.flush()
        uow.session.add(
            Chunk(creator_id=home.creator_id, source_id=source.key, ordinal=0, text=text, lang="en")
        )


async def styles(db: Database, home: Home) -> list[tuple[int, str]]:
    async with db.uow(home.creator_id) as uow:
        return [(one.version, one.origin) for one in await persona.styles.all(uow, home.avatar.id)]


async def test_it_is_measured_when_the_last_item_is_in_and_only_if_it_changed(
    database: Database, home: Home
) -> None:
    await measure_anew(database, home.creator_id)
    assert await styles(database, home) == []
    await add(database, home, "Lights down, friends! Tonight we look into the flame.")
    await measure_anew(database, home.creator_id)
    await measure_anew(database, home.creator_id)
    assert await styles(database, home) == [(1, "measured")]
    await add(database, home, "Another post, quite another tone. Perhaps you would care to read on.")
    with clock.shifted(2 * SITTING):
        await measure_anew(database, home.creator_id)
    assert await styles(database, home) == [(2, "measured"), (1, "measured")]


POST = "Lights down, friends! Tonight we look into the flame {}. Stay curious!"


async def test_what_nobody_would_notice_is_no_version(database: Database, home: Home) -> None:
    for number in range(20):
        await add(database, home, POST.format(number))
    await measure_anew(database, home.creator_id)
    await add(database, home, "One more post, a little longer than those before it. Stay curious!")
    with clock.shifted(2 * SITTING):
        await measure_anew(database, home.creator_id)
    assert await styles(database, home) == [(1, "measured")]


async def test_what_a_person_saves_meanwhile_stays(
    database: Database, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(database, home, POST)
    measure = persona.measure_style

    async def slowly(texts: Sequence[tuple[str, str]]) -> StyleCard:
        async with database.uow(home.creator_id) as uow:
            await persona.styles.save(uow, home.avatar.id, StyleCard(greeting=1.0))
        return await measure(texts)

    monkeypatch.setattr(persona, "measure_style", slowly)
    await measure_anew(database, home.creator_id)
    assert await styles(database, home) == [(1, "edited")]


async def test_what_comes_in_file_by_file_is_one_version(database: Database, home: Home) -> None:
    for text in (POST, "Perhaps you would care to read on?", "我们来看火焰。", "Tallow, sadly, smells."):
        await add(database, home, text)
        await measure_anew(database, home.creator_id)
    assert await styles(database, home) == [(1, "measured")]
    async with database.uow(home.creator_id) as uow:
        assert (await persona.styles.current(uow, home.avatar.id)).document.messages == 4


async def test_it_waits_while_something_is_on_its_way_in(database: Database, home: Home) -> None:
    await add(database, home, "First!")
    await add(database, home, "Second!", state="reading")
    await measure_anew(database, home.creator_id)
    assert await styles(database, home) == []


async def test_many_items_are_measured_once_and_all_of_them_though_the_last_cannot_be_read(
    dsn: Dsn, tmp_path: Path
) -> None:
    house = House(dsn.app, tmp_path)
    wire(house.db.events)
    tasks.register(house.jobs, house.db, lambda: Guard(Comparing(lambda: None)), queue=IMPORTS)

    def waiting() -> int:
        with psycopg.connect(dsn.owner) as connection:
            found = connection.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", (tasks.MEASURE,)
            )
            return int((found.fetchone() or (0,))[0])

    async with house.running():
        async with house.db.uow(house.creator) as uow:
            avatar = await community.create_avatar(uow, slug="ember", name="Ember", languages=["en"])
        for number in range(50):
            await house.write([POST.format(number)], title=f"Post {number}")
        assert waiting() == 1
        last = await house.add("last.pdf", b"no such thing")
        async with house.working():
            assert (await house.ended(last.source.id)).state == SourceState.FAILED

            async def measured() -> bool:
                async with house.db.uow(house.creator) as uow:
                    return (await persona.styles.current(uow, avatar.id)).document.messages == 50

            await eventually(measured)


async def test_what_a_person_wrote_stays(database: Database, home: Home) -> None:
    await add(database, home, "Lights down, friends!")
    await measure_anew(database, home.creator_id)
    async with database.uow(home.creator_id) as uow:
        found = await persona.styles.current(uow, home.avatar.id)
        assert found
        await persona.styles.save(uow, home.avatar.id, replace(found.document, replies=("As you like it.",)))
    await add(database, home, "More content.")
    await measure_anew(database, home.creator_id)
    assert [origin for _, origin in await styles(database, home)] == ["edited", "measured"]


async def test_versions_are_compared_and_restored(database: Database, home: Home) -> None:
    async with database.uow(home.creator_id) as uow:
        first = await persona.styles.save(uow, home.avatar.id, persona.StyleCard(replies=("one",)))
        await persona.styles.save(uow, home.avatar.id, persona.StyleCard(replies=("two",)))
        changes = await persona.styles.compare(uow, home.avatar.id, 1, 2)
        restored = await persona.styles.restore(uow, home.avatar.id, first.version)
    assert [(change.field, change.before, change.after) for change in changes] == [("replies", "one", "two")]
    assert (restored.version, restored.origin, restored.document.replies) == (3, "restored", ("one",))
