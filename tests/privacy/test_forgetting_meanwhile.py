"""An erasure happens once and whole, whatever dies, is on its way or comes again meanwhile."""

import asyncio
from typing import Any

import pytest

from app.services import Dsn
from conversation import rights
from conversation import service as conversation
from kernel import clock
from tests.factories.people import Home
from tests.factories.rows import numbered, rows_with, snapshot
from tests.privacy.conftest import LATER, House, Parrot
from tests.privacy.fan import USER, WORD, exists, numbers
from tests.support.deaths import Died, dying_after


async def test_several_workers_erase_once(house: House, home: Home) -> None:
    await house.talk(home, USER, "Hello", "/forgetme yes")
    with clock.shifted(LATER):
        await asyncio.gather(*(rights.Erasures(house.container.db).sweep() for _ in range(4)))
    assert not await exists(house, home, USER)
    async with house.container.db.uow(home.creator_id) as uow:
        assert len((await conversation.privacy_requests(uow)).items) == 1


LINES = 9


@pytest.mark.parametrize("line", range(1, LINES + 1))
async def test_a_death_between_any_two_lines_leaves_it_done_or_not_begun(
    house: House, home: Home, dsn: Dsn, line: int
) -> None:
    await house.talk(home, USER, f"Tell me {WORD}", "/forgetme yes")
    before = snapshot(dsn, home.creator_id, "connection")
    # The last line is the notification of the page.
    with dying_after(line, "fetch", "notify"), clock.shifted(LATER), pytest.raises(Died):
        await house.container.erasures.sweep()
    assert snapshot(dsn, home.creator_id, "connection") == before
    await house.forget()
    assert rows_with(dsn, WORD, USER) == []


async def test_an_answer_on_its_way_finds_nobody_and_brings_nobody_back(
    house: House, home: Home, dsn: Dsn
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Parrot):
        async def respond(self, asked: Any, context: Any) -> Any:
            begun.set()
            await go_on.wait()
            return await super().respond(asked, context)

    house.container.responder = Slow()
    received = await house.say(home, USER, f"Tell me {WORD}")
    turn = asyncio.create_task(house.container.turns.run(home.creator_id, received.thread_id))
    await begun.wait()
    fan = (await numbers(house, home, USER))["fan"][0]
    async with house.container.db.uow(home.creator_id) as uow:
        await conversation.erase_by_creator(uow, fan)
    go_on.set()
    await turn
    assert rows_with(dsn, WORD, USER) == []


async def test_messages_that_come_while_it_happens_neither_fail_nor_live_on(
    house: House, home: Home, dsn: Dsn
) -> None:
    await house.talk(home, USER, "Hello")
    fan = (await numbers(house, home, USER))["fan"][0]
    taken: list[conversation.Received] = []

    async def write(number: int) -> None:
        await asyncio.sleep(number * 0.002)
        taken.append(await house.say(home, USER, f"{WORD} {number}", update=f"again-{number}"))

    async def erase() -> None:
        await asyncio.sleep(0.008)
        async with house.container.db.uow(home.creator_id) as uow:
            await conversation.erase_by_creator(uow, fan)

    await asyncio.gather(erase(), *(write(number) for number in range(8)))
    assert len(taken) == 8
    # Those before it went with it; who writes afterwards begins anew, as anybody.
    assert numbered(dsn, "thread", "fan_id", [fan]) == 0


async def test_what_was_erased_stays_away_from_who_has_come_back_since(
    house: House, home: Home, dsn: Dsn
) -> None:
    await house.say(home, USER, f"Tell me {WORD}", update="one")
    await house.answer(home, await house.say(home, USER, "/forgetme yes", update="two"))
    await house.forget()
    back = await house.say(home, USER, "I am new here", update="three")
    intake = conversation.Intake(house.container.db, house.container.commands)
    for update, said in (("one", f"Tell me {WORD}"), ("two", "/forgetme yes")):
        assert (await house.say(home, USER, said, update=update)).duplicate
        again = home.inbound(update, said, user=USER)
        assert (await intake.take(home.creator_id, home.avatar.id, again)).duplicate
    await house.answer(home, back)
    await house.forget()
    assert rows_with(dsn, WORD) == []
    assert rows_with(dsn, "I am new here"), "nobody has asked for its erasure"


async def test_what_a_platform_delivers_again_does_not_bring_the_fan_back(
    house: House, home: Home, dsn: Dsn
) -> None:
    await house.say(home, USER, f"Tell me {WORD}", update="one")
    await house.answer(home, await house.say(home, USER, "/forgetme yes", update="two"))
    await house.forget()
    for update, said in (("one", f"Tell me {WORD}"), ("two", "/forgetme yes")):
        assert (await house.say(home, USER, said, update=update)).duplicate
    assert rows_with(dsn, WORD, USER) == []
    assert not (await house.say(home, USER, "I am new here", update="three")).duplicate
    # Even these hashes are forgotten after a while.
    with clock.shifted(LATER * 200):
        await house.container.erasures.sweep()
    assert rows_with(dsn, rights.digest(home.connection_id, f"{USER}:one")) == []
