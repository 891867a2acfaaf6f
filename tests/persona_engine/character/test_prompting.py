"""What a model is told of the character."""

from dataclasses import replace

from persona_engine.character import Character, Length, Strictness, Tone, lines
from persona_engine.decisions import PersonaContext
from persona_engine.wording.manner import manner
from tests.persona_engine.character.test_document import FULL
from tests.persona_engine.stand_ins import AVATAR


def test_a_new_character_tells_nothing() -> None:
    assert lines(Character(), "en") == []


def test_whatever_is_set_is_told() -> None:
    told = lines(
        replace(FULL, tone=Tone(80, 20, 90), length=Length.MEDIUM, strictness=Strictness.STRICT), "es"
    )
    whole = "\n".join(told)
    for part in (
        "Explain candles.",
        "A **patient** host.",
        "warm",
        "serious",
        "Spanish",
        "two to four",
        "Never shout.",
    ):
        assert part in whole
    assert "own wording" in whole


def test_each_side_of_a_slider_is_told_and_its_middle_is_not() -> None:
    assert len({tuple(lines(Character(tone=Tone(warmth=at)), "en")) for at in (0, 50, 100)}) == 3


def test_it_stands_in_what_a_model_is_told() -> None:
    assert set(lines(FULL, "en")) <= set(manner(PersonaContext(AVATAR, None, character=FULL), "en"))
