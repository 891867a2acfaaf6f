"""The unit of work: whole or not at all, one at a time, and nothing slow inside."""

import asyncio

import psycopg
import pytest
from sqlalchemy import text

from app.services import Dsn
from community import service as community
from community.models import Creator
from kernel.bus import Bus
from kernel.db import DATABASE_AWAY, Database, InsideTransaction, UnitOfWork, assert_no_transaction
from kernel.errors import Unavailable
from kernel.events import Event, EventTable


async def creators(db: Database) -> int:
    async with db.system_uow() as uow:
        return int(await uow.session.scalar(text("SELECT count(*) FROM creator")) or 0)


async def lose_connections(dsn: Dsn) -> None:
    """End every session in the database."""
    async with await psycopg.AsyncConnection.connect(dsn.app, autocommit=True) as other:
        await other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_an_error_rolls_everything_back(database: Database) -> None:
    async def fail() -> None:
        async with database.system_uow() as uow:
            await community.create_creator(uow, "Half")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await fail()
    assert await creators(database) == 0


async def test_neither_a_second_one_nor_slow_work_inside(database: Database) -> None:
    async with database.system_uow():
        with pytest.raises(InsideTransaction):
            assert_no_transaction("a model call")
        with pytest.raises(InsideTransaction):
            await creators(database)
    assert_no_transaction("a model call")


async def test_a_database_that_was_away_fails_once_not_once_for_each_connection(
    database: Database, dsn: Dsn
) -> None:
    met = asyncio.Barrier(3)

    async def take_a_connection() -> None:
        async with database.system_uow():
            await met.wait()

    await asyncio.gather(*(take_a_connection() for _ in range(3)))
    await lose_connections(dsn)
    with pytest.raises(DATABASE_AWAY):
        await creators(database)
    for _ in range(3):
        assert await creators(database) == 0


async def test_asking_whether_it_answers_survives_the_loss_of_what_it_asked_by(
    dsn: Dsn,
) -> None:
    database = Database(dsn.app, pool_size=1)  # a place that wasn't given back would be missed at once
    for _ in range(2):
        await database.ping()
        await lose_connections(dsn)
        with pytest.raises(Unavailable):
            await database.ping()
    assert await creators(database) == 0
    await database.close()


async def test_a_connection_lost_in_a_change_is_not_used_again(database: Database) -> None:
    async def lose() -> None:
        async with database.system_uow() as uow:
            await uow.fetch("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DATABASE_AWAY):
        await lose()
    assert await creators(database) == 0


async def test_a_connection_that_the_orm_finds_lost_says_that_the_database_is_away(
    database: Database,
) -> None:
    async def lose() -> None:
        async with database.system_uow() as uow:
            await uow.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DATABASE_AWAY):
        await lose()
    assert await creators(database) == 0


async def test_what_is_sent_and_what_is_fetched_comes_in_the_order_it_was_said(database: Database) -> None:
    add = "INSERT INTO creator (name, demo, created_at) VALUES (%(name)s, false, now())"
    async with database.system_uow() as uow:
        await uow.send(add, {"name": "sent"})
        found, counted = await uow.fetch_each(
            ("SELECT name FROM creator", None), ("SELECT count(*) AS n FROM creator", None)
        )
        assert [row.name for row in found] == ["sent"]
        assert counted[0].n == 1
        await uow.send("UPDATE creator SET name = name || ', seen by the ORM'")
        assert await uow.session.scalar(text("SELECT name FROM creator")) == "sent, seen by the ORM"
        await uow.send("UPDATE creator SET name = name || ', and after it'")
        await uow.session.execute(text("UPDATE creator SET name = name || ', kept'"))
    async with database.system_uow() as uow:
        await uow.send("UPDATE creator SET name = name || ' at the end'")
    async with database.system_uow() as uow:
        name = "sent, seen by the ORM, and after it, kept at the end"
        assert [row.name for row in await uow.fetch("SELECT name FROM creator")] == [name]


async def test_what_is_sent_fails_with_the_commit_and_takes_the_change_along(database: Database) -> None:
    async def twice() -> None:
        async with database.system_uow() as uow:
            add = "INSERT INTO creator (id, name, demo, created_at) VALUES (7, 'Twice', false, now())"
            await uow.send(add)
            await uow.send(add)

    with pytest.raises(psycopg.errors.UniqueViolation):
        await twice()
    assert await creators(database) == 0


async def test_the_commit_goes_with_what_is_fetched_last(database: Database, dsn: Dsn) -> None:
    add = "INSERT INTO creator (name, demo, created_at) VALUES ('Last', false, now()) RETURNING name"
    async with await psycopg.AsyncConnection.connect(dsn.owner) as another, database.system_uow() as uow:
        uow.commit_with_next()
        assert [row.name for row in await uow.fetch(add)] == ["Last"]
        await another.execute("SELECT set_config('app.scope', 'system', false)")
        seen = await (await another.execute("SELECT name FROM creator")).fetchall()
        assert seen == [("Last",)]
        with pytest.raises(RuntimeError, match="nothing can follow"):
            await uow.fetch("SELECT 1")


