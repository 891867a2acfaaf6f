"""Jobs: they exist exactly if the change commits, run again after an error, and come back from the dead."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import LiteralString

import psycopg
import pytest
import structlog
from procrastinate.exceptions import ConnectorException

from app.services import Dsn
from kernel.db import Database
from kernel.jobs import Jobs


@asynccontextmanager
async def house(
    dsn: Dsn, handler: Callable[..., object], *, swept: bool = False, coalesced: bool = False
) -> AsyncIterator[tuple[Jobs, Database]]:
    async def run(number: int) -> None:
        found = handler(number)
        if asyncio.iscoroutine(found):
            await found

    jobs = Jobs(dsn.app)
    jobs.register("test.job", run, queue="tests", swept=swept, coalesced=coalesced)
    await jobs.open()
    db = Database(dsn.app, jobs=jobs)
    yield jobs, db
    await jobs.close()
    await db.close()


async def until(check: Callable[[], bool]) -> None:
    for _ in range(200):
        if check():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it never came about")


async def counted(jobs: Jobs, workers: int) -> None:
    for _ in range(200):
        if await jobs.workers() == workers:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"{await jobs.workers()} workers are counted, not {workers}")


@asynccontextmanager
async def working(jobs: Jobs) -> AsyncIterator[None]:
    task = asyncio.create_task(jobs.run(["tests"], concurrency=2))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_job_exists_exactly_if_the_change_commits(dsn: Dsn) -> None:
    done: list[int] = []

    async with house(dsn, done.append) as (jobs, db), working(jobs):

        async def lose() -> None:
            async with db.system_uow() as uow:
                await uow.defer("test.job", number=1)
                raise ValueError("rolled back")

        with pytest.raises(ValueError, match="rolled back"):
            await lose()
        async with db.system_uow() as uow:
            await uow.defer("test.job", number=2)
        await until(lambda: bool(done))
    assert done == [2]


async def test_a_job_that_fails_is_tried_again(dsn: Dsn) -> None:
    tries: list[int] = []

    def fail_once(number: int) -> None:
        tries.append(number)
        if len(tries) == 1:
            raise ValueError("not yet")

    async with house(dsn, fail_once) as (jobs, db), working(jobs):
        async with db.system_uow() as uow:
            await uow.defer("test.job", number=7)
        await until(lambda: len(tries) == 2)
    assert tries == [7, 7]


def stored(dsn: Dsn) -> int:
    with psycopg.connect(dsn.owner) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()
    return row[0] if row else 0


async def defer(db: Database, number: int) -> None:
    async with db.system_uow() as uow:
        await uow.defer("test.job", number=number)


async def test_what_a_sweep_finds_anyway_begins_with_the_commit_and_is_not_stored(dsn: Dsn) -> None:
    done: list[tuple[int, int]] = []
    async with (
        house(dsn, lambda number: done.append((number, stored(dsn))), swept=True) as (jobs, db),
        working(jobs),
    ):
        await until(lambda: bool(jobs.places_left("tests")))

        async def lose() -> None:
            async with db.system_uow() as uow:
                await uow.defer("test.job", number=1)
                raise ValueError("rolled back")

        with pytest.raises(ValueError, match="rolled back"):
            await lose()
        await defer(db, 2)
        await until(lambda: bool(done))
    assert done == [(2, 0)]


async def test_it_is_stored_where_this_process_does_not_work_its_queue(dsn: Dsn) -> None:
    done: list[int] = []
    async with house(dsn, done.append, swept=True) as (jobs, db):
        await defer(db, 1)
        assert stored(dsn) == 1
        async with working(jobs):
            await until(lambda: done == [1])


async def test_it_is_stored_where_too_many_wait_here(dsn: Dsn) -> None:
    go_on = asyncio.Event()
    async with house(dsn, lambda _: go_on.wait(), swept=True) as (jobs, db), working(jobs):
        await until(lambda: bool(jobs.places_left("tests")))
        for number in range(jobs.places_left("tests")):
            await defer(db, number)
        assert stored(dsn) == 0
        await defer(db, 100)
        assert stored(dsn) == 1
        go_on.set()
        await until(lambda: stored(dsn) == 0)


async def test_one_that_fails_ends_nothing_and_one_in_hand_is_finished_at_the_stop(dsn: Dsn) -> None:
    done: list[int] = []

    async def slowly(number: int) -> None:
        if number == 1:
            raise ValueError("not this one")
        await asyncio.sleep(0.5)
        done.append(number)

    async with house(dsn, slowly, swept=True) as (jobs, db):
        async with working(jobs):
            await until(lambda: bool(jobs.places_left("tests")))
            await defer(db, 1)
            await defer(db, 2)
            await asyncio.sleep(0.1)
        assert done == [2]


def doing(dsn: Dsn, *, worker: str) -> None:
    """Leave a job that somebody began and nobody ended."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute(
            f"UPDATE procrastinate_jobs SET status = 'doing', attempts = 1, worker_id = {worker}"
        )


