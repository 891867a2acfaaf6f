"""What a person writes or approves answers the next question like it, in every language; nothing else."""

from dataclasses import dataclass

import pytest

from conversation.events import AnswerApproved
from memory.models import Chunk, Source
from persona_engine import repository as traces
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Kind, Rule
from persona_engine.errors import BadAnswer, NoSuchAnswer
from persona_engine.service import learning, told
from persona_engine.types import Step, Trace
from tests.factories.people import make_home
from tests.persona_engine.learning.conftest import School
from tests.persona_engine.stand_ins import TEXT, Matching, step

CAMERA = "A small Fuji that I bought second-hand."
ASKED = "What camera do you use?"


async def test_a_taught_answer_is_given_word_for_word_to_questions_like_its_own(school: School) -> None:
    number = await school.teach(CAMERA, ASKED)
    reply = await school.ask("what camera are you using")
    assert (reply.outcome, reply.parts[0].text) == (f"taught:{number}", CAMERA)
    assert [(each.label, each.url) for each in reply.parts[0].citations] == [("Ember's own answer", "")]
    assert reply.confidence
    assert reply.confidence >= 0.8
    told_step = told(step(reply, "taught"), "en")
    assert ASKED in told_step.reason
    assert "needed 0.80" in told_step.reason


async def test_what_is_only_alike_is_answered_from_the_content(school: School) -> None:
    await school.teach(CAMERA, ASKED)
    reply = await school.ask("What microphone do you use?")
    assert reply.outcome == "quoted"
    assert step(reply, "taught").decision == "none"


async def test_in_another_language_it_is_framed_and_stays_word_for_word(school: School) -> None:
    await school.teach("We ship within the EU only.", "Do you ship to Spain?")
    reply = await school.ask("¿Hacéis envíos a España?")
    assert reply.lang == "es"
    lead, _, said = reply.parts[0].text.partition("\n\n")
    assert "inglés" in lead
    assert said == "We ship within the EU only."


async def test_a_change_holds_from_the_next_question_on(school: School) -> None:
    number = await school.teach(CAMERA, ASKED)
    assert (await school.ask(ASKED)).parts[0].text == CAMERA
    creator = school.home.creator_id
    async with school.db.uow(creator) as uow:
        await learning.edit(uow, school.avatar, number, "My phone.", [ASKED], by="Sam")
    assert (await school.ask(ASKED)).parts[0].text == "My phone."
    async with school.db.uow(creator) as uow:
        await learning.switch(uow, school.avatar, number, on=False, by="Sam")
    assert (await school.ask(ASKED)).outcome == "quoted"
    async with school.db.uow(creator) as uow:
        await learning.switch(uow, school.avatar, number, on=True, by="Sam")
    assert (await school.ask(ASKED)).outcome == f"taught:{number}"
    async with school.db.uow(creator) as uow:
        kept = await learning.get(uow, school.avatar, number)
        await learning.delete(uow, school.avatar, number)
    assert (kept.by, kept.changed_by, kept.origin) == ("Robin", "Sam", "written")
    assert (await school.ask(ASKED)).outcome == "quoted"


async def test_nothing_is_built_again_while_nothing_changes(school: School) -> None:
    await school.teach(CAMERA, ASKED)
    for _ in range(3):
        await school.ask(ASKED)
    assert school.memory.built == 1


async def test_a_confirmed_question_is_one_more_example(school: School) -> None:
    number = await school.teach(CAMERA, ASKED)
    other = "Which gear records your videos?"
    assert (await school.ask(other)).outcome == "quoted"
    message = await school.heard(other)
    async with school.db.uow(school.home.creator_id) as uow:
        for _ in range(2):
            asked = learning.question(other, message_id=message)
            await learning.confirm(uow, school.avatar, number, asked, by="Robin")
        kept = await learning.get(uow, school.avatar, number)
    assert [each.text for each in kept.questions] == [ASKED, other]
    assert (await school.ask("which gear records your videos")).outcome == f"taught:{number}"


async def test_a_correction_is_put_in_other_words_by_the_next_one(school: School) -> None:
    message = await school.heard(ASKED)
    asked = learning.question(ASKED, message_id=message)
    async with school.db.uow(school.home.creator_id) as uow:
        first = await learning.fix(uow, school.avatar, asked, "A Fuji.", by="Robin")
        again = await learning.fix(uow, school.avatar, asked, "A Nikon.", by="Sam")
        kept = await learning.listing(uow, school.avatar)
    assert first == again
    assert [(each.text, each.origin, each.changed_by) for each in kept.items] == [
        ("A Nikon.", "corrected", "Sam")
    ]


