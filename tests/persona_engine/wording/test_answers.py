"""An answer is kept for whoever asks the same, as long as nothing that it depends on changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kernel import clock
from persona_engine.boundaries.rules import Kind, Rule
from persona_engine.decisions import Reply, Turn
from persona_engine.facts import Fact
from persona_engine.facts import Kind as Told
from persona_engine.wording import answers
from tests.emulators.openai.scripts import says
from tests.persona_engine.stand_ins import step
from tests.persona_engine.wording.conftest import FOUND_TWO, Stage

GOOD = "The flame is yellow because specks of soot glow in it [1]."


@pytest.fixture
async def house(stage: Stage) -> Stage:
    """The stage, with a fan in the database, where answers are kept."""
    fan = await stage.studio.fan()
    stage.details = {"fan_id": fan, "thread_id": await stage.studio.thread(fan)}
    async with stage.studio.db.uow(stage.studio.creator) as uow:
        row = await uow.fetch_one("SELECT id FROM avatar")
    stage.details |= {"avatar_id": row.id}
    stage.keeps = True
    stage.openai.plays(says(GOOD))
    return stage


async def kept(house: Stage) -> list[Any]:
    """Every answer that is kept."""
    async with house.studio.db.uow(house.studio.creator) as uow:
        return await uow.fetch("SELECT * FROM kept_answer ORDER BY id")


def text(made: Reply) -> str:
    """What the fan reads."""
    return made.parts[0].text


async def test_who_asks_the_same_gets_the_same_and_no_model_is_asked(house: Stage) -> None:
    first = await house.ask()
    second = await house.ask("  why is the FLAME   yellow")
    assert len(house.openai.requests) == 1
    assert (second.outcome, text(second)) == ("drafted", text(first))
    assert second.parts[0].citations == first.parts[0].citations
    found = step(second, "draft")
    assert (found.decision, found.data["model"]) == ("kept", "small")


CHANGES = {
    "another question": lambda house: {"text": "Why is the flame so yellow?"},
    "what the passages say": lambda house: house.finds(
        replace(FOUND_TWO.passages[0], passage=replace(FOUND_TWO.passages[0].passage, text="Soot is yellow."))
    ),
    "what may be seen": lambda house: house.finds(FOUND_TWO.passages[0]),
    "the boundaries": lambda house: house.rules(Rule("x", Kind.FORBIDDEN, "X", phrases=("election",))),
    "the models": lambda house: house.set(models="2"),
    "the avatar's name": lambda house: house.set(avatar=replace(house.context.avatar, name="Ashes")),
    "the language": lambda house: {"chosen_language": "es"},
}


@pytest.mark.parametrize("name", CHANGES)
async def test_another_of_anything_it_depends_on_is_another_answer(house: Stage, name: str) -> None:
    await house.ask()
    details = CHANGES[name](house) or {}
    await house.ask(**details)
    assert len(house.openai.requests) >= 2


async def test_an_answer_with_a_fans_history_is_neither_kept_nor_looked_for(house: Stage) -> None:
    await house.ask(history=(Turn("I am Zebulonia", "Hello!"),))
    assert await kept(house) == []
    await house.ask()
    await house.ask(facts=(Fact(Told.NAME, "Zebulonia"),))
    assert len(house.openai.requests) == 3
    assert len(await kept(house)) == 1


async def test_a_kept_answer_is_judged_before_and_after_it_is_looked_for(house: Stage) -> None:
    await house.ask()
    async with house.studio.db.uow(house.studio.creator) as uow:
        await uow.fetch("UPDATE kept_answer SET text = 'See https://evil.example [1]'")
    assert "evil" not in text(await house.ask())
    house.rules(Rule("flames", Kind.FORBIDDEN, "Flames", phrases=("flame",)))
    assert (await house.ask()).outcome == "forbidden:flames"


async def test_the_question_isnt_kept_and_the_answer_goes_with_its_fan(house: Stage) -> None:
    await house.ask("Zebulonia here: why is the flame yellow?")
    (row,) = await kept(house)
    assert "zebulonia" not in str(row).casefold()
    async with house.studio.db.uow(house.studio.creator) as uow:
        await uow.fetch("DELETE FROM fan")
    assert await kept(house) == []


async def test_a_fan_who_is_gone_meanwhile_leaves_no_answer(house: Stage) -> None:
    made = await house.ask(fan_id=house.details["fan_id"] + 1000)
    assert made.outcome in {"drafted", "quoted"}
    assert await kept(house) == []


async def test_answers_last_a_day_and_are_bounded_in_number(
    house: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ask()
    with clock.shifted(answers.KEPT_FOR + timedelta(seconds=1)):
        await house.ask()
        assert len(house.openai.requests) == 2
        assert len(await kept(house)) == 1
        monkeypatch.setattr(answers, "MOST", 2)
        for question in ("Why is it yellow?", "Why does the flame glow yellow?", "Why a yellow flame?"):
            await house.ask(question)
        assert len(await kept(house)) == 2
