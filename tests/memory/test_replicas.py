"""An index follows the database: nothing is skipped or comes twice, whatever is late, lost or killed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from app.services import Dsn
from kernel.clock import monotonic, now
from kernel.db import UnitOfWork
from memory import feed_repository, index_building, passages_repository, replicas, service
from memory.index_folders import owner_of
from memory.replicas import Replicas
from memory.retrieval import Retriever
from memory.types import IndexedPassage, Question
from tests.memory.house import House, Opener, eventually


class Counting(Retriever):
    """The index itself, which counts how often one is opened, and what is put in.

    While any transaction of the server is open, the end of the feed is read again: more may be put in than
    there is, never less.
    """

    opened = 0
    added = 0

    def __init__(self, folder: Path) -> None:
        Counting.opened += 1
        super().__init__(folder, encoder=None)

    def add(self, passages: Sequence[IndexedPassage]) -> None:
        Counting.added += len(passages)
        super().add(passages)


@asynccontextmanager
async def following(house: House, folder: str = "other", limit: int = 64) -> AsyncIterator[Replicas]:
    """Another process's indexes."""
    Counting.added = Counting.opened = 0
    made = Replicas(house.db, house.bus, house.folder / folder, Opener(Counting), limit=limit)
    await made.open()
    try:
        yield made
    finally:
        await made.close()


async def found(index: Replicas, creator: int, text: str = "candle", **more: frozenset[str]) -> list[int]:
    """The passages that an index finds, by number."""
    ranking = (await index.search(creator, Question(text, "en", limit=50, **more))).ranking
    return sorted(hit.passage_id for hit in ranking.hits)


async def held(index: Replicas, creator: int) -> int:
    """How many passages an index has when it is asked."""
    return (await index.search(creator, Question("candle", "en"))).count


def left_behind(house: House, name: str, end: str) -> Path:
    """The folder of an index that an earlier run would have left."""
    slot = house.folder / "other" / "1"
    slot.mkdir(parents=True)
    return slot / f"{name}-{owner_of(slot)}-{end}"


async def test_an_index_has_what_was_there_and_what_comes(house: House) -> None:
    _, first = await house.write(["The candle burns."])
    async with following(house) as index:
        assert await found(index, house.creator) == first
        second_id, second = await house.write(["A candle is put out."], title="second")
        await eventually(lambda: _is(index, house.creator, first + second))
        async with house.db.uow(house.creator) as uow:
            await service.delete(uow, [second_id])
        await eventually(lambda: _is(index, house.creator, first))


async def _is(index: Replicas, creator: int, expected: list[int]) -> bool:
    return await found(index, creator) == expected


async def test_a_change_that_commits_late_is_not_skipped(house: House, dsn: Dsn) -> None:
    """Its number is lower than one that was seen already; so is its transaction's."""
    async with following(house) as index:
        early_id, early = await house.write(["A candle burns at Christmas."], title="early")
        assert await found(index, house.creator) == early
        async with await psycopg.AsyncConnection.connect(dsn.app) as late:
            await late.execute("SELECT set_config('app.scope', 'system', true)")
            copied = await late.execute(
                "INSERT INTO chunk (creator_id, source_id, created_at, ordinal, text, lang) "
                "VALUES (%s, %s, now(), 9, 'Beeswax makes a hard, costly candle.', 'en') RETURNING id",
                (house.creator, early_id),
            )
            row = await copied.fetchone()
            assert row is not None
            await late.execute(
                "INSERT INTO index_change (creator_id, created_at, chunk_ids) VALUES (%s, now(), %s)",
                (house.creator, [row[0]]),
            )
            _, between = await house.write(["The soot of a candle glows yellow."], title="between")

            async def in_between() -> bool:
                await index.catch_up(house.creator)
                return await found(index, house.creator) == sorted(early + between)

            await eventually(in_between)
            once = Counting.added
            await index.catch_up(house.creator)
            assert Counting.added == once, "what was seen ahead of the late one is not taken in again"
            await late.commit()
        await index.catch_up(house.creator)
        assert await found(index, house.creator) == sorted([*early, *between, row[0]])


