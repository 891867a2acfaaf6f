"""The turn: one answer to each message, in order, whatever runs twice, dies or comes late."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from conversation import leases_repository
from conversation.turn import Turns
from conversation.types import LEASE_S
from kernel import clock
from kernel.chat import CommandCall, CommandRouter, Outbound
from kernel.db import Database, UnitOfWork
from persona_engine.types import Asked, PersonaContext, Quoted, Reply, Step, Trace, Turn
from tests.conversation.stand_ins import Echo, StandIn, answers, end, say
from tests.factories.people import Home


async def test_messages_are_answered_in_the_order_they_came(db: Database, home: Home) -> None:
    thread = await say(db, home, "one", "two", "three")
    await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    assert await answers(db, home, thread) == ["re: one", "re: two", "re: three"]


class Recalling(Echo):
    """Has models, and notes the turns that it is given."""

    async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
        return replace(await super().context(uow, avatar_id), models="1")

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        self.history = asked.history
        return await super().respond(asked, context)


async def test_a_model_hears_what_was_said_just_before_in_this_thread_only(db: Database, home: Home) -> None:
    responder = Recalling()
    turns = Turns(db, responder, CommandRouter())
    await turns.run(home.creator_id, await say(db, home, "from another", user="fan-2"))
    await turns.run(home.creator_id, await say(db, home, "one", "two", "three"))
    assert responder.history == (Turn("one", "re: one"), Turn("two", "re: two"))


async def test_what_a_model_hears_of_a_thread_is_bounded(db: Database, home: Home) -> None:
    responder = Recalling()
    turns = Turns(db, responder, CommandRouter())
    await turns.run(home.creator_id, await say(db, home, *(f"{n}" for n in range(12))))
    assert [turn.asked for turn in responder.history] == [f"{n}" for n in range(3, 11)]
    await turns.run(home.creator_id, await say(db, home, "a" * 900, "b" * 200, "c", user="fan-2"))
    assert [turn.asked for turn in responder.history] == ["b" * 200]


class Declining(Echo):
    """Answers with an outcome, and notes how often nothing has answered before."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        self.asked.append(f"{asked.text}: {asked.declined}")
        return Reply((Outbound("Well.", "en"),), "en", asked.text, None)


async def test_how_often_nothing_answered_is_counted_in_the_thread_from_the_last_answer_on(
    db: Database, home: Home
) -> None:
    responder = Declining()
    turns = Turns(db, responder, CommandRouter())
    said = [
        "declined",
        "quoted",
        "declined",
        "smalltalk:thanks",
        "declined",
        "declined",
        "quoted",
        "declined",
    ]
    await turns.run(home.creator_id, await say(db, home, *said))
    assert [line[-1] for line in responder.asked] == ["0", "1", "0", "1", "1", "2", "3", "0"]
    await turns.run(home.creator_id, await say(db, home, "declined", user="fan-2"))
    assert responder.asked[-1] == "declined: 0"


class Quoting(StandIn):
    """Quotes a passage for a question, and notes what it is told to go on with."""

    def __init__(self) -> None:
        self.quoted: list[Quoted | None] = []

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        self.quoted.append(asked.quoted)
        outcome = {"thanks": "smalltalk:thanks", "coins": "declined"}.get(asked.text, "quoted")
        data = {"passage": len(self.quoted), "quote": asked.text}
        step = Step("answer", outcome, outcome, 0.0, data if outcome == "quoted" else {})
        return Reply((Outbound("…", "en"),), "en", outcome, Trace((step,)))


async def test_who_asks_to_go_on_is_answered_from_what_the_thread_quoted_last(
    db: Database, home: Home
) -> None:
    responder = Quoting()
    turns = Turns(db, responder, CommandRouter())
    await turns.run(home.creator_id, await say(db, home, "another's", user="fan-2"))
    await turns.run(
        home.creator_id, await say(db, home, "why?", "wax", "thanks", "go on", "more", "coins", "why")
    )
    assert responder.quoted == [
        None, None, None, None, Quoted(3, "wax", "wax"), Quoted(5, "go on", "go on"), None, None
    ]  # fmt: skip


async def test_turns_that_run_at_once_answer_once(db: Database, home: Home) -> None:
    thread = await say(db, home, "one", "two")
    echo = Echo(delay=0.05)
    turns = [Turns(db, echo, CommandRouter()) for _ in range(4)]
    await asyncio.gather(*(turn.run(home.creator_id, thread) for turn in turns))
    assert await answers(db, home, thread) == ["re: one", "re: two"]
    assert echo.asked == ["one", "two"]


async def test_a_message_that_comes_during_the_answer_is_not_forgotten(db: Database, home: Home) -> None:
    thread = await say(db, home, "one")
    running = asyncio.create_task(Turns(db, Echo(delay=0.2), CommandRouter()).run(home.creator_id, thread))
    await asyncio.sleep(0.05)
    await say(db, home, "two")
    # Its own job finds the lease taken and goes away: the holder must take it.
    await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    await running
    assert await answers(db, home, thread) == ["re: one", "re: two"]


async def test_a_holder_that_is_silent_is_replaced_after_its_lease(db: Database, home: Home) -> None:
    thread = await say(db, home, "one")
    async with db.uow(home.creator_id) as uow:
        await uow.fetch(*leases_repository.claim(thread, f"{db.name}/silent", LEASE_S))
    turns = Turns(db, Echo(), CommandRouter())
    await turns.run(home.creator_id, thread)
    assert await answers(db, home, thread) == []
    assert await turns.sweep() == 0
    with clock.shifted(timedelta(seconds=LEASE_S + 1)):
        assert await turns.sweep() == 1
        assert await turns.sweep() == 0
        await turns.run(home.creator_id, thread)
    assert await answers(db, home, thread) == ["re: one"]


