"""A fan's message, through the turn and the database, to a model and back."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from bots import service as bots
from community import service as community
from community.types import AvatarInfo, NoEntitlements
from conversation import service as conversation
from conversation.turn import Turns
from kernel.chat import CommandRouter, Inbound
from kernel.db import Database
from memory.comparing import Comparing
from persona_engine.boundaries.guard import Guard
from persona_engine.respond import Persona
from persona_engine.wording.writer import Writer
from tests.conversation.conftest import KeptJobs
from tests.emulators.openai import scripts
from tests.emulators.openai.server import OpenAI
from tests.factories.people import set_mode
from tests.persona_engine.drafting.conftest import Studio
from tests.persona_engine.stand_ins import Known
from tests.persona_engine.wording.conftest import FOUND_TWO

GOOD = "The flame is yellow because specks of soot glow in it [1]."


class Chat:
    """A fan at the web chat of an avatar."""

    def __init__(self, studio: Studio, avatar: AvatarInfo, persona: Persona, connection: int) -> None:
        self._db: Database = studio.db
        self._creator, self._avatar, self._connection = studio.creator, avatar, connection
        self._turns = Turns(studio.db, persona, CommandRouter())
        self._said = 0

    async def ask(self, words: str, user: str = "ana") -> tuple[dict[str, Any], dict[str, Any]]:
        """What is sent back, and its trace's steps by name."""
        self._said += 1
        async with self._db.uow(self._creator) as uow:
            inbound = Inbound(
                self._connection, bots.WEBCHAT, f"{self._said}", user, user, words, user_name=user
            )
            received = await conversation.receive(uow, self._avatar.id, inbound)
        await self._turns.run(self._creator, received.thread_id)
        async with self._db.uow(self._creator) as uow:
            query = text(
                "SELECT payload, trace FROM outbound JOIN decision_trace USING (message_id) "
                "WHERE message_id = :id"
            )
            row = (await uow.session.execute(query, {"id": received.message_id})).one()
        return row.payload, {each["name"]: each for each in row.trace["steps"]}


@pytest.fixture
async def chat(studio: Studio, openai: OpenAI, guard: Guard, comparing: Comparing) -> Chat:
    """A fan's chat with an avatar whose model is connected."""
    studio.db.jobs = KeptJobs()
    await studio.connect(openai.url)
    openai.plays(scripts.says(GOOD))
    async with studio.db.uow(studio.creator) as uow:
        avatar = await community.create_avatar(uow, slug="ember", name="Ember", languages=["en"], live=True)
        connection = await bots.ensure_connection(uow, avatar.id, bots.WEBCHAT)
        await set_mode(uow, avatar.id)
    writer = Writer(studio.drafts, guard, comparing, studio.db)
    return Chat(studio, avatar, Persona(Known(FOUND_TWO), NoEntitlements(), guard, writer), connection)


async def test_a_fans_question_is_answered_in_a_models_words_with_its_trace_kept(chat: Chat) -> None:
    sent, steps = await chat.ask("Why is the flame yellow?")
    assert sent["text"] == GOOD.replace(" [1]", "")
    assert [each["passage_id"] for each in sent["citations"]] == [7]
    assert steps["draft"]["data"]["tokens_in"] == 20
    assert steps["answer"]["decision"] == "drafted"


async def test_the_next_question_brings_the_conversation_along_and_another_fans_doesnt(
    chat: Chat, openai: OpenAI
) -> None:
    await chat.ask("Why is the flame yellow?")
    await chat.ask("And why is it so hot, that soot of mine?")
    await chat.ask("What glows in a candle?", user="zebulonia")
    _, second, third = (json.dumps(each.body) for each in openai.requests)
    assert "Fan: Why is the flame yellow?" in second
    assert "soot of mine" not in third
    assert "ana" not in third


async def test_who_asks_the_same_first_question_is_answered_without_a_model(
    chat: Chat, openai: OpenAI
) -> None:
    first, _ = await chat.ask("Why is the flame yellow?")
    second, steps = await chat.ask("why is the flame yellow", user="zebulonia")
    assert second["text"] == first["text"]
    assert steps["draft"]["decision"] == "kept"
    assert len(openai.requests) == 1


async def test_a_model_that_is_switched_off_is_asked_no_more(
    chat: Chat, studio: Studio, openai: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("persona_engine.respond._CONTEXT_S", 0.0)
    async with studio.db.uow(studio.creator) as uow:
        await uow.fetch('UPDATE model_connection SET "on" = false')
    sent, steps = await chat.ask("Why is the flame yellow?")
    assert "specks of soot." in sent["text"]
    assert "draft" not in steps
    assert not openai.requests