async def test_a_message_goes_over_to_the_answer_that_it_is_given(school: School) -> None:
    number = await school.teach(CAMERA, ASKED)
    message = await school.heard("What camera do you film with?")
    asked = learning.question("What camera do you film with?", message_id=message)
    async with school.db.uow(school.home.creator_id) as uow:
        await learning.confirm(uow, school.avatar, number, asked, by="Robin")
        other = await learning.fix(uow, school.avatar, asked, "For films a Sony.", by="Robin")
        kept = await learning.get(uow, school.avatar, number)
    assert other != number
    assert [each.text for each in kept.questions] == [ASKED]
    assert (await school.ask("What camera do you film with?")).parts[0].text == "For films a Sony."


async def test_an_erased_fans_question_goes_with_them(school: School) -> None:
    message = await school.heard(ASKED)
    async with school.db.uow(school.home.creator_id) as uow:
        asked = learning.question(ASKED, message_id=message)
        number = await learning.fix(uow, school.avatar, asked, CAMERA, by="Robin")
    assert (await school.ask(ASKED)).outcome == f"taught:{number}"
    async with school.db.uow(school.home.creator_id) as uow:
        await uow.fetch("DELETE FROM fan")
        kept = await learning.get(uow, school.avatar, number)
    assert (kept.text, kept.questions) == (CAMERA, ())
    assert (await school.ask(ASKED)).outcome == "quoted"


@pytest.mark.parametrize(
    ("text", "questions", "says"),
    [
        (" ", [ASKED], "Write the answer."),
        (CAMERA, [" "], "at least one question"),
        ("x" * 2_001, [ASKED], "2000 characters"),
        (CAMERA, [f"Is it {n}?" for n in range(51)], "50 questions"),
    ],
)
async def test_what_cannot_be_kept_says_why(
    school: School, text: str, questions: list[str], says: str
) -> None:
    with pytest.raises(BadAnswer, match=says):
        await school.teach(text, *questions)


async def test_another_creators_answers_are_neither_given_nor_changed(school: School) -> None:
    number = await school.teach(CAMERA, ASKED)
    theirs = await make_home(school.db)
    assert await school.taught.find(theirs.creator_id, school.avatar, ASKED, "en") is None
    async with school.db.uow(theirs.creator_id) as uow:
        with pytest.raises(NoSuchAnswer):
            await learning.switch(uow, school.avatar, number, on=False, by="Mallory")
        await learning.delete(uow, school.avatar, number)
    assert (await school.ask(ASKED)).outcome == f"taught:{number}"


async def test_the_boundaries_hold_for_taught_answers_too(school: School) -> None:
    await school.teach("You should buy bitcoin now.", "What would you do with a thousand euros?")
    money = Rule("money", Kind.FORBIDDEN, "Money", examples=("Should I buy bitcoin now?",))
    guard = Guard(Matching(school.memory.encoder))
    asked = "What would you do with a thousand euros?"
    assert (await school.ask(asked, rules=(money,), guard=guard)).outcome == "forbidden:money"


async def test_what_was_taught_before_and_says_that_the_creator_answers_is_not_given(school: School) -> None:
    creator = school.home.avatar.creator_name
    await school.teach(f"I'm {creator}, and I answer every message here with my own hands.", ASKED)
    guard = Guard(Matching(school.memory.encoder))
    reply = await school.ask(ASKED, guard=guard)
    assert step(reply, "content").decision == "human"
    assert "my own hands" not in reply.parts[0].text


async def test_what_was_taught_is_given_outside_of_the_only_topics_too(school: School) -> None:
    number = await school.teach("I film with an old Bolex.", "Which camera do you use?")
    wax = Rule("wax", Kind.ONLY, "Candles", examples=("How do I make a candle?",))
    guard = Guard(Matching(school.memory.encoder))
    made = await school.ask("Which camera do you use?", rules=(wax,), guard=guard)
    assert made.outcome == f"taught:{number}"
    assert "Bolex" in made.parts[0].text
    assert step(made, "boundaries").decision == "only"
    assert (await school.ask("Where were you born?", rules=(wax,), guard=guard)).outcome == "only:wax"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("How do I make a candle? Which camera do you film with?", True),
        ("Which camera do you film with? And how do I make a candle?", True),
        ("Which camera do you film with? Where were you born?", False),
    ],
)
async def test_outside_of_the_only_topics_it_is_given_for_one_of_several_questions(
    school: School, text: str, quoted: bool
) -> None:
    guard = Guard(Matching(school.memory.encoder))
    await school.teach(CAMERA, ASKED, "What do you film with?")
    wax = Rule("wax", Kind.ONLY, "Candles", examples=("How do I make a candle?",))
    said = (await school.ask(text, rules=(wax,), guard=guard)).parts[0].text
    assert CAMERA in said
    assert (TEXT in said) is quoted
    neither = await school.ask("Where were you born? Do you like tea?", rules=(wax,), guard=guard)
    assert neither.outcome == "only:wax"


