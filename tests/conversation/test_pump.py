"""The pump: what is queued is sent in order, once; what is in doubt is told, never repeated by itself."""

import asyncio
from collections.abc import Iterable

import pytest
from sqlalchemy import text

from bots import repository as connections
from conversation import pump_repository, repository
from conversation import service as conversation
from conversation.pump import IN_HAND, Pump
from conversation.types import SENT_CHANNEL, Gate, Sent, ToSend
from kernel import clock
from kernel.bus import Bus
from kernel.db import Database
from tests.conversation.stand_ins import end
from tests.factories.people import Home


class Platform:
    """A platform that keeps what was sent, and may fail first."""

    platform = "webchat"

    def __init__(self, *, repeatable: bool = True, busy: int = 0) -> None:
        self.repeatable = repeatable
        self.busy = busy
        self.shown: list[str] = []

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        return tuple([self._one(each) if await may_go(each) else Sent(each.id, "held") for each in batch])

    def _one(self, each: ToSend) -> Sent:
        if self.busy:
            self.busy -= 1
            return Sent(each.id, "queued", error="429", retry_after_s=0.0)
        self.shown.append(each.outbound.text)
        return Sent(each.id, "sent", platform_message_id=f"m{each.id}")


async def queue(db: Database, home: Home, *texts: str, user: str = "fan-1") -> int:
    async with db.uow(home.creator_id) as uow:
        received = await conversation.receive(uow, home.avatar.id, home.inbound(texts[0], "hi", user=user))
        for each in texts:
            await repository.add_outbound(
                uow,
                thread_id=received.thread_id,
                connection_id=home.connection_id,
                message_id=received.message_id,
                once=f"{user}:{each}",
                payload={"text": each, "lang": "en"},
            )
    return received.thread_id


async def hold(db: Database, holder: str) -> None:
    async with db.system_uow() as uow:
        await connections.claim(uow, holder, 60, 10)


async def states(db: Database) -> list[str]:
    async with db.system_uow() as uow:
        return [row[0] for row in await uow.session.execute(text("SELECT state FROM outbound ORDER BY id"))]


def pump(db: Database, holder: str, platforms: Iterable[Platform]) -> Pump:
    return Pump(db, Bus(db.dsn), holder, platforms)


async def drain(one: Pump) -> None:
    while await one.once():
        pass


async def test_a_thread_is_sent_in_order_and_each_key_once(db: Database, home: Home) -> None:
    platform = Platform()
    await hold(db, "me")
    await queue(db, home, "a", "b", "c", "a")
    await drain(pump(db, "me", [platform]))
    assert platform.shown == ["a", "b", "c"]
    assert await states(db) == ["sent"] * 3


async def test_only_the_holder_of_a_connection_sends(db: Database, home: Home) -> None:
    platform = Platform()
    await hold(db, "me")
    await queue(db, home, "a")
    await drain(pump(db, "somebody else", [platform]))
    assert platform.shown == []


async def test_a_connection_is_taken_from_a_process_that_is_gone_and_from_none_that_lives(
    db: Database, home: Home
) -> None:
    other = Database(db.dsn)
    await hold(other, other.name)
    async with db.system_uow() as uow:
        assert await connections.claim(uow, "the heir", 60, 10) == []
    await end(other)
    async with db.system_uow() as uow:
        assert [row.id for row in await connections.claim(uow, "the heir", 60, 10)] == [home.connection_id]


async def test_what_the_platform_puts_off_is_sent_later_and_the_rest_waits_behind_it(
    db: Database, home: Home
) -> None:
    platform = Platform(busy=1)
    await hold(db, "me")
    await queue(db, home, "a")
    await drain(pump(db, "me", [platform]))
    assert platform.shown == ["a"]


