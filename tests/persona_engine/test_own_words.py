"""What a creator says is read for all processes by a job, so that no fan's first message waits for it."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import psycopg
import pytest

from app.services import Dsn
from app.wiring import wire
from community import service as community
from memory import service as memory
from memory.own_words import OwnWords
from memory.retrieval import Encoder
from memory.tasks import IMPORTS, erase
from persona_engine import tasks
from persona_engine.boundaries import service as boundaries
from persona_engine.boundaries.guard import Guard
from tests.memory.house import House, eventually
from tests.persona_engine.stand_ins import Matching

POSTS = ["The horses travel standing up, tied at the neck.", "A horse takes about six weeks to carve."]


class Process(Guard):
    """The guard of a process, and what it had to read of the creator's."""

    def __init__(self, encoder: Encoder) -> None:
        self.own: list[OwnWords] = []
        super().__init__(Matching(encoder))

    async def read(self, texts: Sequence[tuple[str, str]]) -> OwnWords:
        self.own.append(await super().read(texts))
        return self.own[-1]


@pytest.fixture
async def house(dsn: Dsn, tmp_path: Path, encoder: Encoder) -> AsyncIterator[House]:
    """A house that keeps what its creators say."""
    made = House(dsn.app, tmp_path)
    wire(made.db.events)
    tasks.register(made.jobs, made.db, lambda: Guard(Matching(encoder)), queue=IMPORTS)
    async with made.running():
        yield made


def waiting(dsn: Dsn) -> int:
    """How many jobs that keep the creator's words have been asked for, and not been done yet."""
    with psycopg.connect(dsn.owner) as connection:
        found = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'",
            (boundaries.KEEP_OWN_WORDS,),
        )
        return int((found.fetchone() or (0,))[0])


async def kept(house: House) -> list[bytes]:
    """The digests under which words are kept."""
    async with house.db.uow(house.creator) as uow:
        return [row.digest for row in await uow.fetch("SELECT digest FROM own_words")]


async def first_message(house: House, process: Process) -> None:
    """Have a process fit an avatar of the creator's, as the first message to it does."""
    async with house.db.uow(house.creator) as uow:
        await boundaries.fit(uow, process, 1)


async def test_a_process_finds_what_was_read_before_its_first_message(
    house: House, dsn: Dsn, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house.db.uow(house.creator) as uow:
        await community.create_avatar(uow, slug="ember", name="Ember", languages=["en"])
    for number, post in enumerate(POSTS):
        await house.write([post], title=f"Post {number}")
    assert waiting(dsn) == 1
    async with house.working():

        async def done() -> bool:
            return bool(await kept(house)) and waiting(dsn) == 0

        await eventually(done)
    process = Process(encoder)
    monkeypatch.setattr("memory.own_words.views", None)  # nothing is read
    await first_message(house, process)
    assert len(process.own[0].sentences()) == len(POSTS)
    assert await kept(house) == [process.own[0].digest]
    assert waiting(dsn) == 0


async def test_what_changed_is_read_by_who_needs_it_and_then_kept_for_the_next(
    house: House, dsn: Dsn, encoder: Encoder
) -> None:
    guard = Guard(Matching(encoder))
    item, _ = await house.write(POSTS[:1])
    await boundaries.keep_own_words(house.db, guard, house.creator)
    (before,) = await kept(house)
    more, _ = await house.write(POSTS[1:], title="Another")
    async with house.working():

        async def renewed() -> bool:
            return (await kept(house)) not in ([], [before])

        await first_message(house, process := Process(encoder))
        assert len(process.own[0].sentences()) == len(POSTS)
        await eventually(renewed)
    assert await kept(house) == [process.own[0].digest]
    async with house.db.uow(house.creator) as uow:
        await memory.delete(uow, [item, more])
    await erase(house.memory, house.creator, [item, more])
    await boundaries.keep_own_words(house.db, guard, house.creator)
    assert await kept(house) == [], "nothing is kept of what was deleted"


async def test_a_message_asks_for_what_nobody_kept(house: House, dsn: Dsn, encoder: Encoder) -> None:
    await house.write(POSTS)
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")  # as after an upgrade: nothing came in since
    await first_message(house, Process(encoder))
    assert waiting(dsn) == 1


async def test_it_waits_while_something_is_on_its_way_in(house: House, dsn: Dsn) -> None:
    await house.write(POSTS)
    await house.add("late.txt", "Not read yet.")
    async with house.db.uow(house.creator) as uow:
        assert await tasks.coming(uow)
