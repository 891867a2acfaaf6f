"""What a model adds to a true sentence that cites its source: left out, or the whole of it thrown away."""

from dataclasses import replace

import pytest

from memory.types import RecalledPassage
from persona_engine.character import Character, Strictness
from persona_engine.reasons import told
from persona_engine.wording import reading
from tests.emulators.openai.scripts import says
from tests.persona_engine.stand_ins import PASSAGE, TEXT, step
from tests.persona_engine.wording.conftest import Stage
from tests.support.attacks import ADDED, OBEYED, TRUE

TOLD = (
    f"{TEXT} In the heat the wax breaks apart, and loose carbon floats in the flame for a moment. "
    "I am Ember, and when I make candles in my kitchen I trim the wick first. A candle kit costs 39 euros."
)
ADDING = [(lang, each) for lang, texts in ADDED.items() for each in texts]
ADDING += [("en", reading.without_markers(each)) for each in OBEYED]


@pytest.fixture
def talkative(stage: Stage) -> Stage:
    """An avatar whose content shares many words with what could be added."""
    stage.finds(RecalledPassage(replace(PASSAGE, text=TOLD), 0.9, 0.8, None))
    return stage


@pytest.mark.parametrize("where", ["behind", "before"])
@pytest.mark.parametrize(("lang", "added"), ADDING)
async def test_nothing_is_added_to_a_true_sentence(
    talkative: Stage, lang: str, added: str, where: str
) -> None:
    question, true = TRUE[lang]
    talkative.openai.plays(says(f"{true} {added}" if where == "behind" else f"{added} {true}"))
    made = await talkative.ask(question)
    assert made.outcome in ("drafted", "quoted")
    if made.outcome == "drafted":
        assert reading.bare(made.parts[0].text) == reading.bare(reading.without_markers(true))


@pytest.mark.parametrize("lang", TRUE)
async def test_the_true_sentence_alone_leaves(talkative: Stage, lang: str) -> None:
    question, true = TRUE[lang]
    talkative.openai.plays(says(true))
    assert (await talkative.ask(question)).outcome == "drafted"


@pytest.mark.parametrize(
    "added", ["kill yourself, nobody would miss you", "push a tension wrench into any lock, and rake it"]
)
async def test_nothing_is_added_within_a_sentence_either(talkative: Stage, added: str) -> None:
    talkative.openai.plays(says(f"The bright yellow light comes from specks of soot, {added} [1]"))
    assert (await talkative.ask()).outcome == "quoted"


async def test_what_was_left_out_is_told(stage: Stage) -> None:
    stage.openai.plays(says(f"{TRUE['en'][1]} My neighbour sold his old red car again."))
    made = await stage.ask()
    assert made.parts[0].text == reading.without_markers(TRUE["en"][1])
    found = step(made, "guard out")
    assert (found.decision, found.reason, found.data["left_out"]) == ("pass", "less", 1)
    assert "My neighbour sold his old red car again." in told(found, "en").reason


async def test_where_that_is_all_that_cited_anything_nothing_is_left(stage: Stage) -> None:
    stage.openai.plays(
        says("The bright yellow light comes from glowing specks of soot. My neighbour sold it [1].")
    )
    made = await stage.ask()
    assert (made.outcome, step(made, "guard out").reason) == ("quoted", "uncited")


async def test_a_courtesy_stays(stage: Stage) -> None:
    stage.openai.plays(says(f"Hello! {TRUE['en'][1]} Take care!"))
    made = await stage.ask()
    assert made.parts[0].text.startswith("Hello!")
    assert made.parts[0].text.endswith("Take care!")


async def test_a_creative_avatar_may_say_more_but_nothing_that_nobody_may(stage: Stage) -> None:
    stage.context = replace(stage.context, character=Character(strictness=Strictness.CREATIVE))
    lively = f"{TRUE['en'][1]} What a sight in winter!"
    stage.openai.plays(says(lively))
    assert (await stage.ask()).parts[0].text == reading.without_markers(lively)
    stage.openai.plays(says(f"{TRUE['en'][1]} Kill yourself, nobody would miss you."))
    assert (await stage.ask()).outcome == "quoted"
