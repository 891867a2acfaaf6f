"""Where several boundaries concern a message, the one it is more like decides, and a phrase before all."""

import pytest

from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule

COMMISSIONS = Rule("commissions", Kind.HANDOVER, "Commissions", examples=("Can you restore a horse for me?",))
ACCIDENT = Rule(
    "accident",
    Kind.FORBIDDEN,
    "The accident of 2011",
    examples=(
        "What happened when the carousel horse fell in 2011?",
        "Tell me about the accident with the carousel.",
        "Who was hurt when the horse broke?",
    ),
)


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("Could you repair my grandmother's carousel horse?", "handover"),
        ("Can you restore a carousel horse for me?", "handover"),
        ("Was anybody hurt in the accident with the horse?", "forbidden"),
        ("Who was hurt when the carousel horse fell?", "forbidden"),
    ],
)
async def test_the_one_that_a_message_is_more_like_decides(guard: Guard, text: str, decision: str) -> None:
    for rules in ((COMMISSIONS, ACCIDENT), (ACCIDENT, COMMISSIONS)):
        assert (await guard.judge(text, "en", Boundaries(rules))).decision == decision


async def test_a_phrase_decides_before_likeness(guard: Guard) -> None:
    named = Rule("year", Kind.FORBIDDEN, "2011", phrases=("grandmother",))
    asked = "Could you repair my grandmother's horse?"
    assert (await guard.judge(asked, "en", Boundaries((COMMISSIONS, named)))).decision == "forbidden"
    both = Rule("year", Kind.FORBIDDEN, "2011", ("grandmother",), ACCIDENT.examples)
    assert (await guard.judge(asked, "en", Boundaries((COMMISSIONS, both)))).decision == "forbidden"


async def test_of_two_alike_the_one_that_says_no_decides(guard: Guard) -> None:
    asked = "Can you restore a horse for me?"
    no = Rule("no", Kind.FORBIDDEN, "No", examples=(asked,))
    assert (await guard.judge(asked, "en", Boundaries((COMMISSIONS, no)))).decision == "forbidden"
