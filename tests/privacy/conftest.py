"""A whole house on a real database and folder, whose turns, sends and erasures a test runs itself."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from app.container import Container, Roles
from app.services import Dsn
from community import service as community
from conversation import service as conversation
from kernel import clock
from kernel.chat import Outbound
from kernel.db import UnitOfWork
from kernel.settings import Settings
from persona_engine.service import Asked, PersonaContext, Reply
from persona_engine.types import Step, Trace
from tests.factories.people import Home, make_home

LATER = timedelta(seconds=45)


class Parrot:
    """Answers with what was asked, and leaves it in the trace."""

    async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
        """The avatar alone."""
        return PersonaContext(await community.get_avatar(uow, avatar_id), None)

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        """What was asked."""
        trace = Trace((Step("answer", "quoted", "quoted", 1.0, {"asked": asked.text}),))
        return Reply((Outbound(f"re: {asked.text}", "en"),), "en", "quoted", trace, learned_language=True)


@dataclass
class House:
    """The container, and what its workers would do."""

    container: Container
    data: Path

    async def say(self, home: Home, user: str, text: str, *, update: str = "") -> conversation.Received:
        """Take a fan's message in."""
        inbound = home.inbound(update or f"{random.random()}", text, user=user)
        async with self.container.db.uow(home.creator_id) as uow:
            return await conversation.receive(uow, home.avatar.id, inbound)

    async def answer(self, home: Home, received: conversation.Received) -> None:
        """Run the thread's turn, and send."""
        await self.container.turns.run(home.creator_id, received.thread_id)
        await self.container.holder.tick()
        while await self.container.pump.once():
            pass

    async def talk(self, home: Home, user: str, *texts: str) -> conversation.Received:
        """Say these, one answered after the other."""
        for each in texts:
            received = await self.say(home, user, each)
            await self.answer(home, received)
        return received

    async def forget(self) -> None:
        """Do the erasures that are asked for, once their last word has been read."""
        with clock.shifted(LATER):
            await self.container.erasures.sweep()


@pytest.fixture
async def house(dsn: Dsn, tmp_path: Path) -> AsyncIterator[House]:
    """The house."""
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    container = Container(settings, dsn.app, roles=Roles(web=False))
    container.responder = Parrot()
    await container.open()
    yield House(container, tmp_path / "data")
    await container.close()


@pytest.fixture
async def home(house: House) -> Home:
    """An avatar."""
    return await make_home(house.container.db)


@pytest.fixture
async def other(house: House) -> Home:
    """Another creator's."""
    return await make_home(house.container.db)
