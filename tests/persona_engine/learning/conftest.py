"""A creator's avatar that can be taught, with the bundled encoder, and fans who ask it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from app.services import Dsn
from app.wiring import wire
from community.types import Entitlements, NoEntitlements
from conversation import repository as conversations
from conversation import service as conversation
from kernel.db import Database, JobQueue
from kernel.events import EventTable
from memory.known_questions import KnownQuestion, KnownQuestions, SameQuestions
from memory.retrieval import Encoder
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Rule
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.respond import Persona
from persona_engine.service import learning
from tests.factories.people import Home, make_home
from tests.persona_engine.stand_ins import FOUND, Known


class NoJobs(JobQueue):
    """Takes jobs and forgets them."""

    async def defer(self, *_: object, **__: object) -> None:
        """Forget a job."""


@dataclass
class Recognising:
    """Knows questions again with an encoder, as a worker does."""

    encoder: Encoder | None
    built: int = 0

    def known_questions(
        self, known: Sequence[KnownQuestion], before: KnownQuestions | None = None
    ) -> KnownQuestions:
        """Build, and count."""
        self.built += 1
        return KnownQuestions(known, self.encoder, before)

    def same_questions(
        self, texts: Sequence[tuple[str, str]], before: SameQuestions | None = None
    ) -> SameQuestions:
        """Build, and count."""
        self.built += 1
        return SameQuestions(texts, self.encoder, before)


@dataclass
class School:
    """An avatar that is taught and asked."""

    db: Database
    home: Home
    memory: Recognising
    taught: learning.Taught
    entitlements: Entitlements

    @property
    def avatar(self) -> int:
        """The avatar's number."""
        return self.home.avatar.id

    async def teach(self, text: str, *questions: str) -> int:
        """Teach an answer."""
        async with self.db.uow(self.home.creator_id) as uow:
            asked = [learning.question(each) for each in questions]
            return await learning.teach(uow, self.avatar, text, asked, by="Robin")

    async def ask(self, text: str, *, rules: Sequence[Rule] = (), guard: Guard | None = None) -> Reply:
        """Ask the avatar, whose memory quotes the same sentence about candles whatever is asked."""
        persona = Persona(Known(FOUND), self.entitlements, guard, taught=self.taught)
        context = PersonaContext(self.home.avatar, None, Boundaries(tuple(rules)))
        asked = Asked(self.home.creator_id, self.avatar, 1, 1, 1, "Ana", text, "webchat")
        return await persona.respond(asked, context)

    async def heard(
        self, text: str, *, user: str = "ana", outcome: str = "declined", lang: str = "en"
    ) -> int:
        """A fan's message that was answered so."""
        async with self.db.uow(self.home.creator_id) as uow:
            inbound = self.home.inbound(text, text, user=user)
            received = await conversation.receive(uow, self.avatar, inbound)
            await conversations.finish_message(
                uow, received.message_id, lang=lang, outcome=outcome, confidence=None
            )
        return received.message_id


@pytest.fixture
async def school(dsn: Dsn, encoder: Encoder) -> AsyncIterator[School]:
    """An avatar that was taught nothing yet."""
    events = EventTable()
    wire(events)
    db = Database(dsn.app, jobs=NoJobs(), events=events, pool_size=5)
    memory = Recognising(encoder)
    home = await make_home(db, name="Ember")
    yield School(db, home, memory, learning.Taught(db, memory), NoEntitlements())
    await db.close()