async def test_a_holder_whose_process_is_gone_is_replaced_at_once(db: Database, home: Home) -> None:
    thread = await say(db, home, "one")
    async with db.uow(home.creator_id) as uow:
        await uow.fetch(*leases_repository.claim(thread, "of no session/dead", LEASE_S))
    turns = Turns(db, Echo(), CommandRouter())
    assert await turns.sweep() == 1
    assert await turns.sweep() == 0
    await turns.run(home.creator_id, thread)
    assert await answers(db, home, thread) == ["re: one"]


async def test_who_starts_takes_up_what_was_just_said_but_nothing_that_another_process_is_at(
    db: Database, home: Home
) -> None:
    thread = await say(db, home, "one")
    other = Database(db.dsn)
    turns = Turns(db, Echo(), CommandRouter())
    async with other.uow(home.creator_id) as uow:
        await uow.fetch(*leases_repository.claim(thread, f"{other.name}/at it", LEASE_S))
    assert await turns.take_up() == 0
    await end(other)
    assert await turns.take_up() == 1


async def test_a_holder_that_was_thought_dead_writes_nothing(db: Database, home: Home) -> None:
    thread = await say(db, home, "one")
    slow = asyncio.create_task(Turns(db, Echo(delay=0.3), CommandRouter()).run(home.creator_id, thread))
    await asyncio.sleep(0.1)
    with clock.shifted(timedelta(seconds=LEASE_S + 1)):
        await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    await slow
    assert await answers(db, home, thread) == ["re: one"]


async def test_an_answer_that_fails_becomes_an_apology_never_silence(db: Database, home: Home) -> None:
    thread = await say(db, home, "one", "two")
    await Turns(db, Echo(fails=1), CommandRouter()).run(home.creator_id, thread)
    first, second = await answers(db, home, thread)
    assert "re:" not in first
    assert second == "re: two"


async def test_a_database_that_goes_away_during_an_answer_costs_nobody_the_answer(
    db: Database, home: Home
) -> None:
    thread = await say(db, home, "one")
    away = Echo(raises=OperationalError("SELECT 1", {}, Exception("the server closed the connection")))
    turns = Turns(db, away, CommandRouter())
    with pytest.raises(OperationalError):
        await turns.run(home.creator_id, thread)
    assert await answers(db, home, thread) == []
    with clock.shifted(timedelta(seconds=LEASE_S + 1)):
        assert await turns.sweep() == 1
        await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    assert await answers(db, home, thread) == ["re: one"]


async def test_a_command_goes_to_its_router_and_an_unknown_one_is_a_message(db: Database, home: Home) -> None:
    calls: list[CommandCall] = []

    async def shout(call: CommandCall) -> Outbound:
        calls.append(call)
        return Outbound(call.argument.upper(), call.lang)

    commands = CommandRouter()
    commands.add("shout", shout)
    thread = await say(db, home, "/shout hello there", "/nothing at all")
    await Turns(db, Echo(), commands).run(home.creator_id, thread)
    assert await answers(db, home, thread) == ["HELLO THERE", "re: /nothing at all"]
    assert calls[0].fan_id > 0


async def test_the_fans_language_is_remembered_once_a_message_showed_it(db: Database, home: Home) -> None:
    thread = await say(db, home, "one")
    await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    await say(db, home, "two")
    async with db.uow(home.creator_id) as uow:
        await uow.fetch(*leases_repository.claim(thread, "ours", LEASE_S))
        [waiting] = await uow.fetch(*leases_repository.next_message(thread, "ours", LEASE_S, []))
    assert waiting.last_language == "en"


@pytest.mark.parametrize("times", [2])
async def test_a_job_that_runs_again_after_the_answer_changes_nothing(
    db: Database, home: Home, times: int
) -> None:
    thread = await say(db, home, "one")
    for _ in range(times):
        await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    assert await answers(db, home, thread) == ["re: one"]


class Answering(Quoting):
    """Quotes, as it does; and notes which exchange it is told that a message may lean on."""

    def __init__(self) -> None:
        super().__init__()
        self.earlier: list[tuple[str, str] | None] = []

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        before = await asked.earlier() if asked.earlier else None
        self.earlier.append((before.question, before.answer) if before else None)
        return await super().respond(asked, context)


async def test_what_may_lean_comes_with_the_exchange_just_before_if_that_was_answered(
    db: Database, home: Home
) -> None:
    responder = Answering()
    turns = Turns(db, responder, CommandRouter())
    said = ("wax", "and when was it made?", "thanks", "how much is it?", "coins", "how much is it?")
    await turns.run(home.creator_id, await say(db, home, *said))
    assert responder.earlier[1] == ("wax", "wax")
    assert responder.earlier[3] == ("and when was it made?",) * 2
    assert responder.earlier[5] is None, "a new topic that nothing answered is what it leans on"
    await turns.run(home.creator_id, await say(db, home, "how much is it?", user="fan-2"))
    assert responder.earlier[6] is None, "another's thread"


async def test_what_was_answered_long_ago_is_not_leaned_on(db: Database, home: Home) -> None:
    responder = Answering()
    turns = Turns(db, responder, CommandRouter())
    await turns.run(home.creator_id, await say(db, home, "wax"))
    async with db.system_uow() as uow:
        await uow.send("UPDATE message SET created_at = created_at - interval '11 minutes'")
    await turns.run(home.creator_id, await say(db, home, "how much is it?"))
    assert responder.earlier == [None, None]