async def test_what_is_said_after_what_was_fetched_last_is_refused(database: Database) -> None:
    async def too_late() -> None:
        async with database.system_uow() as uow:
            uow.commit_with_next()
            await uow.fetch("SELECT 1")
            await uow.send("INSERT INTO creator (name, demo, created_at) VALUES ('Late', false, now())")

    with pytest.raises(RuntimeError, match="nothing can follow"):
        await too_late()
    assert await creators(database) == 0


async def test_beside_the_orm_the_commit_comes_at_the_end(database: Database) -> None:
    async with database.system_uow() as uow:
        uow.session.add(Creator(name="Kept", demo=False))
        uow.commit_with_next()
        assert await uow.fetch("SELECT name FROM creator") == []
        await uow.send("SELECT 1")
    assert await creators(database) == 1


async def test_what_is_fetched_last_and_fails_takes_the_change_along(database: Database) -> None:
    async def fail() -> None:
        async with database.system_uow() as uow:
            await uow.send("INSERT INTO creator (name, demo, created_at) VALUES ('Half', false, now())")
            uow.commit_with_next()
            await uow.fetch("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await fail()
    assert await creators(database) == 0


async def test_a_unit_of_work_that_asks_for_nothing_makes_no_trip(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await creators(database) == 0
    monkeypatch.setattr(psycopg.AsyncCursor, "execute", None)
    async with database.uow(1):
        pass


async def test_a_change_that_is_cancelled_on_its_way_leaves_nothing(database: Database) -> None:
    async def slowly() -> None:
        async with database.system_uow() as uow:
            await uow.send("INSERT INTO creator (name, demo, created_at) VALUES ('Half', false, now())")
            await uow.fetch("SELECT pg_sleep(20)")

    for _ in range(3):
        change = asyncio.create_task(slowly())
        await asyncio.sleep(0.2)
        change.cancel()
        with pytest.raises(asyncio.CancelledError):
            await change
    assert await creators(database) == 0


async def test_a_change_that_could_not_even_be_undone_is_no_part_of_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancelled(_: object) -> None:
        raise asyncio.CancelledError

    async def fail() -> None:
        async with database.system_uow() as uow:
            await uow.fetch("INSERT INTO creator (name, demo, created_at) VALUES ('Half', false, now())")
            raise ValueError("no")

    assert await creators(database) == 0
    monkeypatch.setattr(psycopg.AsyncConnection, "rollback", cancelled)
    with pytest.raises(asyncio.CancelledError):
        await fail()
    monkeypatch.undo()
    async with database.system_uow() as uow:
        await uow.fetch("SELECT 'committed'")
    assert await creators(database) == 0


async def test_the_database_is_asked_for_nothing_beside_a_change_that_has_not_begun(
    database: Database,
) -> None:
    async with database.uow(1) as uow:
        await database.ping()
        scope = await uow.fetch_one("SELECT current_setting('app.creator', true) AS creator")
    assert scope.creator == "1"


async def test_an_event_is_heard_inside_the_change_and_takes_it_along(dsn: Dsn) -> None:
    heard: list[int] = []

    async def hear(uow: UnitOfWork, event: Event) -> None:
        heard.append(event.creator_id)
        await uow.session.execute(text("UPDATE creator SET name = 'heard'"))

    async def refuse(uow: UnitOfWork, event: Event) -> None:
        raise ValueError("refused")

    events = EventTable()
    events.on(Event, hear)
    db = Database(dsn.app, events=events)
    async with db.system_uow() as uow:
        creator = await community.create_creator(uow, "Heard")
        await uow.publish(Event(creator))
    async with db.system_uow() as uow:
        assert await uow.session.scalar(text("SELECT name FROM creator")) == "heard"

    async def announce() -> None:
        async with db.system_uow() as uow:
            await uow.publish(Event(await community.create_creator(uow, "Refused")))

    events.on(Event, refuse)
    with pytest.raises(ValueError, match="refused"):
        await announce()
    assert await creators(db) == 1
    assert heard == [creator, creator + 1]
    await db.close()


async def test_a_notification_comes_exactly_if_the_change_commits(database: Database, dsn: Dsn) -> None:
    bus = Bus(dsn.app)
    await bus.open()

    async def fail() -> None:
        async with database.system_uow() as uow:
            await uow.notify("news", "lost")
            raise ValueError("no")

    async with bus.subscribe("news") as everything, bus.subscribe("news", "two") as one:
        await database.ping()
        with pytest.raises(ValueError, match="no"):
            await fail()
        for payload in ("one", "two"):
            async with database.system_uow() as uow:
                await uow.notify("news", payload)
        heard: list[str] = []
        while len(heard) < 2:
            found = await everything.wait(5)
            assert found, "nothing was heard"
            heard += found
        assert heard == ["one", "two"]
        assert await one.wait(1) == ["two"]
    await bus.close()