async def test_a_restart_goes_on_where_it_stopped(house: House) -> None:
    _, first = await house.write(["A candle burns.", "The soot of a candle glows yellow in the heat."])
    async with following(house) as index:
        await found(index, house.creator)
        assert Counting.added >= 2
    _, second = await house.write(["Beeswax makes a hard and costly candle."], title="while it was down")
    async with following(house) as index:
        assert await found(index, house.creator) == first + second
        assert Counting.added <= 1 + 2, "at most the open end of the feed is read again"


async def test_an_index_killed_while_it_was_built_is_built_anew(house: House) -> None:
    _, numbers = await house.write(["A candle."])
    async with house.db.uow(house.creator) as uow:
        epoch, _ = await feed_repository.epoch(uow)
    left = left_behind(house, f"{house.creator}-{epoch}", "dead")
    half = Retriever(left, encoder=None)
    half.add([IndexedPassage(999, 1, "gone", "A candle that is gone", "en")])
    half.close()
    (house.folder / "other" / "1" / f"{house.creator}-otherepoch-1").mkdir()
    async with following(house) as index:
        assert await found(index, house.creator) == numbers
        kept = [path.name for path in (house.folder / "other" / "1").iterdir() if path.is_dir()]
        assert len(kept) == 1
        assert left.name not in kept


async def test_an_index_that_is_ahead_of_a_restored_database_is_built_anew(house: House) -> None:
    _, numbers = await house.write(["A candle burns."])
    async with house.db.uow(house.creator) as uow:
        epoch, _ = await feed_repository.epoch(uow)
    ahead = Retriever(left_behind(house, f"{house.creator}-{epoch}", "ahead"), encoder=None)
    ahead.add([IndexedPassage(999, 1, "undone", "A candle that the restoring undid", "en")])
    ahead.commit(2**40)
    ahead.close()
    async with following(house) as index:
        assert await found(index, house.creator) == numbers


async def test_reindex_builds_every_index_anew_and_answers_meanwhile(house: House) -> None:
    _, numbers = await house.write(["A candle."])
    async with following(house) as index:
        assert await found(index, house.creator) == numbers
        before = await index.search(house.creator, Question("candle", "en"))
        async with house.db.uow(house.creator) as uow:
            await service.reindex(uow)

        async def anew() -> bool:
            answer = await index.search(house.creator, Question("candle", "en"))
            assert [hit.passage_id for hit in answer.ranking.hits] == numbers
            return answer.epoch != before.epoch

        await eventually(anew)
        assert Counting.opened == 2


async def test_changes_are_forgotten_and_an_index_older_than_that_is_built_anew(house: House) -> None:
    _, first = await house.write(["A candle."])
    async with following(house) as index:
        await found(index, house.creator)
    second_id, second = await house.write(["The soot of a candle glows yellow."], title="second")
    async with house.db.uow(house.creator) as uow:
        await service.delete(uow, [second_id])
    forgotten = 0

    async def all_forgotten() -> bool:
        nonlocal forgotten
        async with house.db.system_uow() as uow:
            forgotten += await feed_repository.compact(uow, now())
        return forgotten == 3

    await eventually(all_forgotten)  # what any open transaction of the server may not have seen is kept
    async with following(house) as index:
        assert await found(index, house.creator) == first
        assert Counting.opened == 2, "what was left, and the new one"
    assert second


async def test_an_index_up_to_date_survives_the_forgetting(house: House) -> None:
    await house.write(["A candle."])
    async with following(house) as index:
        await found(index, house.creator)
        await index.catch_up(house.creator)
        async with house.db.system_uow() as uow:
            await feed_repository.compact(uow, now())
        await index.catch_up(house.creator)
        assert Counting.opened == 1


