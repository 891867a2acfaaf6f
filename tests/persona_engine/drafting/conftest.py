"""What the tests of drafting share: the scripted server, a creator, and the product's own client for it."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from bots import service as bots
from community import service as community
from conversation.models import Thread
from kernel.crypto import SecretBox
from kernel.db import Database, utcnow
from persona_engine import service as persona
from persona_engine.types import COMPATIBLE, ConnectionForm, Line, ModelConnection
from tests.emulators.openai.scripts import obedient
from tests.emulators.openai.server import OpenAI

ASKED = (Line("system", "Be brief."), Line("user", "Why is the flame yellow?"))
BOX = SecretBox(base64.urlsafe_b64decode("A" * 43 + "="))


@pytest.fixture(scope="session", autouse=True)
def loaded() -> None:
    """LangChain, imported once, so that no test's deadline pays for it."""
    persona.load_models()


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    """A model that obeys, until a test has it play something else."""
    server = OpenAI([obedient])
    yield server
    server.close()


@dataclass
class Studio:
    """A creator with a database, and the product's client for its models."""

    db: Database
    creator: int
    drafts: persona.Drafts

    async def connect(self, url: str, **details: Any) -> ModelConnection:
        """Connect a model, as the page does."""
        async with self.db.uow(self.creator) as uow:
            return await persona.models.add(uow, form(url, **details), BOX, private=True)

    async def calls(self) -> list[Any]:
        """Every call that was recorded, oldest first."""
        async with self.db.uow(self.creator) as uow:
            return await uow.fetch("SELECT * FROM model_call ORDER BY id")

    async def fan(self, name: str = "Ada") -> int:
        """A new fan."""
        async with self.db.uow(self.creator) as uow:
            row = await uow.fetch_one(
                "INSERT INTO fan (creator_id, created_at, name)"
                " VALUES (%(id)s, now(), %(name)s) RETURNING id",
                {"id": self.creator, "name": name},
            )
            return int(row.id)

    async def thread(self, fan: int) -> int:
        """A fan's thread with an avatar of this creator's."""
        async with self.db.uow(self.creator) as uow:
            avatar = await community.create_avatar(uow, slug="ember", name="Ember", languages=["en"])
            connection = await bots.ensure_connection(uow, avatar.id, bots.WEBCHAT)
            row = Thread(
                creator_id=self.creator, avatar_id=avatar.id, connection_id=connection, fan_id=fan,
                platform=bots.WEBCHAT, chat_id="1", allowance_at=utcnow(), last_at=utcnow(),
            )  # fmt: skip
            uow.session.add(row)
            await uow.session.flush()
            return row.key


def form(url: str, **details: Any) -> ConnectionForm:
    """A connection as somebody writes it: free of charge unless said."""
    usual: dict[str, Any] = {
        "name": "A model", "provider": COMPATIBLE, "model": "small", "key": "sk-test", "price_in": Decimal(0),
        "price_out": Decimal(0), "timeout_s": 10,
    }  # fmt: skip
    return ConnectionForm(url=url, **(usual | details))


NewStudio = Callable[[str], Awaitable[Studio]]


@pytest.fixture
async def founded(database: Database) -> AsyncIterator[NewStudio]:
    """Makes creators."""
    made: list[Studio] = []

    async def found(name: str) -> Studio:
        async with database.system_uow() as uow:
            creator = await community.create_creator(uow, name)
        made.append(Studio(database, creator, persona.Drafts(database, BOX, private=True)))
        return made[-1]

    yield found
    for each in made:
        await each.drafts.close()


@pytest.fixture
async def studio(founded: NewStudio) -> Studio:
    """A creator."""
    return await founded("Ember")
