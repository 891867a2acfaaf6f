"""A creator's rules are fitted to what that creator says, whoever holds something against them first."""

import gc
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from memory.matching import Matcher
from memory.retrieval import Encoder
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule
from persona_engine.boundaries.verdict import Verdict
from tests.persona_engine.stand_ins import Matching

AVATAR, OTHER = 1, 2
WEIGHT = Rule("weight", Kind.FORBIDDEN, "Weight", examples=("How heavy is a carousel horse?",))
RULES = Boundaries((WEIGHT,))
OWN = [
    ("en", each)
    for each in (
        "The horses travel standing up, tied at the neck and at the hoof.",
        "I carve carousel horses in an old sawmill by the river.",
        "It takes me roughly six weeks to carve a horse, and another four to paint it.",
        "The oldest horse in the shop was carved in Leipzig in 1911.",
        "A horse that stood outside for a winter needs sanding to the wood.",
        "Visitors may touch every horse in the shop but the golden one.",
        "A jumping horse moves thirty centimetres up and down.",
        "The waiting list for a carousel horse was fourteen months long.",
        "Most of my horses are made of lime wood.",
        "The brass poles of the carousel come from a foundry in Birmingham.",
    )
]
ASKED = "How do the horses travel?"


@pytest.fixture
def guard(encoder: Encoder) -> Guard:
    """The guard of a process that has just begun."""
    return Guard(Matching(encoder))


async def stops(guard: Guard, text: str, avatar: int = AVATAR) -> bool:
    """Whether a fan's message is stopped."""
    return (await guard.judge(text, "en", RULES, key=(avatar, 1))).stops


HOLDING: dict[str, Callable[[Guard, str], Awaitable[Verdict]]] = {
    "quotable": lambda guard, text: guard.quotable(text, "en", RULES, key=(AVATAR, 1)),
    "given": lambda guard, text: guard.given(text, "en", RULES, key=(AVATAR, 1)),
    "shown": lambda guard, text: guard.shown(text, [text], "en", RULES, key=(AVATAR, 1)),
    "sayable": lambda guard, text: guard.sayable([text], "en", RULES, key=(AVATAR, 1)),
}


@pytest.mark.parametrize("first", HOLDING)
async def test_a_question_is_held_against_fitted_rules_whatever_came_before(guard: Guard, first: str) -> None:
    assert await stops(guard, ASKED), "to everyday talk, all questions about horses are alike"
    guard.fit(AVATAR, await guard.read(OWN))
    assert not (await HOLDING[first](guard, OWN[3][1])).stops
    assert not await stops(guard, ASKED)
    assert await stops(guard, "How heavy is one of your carousel horses?")


async def test_what_was_kept_back_before_is_given_once_the_rules_are_fitted(guard: Guard) -> None:
    sentence = OWN[1][1]
    before = await guard.given(sentence, "en", RULES, key=(AVATAR, 1))
    guard.fit(AVATAR, await guard.read(OWN))
    after = await guard.given(sentence, "en", RULES, key=(AVATAR, 1))
    assert (before.decision, after.decision) == ("forbidden", "pass")


async def test_one_creators_words_lift_no_bar_of_anothers(guard: Guard) -> None:
    guard.fit(AVATAR, await guard.read(OWN))
    assert not guard.knows(OTHER)
    assert not await stops(guard, ASKED)
    assert await stops(guard, ASKED, OTHER)


async def test_what_a_creator_says_since_counts_after_a_while(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard.fit(AVATAR, await guard.read([]))
    assert guard.knows(AVATAR)
    assert await stops(guard, ASKED)
    monkeypatch.setattr("persona_engine.boundaries.matchers.monotonic", lambda: float("1e12"))
    assert not guard.knows(AVATAR)
    guard.fit(AVATAR, await guard.read(OWN))
    assert not await stops(guard, ASKED)


DATES = Boundaries(
    (
        Rule(
            "dates",
            Kind.PROMISE,
            "Delivery dates",
            examples=("A horse takes about six weeks to arrive.", "It will be with you before Christmas."),
        ),
    )
)
FACT = "A standing horse weighs about 95 kilos."
PROMISED = ("Your horse arrives in about ten days.", "A horse takes three weeks to arrive.")


async def test_no_fact_of_the_creators_is_a_promise_for_being_about_the_same_things(guard: Guard) -> None:
    own, key = [*OWN, ("en", FACT)], (AVATAR, 1)
    assert (await guard.given(FACT, "en", DATES, key=key)).decision == "promise"
    guard.fit(AVATAR, await guard.read(own))
    for text in (FACT, OWN[0][1], OWN[1][1], OWN[-1][1]):
        assert not (await guard.given(text, "en", DATES, key=key)).stops
        assert not (await guard.sayable([text], "en", DATES, key=key)).stops
    for text in PROMISED:
        assert (await guard.given(text, "en", DATES, key=key)).decision == "promise"
        assert (await guard.sayable([text], "en", DATES, key=key)).decision == "promise"
    tried = await guard.given_all([(FACT, "en"), (PROMISED[0], "en")], DATES, own=await guard.read(own))
    assert [each.stops for each in tried] == [False, True]


async def test_all_that_a_passage_says_counts(guard: Guard) -> None:
    guard.fit(AVATAR, await guard.read([("en", " ".join(each for _, each in [*OWN, ("en", FACT)]))]))
    assert not (await guard.given(FACT, "en", DATES, key=(AVATAR, 1))).stops


async def test_what_was_built_with_words_that_are_gone_is_let_go(encoder: Encoder) -> None:
    built: list[weakref.ref[Matcher]] = []

    class Watched(Matching):
        def matcher(self, *details: Any) -> Matcher:
            made = super().matcher(*details)
            built.append(weakref.ref(made))
            return made

    guard = Guard(Watched(encoder))
    guard.fit(AVATAR, await guard.read(OWN))
    await stops(guard, ASKED)
    kept = len(built)
    guard.fit(AVATAR, await guard.read(OWN))
    await stops(guard, ASKED)
    assert len(built) == kept, "nothing was said since"
    guard.fit(AVATAR, await guard.read(OWN[1:]))
    gc.collect()
    assert not any(each() for each in built)
