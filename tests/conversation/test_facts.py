"""What fans tell of themselves: kept once, in their own thread, for a time, at most a kilobyte."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conversation import facts_repository
from conversation import service as conversation
from conversation.turn import Turns
from kernel import clock
from kernel.chat import CommandRouter, Outbound
from kernel.db import Database, UnitOfWork
from persona_engine.facts import KEPT_FOR, MOST_BYTES, hear
from persona_engine.service import Asked, Fact, Kind, PersonaContext, Reply
from tests.conversation.stand_ins import StandIn, outbounds, say
from tests.factories.people import Home, make_home
from tests.support.deaths import Died, dying_after

MIA = Fact(Kind.NAME, "Mia")
YEAR, PASTIME = KEPT_FOR[Kind.NAME], KEPT_FOR[Kind.LIKES]


class Hearing(StandIn):
    """Hears what is told, and notes what it is given."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        self.asked.append(asked)
        heard = hear(asked.text, prefer=("en",))
        told = heard.told if heard else ()
        forgotten = heard.forgotten if heard else frozenset()
        said = (Outbound("Well.", "en"),)
        return Reply(said, "en", "smalltalk:told", None, told=told, forgotten=forgotten)


async def tell(db: Database, home: Home, *texts: str, user: str = "fan-1") -> Asked:
    """Say these, and have them answered; what the last answer was given."""
    responder = Hearing()
    thread = await say(db, home, *texts, user=user)
    await Turns(db, responder, CommandRouter()).run(home.creator_id, thread)
    return responder.asked[-1]


async def kept(db: Database, home: Home) -> list[Any]:
    async with db.uow(home.creator_id) as uow:
        return await uow.fetch("SELECT * FROM fact ORDER BY id")


async def remember(db: Database, home: Home, thread: int, *told: Fact) -> None:
    async with db.uow(home.creator_id) as uow:
        await facts_repository.remember(uow, thread, told, ())


async def test_what_was_told_is_known_from_the_next_message_on(db: Database, home: Home) -> None:
    asked = await tell(db, home, "My name is Mia", "I make candles too", "Why?")
    assert asked.facts == (MIA, Fact(Kind.MAKES, "candles"))


async def test_it_is_known_in_that_thread_only(db: Database, home: Home) -> None:
    other = await make_home(db)
    await tell(db, home, "My name is Mia")
    assert (await tell(db, home, "Who am I?", user="fan-2")).facts == ()
    assert (await tell(db, other, "Who am I?")).facts == ()
    assert await kept(db, other) == []


async def test_another_name_takes_the_place_of_the_first(db: Database, home: Home) -> None:
    asked = await tell(db, home, "My name is Mia", "Call me Max", "I love tea", "I love Tea", "So?")
    assert asked.facts == (Fact(Kind.NAME, "Max"), Fact(Kind.LIKES, "Tea"))


async def test_what_is_taken_back_is_deleted(db: Database, home: Home) -> None:
    await tell(db, home, "My name is Mia", "I'm from Spain", "forget my name")
    assert [row.kind for row in await kept(db, home)] == ["from"]
    await tell(db, home, "Forget everything I told you")
    assert await kept(db, home) == []


class Remembering(Hearing):
    """Has models, and so is given the thread's last turns."""

    async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
        return replace(await super().context(uow, avatar_id), models="1")

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        reply = await super().respond(asked, context)
        return replace(reply, outcome="smalltalk:forgotten") if reply.forgotten else reply


async def test_no_model_hears_again_of_what_was_said_before_it_was_taken_back(
    db: Database, home: Home
) -> None:
    responder = Remembering()
    said = ("My name is Mia", "Why?", "Forget my name", "And then?", "So?")
    await Turns(db, responder, CommandRouter()).run(home.creator_id, await say(db, home, *said))
    heard = [[turn.asked for turn in asked.history] for asked in responder.asked]
    assert heard[2] == ["My name is Mia", "Why?"]
    assert heard[3:] == [[], ["And then?"]]


