"""What a character does where a model words the answer."""

from dataclasses import replace

from persona_engine.character import Character, Guidance, Length, Link, Strictness
from tests.emulators.openai.scripts import says
from tests.persona_engine.wording.conftest import Stage

GOOD = "The flame is yellow because specks of soot glow in it [1]."
WHO = Character(
    purpose="Explain candles.",
    length=Length.SHORT,
    instructions=("Never shout.",),
    guidance=Guidance(links=(Link("Live show", "https://example.org/live"),), every=4),
)


async def test_the_model_is_told_of_it_after_the_rules(stage: Stage) -> None:
    stage.context = replace(stage.context, character=WHO)
    stage.openai.plays(says(GOOD))
    assert (await stage.ask()).outcome == "drafted"
    (asked,) = stage.openai.requests
    system = asked.body["messages"][0]["content"]
    rules, _, after = system.partition("Explain candles.")
    assert "Promise nothing" in rules
    assert "one or two sentences" in after
    assert "Never shout." in after


async def test_a_worded_answer_may_point_to_something_too(stage: Stage) -> None:
    stage.context = replace(stage.context, character=WHO)
    stage.openai.plays(says(GOOD))
    aside = (await stage.ask()).aside
    assert aside
    assert (aside.text, aside.every) == ("By the way, have a look: Live show.", 4)


async def test_the_nearest_passage_is_quoted_and_never_worded(stage: Stage) -> None:
    stage.context = replace(stage.context, character=Character(strictness=Strictness.CREATIVE))
    stage.found = replace(stage.found, confidence=0.4, answerable=False)
    made = await stage.ask()
    assert made.outcome == "quoted"
    assert "The nearest thing I've said" in made.parts[0].text
    assert not stage.openai.requests
