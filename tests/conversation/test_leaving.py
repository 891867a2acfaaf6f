"""An answer leaves from the turn that made it where its process sends; nobody has to find it first."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from bots import repository as connections
from conversation import pump_repository
from conversation.pump import IN_HAND, Pump, _batches
from conversation.turn import Turns
from conversation.types import LEASE_S, Gate, Sent, ToSend
from kernel import clock
from kernel.bus import Bus
from kernel.chat import CommandRouter
from kernel.db import Database, UnitOfWork
from tests.conversation.stand_ins import Echo, answers, say
from tests.conversation.test_pump import Platform, queue, states
from tests.factories.people import Home

BY_ITSELF_S = 10.0


class Slow(Platform):
    """A platform each of whose calls ends when the test says so."""

    def __init__(self) -> None:
        super().__init__(repeatable=False)
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.batches = 0

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        self.batches += 1
        await self.go_on.wait()
        return await super().send(batch, may_go)


@pytest.fixture
def platform() -> Slow:
    """Where the avatar is."""
    return Slow()


@pytest.fixture
async def pump(db: Database, home: Home, platform: Slow) -> AsyncIterator[Pump]:
    """A pump that holds the avatar's connection, and runs."""
    bus = Bus(db.dsn)
    await bus.open()
    async with db.system_uow() as uow:
        await connections.claim(uow, "me", 60, 10)
    made = Pump(db, bus, "me", [platform])
    running = asyncio.create_task(made.run())
    await until(lambda: made.holder("webchat", home.connection_id) is not None)
    yield made
    running.cancel()
    await asyncio.wait({running})
    await bus.close()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(BY_ITSELF_S):
        while not true():  # noqa: ASYNC110 - what is waited for is anything
            await asyncio.sleep(0.01)


def turns(db: Database, pump: Pump | None) -> Turns:
    return Turns(db, Echo(), CommandRouter(), outlet=pump)


async def test_an_answer_is_stored_as_being_sent_and_sent(
    db: Database, home: Home, pump: Pump, platform: Slow
) -> None:
    platform.go_on.clear()
    thread = await say(db, home, "one")
    await turns(db, pump).run(home.creator_id, thread)
    assert await states(db) == ["sending"]
    platform.go_on.set()
    await until(lambda: platform.shown)
    assert await pump.once() == 0
    assert await states(db) == ["sent"]
    assert platform.shown == ["re: one"]


async def test_one_that_comes_after_it_waits_until_it_is_through(
    db: Database, home: Home, pump: Pump, platform: Slow
) -> None:
    platform.go_on.clear()
    thread = await say(db, home, "one", "two", "three")
    await turns(db, pump).run(home.creator_id, thread)
    assert await states(db) == ["sending", "queued", "queued"]
    platform.go_on.set()
    await until(lambda: len(platform.shown) == 3)
    assert platform.shown == ["re: one", "re: two", "re: three"]


async def test_behind_what_is_queued_in_its_thread_it_is_queued(
    db: Database, home: Home, pump: Pump, platform: Slow
) -> None:
    platform.go_on.clear()
    thread = await queue(db, home, "first")
    await turns(db, pump).run(home.creator_id, thread)
    assert await states(db) != ["sent", "sending"]
    platform.go_on.set()
    await until(lambda: len(platform.shown) == 2)
    assert platform.shown == ["first", "re: hi"]


async def test_a_connection_of_another_process_s_is_left_to_that(
    db: Database, home: Home, pump: Pump
) -> None:
    thread = await say(db, home, "one")
    async with db.system_uow() as uow:
        await uow.fetch("UPDATE connection SET holder = 'another', fence = fence + 1")
    await turns(db, pump).run(home.creator_id, thread)
    assert await states(db) == ["queued"]


async def test_a_hold_that_has_lapsed_begins_nothing(db: Database, home: Home, pump: Pump) -> None:
    thread = await say(db, home, "one")
    with clock.shifted(timedelta(minutes=5)):
        await turns(db, pump).run(home.creator_id, thread)
        assert await states(db) == ["queued"]


