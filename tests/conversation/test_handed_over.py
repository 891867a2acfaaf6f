"""A thread that was handed over: the avatar is silent, a person answers, and gives it back."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from community.types import NoEntitlements, Role, StaffInfo
from conversation import approvals, autonomy, history_repository, takeover
from conversation.autonomy import Mode
from conversation.errors import AlreadyDecided
from conversation.turn import Turns
from kernel.db import Database, UnitOfWork
from kernel.i18n import PAGE_LANGS
from persona_engine.respond import Persona
from persona_engine.service import Asked, PersonaContext, Reply, quoted_for, told, trace_of
from tests.conversation.stand_ins import (
    BECAUSE,
    Avatar,
    answer,
    commands,
    left_to_a_person,
    mode,
    outbounds,
    outcomes,
    say,
    send,
    sent,
    waiting,
)
from tests.factories.people import Home
from tests.persona_engine.stand_ins import FOUND, Known

ROBIN = StaffInfo(1, "Robin", Role.MODERATOR)


async def reply(db: Database, home: Home, thread: int, text: str, *, token: str = "a", seen: int = 0) -> None:
    async with db.uow(home.creator_id) as uow:
        await approvals.answer(uow, home.avatar.id, thread, text, token=token, seen=seen, who=ROBIN)


async def left(db: Database, home: Home) -> Any:
    async with db.uow(home.creator_id) as uow:
        return await approvals.handed_over(uow, home.avatar.id)


async def test_where_a_person_takes_over_the_avatar_is_silent_but_for_help(db: Database, home: Home) -> None:
    await answer(db, home, "handover:x - somebody will see", "quoted - one", "crisis - help", "/ping")
    assert await sent(db, home) == [left_to_a_person("somebody will see"), "help", "pong"]
    assert await outcomes(db, home) == ["handover:x", "to_person", "crisis", "command:ping"]
    await answer(db, home, "quoted - another's", user="fan-2")
    assert (await sent(db, home))[-1] == "another's"


async def test_no_model_is_asked_where_a_person_answers(db: Database, home: Home) -> None:
    asked: list[str] = []

    class Worded(Avatar):
        async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
            return replace(await super().context(uow, avatar_id), models="1")

        async def respond(self, asked_: Asked, context: PersonaContext) -> Reply:
            asked.append(context.models)
            return await super().respond(asked_, context)

    thread = await say(db, home, "handover:x - somebody will see", "quoted - one")
    await Turns(db, Worded(), commands()).run(home.creator_id, thread)
    assert asked == ["1", ""]


@pytest.mark.parametrize("text", ["hello", "Why is the flame yellow?"])
async def test_the_trace_of_what_was_left_unsaid_tells_that_a_person_answers(
    db: Database, home: Home, text: str
) -> None:
    await answer(db, home, "handover:x - somebody will see")
    thread = await say(db, home, text)
    await Turns(db, Persona(Known(FOUND), NoEntitlements()), commands()).run(home.creator_id, thread)
    async with db.uow(home.creator_id) as uow:
        (message,) = await uow.fetch("SELECT id FROM message WHERE text = %(text)s", {"text": text})
        kept = await trace_of(uow, message.id)
        assert await quoted_for(uow, message.id) is None, "nobody asks for more of what they never read"
    assert kept.outcome == "to_person"
    assert [step.decision for step in kept.trace.steps if step.name == "answer"] == ["unsaid"]
    reasons = {lang: told(kept.trace.steps[-1], lang).reason for lang in PAGE_LANGS}
    assert reasons["en"] == "a person is answering this conversation"
    assert len(set(reasons.values())) == len(PAGE_LANGS)


async def test_what_was_only_promised_is_no_answer_that_a_model_hears(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    thread = await answer(db, home, "quoted - one", "quoted - two")
    await send(db, home, (await waiting(db, home))[0].id)
    async with db.uow(home.creator_id) as uow:
        heard = await history_repository.turns_before(uow, thread, 1 << 40, 9)
    assert [row.answer for row in heard] == [f"{BECAUSE}one.", None]


async def test_a_person_answers_and_gives_the_thread_back(db: Database, home: Home) -> None:
    thread = await answer(db, home, "handover:x - somebody will see", "quoted - one")
    (found,) = await left(db, home)
    assert (found.id, found.unanswered, [line.author for line in found.lines]) == (
        thread, True, ["fan", "fan", "avatar"]
    )  # fmt: skip
    async with db.uow(home.creator_id) as uow:
        assert (await autonomy.signs(uow))[home.avatar.id].waiting == 1
    await reply(db, home, thread, "I'm here.")
    await reply(db, home, thread, "I'm here.")
    last = (await outbounds(db, home))[-1].payload
    assert (last["text"], last["by"]) == ("I'm here.", "person")
    assert "not the AI" in last["notice"]
    assert len(await outbounds(db, home)) == 2, "the same form twice is one answer"
    (found,) = await left(db, home)
    assert not found.unanswered
    async with db.uow(home.creator_id) as uow:
        assert (await autonomy.signs(uow))[home.avatar.id].waiting == 0
        await takeover.release(uow, home.avatar.id, thread, ROBIN)
    assert await left(db, home) == ()
    await answer(db, home, "quoted - it is yellow")
    assert (await sent(db, home))[-1] == "it is yellow"
    with pytest.raises(AlreadyDecided):
        await reply(db, home, thread, "Too late.", token="b", seen=found.seen)


async def test_of_two_persons_the_second_sees_that_the_first_has_answered(db: Database, home: Home) -> None:
    thread = await answer(db, home, "handover:x - somebody will see")
    ended = await asyncio.gather(
        reply(db, home, thread, "Mine.", token="a"), reply(db, home, thread, "Mine!", token="b"),
        return_exceptions=True,
    )  # fmt: skip
    assert sorted(type(each).__name__ for each in ended) == ["AlreadyDecided", "NoneType"]
    (found,) = await left(db, home)
    await reply(db, home, thread, "And this.", token="c", seen=found.seen)