async def test_a_lost_announcement_is_made_up_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicas, "_LOOK_EVERY_S", 0.1)
    monkeypatch.setattr(replicas, "INDEX_CHANNEL", "a channel that nobody speaks on")
    async with following(house) as index:
        assert await found(index, house.creator) == []
        _, numbers = await house.write(["A candle."])
        await eventually(lambda: _is(index, house.creator, numbers), within_s=5)


async def test_two_processes_never_share_a_folder(house: House) -> None:
    await house.write(["A candle."])
    async with following(house) as one, following(house) as two:
        assert await found(one, house.creator) == await found(two, house.creator) != []
        assert sorted(path.name for path in (house.folder / "other").iterdir()) == ["1", "2"]
    async with following(house):
        assert len(list((house.folder / "other").iterdir())) == 2, (
            "a folder whose process has ended is used again"
        )


async def test_only_so_many_indexes_are_open_at_once(house: House) -> None:
    creators = [house.creator, await house.new_creator("Second"), await house.new_creator("Third")]
    expected = {creator: (await house.write(["A candle."], creator=creator))[1] for creator in creators}
    async with following(house, limit=2) as index:
        for creator in [*creators, *creators]:
            assert await found(index, creator) == expected[creator]
            assert len(await index.states()) <= 2
        await asyncio.gather(*(found(index, creator) for creator in creators * 3))


@asynccontextmanager
async def building_slowly(
    house: House, monkeypatch: pytest.MonkeyPatch, wait_s: float
) -> AsyncIterator[tuple[Replicas, list[int], threading.Event]]:
    """Indexes whose building stops after the first of two passages, the passages, and what lets it go on."""
    monkeypatch.setattr(index_building, "_BATCH", 1)
    monkeypatch.setattr(index_building, "_COMMIT_EVERY_S", 0.0)
    monkeypatch.setattr(index_building, "_COMMIT_SHARE", 0.0)
    monkeypatch.setattr(replicas, "_WAIT_FOR_WHOLE_S", wait_s)
    go_on = threading.Event()

    class Slow(Counting):
        def add(self, passages: Sequence[IndexedPassage]) -> None:
            if self.count():
                go_on.wait(20)
            super().add(passages)

    _, numbers = await house.write(["A candle burns.", "The soot of a candle glows yellow."])
    slow = Replicas(house.db, house.bus, house.folder / "slow", Opener(Slow))
    await slow.open()
    try:
        yield slow, numbers, go_on
    finally:
        go_on.set()
        await slow.close()