async def test_outside_of_the_only_topics_no_other_boundary_is_lifted(school: School) -> None:
    await school.teach("You should buy bitcoin now.", "What would you do with a thousand euros?")
    await school.teach("Ask the bank.", "Which shares go up?")
    wax = Rule("wax", Kind.ONLY, "Candles", examples=("How do I make a candle?",))
    money = Rule("money", Kind.FORBIDDEN, "Money", examples=("Should I buy bitcoin now?",))
    shares = Rule("shares", Kind.FORBIDDEN, "Shares", examples=("Which shares go up?",))
    rules, guard = (wax, money, shares), Guard(Matching(school.memory.encoder))
    asked = "What would you do with a thousand euros?"
    assert (await school.ask(asked, rules=rules, guard=guard)).outcome == "only:wax"
    assert (await school.ask("Which shares go up?", rules=rules, guard=guard)).outcome == "forbidden:shares"


@dataclass
class Gold:
    """Everybody holds a tier."""

    async def tiers_of(self, creator_id: int, fan_id: int) -> frozenset[str]:
        """Gold."""
        return frozenset({"gold"})


async def approve(
    school: School,
    kind: str,
    *,
    edited: bool = False,
    passages: tuple[int, ...] = (),
    text: str = CAMERA,
    asked: str = ASKED,
    meant: str = "",
    **noted: object,
) -> list[learning.TaughtInfo]:
    """What is taught once a reply of this kind, of which so much was noted, was approved; it came twice."""
    message = await school.heard(asked, outcome="waiting")
    answer = Step("answer", kind, kind, 1.0, {"length": len(CAMERA), **noted})
    before = (Step("leaning", "meant", "before", 1.0, {"meant": meant}),) if meant else ()
    async with school.db.uow(school.home.creator_id) as uow:
        await traces.add_trace(
            uow,
            message_id=message,
            avatar_id=school.avatar,
            kind=kind,
            trace=Trace((*before, answer)).to_json(),
        )
        event = AnswerApproved(
            school.home.creator_id, school.avatar, message, asked, "en", text, passages, edited
        )
        for _ in range(2):
            await uow.publish(event)
        return list((await learning.listing(uow, school.avatar)).items)


async def test_a_persons_own_words_are_learnt_from_an_approval_once(school: School) -> None:
    (kept,) = await approve(school, "declined", edited=True)
    assert (kept.text, kept.origin, [each.text for each in kept.questions]) == (CAMERA, "corrected", [ASKED])
    assert (await school.ask(ASKED)).parts[0].text == CAMERA


async def test_a_models_words_are_learnt_once_a_person_lets_them_pass(school: School) -> None:
    (kept,) = await approve(school, "drafted")
    assert kept.origin == "approved"
    assert (await school.ask(ASKED)).parts[0].citations == ()


async def test_what_a_reply_pointed_to_was_for_that_one_time(school: School) -> None:
    (kept,) = await approve(school, "drafted", text=f"{CAMERA}\n\nJoin the Lamplighters!")
    assert kept.text == CAMERA


@pytest.mark.parametrize("kind", ["quoted", "declined", "smalltalk:greeting"])
async def test_what_is_found_again_by_itself_is_not_learnt(school: School, kind: str) -> None:
    assert await approve(school, kind) == []


@pytest.mark.parametrize(
    ("kind", "edited"), [("drafted", False), ("drafted", True), ("smalltalk:told", True)]
)
async def test_what_was_said_to_a_fan_who_told_of_themselves_is_learnt_for_nobody_else(
    school: School, kind: str, edited: bool
) -> None:
    assert await approve(school, kind, edited=edited, personal=True) == []


async def test_what_a_model_said_knowing_the_conversation_is_learnt_in_a_persons_words_only(
    school: School,
) -> None:
    assert await approve(school, "drafted", history=True) == []
    (kept,) = await approve(school, "drafted", history=True, edited=True)
    assert kept.text == CAMERA


@pytest.mark.parametrize("edited", [False, True])
async def test_what_says_a_name_of_the_fans_is_not_learnt(school: School, edited: bool) -> None:
    text = "Yes, Mina may come."
    assert await approve(school, "drafted", text=text, edited=edited, history=True, borrowed=["Mina"]) == []