class Spacing(Platform):
    """A platform that has each of several wait once, each for a time of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = [0.1, 0.2, 0.3, 0.4]
        self.all_shown = asyncio.Event()

    def _one(self, each: ToSend) -> Sent:
        if self.waits:
            return Sent(each.id, "queued", retry_after_s=self.waits.pop(0))
        sent = super()._one(each)
        if len(self.shown) == 4:
            self.all_shown.set()
        return sent


async def test_each_of_several_that_have_to_wait_goes_when_its_own_time_has_come(
    db: Database, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversation.pump.IDLE_S", 60.0)
    platform, bus = Spacing(), Bus(db.dsn)
    await bus.open()
    await hold(db, "me")
    for number in range(4):
        await queue(db, home, f"{number}", user=f"fan-{number}")
    running = asyncio.create_task(Pump(db, bus, "me", [platform]).run())
    async with asyncio.timeout(20):
        await platform.all_shown.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await bus.close()
    assert platform.shown == ["0", "1", "2", "3"], "nobody waited until something else woke it"


async def test_what_was_in_flight_when_the_holder_died_is_repeated_only_where_that_is_safe(
    db: Database, home: Home
) -> None:
    await hold(db, "the dead one")
    await queue(db, home, "a")
    async with db.system_uow() as uow:
        assert len(await pump_repository.claim(uow, "the dead one", 10)) == 1
    await hold(db, "the heir")
    careful = Platform(repeatable=False)
    heir = pump(db, "the heir", [careful])
    await heir.recover()
    await drain(heir)
    assert careful.shown == []
    assert await states(db) == ["unknown"]


async def test_the_web_chat_shows_what_was_in_flight_after_all(db: Database, home: Home) -> None:
    await hold(db, "the dead one")
    await queue(db, home, "a")
    async with db.system_uow() as uow:
        await pump_repository.claim(uow, "the dead one", 10)
    await hold(db, "the heir")
    web = Platform()
    heir = pump(db, "the heir", [web])
    await heir.recover()
    await drain(heir)
    assert web.shown == ["a"]
    assert await states(db) == ["sent"]


async def test_what_goes_to_a_page_of_our_own_is_sent_as_it_is_taken_and_whoever_waits_is_woken(
    db: Database, home: Home
) -> None:
    await hold(db, "me")
    thread = await queue(db, home, "a", "b")
    bus = Bus(db.dsn)
    await bus.open()
    async with bus.subscribe(SENT_CHANNEL, f"{home.creator_id}:{thread}") as woken:
        await asyncio.sleep(0.2)
        one = Pump(db, bus, "me", [], pages=["webchat"])
        await drain(one)
        assert await woken.wait(5)
    await bus.close()
    async with db.system_uow() as uow:
        rows = await uow.fetch("SELECT id, state, platform_message_id FROM outbound")
    assert [(row.state, row.platform_message_id) for row in rows] == [("sent", str(row.id)) for row in rows]
    assert len(rows) == 2


@pytest.mark.parametrize("late", ["keep", "postpone", "settle"])
async def test_a_holder_that_was_replaced_changes_nothing_of_its_heirs(
    db: Database, home: Home, late: str
) -> None:
    await hold(db, "the slow one")
    await queue(db, home, "a")
    async with db.system_uow() as uow:
        (taken,) = await pump_repository.claim(uow, "the slow one", 10)
        await uow.session.execute(text("UPDATE connection SET lease_until = now() - interval '1 second'"))
    await hold(db, "the heir")
    async with db.system_uow() as uow:
        await pump_repository.recover(uow, "the heir", ["webchat"])
        assert await pump_repository.claim(uow, "the heir", 10)
    async with db.system_uow() as uow:
        if late == "keep":
            await pump_repository.keep(uow, [(taken.id, taken.fence)])
        elif late == "postpone":
            await pump_repository.postpone(uow, taken.id, taken.fence, clock.now(), "429")
        else:
            await pump_repository.settle(uow, [(taken.id, taken.fence, "failed", None, "late")])
    assert await states(db) == ["sending"], "the heir is sending it: queued, it would go out twice"


class Stuck(Platform):
    """A platform that answers nobody until it is let go."""

    def __init__(self) -> None:
        super().__init__(repeatable=False)
        self.go = asyncio.Event()
        self.most = 0
        self.here = 0

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        self.here += len(batch)
        self.most = max(self.most, self.here)
        await self.go.wait()
        self.here -= len(batch)
        return await super().send(batch, may_go)


async def test_of_one_connection_no_more_is_in_hand_than_anybody_would_look_through(
    db: Database, home: Home
) -> None:
    platform = Stuck()
    await hold(db, "me")
    for user in range(3 * IN_HAND):
        await queue(db, home, "hello", user=f"fan-{user}")
    one = pump(db, "me", [platform])
    while await one._begin():
        pass
    assert (await states(db)).count("sending") == platform.most == IN_HAND
    platform.go.set()
    await one._all_ended()
    await drain(one)
    assert await states(db) == ["sent"] * 3 * IN_HAND
    assert platform.most == IN_HAND
    async with db.system_uow() as uow:
        assert {row.attempts for row in await uow.fetch("SELECT attempts FROM outbound")} == {1}


class Odd(Platform):
    """Tells of an error that no database keeps."""

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        return tuple(
            Sent(each.id, "failed", error="a \x00 in it")
            if each.outbound.text == "odd"
            else Sent(each.id, "sent", platform_message_id="m")
            for each in batch
        )


async def test_how_a_send_ended_that_cannot_be_stored_keeps_no_other_from_it(
    db: Database, home: Home
) -> None:
    await hold(db, "me")
    sending = pump(db, "me", [Odd()])
    await queue(db, home, "odd")
    await sending.once()
    await queue(db, home, "plain", user="fan-2")
    await sending.once()
    assert sorted(await states(db)) == ["sending", "sent"]


async def test_what_nobody_can_read_fails_alone(db: Database, home: Home) -> None:
    await hold(db, "me")
    platform = Platform()
    sending = pump(db, "me", [platform])
    await queue(db, home, "odd")
    async with db.system_uow() as uow:
        await uow.fetch("UPDATE outbound SET payload = '{}' RETURNING id")
    await queue(db, home, "plain", user="fan-2")
    await sending.once()
    assert sorted(await states(db)) == ["failed", "sent"]
    assert platform.shown == ["plain"]
