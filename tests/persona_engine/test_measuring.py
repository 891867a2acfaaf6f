"""The style follows the content by itself, until a person takes it in hand."""

from dataclasses import replace

import pytest

from kernel import clock
from kernel.db import Database
from memory.models import Chunk, Source
from persona_engine import service as persona
from persona_engine.tasks import SITTING, measure_anew
from tests.factories.people import Home, make_home


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
