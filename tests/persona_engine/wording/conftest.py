"""What the tests of wording share: an avatar whose model is the scripted server, over the wire."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from community.types import NoEntitlements
from kernel.lang import SUPPORTED
from memory.comparing import Comparing
from memory.retrieval import Encoder
from memory.types import Recalled, RecalledPassage
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.judge import Judge
from persona_engine.boundaries.rules import Boundaries, defaults
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.respond import Persona
from persona_engine.wording.writer import Writer
from tests.emulators.openai.server import OpenAI
from tests.persona_engine.drafting.conftest import Studio, founded, loaded, openai, studio
from tests.persona_engine.stand_ins import AVATAR, FOUND, PASSAGE, Known, Matching

__all__ = ["founded", "loaded", "openai", "studio"]

SECOND = replace(
    PASSAGE,
    id=8,
    title="Caring for a wick",
    text=(
        "Trim the wick to five millimetres before each burn. My shop is at https://shop.example/wicks, and "
        "you can write to me as @emberlight. A tin of 200 g costs $12."
    ),
)
FOUND_TWO = replace(FOUND, passages=(FOUND.passages[0], RecalledPassage(SECOND, 0.6, 0.5, None)), indexed=2)
QUESTION = "Why is the flame yellow?"


@pytest.fixture(scope="session")
def comparing(encoder: Encoder) -> Comparing:
    """What compares texts."""
    return Matching(encoder)


@pytest.fixture(scope="session")
def guard(comparing: Comparing) -> Guard:
    """The guard."""
    return Guard(comparing)


@dataclass
class Stage:
    """An avatar in all languages, its model the scripted server."""

    studio: Studio
    openai: OpenAI
    guard: Guard
    comparing: Comparing
    found: Recalled = FOUND_TWO
    context: PersonaContext = field(
        default_factory=lambda: PersonaContext(
            replace(AVATAR, languages=SUPPORTED), None, defaults(), models="1"
        )
    )

    judge: Judge = field(init=False)
    details: dict[str, Any] = field(default_factory=lambda: {"fan_id": 0, "thread_id": 0})
    keeps: bool = False

    def __post_init__(self) -> None:
        """The judge asks the same models."""
        self.judge = Judge(self.studio.drafts)

    async def ask(self, text: str = QUESTION, **details: Any) -> Reply:
        """What a fan gets."""
        asked = Asked(self.studio.creator, 1, 1, 1, 0, "Ana", text, "webchat")
        asked = replace(asked, **(self.details | details))
        db = self.studio.db if self.keeps else None
        writer = Writer(self.studio.drafts, self.guard, self.comparing, db)
        persona = Persona(Known(self.found), NoEntitlements(), self.guard, writer, judge=self.judge)
        return await persona.respond(asked, self.context)

    def rules(self, *rules: Any) -> None:
        """Have these boundaries only."""
        self.context = replace(self.context, boundaries=Boundaries(rules), version=hash(rules))

    def set(self, **details: Any) -> None:
        """Alter the context."""
        self.context = replace(self.context, **details)

    def finds(self, *passages: RecalledPassage) -> None:
        """Find these passages only."""
        self.found = replace(self.found, passages=passages)


@pytest.fixture
async def stage(studio: Studio, openai: OpenAI, guard: Guard, comparing: Comparing) -> Stage:
    """An avatar whose model is connected."""
    await studio.connect(openai.url)
    return Stage(studio, openai, guard, comparing)
