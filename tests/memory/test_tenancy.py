"""Two creators never meet: each sees their own, and of that what the tiers held allow."""

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.db import UnitOfWork
from memory import service
from memory.errors import NoSuchPassage, NoSuchSource
from memory.types import SourceFilter
from tests.memory.house import House

# Few words, so that what is asked is found, and found with both creators.
VOCABULARY = "candle flame wick soot wax water light 蜡烛 火焰 vela llama علم"
WORDS = st.lists(st.sampled_from(VOCABULARY.split(" ")), min_size=1, max_size=8).map(" ".join)
TIERS = st.frozensets(st.sampled_from(["Sparks", "Lamplighters"]))
POSTS = st.lists(
    st.tuples(st.integers(0, 1), WORDS, st.none() | st.sampled_from(["Sparks", "Lamplighters"])),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(posts=POSTS, question=WORDS, holds=TIERS)
async def test_no_recall_returns_anothers_passage_nor_one_of_a_tier_that_is_not_held(
    house: House, posts: list[tuple[int, str, str | None]], question: str, holds: frozenset[str]
) -> None:
    creators = (await house.new_creator("First"), await house.new_creator("Second"))
    visible: dict[int, set[int]] = {creator: set() for creator in creators}
    for number, (who, words, tier) in enumerate(posts):
        creator = creators[who]
        _, ids = await house.write([words], title=f"{number} {words}", tier=tier, creator=creator)
        if tier is None or tier in holds:
            visible[creator].update(ids)
    for creator in creators:
        recalled = await house.memory.recall(creator, question, "en", tiers=holds, limit=50)
        found = {one.passage.id for one in recalled.passages}
        assert found <= visible[creator]
        assert recalled.quote is None or recalled.quote.passage_id in visible[creator]
        assert not holds.intersection(recalled.locked)
        async with house.db.uow(creator) as uow:
            known = {passage for post in await _all(uow) for passage in post}
        assert visible[creator] <= known
        assert not known & visible[creators[1 - creators.index(creator)]]


async def _all(uow: UnitOfWork) -> list[list[int]]:
    sources = (await service.list_sources(uow, size=500)).items
    return [[one.id for one in (await service.passages(uow, source.id)).items] for source in sources]


async def test_anothers_items_are_not_there(house: House) -> None:
    source_id, (passage_id,) = await house.write(["The flame is yellow."])
    other = await house.new_creator("Other")
    async with house.db.uow(other) as uow:
        with pytest.raises(NoSuchSource):
            await service.get_source(uow, source_id)
        with pytest.raises(NoSuchSource):
            await service.passages(uow, source_id)
        with pytest.raises(NoSuchPassage):
            await service.passage(uow, passage_id)
        assert await service.get_sources(uow, [source_id]) == ()
        assert await service.children(uow, [source_id]) == ()
        assert (await service.list_sources(uow, SourceFilter(text="A post"))).total == 0
        assert (await service.knowledge(uow)).passages == 0
        assert await service.texts_for_style(uow) == []


Act = Callable[[UnitOfWork, list[int]], Awaitable[int]]


@pytest.mark.parametrize(
    "act",
    [
        service.cancel,
        service.retry,
        service.delete,
        lambda uow, ids: service.set_tier(uow, ids, "Sparks"),
        lambda uow, ids: service.set_licence(uow, ids, "CC0"),
    ],
    ids=["cancel", "retry", "delete", "set_tier", "set_licence"],
)
async def test_anothers_items_are_not_changed(house: House, act: Act) -> None:
    source_id, _ = await house.write(["The flame is yellow."])
    before = await house.get(source_id)
    other = await house.new_creator("Other")
    async with house.db.uow(other) as uow:
        assert await act(uow, [source_id]) == 0
    assert await house.get(source_id) == before


async def test_the_same_file_of_two_creators_is_two_items(house: House) -> None:
    other = await house.new_creator("Other")
    mine, theirs = await house.add("a.md", "# Wax"), await house.add("a.md", "# Wax", other)
    assert mine.source.id != theirs.source.id
    assert theirs.new
    async with house.db.uow(other) as uow:
        await service.delete(uow, [theirs.source.id])
    assert house.files.path(house.creator, mine.source.sha256 or "").is_file()


async def test_a_search_asked_for_one_creator_is_not_answered_from_another(house: House) -> None:
    await house.write(["The flame of a candle is yellow."])
    other = await house.new_creator("Other")
    async with house.working():
        recalled = await house.memory.ask(other, "Why is the flame of a candle yellow?", "en")
    assert (recalled.passages, recalled.answerable, recalled.indexed) == ((), False, 0)
