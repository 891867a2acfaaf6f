"""What is said is shown as it was said: nothing in it is markup, and all of it fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.discord.text import MOST_UNITS, Setting, TooLong, escaped, rendered
from kernel.chat import Button, Citation, Outbound, units

HERE = Setting(42, "https://chat.example", private=True)
THERE = Setting(42, "https://chat.example", private=False)


def shown(said: Outbound, setting: Setting = HERE) -> str:
    return rendered(said, setting, outbound_id=7).content


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2 * 3 * 4", r"2 \* 3 \* 4"),
        ("snake_case_name", r"snake\_case\_name"),
        ("~~no~~ ||secret||", r"\~\~no\~\~ \|\|secret\|\|"),
        ("`code`", r"\`code\`"),
        ("# not a heading", r"\# not a heading"),
        ("issue #12", "issue #12"),
        ("> not a quote", r"\> not a quote"),
        ("- not a list", r"\- not a list"),
        ("1. nor this", r"1\. nor this"),
        ("in 1900. Later", "in 1900. Later"),
        ("[look](https://evil.example)", r"\[look\](https://evil.example)"),
        ("<@123> <#4> <t:0>", r"\<@123> \<#4> \<t:0>"),
        ("see https://a.example/snake_case_*x", "see https://a.example/snake_case_*x"),
        ("C:\\temp", "C:\\\\temp"),
        ("蜡烛 *燃烧*", r"蜡烛 \*燃烧\*"),
    ],
)
def test_signs_are_no_markup(text: str, sent: str) -> None:
    assert escaped(text) == sent


@given(st.text(max_size=1_900))
def test_whatever_is_said_fits(text: str) -> None:
    said = Outbound(text, "en")
    if units(text) <= 1_900:
        assert units(shown(said)) <= MOST_UNITS


def test_a_text_of_nothing_but_signs_fits_too() -> None:
    sent = shown(Outbound("*" * 1_900, "en"))
    assert "*" not in sent
    assert units(sent) <= MOST_UNITS


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(TooLong):
        shown(Outbound("a" * 2_001, "en"))


def test_a_notice_and_a_quote_stand_apart() -> None:
    said = Outbound("Carbon.", "en", notice="I'm an AI.", quote="why?\nwhy yellow?")
    assert shown(said) == "*I'm an AI.*\n\n> why?\n> why yellow?\nCarbon."


class TestBelowIt:
    def test_a_source_that_opens_is_a_button(self) -> None:
        said = Outbound("Carbon.", "en", citations=(Citation("The flame", "/s/ember/7", 7),))
        made = rendered(said, THERE, outbound_id=7)
        assert made.components == [
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 5, "label": "📖 The flame", "url": "https://chat.example/s/ember/7"}
                ],
            }
        ]
        assert made.content == "Carbon."

    def test_one_that_doesnt_is_named(self) -> None:
        said = Outbound("Carbon.", "en", citations=(Citation("My *notes*", "", 0),))
        made = rendered(said, THERE, outbound_id=7)
        assert made.content == "Carbon.\n-# 📖 My \\*notes\\*"
        assert made.components == []

    def test_an_address_longer_than_a_button_takes_is_named_too(self) -> None:
        said = Outbound("Carbon.", "en", citations=(Citation("Long", f"https://a.example/{'x' * 600}", 1),))
        made = rendered(said, THERE, outbound_id=7)
        assert made.content.endswith("-# 📖 Long")
        assert made.components == []

    def test_in_private_a_fan_is_asked_what_they_think(self) -> None:
        said = Outbound("Carbon.", "en", citations=(Citation("The flame", "/s/ember/7", 7),))
        last = rendered(said, HERE, outbound_id=7).components[-1]["components"]
        assert [one["custom_id"] for one in last] == ["fb:good", "fb:flag"]

    def test_a_button_says_its_words_or_where_they_are(self) -> None:
        said = Outbound("?", "en", buttons=(Button("Yes", text="/forgetme yes"), Button("L", text="x" * 200)))
        (row,) = rendered(said, HERE, outbound_id=7).components
        assert [one["custom_id"] for one in row["components"]] == ["say:/forgetme yes", "o:7:1"]

    def test_the_way_to_a_private_chat_is_the_bots_profile(self) -> None:
        said = Outbound("?", "en", buttons=(Button("/me", url="private:me"),))
        (row,) = rendered(said, THERE, outbound_id=7).components
        assert row["components"][0]["url"] == "https://discord.com/users/42"

    def test_there_are_never_more_rows_than_discord_takes(self) -> None:
        many = tuple(Button(f"Choice {number}", text=f"{number}") for number in range(60))
        sources = tuple(Citation(f"S{number}", f"/s/{number}", number) for number in range(9))
        rows = rendered(Outbound("?", "en", citations=sources, buttons=many), HERE, outbound_id=7).components
        assert len(rows) <= 5
        assert all(1 <= len(row["components"]) <= 5 for row in rows)
