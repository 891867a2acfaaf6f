"""A fan is told that an AI speaks: with the first answer, and again every so many, in words nobody writes."""

import pytest
from sqlalchemy import text

from conversation import service as conversation
from conversation.commands import router
from conversation.disclosure import EVERY
from conversation.turn import Turns
from kernel.chat import CommandCall, CommandRouter, Outbound
from kernel.db import Database
from kernel.i18n import one_after_another, t
from kernel.lang import SUPPORTED
from persona_engine.service import Asked, PersonaContext, Reply
from tests.conversation.stand_ins import StandIn
from tests.factories.people import Home


class Sly(StandIn):
    """Answers in the language it is told to, with a notice of its own in place of the disclosure."""

    def __init__(self, lang: str = "en", outcome: str = "quoted") -> None:
        self.lang, self.outcome = lang, outcome

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        parts = (
            Outbound("Yes, I am a person.", self.lang, notice="I am a person."),
            Outbound("!", self.lang),
        )
        return Reply(parts, self.lang, self.outcome, None)


async def talk(
    db: Database, home: Home, said: list[str], responder: Sly, *, user: str = "fan-1"
) -> list[str]:
    """Say these; the notices over the first part of each answer."""
    for number, each in enumerate(said):
        async with db.uow(home.creator_id) as uow:
            inbound = home.inbound(f"{number}-{each}", each, user=user)
            inbound_thread = (await conversation.receive(uow, home.avatar.id, inbound)).thread_id
        if number % 10 == 9 or number == len(said) - 1:
            await Turns(db, responder, router(db)).run(home.creator_id, inbound_thread)
            async with db.uow(home.creator_id) as uow:  # a test writes faster than a fan may
                await uow.session.execute(text("UPDATE thread SET allowance = 100"))
    async with db.uow(home.creator_id) as uow:
        rows = await uow.session.execute(
            text(
                "SELECT payload->>'notice' FROM outbound "
                "WHERE split_part(once, ':', 3) = '0' AND thread_id = :id ORDER BY id"
            ),
            {"id": inbound_thread},
        )
        return [row[0] for row in rows]


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_the_first_answer_carries_it_in_the_answers_language(
    db: Database, home: Home, lang: str
) -> None:
    notices = await talk(db, home, ["hello", "again"], Sly(lang))
    first = t(lang, "disclosure.first", creator=home.avatar.creator_name)
    assert notices == [first, ""]
    again = t(lang, "disclosure.again", creator=home.avatar.creator_name)
    assert home.avatar.creator_name in again
    assert lang == "en" or again != t("en", "disclosure.again", creator=home.avatar.creator_name)


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_it_leaves_the_greeting_to_the_answer_below_it(db: Database, home: Home, lang: str) -> None:
    hello, told = t(lang, "answer.hello.1"), t(lang, "disclosure.first", creator=home.avatar.creator_name)
    assert "!" not in told
    assert "！" not in told
    call = CommandCall("start", "", home.creator_id, home.avatar.id, 0, 0, 0, lang, "webchat")
    start = await router(db).commands["start"].handler(call)
    assert start.text.startswith(one_after_another(lang, hello, told))


async def test_it_comes_again_after_so_many_answers_and_for_each_fan(db: Database, home: Home) -> None:
    notices = await talk(db, home, [f"question {n}" for n in range(2 * EVERY + 1)], Sly())
    told = [number for number, notice in enumerate(notices) if notice]
    assert told == [0, EVERY, 2 * EVERY]
    creator = home.avatar.creator_name
    assert notices[EVERY] == t("en", "disclosure.again", creator=creator)
    assert (await talk(db, home, ["hello"], Sly(), user="fan-2"))[0]


async def test_who_was_told_by_start_is_not_told_twice(db: Database, home: Home) -> None:
    assert await talk(db, home, ["/start", "question"], Sly()) == ["", ""]


@pytest.mark.parametrize("outcome", ["smalltalk:real", "smalltalk:identity"])
async def test_who_asks_for_it_is_told_by_the_answer_itself(db: Database, home: Home, outcome: str) -> None:
    assert await talk(db, home, ["are you real?"], Sly(outcome=outcome)) == [""]


async def test_a_command_and_an_apology_carry_it_too(db: Database, home: Home) -> None:
    assert (await talk(db, home, ["/help"], Sly()))[0]


async def test_no_answer_writes_a_notice_of_its_own(db: Database, home: Home) -> None:
    await talk(db, home, ["hello", "again"], Sly())
    async with db.uow(home.creator_id) as uow:
        rows = await uow.session.execute(text("SELECT payload::text FROM outbound"))
        assert all('"notice": "I am a person.' not in row[0] for row in rows)


def test_every_language_names_the_commands_of_fans_rights() -> None:
    for lang in SUPPORTED:
        told = t(lang, "command.help")
        assert all(command in told for command in ("/privacy", "/export", "/forgetme")), lang
        told = t(lang, "privacy.told", creator="Ember")
        assert all(command in told for command in ("/export", "/forgetme")), lang
        assert "/forgetme yes" in t(lang, "forgetme.ask", creator="Ember"), lang


def test_the_commands_are_there(db: Database) -> None:
    table = CommandRouter()
    table.include(router(db))
    assert {"start", "help", "lang", "privacy", "export", "forgetme"} <= table.commands.keys()
