"""Words are found at once, missing vectors are made up for, and no server keeps what is discarded."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kernel.settings import Settings
from memory import replicas, service
from memory.index_folders import owner_of, take_slot
from memory.recall import Retrievers
from memory.replicas import Replicas
from memory.retrieval import encoder as encoders
from memory.retrieval import store
from memory.types import Question
from tests.memory.house import House, eventually
from tests.memory.wires import ChromaServer, Embeddings

POSTS = ["The wick draws melted wax up.", "Soot glows yellow in the heat."]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done after a while is done soon."""
    monkeypatch.setattr(replicas, "_LOOK_EVERY_S", 0.1)
    monkeypatch.setattr(replicas, "_CLEAR_UP_EVERY_S", 0.1)
    monkeypatch.setattr(store, "_REST_S", 0.1)
    monkeypatch.setattr(encoders, "_REST_SECONDS", 0.1)


@asynccontextmanager
async def indexes(house: House, embeddings: Embeddings, chroma: str | None = None) -> AsyncIterator[Replicas]:
    """A process's indexes, opened as the settings have it."""
    settings = Settings(
        _env_file=None, data_dir=house.folder, embedding_url=embeddings.url, CHROMA_URL=chroma
    )
    opener = Retrievers(settings)
    opener.__dict__["encoder"] = embeddings.encoder()
    made = Replicas(house.db, house.bus, house.folder / "index", opener)
    await made.open()
    try:
        yield made
    finally:
        await made.close()


async def ask(index: Replicas, creator: int, text: str) -> tuple[int, float | None]:
    """The best passage, and how near its vector is."""
    best = (await index.search(creator, Question(text, "en"))).ranking.hits[0]
    return best.passage_id, best.dense


async def vectors(index: Replicas, creator: int) -> bool:
    """Whether the passage about soot has a vector."""
    return (await ask(index, creator, "Why does soot glow?"))[1] is not None


async def test_an_index_is_built_of_words_while_the_endpoint_fails_and_gets_its_vectors_later(
    house: House, embeddings: Embeddings
) -> None:
    _, numbers = await house.write(POSTS)
    embeddings.broken = True
    async with indexes(house, embeddings) as index:
        assert await ask(index, house.creator, "Why does soot glow?") == (numbers[1], None)
        embeddings.broken = False
        await eventually(lambda: vectors(index, house.creator))
    assert set(POSTS) <= set(embeddings.texts)


async def test_vectors_are_owed_over_a_restart(house: House, embeddings: Embeddings) -> None:
    await house.write(POSTS)
    embeddings.broken = True
    async with indexes(house, embeddings) as index:
        assert not await vectors(index, house.creator)
    embeddings.broken = False
    async with indexes(house, embeddings) as index:
        await eventually(lambda: vectors(index, house.creator))


async def test_what_comes_while_the_endpoint_fails_is_found_by_its_words(
    house: House, embeddings: Embeddings
) -> None:
    await house.write(POSTS[:1])
    async with indexes(house, embeddings) as index:
        await ask(index, house.creator, "What does the wick draw?")
        embeddings.broken = True
        _, new = await house.write(POSTS[1:], title="second")
        await index.catch_up(house.creator)
        assert await ask(index, house.creator, "Why does soot glow?") == (new[0], None)
        embeddings.broken = False
        await eventually(lambda: vectors(index, house.creator))


async def test_recall_goes_on_while_the_chroma_server_is_away(
    house: House, embeddings: Embeddings, chroma: ChromaServer
) -> None:
    chroma.stop()
    _, numbers = await house.write(POSTS)
    async with indexes(house, embeddings, chroma.url) as index:
        assert await ask(index, house.creator, "Why does soot glow?") == (numbers[1], None)
        chroma.start()
        await eventually(lambda: vectors(index, house.creator))
    assert len(chroma.collections()) == 1


async def test_discarded_indexes_leave_nothing_on_the_server(
    house: House, embeddings: Embeddings, chroma: ChromaServer
) -> None:
    await house.write(POSTS)
    async with (
        indexes(house, embeddings, chroma.url) as mine,
        indexes(house, embeddings, chroma.url) as other,
    ):
        assert await vectors(mine, house.creator)
        assert await vectors(other, house.creator)
        before = chroma.collections()
        assert len(before) == 2
        async with house.db.uow(house.creator) as uow:
            await service.reindex(uow)

        async def anew() -> bool:
            now = chroma.collections()
            return len(now) == 2 and not now & before

        await eventually(anew)
        assert await vectors(mine, house.creator)
        assert await vectors(other, house.creator)


async def test_an_index_that_is_searched_while_it_is_discarded_leaves_nothing_either(
    house: House, embeddings: Embeddings, chroma: ChromaServer
) -> None:
    await house.write(POSTS)
    async with indexes(house, embeddings, chroma.url) as index:
        assert await vectors(index, house.creator)
        before = chroma.collections()
        opened = index._replicas[house.creator].opened
        assert opened
        with index._builder.using(opened):
            async with house.db.uow(house.creator) as uow:
                await service.reindex(uow)

            async def tidied() -> bool:
                return opened.retired and not index._builder.untidy

            await eventually(tidied)

        async def gone() -> bool:
            return not chroma.collections() & before

        await eventually(gone)


async def test_what_a_killed_process_left_on_the_server_goes_with_the_next_start(
    house: House, embeddings: Embeddings, chroma: ChromaServer
) -> None:
    await house.write(POSTS)
    async with indexes(house, embeddings, chroma.url) as index:
        await vectors(index, house.creator)
    (left,) = (house.folder / "index" / "1").glob(f"{house.creator}-*")
    shutil.rmtree(left)
    async with indexes(house, embeddings, chroma.url):

        async def gone() -> bool:
            return not chroma.collections()

        await eventually(gone)


def test_a_copied_folder_is_another_owner(tmp_path: Path) -> None:
    slot, _ = take_slot(tmp_path / "index")
    owner = owner_of(slot)
    assert owner_of(slot) == owner
    moved = slot.rename(tmp_path / "moved")
    assert owner_of(moved) == owner
    shutil.copytree(moved, tmp_path / "copied")
    assert owner_of(tmp_path / "copied") != owner
