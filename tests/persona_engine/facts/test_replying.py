"""What is said to fans who tell of themselves, and what a model hears of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from community.types import NoEntitlements
from kernel.i18n import t
from kernel.lang import SUPPORTED
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Rule, defaults
from persona_engine.boundaries.rules import Kind as RuleKind
from persona_engine.character import Character
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.facts import Fact, Kind
from persona_engine.reasons import told
from persona_engine.respond import Persona
from tests.persona_engine.facts.test_hearing import ASKED, TOLD
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known, step

MIA = (Fact(Kind.NAME, "Mia"),)
LIFE = (*MIA, Fact(Kind.FROM, "Spain"), Fact(Kind.MAKES, "candles"))


class Listening(Known):
    """A memory that notes what it is asked."""

    def __init__(self) -> None:
        super().__init__(FOUND)
        self.heard: list[str] = []

    async def recall(self, creator_id: int, text: str, lang: str, **details: Any) -> Any:
        self.heard.append(text)
        return await super().recall(creator_id, text, lang, **details)


async def reply(
    text: str,
    *,
    lang: str | None = None,
    facts: Sequence[Fact] = (),
    opens: bool = False,
    guard: Guard | None = None,
    rules: Boundaries | None = None,
    character: Character | None = None,
    memory: Known | None = None,
) -> Reply:
    asked = Asked(1, 1, 1, 1, 1, "Ana", text, "webchat", lang, facts=tuple(facts), opens=opens)
    avatar = replace(AVATAR, languages=SUPPORTED)
    rules = rules or Boundaries()
    context = PersonaContext(avatar, None, rules, hash(rules), character=character or Character())
    return await Persona(memory or Known(FOUND), NoEntitlements(), guard).respond(asked, context)


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_who_tells_their_name_is_greeted_by_it_in_their_language(lang: str) -> None:
    text, name = TOLD[lang][0]
    made = await reply(text)
    assert (made.parts[0].text, made.lang) == (t(lang, "facts.met.1", name=name), lang)
    assert made.outcome == "smalltalk:told"
    assert made.told == (Fact(Kind.NAME, name),)


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_their_name_is_told_back_with_the_way_to_have_it_forgotten(lang: str) -> None:
    asked, _, forget = ASKED[lang]
    made = await reply(asked, lang=lang, facts=MIA)
    assert t(lang, "facts.called.1", name="Mia") in made.parts[0].text
    assert t(lang, "facts.how") in made.parts[0].text
    made = await reply(asked, lang=lang)
    assert made.parts[0].text == t(lang, "facts.nameless.1")
    made = await reply(forget, lang=lang, facts=MIA)
    assert (made.parts[0].text, made.forgotten) == (t(lang, "facts.forgotten.1"), {Kind.NAME})


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_all_that_is_kept_is_told_to_who_asks(lang: str) -> None:
    made = await reply(ASKED[lang][1], lang=lang, facts=LIFE)
    assert all(fact.text in made.parts[0].text for fact in LIFE)
    assert t(lang, "facts.how") in made.parts[0].text
    assert (await reply(ASKED[lang][1], lang=lang)).parts[0].text == t(lang, "facts.unknown.1")


async def test_a_name_is_used_where_a_conversation_opens_and_where_it_ends() -> None:
    assert (await reply("Hello!", facts=MIA, opens=True)).parts[0].text == t(
        "en", "facts.greeting.1", name="Mia"
    )
    assert "Mia" not in (await reply("Hello!", facts=MIA)).parts[0].text
    assert (await reply("Bye!", facts=MIA)).parts[0].text == t("en", "facts.goodbye.1", name="Mia")
    assert "Mia" not in (await reply("Thanks!", facts=MIA, opens=True)).parts[0].text
    assert (await reply("你好", facts=MIA, opens=True)).parts[0].text == "Mia，你好呀！想知道点什么？"
    assert (await reply("¡Hola!", facts=MIA, opens=True)).parts[
        0
    ].text == "¡Hola, Mia! ¿Qué te gustaría saber?"
    assert (await reply("Hello!", opens=True)).outcome == "smalltalk:greeting"


async def test_the_creators_own_greeting_stays_as_they_wrote_it() -> None:
    own = Character(greetings={"en": "Welcome to my lab!"})
    assert (await reply("Hello!", facts=MIA, opens=True, character=own)).parts[0].text == "Welcome to my lab!"


async def test_the_question_beside_an_introduction_is_answered_without_it() -> None:
    memory = Listening()
    made = await reply("My name is Mia. Why is the flame yellow?", memory=memory)
    assert memory.heard == ["Why is the flame yellow?"]
    assert (made.outcome, made.told) == ("quoted", MIA)


async def test_small_talk_that_wants_a_reply_gets_it_beside_an_introduction() -> None:
    made = await reply("My name is Mia. Are you real?")
    assert (made.outcome, made.told) == ("smalltalk:real", MIA)
    made = await reply("Hello! I'm from Spain.")
    assert (made.outcome, made.told) == ("smalltalk:told", (Fact(Kind.FROM, "Spain"),))


@pytest.mark.parametrize(
    "text", ["My name is Mia. I want to kill myself.", "My name is Mia. Which stocks should I buy?"]
)
async def test_nothing_is_kept_of_a_message_that_is_stopped(guard: Guard, text: str) -> None:
    made = await reply(text, guard=guard, rules=defaults())
    assert made.stopped, made.outcome
    assert made.told == ()


async def test_forgetting_holds_even_where_the_rest_is_stopped(guard: Guard) -> None:
    made = await reply("Forget my name. I want to kill myself.", guard=guard, rules=defaults(), facts=MIA)
    assert (made.outcome, made.forgotten) == ("crisis", {Kind.NAME})


async def test_a_name_that_the_boundaries_forbid_is_not_kept_and_one_from_before_not_said(
    guard: Guard,
) -> None:
    rules = Boundaries((Rule("rival", RuleKind.FORBIDDEN, "A rival", phrases=("Waxworth",)),))
    made = await reply("My name is Waxworth", guard=guard, rules=rules)
    assert (made.outcome, made.told) == ("forbidden:rival", ())
    known = (Fact(Kind.NAME, "Waxworth"),)
    made = await reply("Hello!", guard=guard, rules=rules, facts=known, opens=True)
    assert "Waxworth" not in made.parts[0].text
    made = await reply("What's my name?", guard=guard, rules=rules, facts=known)
    assert made.parts[0].text == t("en", "facts.nameless.1")


async def test_telling_of_oneself_is_no_topic_that_could_be_off_the_allowed_ones(guard: Guard) -> None:
    only = Boundaries((Rule("wax", RuleKind.ONLY, "Wax", phrases=("wax",), examples=("How hot is wax?",)),))
    assert (await reply("My name is Mia", guard=guard, rules=only)).outcome == "smalltalk:told"


async def test_why_is_told_without_a_word_of_the_fans() -> None:
    made = await reply("My name is Zebulonia")
    assert made.trace
    assert "Zebulonia" not in str(made.trace.to_json())
    said = told(step(made, "facts"), "en")
    assert (said.name, said.decision) == ("What the fan tells of themselves", "heard")
    assert told(step(made, "facts"), "ja").decision != "heard"