async def test_a_name_of_the_fans_that_a_person_took_out_keeps_nothing_from_being_learnt(
    school: School,
) -> None:
    (kept,) = await approve(
        school, "drafted", text="Yes, children may come.", edited=True, history=True, borrowed=["Mina"]
    )
    assert kept.text == "Yes, children may come."


LEANING = pytest.mark.parametrize(
    ("kind", "edited", "asked"),
    [
        ("declined", True, "and how long?"),
        ("quoted", True, "¿y cuánto cuesta?"),
        ("drafted", False, "那价格呢？"),
    ],
)


@LEANING
async def test_what_leans_on_the_question_before_it_is_learnt_for_nobody_by_its_bare_words(
    school: School, kind: str, edited: bool, asked: str
) -> None:
    assert await approve(school, kind, edited=edited, asked=asked) == []


@LEANING
async def test_what_leans_on_the_question_before_it_is_learnt_as_it_was_meant(
    school: School, kind: str, edited: bool, asked: str
) -> None:
    (kept,) = await approve(school, kind, edited=edited, asked=asked, meant=f"{asked} candle workshop")
    assert [each.text for each in kept.questions] == [f"{asked} candle workshop"]


async def test_what_leans_confirms_no_taught_answer_under_its_bare_words(school: School) -> None:
    number = await school.teach(CAMERA, ASKED)
    (kept,) = await approve(school, f"taught:{number}", asked="and how long?")
    assert [each.text for each in kept.questions] == [ASKED]


async def test_an_approved_answer_goes_with_the_fan_whom_it_was_for(school: School) -> None:
    await approve(school, "drafted")
    async with school.db.uow(school.home.creator_id) as uow:
        await uow.fetch("DELETE FROM fan")
        assert (await learning.listing(uow, school.avatar)).items == ()
    assert (await school.ask(ASKED)).outcome == "quoted"


async def test_what_a_person_has_put_in_other_words_stays_without_the_fans_question(school: School) -> None:
    (kept,) = await approve(school, "drafted")
    async with school.db.uow(school.home.creator_id) as uow:
        await learning.edit(uow, school.avatar, kept.id, kept.text, [ASKED, "Which camera?"], by="Robin")
        await learning.edit(uow, school.avatar, kept.id, "A Nikon.", [ASKED, "Which camera?"], by="Robin")
        await uow.fetch("DELETE FROM fan")
        (left,) = (await learning.listing(uow, school.avatar)).items
    assert (left.text, [each.text for each in left.questions]) == ("A Nikon.", ["Which camera?"])


async def test_other_questions_alone_dont_make_an_approved_answer_a_persons(school: School) -> None:
    (kept,) = await approve(school, "drafted")
    async with school.db.uow(school.home.creator_id) as uow:
        await learning.edit(uow, school.avatar, kept.id, kept.text, [ASKED, "Which camera?"], by="Robin")
        await uow.fetch("DELETE FROM fan")
        assert (await learning.listing(uow, school.avatar)).items == ()


async def test_approving_a_taught_answer_confirms_it(school: School) -> None:
    number = await school.teach(CAMERA, "Which camera is yours?")
    (kept,) = await approve(school, f"taught:{number}")
    assert [each.text for each in kept.questions] == ["Which camera is yours?", ASKED]


async def passage(school: School, tier: str | None) -> int:
    async with school.db.uow(school.home.creator_id) as uow:
        source = Source(
            creator_id=school.home.creator_id, origin="upload", name="gear.txt", title="My gear", kind="text",
            sha256="0" * 64, state="indexed", passages=1, lang="en", tier=tier,
        )  # fmt: skip
        uow.session.add(source)
        await uow.session.flush()
        chunk = Chunk(
            creator_id=school.home.creator_id, source_id=source.key, ordinal=0, text="A Fuji.", lang="en"
        )
        uow.session.add(chunk)
        await uow.session.flush()
        return chunk.key


async def test_what_cites_content_of_a_tier_is_given_to_its_holders_only(school: School) -> None:
    number = await passage(school, "gold")
    await approve(school, "drafted", passages=(number,))
    reply = await school.ask(ASKED)
    assert reply.outcome == "quoted"
    assert step(reply, "taught").decision == "withheld"
    school.entitlements = Gold()
    reply = await school.ask(ASKED)
    assert [(each.label, each.passage_id) for each in reply.parts[0].citations] == [("“My gear”", number)]


async def test_what_cites_deleted_content_is_not_given_any_more(school: School) -> None:
    number = await passage(school, None)
    await approve(school, "drafted", passages=(number,))
    assert (await school.ask(ASKED)).outcome.startswith("taught:")
    async with school.db.uow(school.home.creator_id) as uow:
        await uow.fetch("DELETE FROM source")
    assert (await school.ask(ASKED)).outcome == "quoted"