async def test_a_dead_workers_job_comes_back(dsn: Dsn) -> None:
    done: list[int] = []
    async with house(dsn, done.append) as (jobs, db):
        async with db.system_uow() as uow:
            await uow.defer("test.job", number=3)
        with psycopg.connect(dsn.owner) as connection:
            connection.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1h')"
            )
        doing(dsn, worker="(SELECT max(id) FROM procrastinate_workers)")
        assert await jobs.sweep() == 1
        async with working(jobs):
            await until(lambda: done == [3])


async def test_a_job_whose_end_could_not_be_stored_comes_back_though_its_worker_lives(dsn: Dsn) -> None:
    done: list[int] = []
    async with house(dsn, done.append) as (jobs, db), working(jobs):
        async with db.system_uow() as uow:
            await uow.defer("test.job", number=1)
        await until(lambda: done == [1])
        await counted(jobs, 1)
        with psycopg.connect(dsn.owner) as connection:
            connection.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts, worker_id) "
                "VALUES ('tests', 'test.job', '{\"number\": 2}', 'doing', 1, "
                "(SELECT max(id) FROM procrastinate_workers))"
            )
        assert await jobs.sweep() == 0, "seen once, it may be about to end"
        assert await jobs.sweep() == 1
        await until(lambda: done == [1, 2])


async def test_a_worker_goes_on_where_another_takes_a_job_of_the_same_lock_just_then(
    dsn: Dsn,
) -> None:
    done: list[int] = []
    async with house(dsn, done.append, coalesced=True) as (jobs, db):
        async with db.system_uow() as uow:
            await uow.defer("test.job", number=1)
        with psycopg.connect(dsn.owner) as connection:
            connection.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, lock) "
                "SELECT queue_name, task_name, args, 'doing', lock FROM procrastinate_jobs"
            )
            with structlog.testing.capture_logs() as logged:
                async with working(jobs):
                    await asyncio.sleep(0.5)  # it waits for the other's transaction
                    connection.commit()
                    await asyncio.sleep(0.5)
                    connection.execute("DELETE FROM procrastinate_jobs WHERE status = 'doing'")
                    connection.commit()
                    await until(lambda: done == [1])
    assert logged == []


async def test_a_killed_worker_is_counted_no_more_however_late_its_last_sign_of_life(dsn: Dsn) -> None:
    async with house(dsn, [].append) as (jobs, _):
        with psycopg.connect(dsn.owner, autocommit=True) as connection:
            connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        assert await jobs.workers() == 0
        async with working(jobs):
            await counted(jobs, 1)
        await counted(jobs, 0)


