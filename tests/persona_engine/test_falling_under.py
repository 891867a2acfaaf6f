"""Small talk is stopped by what a rule's example says too, in whatever language; who tries it sees that."""

import pytest

from community.types import NoEntitlements
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.respond import Persona
from persona_engine.service import falls_under
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known, step

AGE = Rule("age", Kind.FORBIDDEN, "My age", examples=("How old are you?",))
HERSELF = Rule("herself", Kind.HANDOVER, "Herself", examples=("Can I talk to Ember herself?",))
JOKES = Rule("jokes", Kind.HANDOVER, "Jokes", examples=("Tell me a joke",))
MORNING = Rule("morning", Kind.FORBIDDEN, "Mornings", examples=("good morning!",))
REAL = Rule("real", Kind.FORBIDDEN, "Machines", examples=("Are you real?", "Who are you?", "Delete my data"))


async def ask(guard: Guard, text: str, *rules: Rule) -> Reply:
    """What a fan gets; who tries the same message on Boundaries is told the same."""
    context = PersonaContext(AVATAR, None, Boundaries(rules), hash(rules))
    persona = Persona(Known(FOUND), NoEntitlements(), guard)
    made = await persona.respond(Asked(1, 1, 1, 1, 1, "Ana", text, "webchat"), context)
    verdict, talk = await falls_under(guard, context, text, made.lang)
    assert verdict.stops == made.stopped
    assert made.stopped or (talk is not None) == made.outcome.startswith("smalltalk")
    return made


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("How old are you?", "forbidden:age"),
        ("how old are you", "forbidden:age"),
        ("¿cuántos años tienes?", "forbidden:age"),
        ("你几岁了？", "forbidden:age"),
        ("Can I talk to Ember herself?", "handover:herself"),
        ("Tell me a joke", "handover:jokes"),
        ("Cuéntame un chiste", "handover:jokes"),
        ("Good morning", "forbidden:morning"),
    ],
)
async def test_an_example_that_says_what_the_fan_says_counts(guard: Guard, text: str, outcome: str) -> None:
    made = await ask(guard, text, AGE, HERSELF, JOKES, MORNING)
    assert made.outcome == outcome
    assert step(made, "boundaries").data["rule_id"] == outcome.partition(":")[2]


@pytest.mark.parametrize("text", ["hello", "Good evening!", "thanks a lot", "bye"])
async def test_small_talk_that_no_example_says_is_answered(guard: Guard, text: str) -> None:
    assert (await ask(guard, text, AGE, HERSELF, JOKES, MORNING)).outcome.startswith("smalltalk")


async def test_an_exception_lets_what_says_the_same_through(guard: Guard) -> None:
    rule = Rule("age", Kind.FORBIDDEN, "My age", (), ("How old are you?",), ("Quel âge as-tu ?",))
    assert (await ask(guard, "How old are you?", rule)).outcome == "smalltalk:age"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Are you real?", "smalltalk:real"),
        ("Who are you?", "smalltalk:identity"),
        ("delete my data", "smalltalk:privacy"),
    ],
)
async def test_no_example_forbids_to_say_that_an_ai_speaks_or_how_data_are_erased(
    guard: Guard, text: str, outcome: str
) -> None:
    assert (await ask(guard, text, REAL)).outcome == outcome
