"""A message that asks several things is answered question by question, and told what nothing answers."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from community.types import NoEntitlements
from kernel.i18n import t
from kernel.lang import SUPPORTED
from memory.types import Question, Quote, Recalled, RecalledPassage
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.following import quoted_in
from persona_engine.reasons import told
from persona_engine.respond import Persona
from persona_engine.wording.writer import Worded, Writer
from tests.persona_engine.stand_ins import AVATAR, FOUND, PASSAGE, Known

HOURS, PARKING, TICKETS = "We open at eight.", "Park behind the church.", "A ticket costs six euros."
BOTH = "When do you open and where can I park?"


def found(text: str, passage: int) -> Recalled:
    """What answers a question with these words."""
    hit = RecalledPassage(replace(PASSAGE, id=passage, text=text, title=f"Visit {passage}"), 0.9, 0.8, None)
    return replace(FOUND, passages=(hit,), quote=Quote(passage, text, 0, len(text), 0.9, 0, len(text)))


class Visits(Known):
    """A memory of visits: each question that has one of these words is answered by its passage."""

    def __init__(self, **answers: Recalled) -> None:
        super().__init__(replace(FOUND, quote=None, answerable=False))
        self._answers = answers
        self.asked: list[str] = []

    def find(self, question: Question) -> Recalled:
        """What one passage says to a question; to several at once, none does."""
        self.asked.append(question.text)
        hits = [answer for word, answer in self._answers.items() if word in question.text.casefold()]
        return hits[0] if len(hits) == 1 else self._found


MEMORY = {"open": found(HOURS, 1), "park": found(PARKING, 2), "ticket": found(TICKETS, 3)}


class Unasked(Writer):
    """A writer whose model nobody asks."""

    def __init__(self) -> None:
        """Without any model."""

    async def write(self, *_: object) -> Worded | None:
        """Not to be called."""
        raise AssertionError("no model words what several searches have found")


async def ask(
    text: str,
    *,
    memory: Visits | None = None,
    guard: Guard | None = None,
    rules: Sequence[Rule] = (),
    writer: Writer | None = None,
) -> Reply:
    """What a fan gets."""
    persona = Persona(memory or Visits(**MEMORY), NoEntitlements(), guard, writer)
    boundaries = Boundaries(tuple(rules))
    context = PersonaContext(AVATAR, None, boundaries, hash(boundaries), models="1" if writer else "")
    return await persona.respond(Asked(1, 1, 1, 1, 1, "Ana", text, "webchat"), context)


async def test_each_question_gets_its_quote_and_source() -> None:
    made = await ask(BOTH)
    assert made.outcome == "quoted"
    text = made.parts[0].text
    assert text.index(HOURS) < text.index(PARKING)
    assert [each.passage_id for each in made.parts[0].citations] == [1, 2]
    assert made.confidence == FOUND.confidence


async def test_what_nothing_answers_is_said_in_its_place() -> None:
    made = await ask("Who founded your shop in the old town? Where can I park?")
    assert made.parts[0].text.startswith(t("en", "answer.part.nothing", number=1))
    assert PARKING in made.parts[0].text
    assert [each.passage_id for each in made.parts[0].citations] == [2]


async def test_where_nothing_answers_any_of_them_the_message_is_asked_whole() -> None:
    memory = Visits(**MEMORY)
    text = "Who founded your shop? What do you feed your cat?"
    made = await ask(text, memory=memory)
    assert (made.outcome, memory.asked[-1]) == ("declined", text)
    assert made.trace
    assert [told(step, "en").decision for step in made.trace.steps if step.name == "part"][
        -1
    ] == "all together"


async def test_one_question_is_looked_up_once() -> None:
    memory = Visits(**MEMORY)
    await ask("Where can I park, and why?", memory=memory)
    assert memory.asked == ["Where can I park, and why?"]


async def test_what_answers_both_is_said_once() -> None:
    one = found("We open at eight, and you park behind the church.", 1)
    made = await ask(BOTH, memory=Visits(open=one, park=one))
    assert made.parts[0].text.count("behind the church") == 1
    assert len(made.parts[0].citations) == 1


async def test_two_quotes_of_one_passage_are_both_said_and_its_link_is_told_once() -> None:
    text, link = f"{HOURS} {PARKING}", "https://example.org/visit"
    passage = replace(PASSAGE, text=text, link=link)

    def quote(said: str) -> Recalled:
        at = text.index(said)
        return replace(
            FOUND,
            passages=(RecalledPassage(passage, 0.9, 0.8, None),),
            quote=Quote(passage.id, said, at, at + len(said), 0.9, at, at + len(said)),
        )

    made = await ask(BOTH, memory=Visits(open=quote(HOURS), park=quote(PARKING)))
    assert HOURS in made.parts[0].text
    assert PARKING in made.parts[0].text
    assert [each.url for each in made.parts[0].citations] == [link]
    made = await ask(BOTH, memory=Visits(open=quote(text), park=quote(text)))
    assert made.parts[0].text.count(PARKING) == 1


async def test_three_are_answered_and_the_rest_is_asked_for() -> None:
    made = await ask("When do you open? Where can I park? What is a ticket? Who is your mayor?")
    assert all(each in made.parts[0].text for each in (HOURS, PARKING, TICKETS))
    assert made.parts[0].text.endswith(t("en", "answer.part.more"))


async def test_with_a_model_what_one_search_leaves_unanswered_is_quoted_in_parts() -> None:
    memory = Visits(**MEMORY)
    made = await ask(BOTH, memory=memory, writer=Unasked())
    assert memory.asked[0] == BOTH
    assert all(each in made.parts[0].text for each in (HOURS, PARKING))


async def test_the_trace_tells_of_each_question() -> None:
    made = await ask(BOTH)
    assert made.trace
    parts = [told(step, "en") for step in made.trace.steps if step.name == "part"]
    assert [(each.decision, each.reason) for each in parts] == [
        ("question 1", "“When do you open”"),
        ("question 2", "“where can I park?”"),
    ]
    assert [step.data["passage"] for step in made.trace.steps if step.name == "answer"] == [1, 2]
    more = quoted_in(made.trace)
    assert more
    assert more.said == PARKING, "“tell me more” goes on from what was said last"


async def test_a_boundary_on_one_question_stops_the_message(guard: Guard) -> None:
    never = Rule("parking", Kind.FORBIDDEN, "Parking", phrases=("park",))
    assert (await ask(BOTH, guard=guard, rules=[never])).outcome == "forbidden:parking"


async def test_a_boundary_on_one_quote_stops_the_message(guard: Guard) -> None:
    never = Rule("church", Kind.FORBIDDEN, "Church", phrases=("behind the church",))
    made = await ask(BOTH, guard=guard, rules=[never])
    assert made.outcome == "forbidden:church"
    assert HOURS not in made.parts[0].text


async def test_a_question_that_is_small_talk_leaves_the_message_whole() -> None:
    memory = Visits(**MEMORY)
    await ask("Where can I park? Are you a real person?", memory=memory)
    assert len(memory.asked) <= 1


@pytest.mark.parametrize("lang", SUPPORTED)
def test_every_language_says_which_question_nothing_answers(lang: str) -> None:
    assert len({t(lang, "answer.part.nothing", number=number) for number in (1, 2, 3)}) == 3