async def test_a_turn_that_runs_twice_and_a_message_that_comes_twice_tell_once(
    db: Database, home: Home
) -> None:
    turns = Turns(db, Hearing(), CommandRouter())
    thread = await say(db, home, "My name is Mia")
    assert await say(db, home, "My name is Mia") == thread
    await asyncio.gather(*(turns.run(home.creator_id, thread) for _ in range(4)))
    assert [(row.kind, row.text) for row in await kept(db, home)] == [("name", "Mia")]
    assert len(await outbounds(db, home)) == 1


async def test_what_comes_again_doesnt_undo_what_came_later(db: Database, home: Home) -> None:
    await tell(db, home, "My name is Mia", "forget my name")
    await say(db, home, "My name is Mia")
    assert (await tell(db, home, "Who am I?")).facts == ()


@pytest.mark.parametrize("line", range(12))
async def test_a_death_between_any_two_lines_keeps_it_with_its_answer_or_not_at_all(
    db: Database, home: Home, line: int
) -> None:
    thread = await say(db, home, "My name is Mia")
    with dying_after(line, "fetch_one", "send"):
        try:
            await Turns(db, Hearing(), CommandRouter()).run(home.creator_id, thread)
        except Died:
            assert await kept(db, home) == []
            assert await outbounds(db, home) == []
    with clock.shifted(timedelta(minutes=1)):
        await Turns(db, Hearing(), CommandRouter()).run(home.creator_id, thread)
    assert len(await kept(db, home)) == len(await outbounds(db, home)) == 1


async def test_each_kind_is_kept_for_its_time_and_told_again_it_is_kept_anew(
    db: Database, home: Home
) -> None:
    await tell(db, home, "My name is Mia", "I love tea", "I'm from Spain")
    with clock.shifted(PASTIME - timedelta(hours=1)):
        asked = await tell(db, home, "I love tea again", "I love tea")
        assert len(asked.facts) == 3
    with clock.shifted(PASTIME + timedelta(hours=1)):
        assert set((await tell(db, home, "Later")).facts) == {MIA, Fact(Kind.LIKES, "tea")}
    with clock.shifted(YEAR + timedelta(hours=1)):
        assert (await tell(db, home, "Much later")).facts == ()


async def test_what_has_expired_is_deleted_by_whoever_sweeps(db: Database, home: Home) -> None:
    await tell(db, home, "My name is Mia", "I love tea")
    with clock.shifted(PASTIME + timedelta(hours=1)):
        await Turns(db, Hearing(), CommandRouter()).sweep()
    assert [row.kind for row in await kept(db, home)] == ["name"]


async def test_a_thread_keeps_a_kilobyte_and_the_oldest_goes(db: Database, home: Home) -> None:
    thread = await say(db, home, "Hello")
    await remember(db, home, thread, MIA)
    for number in range(60):
        with clock.shifted(timedelta(minutes=number + 1)):
            await remember(db, home, thread, Fact(Kind.LIKES, f"蜡烛 number {number}"))
    rows = await kept(db, home)
    size = sum(len(f"{row.kind}: {row.text}".encode()) for row in rows)
    assert MOST_BYTES - 60 < size <= MOST_BYTES
    assert [row.text for row in rows][-1] == "蜡烛 number 59"
    assert MIA.text not in [row.text for row in rows]


async def test_nothing_is_kept_in_a_group(db: Database, home: Home) -> None:
    inbound = replace(home.inbound("one", "My name is Mia"), chat_id="a-group")
    async with db.uow(home.creator_id) as uow:
        received = await conversation.receive(uow, home.avatar.id, inbound)
    await Turns(db, Hearing(), CommandRouter()).run(home.creator_id, received.thread_id)
    assert await kept(db, home) == []


async def test_a_conversation_opens_after_hours_of_silence(db: Database, home: Home) -> None:
    responder = Hearing()
    turns = Turns(db, responder, CommandRouter())
    await turns.run(home.creator_id, await say(db, home, "Hi", "Hi there"))
    with clock.shifted(timedelta(hours=7)):
        await turns.run(home.creator_id, await say(db, home, "Good day"))
    assert [asked.opens for asked in responder.asked] == [True, False, True]
