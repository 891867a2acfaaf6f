"""A character as somebody writes it: what is taken, what is refused and why, what is kept."""

import json
from dataclasses import asdict, replace

import pytest

from persona_engine.character import Character, Guidance, Length, Link, Strictness, Tone, checked
from persona_engine.errors import BadCard

FULL = Character(
    purpose="Explain candles.",
    description="A **patient** host.\nLikes soot.",
    tone=Tone(80, 20, 0),
    strictness=Strictness.CREATIVE,
    length=Length.SHORT,
    instructions=("Never shout.",),
    greetings={"en": "Hello, spark!", "ar": "أهلًا!"},
    sign_offs={"en": "Mind the flame."},
    no_answers={"es": "De eso no he hablado."},
    guidance=Guidance((Link("Live show", "https://example.org/__live__"),), (3, 9), ("Lamplighters",), 7),
)


def test_it_comes_back_as_it_was_kept() -> None:
    assert Character.from_json(json.loads(json.dumps(FULL.to_json()))) == FULL
    assert checked(FULL) == FULL


def test_a_new_one_says_and_changes_nothing() -> None:
    new = Character()
    assert checked(new) == new
    assert new.spoken() == ()
    assert set(asdict(new.tone).values()) == {50}
    assert (new.strictness, new.length) == (Strictness.ADAPTIVE, Length.LONG)


def test_texts_are_kept_as_they_show() -> None:
    odd = Character(
        purpose="  Expla\u200bin cafe\u0301 candles.\0 ",
        instructions=(" One ", "", "One", "Two  words"),
        greetings={"en": "  Hi\U000e0041! ", "es": " \u200b ", "zh-Hans": "你好，小火苗！"},
    )
    kept = checked(odd)
    assert kept.purpose == "Explain caf\u00e9 candles."
    assert kept.instructions == ("One", "Two words")
    assert kept.greetings == {"en": "Hi!", "zh-Hans": "你好，小火苗！"}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"purpose": "x" * 301}, "at most 300 characters"),
        ({"description": "x" * 1001}, "at most 1000 characters"),
        ({"instructions": ("x" * 301,)}, "at most 300 characters"),
        ({"instructions": ("1", "2", "3", "4")}, "at most 3 instructions"),
        ({"greetings": {"en": "x" * 401}}, "at most 400 characters"),
        ({"no_answers": {"tlh": "Qo'"}}, "language that an avatar speaks"),
        ({"tone": Tone(warmth=101)}, "0 to 100"),
        ({"tone": Tone(formality=-1)}, "0 to 100"),
        ({"guidance": Guidance(every=0)}, "once in 1 to"),
        ({"guidance": Guidance(every=51)}, "once in 1 to"),
        ({"guidance": Guidance(items=tuple(range(31)))}, "Choose at most"),
        ({"guidance": Guidance(tiers=tuple(map(str, range(11))))}, "Choose at most"),
        ({"guidance": Guidance(links=(Link("x", "https://a.example"),) * 11)}, "Choose at most"),
    ],
)
def test_what_is_too_much_or_unknown_is_refused(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(BadCard, match=why):
        checked(replace(Character(), **wrong))  # type: ignore[arg-type]  # each of its own kind


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "example.org/live",
        "https://",
        "https://me:secret@example.org/",
        "https://[::1",
        'https://example.org/"onmouseover="x',
        "",
    ],
)
def test_only_whole_addresses_of_the_web_are_links(url: str) -> None:
    with pytest.raises(BadCard, match="isn't a link"):
        checked(Character(guidance=Guidance(links=(Link("Live show", url),))))


def test_a_link_needs_a_name() -> None:
    with pytest.raises(BadCard, match="isn't a link"):
        checked(Character(guidance=Guidance(links=(Link(" ", "https://example.org/"),))))