async def test_a_worker_counts_however_long_nothing_was_to_do(
    dsn: Dsn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.jobs.LISTENING_PROVED_EVERY_S", 0.05)
    async with house(dsn, [].append) as (jobs, _), working(jobs):
        await counted(jobs, 1)
        await asyncio.sleep(0.3)
        assert await jobs.workers() == 1


async def test_a_worker_told_to_stop_stops_though_the_database_is_away(
    dsn: Dsn, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def worker(**_: object) -> None:
        """As Procrastinate's does: it says goodbye to the database, whatever ended it."""
        begun.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise ConnectorException from None

    async with house(dsn, print) as (jobs, _):
        monkeypatch.setattr(jobs._app, "run_worker_async", worker)
        task = asyncio.create_task(jobs.run(["tests"], concurrency=1))
        await begun.wait()
        at_work = {one for one in asyncio.all_tasks() if one.get_name().startswith("work ")}
        task.cancel()
        _, pending = await asyncio.wait(at_work, timeout=5)
        assert at_work
        assert not pending


async def test_while_one_waits_further_alike_are_that_one(dsn: Dsn) -> None:
    done: list[int] = []
    async with house(dsn, done.append, coalesced=True) as (jobs, db):
        for number in (1, 1, 2, 1):
            await defer(db, number)
        async with db.system_uow() as uow:
            await uow.defer("test.job", number=3)
            await uow.defer("test.job", number=3)
        assert stored(dsn) == 3
        async with working(jobs):
            await until(lambda: sorted(done) == [1, 2, 3])


async def test_one_that_is_being_done_stands_for_no_later_one(dsn: Dsn) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    done: list[int] = []

    async def slowly(number: int) -> None:
        begun.set()
        await go_on.wait()
        done.append(number)

    async with house(dsn, slowly, coalesced=True) as (jobs, db), working(jobs):
        await defer(db, 1)
        await begun.wait()
        await defer(db, 1)
        await defer(db, 1)
        go_on.set()
        await until(lambda: stored(dsn) == 0)
    assert done == [1, 1]


async def test_one_that_stands_for_a_change_is_not_begun_before_that_has_committed(dsn: Dsn) -> None:
    done: list[int] = []
    async with house(dsn, done.append, coalesced=True) as (jobs, db):
        await defer(db, 1)
        async with db.system_uow() as uow:
            await uow.defer("test.job", number=1)
            await uow.fetch("SELECT 1 AS sent")
            async with working(jobs):
                await asyncio.sleep(0.5)
                assert done == []
        assert stored(dsn) == 1
        async with working(jobs):
            await until(lambda: done == [1])


async def test_one_that_is_rolled_back_takes_none_with_it(dsn: Dsn) -> None:
    async def lose(db: Database) -> None:
        async with db.system_uow() as uow:
            await uow.defer("test.job", number=1)
            raise ValueError("rolled back")

    async with house(dsn, print, coalesced=True) as (_, db):
        for waiting in (0, 1):
            with pytest.raises(ValueError, match="rolled back"):
                await lose(db)
            assert stored(dsn) == waiting
            await defer(db, 1)
        assert stored(dsn) == 1


async def test_one_that_may_be_about_to_be_given_up_stands_for_no_other(dsn: Dsn) -> None:
    async with house(dsn, print, coalesced=True) as (_, db):
        await defer(db, 1)
        with psycopg.connect(dsn.owner) as connection:
            connection.execute("UPDATE procrastinate_jobs SET attempts = 4")
        await defer(db, 1)
        assert stored(dsn) == 2


def alter(dsn: Dsn, statement: LiteralString) -> None:
    with psycopg.connect(dsn.owner) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "late",
    [
        "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1h'",
        "DELETE FROM procrastinate_workers",  # what another worker does with one that seems dead
    ],
)
async def test_what_runs_here_is_not_begun_again_however_late_its_workers_sign_of_life(
    dsn: Dsn, late: LiteralString
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    done: list[int] = []

    async def slowly(number: int) -> None:
        begun.set()
        await go_on.wait()
        done.append(number)

    async with house(dsn, slowly) as (jobs, db), working(jobs):
        await defer(db, 1)
        await begun.wait()
        alter(dsn, late)
        assert [await jobs.sweep(), await jobs.sweep()] == [0, 0]
        go_on.set()
        await until(lambda: stored(dsn) == 0)
    assert done == [1]


@pytest.mark.parametrize("fails", [False, True])
async def test_the_end_of_a_job_that_somebody_else_has_ended_is_told_in_a_line(
    dsn: Dsn, *, fails: bool
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    unheard: list[object] = []

    async def slowly(_: int) -> None:
        begun.set()
        await go_on.wait()
        if fails:
            raise ValueError("not this time")

    asyncio.get_running_loop().set_exception_handler(lambda _, told: unheard.append(told))
    async with house(dsn, slowly) as (jobs, db), working(jobs):
        await defer(db, 1)
        await begun.wait()
        alter(dsn, "DELETE FROM procrastinate_jobs")
        with structlog.testing.capture_logs() as logged:
            go_on.set()
            await until(lambda: bool(logged))
        await asyncio.sleep(0.1)
        gc.collect()
    assert [line["event"] for line in logged] == ["job.end_not_stored"]
    assert unheard == []
