"""Doing what was decided: what goes wrong or takes long on one connection is that one's alone."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from app.services import Dsn
from kernel.bus import Bus
from kernel.db import Database
from moderation import actions_repository as actions
from moderation.acting import EACH, Acting
from moderation.types import Act, Ended, Verb
from tests.factories.people import Home, make_home


class Platform:
    """Does what it is told to, in order, and stands still on the connections that `holds` names."""

    platform = "webchat"

    def __init__(self) -> None:
        self.did: dict[int, list[str]] = defaultdict(list)
        self.holds: dict[int, asyncio.Event] = {}

    async def act(self, act: Act) -> Ended:
        """Do it."""
        if held := self.holds.get(act.connection_id):
            await held.wait()
        self.did[act.connection_id].append(act.user_id)
        return Ended("done")


@pytest.fixture
async def db(dsn: Dsn) -> AsyncIterator[Database]:
    made = Database(dsn.app, pool_size=5)
    yield made
    await made.close()


@pytest.fixture
async def home(db: Database) -> Home:
    return await make_home(db)


@pytest.fixture
async def other(db: Database) -> Home:
    return await make_home(db)


async def wants(db: Database, home: Home, *people: str) -> None:
    """Have something be done about these people, and the connection be held by this test."""
    async with db.system_uow() as uow:
        await uow.send(
            "UPDATE connection SET holder = 'me', lease_until = now() + interval '1 hour', state = 'active' "
            "WHERE id = %(id)s",
            {"id": home.connection_id},
        )
    async with db.uow(home.creator_id) as uow:
        for each in people:
            await actions.add(
                uow, case_id=None, fan_id=None, connection_id=home.connection_id, room="-1", verb=Verb.KICK,
                once=f"test:{each}", user_id=each,
            )  # fmt: skip


def at_work(db: Database, dsn: Dsn, platform: Platform) -> Acting:
    return Acting(db, Bus(dsn.app), "me", [platform])


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something, for a while."""
    for _ in range(1_000):
        if await true():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never came")


async def states(db: Database, home: Home) -> list[str]:
    async with db.uow(home.creator_id) as uow:
        return [row.state for row in await uow.fetch("SELECT state FROM moderation_action ORDER BY id")]


async def test_a_raid_on_one_connection_holds_up_no_other(
    db: Database, dsn: Dsn, home: Home, other: Home
) -> None:
    await wants(db, home, *(f"raider {number}" for number in range(200)))
    await wants(db, other, "Ana")
    platform = Platform()
    assert await at_work(db, dsn, platform).once() == EACH + 1
    assert platform.did[other.connection_id] == ["Ana"]
    assert platform.did[home.connection_id] == [f"raider {number}" for number in range(EACH)]


async def test_a_connection_that_is_slow_holds_up_no_other(
    db: Database, dsn: Dsn, home: Home, other: Home
) -> None:
    platform = Platform()
    slow = platform.holds[home.connection_id] = asyncio.Event()
    await wants(db, home, "one", "two")
    working = asyncio.create_task(at_work(db, dsn, platform).run())

    async def begun() -> bool:
        return await states(db, home) == ["doing", "doing"]

    async def others_done() -> bool:
        return await states(db, other) == ["done"] * 2 * EACH

    async def done() -> bool:
        return await states(db, home) == ["done", "done"]

    await until(begun)
    await wants(db, other, *(f"member {number}" for number in range(2 * EACH)))
    await until(others_done)
    assert platform.did[home.connection_id] == []
    slow.set()
    await until(done)
    working.cancel()
    assert platform.did[home.connection_id] == ["one", "two"], "what is under way is begun by nobody again"


async def test_what_cannot_be_stored_is_one_creators_and_is_tried_again(
    db: Database, dsn: Dsn, home: Home, other: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wants(db, home, "Ana")
    await wants(db, other, "Grace")
    end = actions.end

    async def breaks(uow, action_id, fence, state, error):  # type: ignore[no-untyped-def]
        if uow.tenant == home.creator_id:
            raise RuntimeError("Something nobody thought of")
        return await end(uow, action_id, fence, state, error)

    monkeypatch.setattr(actions, "end", breaks)
    await at_work(db, dsn, Platform()).once()
    assert await states(db, home) == ["queued"]
    assert await states(db, other) == ["done"]