async def test_an_index_that_takes_long_to_build_answers_with_what_it_has(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with building_slowly(house, monkeypatch, 0.2) as (slow, numbers, go_on):
        assert await found(slow, house.creator) == numbers[:1]
        go_on.set()
        await eventually(lambda: _is(slow, house.creator, numbers))


def _three_then_away(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Have indexes built one passage at a time, and the database go away before the fourth."""
    monkeypatch.setattr(index_building, "_BATCH", 1)
    monkeypatch.setattr(index_building, "_COMMIT_EVERY_S", 0.0)
    monkeypatch.setattr(index_building, "_COMMIT_SHARE", 0.0)
    away, real = [True], passages_repository.indexed_after

    async def flaky(uow: UnitOfWork, after: int, limit: int) -> list[IndexedPassage]:
        if away[0] and Counting.added >= 3:
            raise psycopg.OperationalError("the connection is lost")
        return await real(uow, after, limit)

    monkeypatch.setattr(passages_repository, "indexed_after", flaky)
    return away


async def test_a_building_goes_on_after_the_database_was_away_and_answers_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, numbers = await house.write([f"Candle number {number} burns." for number in range(6)])
    away = _three_then_away(monkeypatch)
    monkeypatch.setattr(replicas, "_LOOK_EVERY_S", 0.2)
    async with following(house) as index:
        started = monotonic()
        assert await held(index, house.creator) == await held(index, house.creator) == 3
        assert monotonic() - started < replicas._WAIT_FOR_WHOLE_S / 2
        away[0] = False

        async def whole() -> bool:
            return await held(index, house.creator) == len(numbers)

        await eventually(whole)
        assert Counting.opened == 1


async def test_a_building_goes_on_after_a_restart_with_what_has_changed_since(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = await house.write(["The wick is braided."], title="first")
    _, kept = await house.write([f"Candle number {number} burns." for number in range(4)])
    away = _three_then_away(monkeypatch)
    async with following(house) as index:
        assert await held(index, house.creator) == 3
    async with house.db.uow(house.creator) as uow:
        await service.delete(uow, [first])
    away[0] = False
    async with following(house) as index:

        async def whole() -> bool:
            return await held(index, house.creator) == len(kept)

        await eventually(whole)
        assert Counting.opened == 1
        assert await found(index, house.creator, "Is the wick braided?") == []


async def test_questions_wait_for_a_long_building_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with building_slowly(house, monkeypatch, 1.0) as (slow, numbers, _go_on):
        assert await found(slow, house.creator) == numbers[:1]
        started = monotonic()
        for _ in range(3):
            assert await found(slow, house.creator) == numbers[:1]
        assert monotonic() - started < 2.5  # each of them alone would have waited for a second


async def test_questions_wait_once_for_changes_that_take_long(house: House) -> None:
    _, first = await house.write(["A candle burns."])
    free = threading.Event()
    free.set()

    class HeldUp(Retriever):
        def add(self, passages: Sequence[IndexedPassage]) -> None:
            free.wait(30)
            super().add(passages)

    index = Replicas(
        house.db, house.bus, house.folder / "held", Opener(lambda place: HeldUp(place, encoder=None))
    )
    await index.open()
    try:
        assert await found(index, house.creator) == first
        free.clear()
        _, second = await house.write(["Another candle burns."], title="second")
        assert await index.catch_up(house.creator), "what is new may well be there within a second"
        started = monotonic()
        for _ in range(3):
            assert not await index.catch_up(house.creator)
            assert await found(index, house.creator) == first
        assert monotonic() - started < 2.5  # each of them alone would have waited for a second
        assert [each.behind for each in await index.states()] == [True]
        free.set()
        await eventually(lambda: _is(index, house.creator, first + second))
        await eventually(lambda: _in_step(index))
    finally:
        free.set()
        await index.close()


async def _in_step(index: Replicas) -> bool:
    return not any(each.behind for each in await index.states())


async def test_a_failure_while_building_is_told_and_the_next_search_builds_anew(house: House) -> None:
    _, numbers = await house.write(["A candle burns."])
    broken = [True]

    class Breaking(Retriever):
        def add(self, passages: Sequence[IndexedPassage]) -> None:
            if broken:
                raise OSError("no space left")
            super().add(passages)

    index = Replicas(
        house.db, house.bus, house.folder / "broken", Opener(lambda place: Breaking(place, encoder=None))
    )
    await index.open()
    try:
        with pytest.raises(OSError, match="no space"):
            await found(index, house.creator)
        broken.clear()
        assert await found(index, house.creator) == numbers
    finally:
        await index.close()


async def test_a_tier_moves_passages_out_of_sight_and_back(house: House) -> None:
    source_id, numbers = await house.write(["A candle."])
    async with following(house) as index:
        assert await found(index, house.creator) == numbers
        for tier, everyone in (("Lamplighters", []), (None, numbers)):
            async with house.db.uow(house.creator) as uow:
                await service.set_tier(uow, [source_id], tier)
            await index.catch_up(house.creator)
            assert await found(index, house.creator) == everyone
            assert await found(index, house.creator, tiers=frozenset({"Lamplighters"})) == numbers
