"""Character cards travel: ours out and in unchanged, others' kept, hostile ones refused by name."""

import base64
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from persona_engine.character_card import CharacterCard, card_json, card_png, read_card
from persona_engine.errors import BadCard
from persona_engine.style_card import Share, StyleCard

STYLE = StyleCard(messages=3, phrases=(Share("here's the thing", 0.6),), replies=("Good question! 🔥",))


def picture(kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 50), (200, 120, 40)).save(out, kind)
    return out.getvalue()


def foreign(**data: Any) -> dict[str, Any]:
    """A card as another program writes it."""
    return {
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {
            "name": "Nova",
            "description": "A star.",
            "extensions": {"other_program": {"depth": [1, {"a": None}]}},
            "character_book": {"entries": []},
            **data,
        },
    }


def as_bytes(card: object) -> bytes:
    return json.dumps(card, ensure_ascii=False).encode()


def test_a_card_of_ours_comes_back_with_its_style() -> None:
    card = card_json(CharacterCard("Ember Wick · 烛星", STYLE))
    assert (card["spec"], card["spec_version"]) == ("chara_card_v3", "3.0")
    assert card["data"]["extensions"]["understudy"]["style"]["phrases"][0]["value"] == "here's the thing"
    assert "{{char}}: Good question! 🔥" in card["data"]["mes_example"]
    read = read_card(as_bytes(card))
    assert (read.name, read.style) == ("Ember Wick · 烛星", STYLE)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_carries_the_card_and_stays_a_picture(kind: str) -> None:
    png = card_png(CharacterCard("Ember", STYLE), picture(kind))
    with Image.open(io.BytesIO(png)) as shown:
        assert shown.size == (40, 50)
        assert json.loads(base64.b64decode(shown.text["ccv3"]))["spec"] == "chara_card_v3"  # type: ignore[attr-defined]
    assert read_card(png).style == STYLE


def test_a_newer_export_replaces_the_card_in_a_picture() -> None:
    first = card_png(CharacterCard("First"), picture())
    assert read_card(card_png(CharacterCard("Second"), first)).name == "Second"


def test_what_another_program_wrote_is_returned_as_it_came() -> None:
    read = read_card(as_bytes(foreign(personality="warm")))
    assert read.style is None
    back = card_json(CharacterCard(read.name, STYLE, read.data))["data"]
    assert back["description"] == "A star."
    assert back["personality"] == "warm"
    assert back["character_book"] == {"entries": []}
    assert back["extensions"]["other_program"] == {"depth": [1, {"a": None}]}
    assert set(back["extensions"]) == {"other_program", "understudy"}


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "neither a PNG nor readable JSON"),
        (b"\xff\xfe{}", "neither a PNG nor readable JSON"),
        (b"[" * 100_000, "neither a PNG nor readable JSON"),
        (b'{"spec": NaN}', "neither a PNG nor readable JSON"),
        (b"[]", "no character card"),
        (b'{"name": "version one"}', "no character card"),
        (as_bytes({"spec": "chara_card_v3"}), "lacks its `data`"),
        (as_bytes(foreign(name="")), "`name` must have"),
        (as_bytes(foreign(name=3)), "`name` must be a text"),
        (as_bytes(foreign(name="x" * 201)), "`name` must have"),
        (as_bytes(foreign(tags="one")), "`tags` must be a list"),
        (as_bytes(foreign(extensions=[1])), "`extensions` must be an object"),
        (as_bytes(foreign(description="a\0b")), "characters that are no text"),
        (json.dumps(foreign(description="\ud800")).encode(), "characters that are no text"),
        (as_bytes(foreign(extra=nested(30))), "nested too deeply"),
        (as_bytes(foreign(extra=[0] * 30_000)), "too many fields"),
        (as_bytes(foreign(description="x" * 2_000_000)), "too long"),
        (b" " * (17 * 1024 * 1024), "too large"),
        (picture(), "no character card in this picture"),
        (picture()[:-20], "cut off"),
        (as_bytes(foreign(extensions={"understudy": {"style": {"greeting": "x"}}})), "style.greeting"),
    ],
)
def test_a_hostile_or_broken_card_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(BadCard, match=reason):
        read_card(raw)


def test_an_infinite_number_is_refused() -> None:
    with pytest.raises(BadCard, match="number that is none"):
        read_card(as_bytes(foreign(extra=0)).replace(b'"extra": 0', b'"extra": 1e999'))


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_break_the_reader(raw: bytes, png: bool) -> None:
    with pytest.raises(BadCard):
        read_card(b"\x89PNG\r\n\x1a\n" + raw if png else raw)