async def test_a_paused_avatar_s_answer_is_queued(db: Database, home: Home, pump: Pump) -> None:
    thread = await say(db, home, "one")
    pausing = Echo(delay=0.3)
    running = asyncio.create_task(
        Turns(db, pausing, CommandRouter(), outlet=pump).run(home.creator_id, thread)
    )
    await until(lambda: pausing.asked)
    async with db.uow(home.creator_id) as uow:
        await uow.fetch("UPDATE autonomy SET paused_at = now()")
    await running
    assert await states(db) == ["queued"]


async def test_no_more_is_begun_on_a_connection_than_may_be_in_hand(
    db: Database, home: Home, pump: Pump, platform: Slow
) -> None:
    platform.go_on.clear()
    threads = [await say(db, home, "hello", user=f"fan-{each}") for each in range(IN_HAND + 3)]
    for thread in threads:
        await turns(db, pump).run(home.creator_id, thread)
    assert (await states(db)).count("sending") == IN_HAND
    platform.go_on.set()
    await until(lambda: len(platform.shown) == len(threads))


async def test_what_was_taken_while_its_connection_s_hand_filled_goes_back(
    db: Database, home: Home, pump: Pump, platform: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = pump_repository.claim

    async def filled_meanwhile(uow: UnitOfWork, holder: str, most: int, full: Sequence[int]) -> list[Any]:
        handed_over, taken = await claim(uow, holder, IN_HAND, full), await claim(uow, holder, most, full)
        if handed_over:
            readable = await pump._readable(uow, handed_over)
            pump.begin("webchat", _batches(readable)["webchat", home.connection_id])
        return taken

    platform.go_on.clear()
    monkeypatch.setattr(pump_repository, "claim", filled_meanwhile)
    for user in range(IN_HAND + 1):
        await queue(db, home, "hello", user=f"fan-{user}")
    await until(lambda: pump.holder("webchat", home.connection_id) is None)  # its hand is full
    monkeypatch.undo()
    platform.go_on.set()
    await until(lambda: len(platform.shown) == IN_HAND + 1)


async def test_where_nobody_sends_here_it_is_queued(db: Database, home: Home) -> None:
    thread = await say(db, home, "one")
    idle = Pump(db, Bus(db.dsn), "me", [Platform()])
    async with db.system_uow() as uow:
        await connections.claim(uow, "me", 60, 10)
    await turns(db, idle).run(home.creator_id, thread)
    assert await states(db) == ["queued"]


@pytest.mark.parametrize("committed", [True, False])
async def test_what_was_cut_off_at_its_commit_is_sent_once_all_the_same(
    db: Database,
    home: Home,
    pump: Pump,
    platform: Slow,
    monkeypatch: pytest.MonkeyPatch,
    committed: bool,
) -> None:
    thread = await say(db, home, "one")
    own = Database(db.dsn, jobs=db.jobs, pool_size=2)
    real = own._give_back
    cut = []

    async def lost(connection, driver, *, orm):  # type: ignore[no-untyped-def]
        await real(connection, driver, orm=orm)
        if committed and await states(db) and not cut:
            cut.append(True)
            raise psycopg.OperationalError("the connection was lost after the commit")

    monkeypatch.setattr(own, "_give_back", lost)
    if not committed:
        echo = Echo(delay=0.2)
        running = asyncio.create_task(
            Turns(own, echo, CommandRouter(), outlet=pump).run(home.creator_id, thread)
        )
        await until(lambda: echo.asked)
        async with db.system_uow() as uow:
            await uow.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %(name)s",
                {"name": own.name},
            )
        with pytest.raises(Exception, match=r"terminat|lost|closed"):
            await running
        with clock.shifted(timedelta(seconds=LEASE_S + 1)):
            await turns(db, None).run(home.creator_id, thread)
            await until(lambda: platform.shown)
    else:
        with pytest.raises(psycopg.OperationalError):
            await turns(own, pump).run(home.creator_id, thread)
    await until(lambda: platform.shown)
    assert platform.shown == ["re: one"]
    assert await answers(db, home, thread) == ["re: one"]
    await own.close()
