"""Taking a message in where it is answered at once: the turn is taken up by the same transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from conversation.errors import BadMessage, TooManyMessages
from conversation.intake import BURST, Intake
from conversation.turn import RENEW_S, Turns
from conversation.types import LEASE_S, TURN, Received
from kernel import clock
from kernel.chat import CommandRouter
from kernel.db import Database
from tests.conversation.conftest import KeptJobs
from tests.conversation.stand_ins import Echo, answers, end, say
from tests.factories.people import Home

Hear = Callable[[str], Awaitable[Received]]


@pytest.fixture
def hear(db: Database, home: Home, jobs: KeptJobs) -> Hear:
    """Take in what the first fan says, in a process that answers, too."""
    jobs.places = True
    intake = Intake(db, CommandRouter())

    async def heard(text: str) -> Received:
        return await intake.take(home.creator_id, home.avatar.id, home.inbound(text, text))

    return heard


async def begun(db: Database, jobs: KeptJobs) -> Echo:
    """Run the turns that have begun; who answered in them."""
    echo = Echo()
    taken, jobs.begun = jobs.begun, []
    for task, arguments in taken:
        assert task == TURN
        await Turns(db, echo, CommandRouter()).run(**arguments)
    return echo


async def test_what_a_known_fan_says_is_taken_in_and_answered_once(
    db: Database, home: Home, jobs: KeptJobs, hear: Hear
) -> None:
    thread = await say(db, home, "hello")
    await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    received = await hear("why?")
    assert received.thread_id == thread
    assert not received.duplicate
    assert jobs.begun[0][1]["taken_up"].waiting.text == "why?"
    await begun(db, jobs)
    assert await answers(db, home, thread) == ["re: hello", "re: why?"]


async def test_the_first_words_of_somebody_new_are_taken_in(
    db: Database, home: Home, jobs: KeptJobs, hear: Hear
) -> None:
    received = await hear("hello")
    assert received.message_id
    [(task, arguments)] = jobs.deferred
    assert (task, arguments["thread_id"]) == (TURN, received.thread_id)


async def test_the_same_again_is_the_same_and_is_answered_if_nobody_has(
    db: Database, home: Home, jobs: KeptJobs, hear: Hear
) -> None:
    first = await hear("hello")
    again = await hear("hello")
    assert (again.message_id, again.duplicate) == (first.message_id, True)
    assert (await begun(db, jobs)).asked == ["hello"]
    assert (await hear("hello")).duplicate
    assert not jobs.begun
    assert await answers(db, home, first.thread_id) == ["re: hello"]


async def test_what_is_said_while_an_answer_is_made_is_left_to_who_makes_it(
    db: Database, home: Home, jobs: KeptJobs, hear: Hear
) -> None:
    await hear("hello")
    await hear("one")
    await hear("two")
    thread = (await hear("three")).thread_id
    assert [arguments["taken_up"].waiting.text for _, arguments in jobs.begun] == ["hello"]
    await begun(db, jobs)
    assert await answers(db, home, thread) == [f"re: {said}" for said in ("hello", "one", "two", "three")]


async def test_ten_at_once_are_each_answered_once(
    db: Database, home: Home, jobs: KeptJobs, hear: Hear
) -> None:
    thread = (await hear("hello")).thread_id
    await asyncio.gather(*(hear(f"number {each}") for each in range(10)))
    await begun(db, jobs)
    said = await answers(db, home, thread)
    assert sorted(said) == sorted(["re: hello", *(f"re: number {each}" for each in range(10))])


async def test_who_dies_after_taking_a_message_in_leaves_it_to_the_sweep(
    db: Database, home: Home, jobs: KeptJobs
) -> None:
    thread = await say(db, home, "hello")
    await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    jobs.places = True
    other = Database(db.dsn, jobs=jobs, pool_size=1)
    await Intake(other, CommandRouter()).take(home.creator_id, home.avatar.id, home.inbound("why?", "why?"))
    turns = Turns(db, Echo(), CommandRouter())
    assert await turns.take_up() == 0
    await end(other)
    assert await turns.take_up() == 1


async def test_a_turn_that_begins_when_its_lease_is_another_s_writes_nothing(
    db: Database, home: Home, jobs: KeptJobs, hear: Hear
) -> None:
    thread = await say(db, home, "hello")
    await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    await hear("why?")
    with clock.shifted(timedelta(seconds=LEASE_S + 1)):
        await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
        await begun(db, jobs)
    assert await answers(db, home, thread) == ["re: hello", "re: why?"]


async def test_a_turn_that_waited_for_its_place_looks_before_it_answers(
    db: Database, home: Home, jobs: KeptJobs, hear: Hear
) -> None:
    thread = await say(db, home, "hello")
    await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    await hear("why?")
    with clock.shifted(timedelta(seconds=RENEW_S + 1)):
        assert (await begun(db, jobs)).asked == ["why?"]
        await hear("how?")
    with clock.shifted(timedelta(seconds=RENEW_S + LEASE_S + 2)):
        await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
        assert (await begun(db, jobs)).asked == []
    assert await answers(db, home, thread) == ["re: hello", "re: why?", "re: how?"]


async def test_beyond_the_allowance_nothing_is_kept(
    db: Database, home: Home, jobs: KeptJobs, hear: Hear
) -> None:
    await hear("hello")
    for each in range(int(BURST) - 1):
        await hear(f"number {each}")
    with pytest.raises(TooManyMessages):
        await hear("one more")
    async with db.uow(home.creator_id) as uow:
        kept = await uow.fetch_one("SELECT count(*) AS n FROM message")
    assert kept.n == BURST
    # Who is in need is heard.
    assert (await hear("I want to kill myself")).message_id


async def test_what_cannot_be_read_is_refused(hear: Hear) -> None:
    await hear("hello")
    with pytest.raises(BadMessage):
        await hear("\u200b")
