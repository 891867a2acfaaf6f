"""The quoting answer: the creator's words untouched, in a frame the fan can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.lang import SUPPORTED
from memory.types import Locator, ReadFrom
from persona_engine.quoting import quote_answer, source_label
from persona_engine.style_card import Emoji, Share, StyleCard

QUOTE = "A candle flame is yellow because it is full of tiny glowing particles of soot."


def answer(lang: str, passage_lang: str = "en", **other: object) -> str:
    return quote_answer(
        lang,
        QUOTE,
        title="The colour of candlelight",
        passage_lang=passage_lang,
        locator=Locator(),
        **other,  # type: ignore[arg-type]
    ).text


@pytest.mark.parametrize("lang", SUPPORTED)
def test_the_quote_stands_whole_in_a_paragraph_of_its_own(lang: str) -> None:
    lead, quote = answer(lang).split("\n\n")
    assert quote == QUOTE
    assert "The colour of candlelight" in lead


def test_another_languages_passage_is_named_in_the_fans_language() -> None:
    assert "英语" in answer("zh-Hans")
    assert "inglés" in answer("es")
    assert "الإنجليزية" in answer("ar")
    assert "英語" in answer("ja")
    assert "English" not in answer("en")
    assert "Chinese" in answer("en", "zh-Hans")


@pytest.mark.parametrize("passage_lang", ["und", "gcf"])
def test_a_language_without_a_name_is_left_unsaid(passage_lang: str) -> None:
    for lang in ("en", "ja", "ar"):
        assert answer(lang, passage_lang) == answer(lang, lang)


def test_scripts_of_one_language_need_no_translation() -> None:
    assert "中文" not in answer("zh-Hant", "zh-Hans")


@pytest.mark.parametrize(
    ("locator", "label"),
    [
        (Locator(), "“Why?”"),
        (Locator(page=3), "“Why?” · page 3"),
        (Locator(start=135.7), "“Why?” · at 2:15"),
        (Locator(start=0.0), "“Why?” · at 0:00"),
        (Locator(page=3, read_from=ReadFrom.PICTURE), "“Why?” · page 3 · read from a picture"),
        (Locator(start=0.0, read_from=ReadFrom.SPEECH), "“Why?” · at 0:00 · written down automatically"),
    ],
)
def test_the_label_says_title_and_place(locator: Locator, label: str) -> None:
    assert source_label("en", "Why?", locator) == label


def test_labels_follow_the_language() -> None:
    assert source_label("zh-Hans", "蜡烛", Locator(page=3)) == "《蜡烛》 · 第 3 页"
    assert source_label("fr", "Bougie", Locator()) == "«\u00a0Bougie\u00a0»"
    assert source_label("en", "", Locator(page=2)) == "Source · page 2"


def test_without_a_title_the_frame_does_without() -> None:
    said = quote_answer("en", QUOTE, title=" ", passage_lang="es", locator=Locator())
    assert said.lead == "I wrote about this in Spanish. My own words:"


def test_the_same_turn_gives_the_same_frame_and_turns_vary() -> None:
    assert answer("en", turn=5) == answer("en", turn=5)
    assert len({answer("en", turn=turn) for turn in range(3)}) == 3


@pytest.mark.parametrize("lang", SUPPORTED)
def test_what_goes_on_is_framed_as_such(lang: str) -> None:
    assert answer(lang, beside="after") not in {answer(lang, turn=turn) for turn in range(3)}
    assert answer(lang, beside="after", turn=0) != answer(lang, beside="after", turn=1)
    assert answer(lang, beside="before") not in {answer(lang, beside="after", turn=turn) for turn in range(3)}


def test_the_style_adds_greetings_and_emoji_no_more_often_than_three_times_in_ten() -> None:
    style = StyleCard(greeting=1.0, emoji=Emoji(share=1.0, favourites=(Share("🔥", 1.0),)))
    said = [answer("en", style=style, seed=seed, greets=True) for seed in range(400)]
    assert 80 < sum("Hi!" in text for text in said) < 160
    assert 80 < sum("🔥" in text for text in said) < 160
    assert all(text.endswith(f"\n\n{QUOTE}") for text in said)
    assert not any("Hi!" in answer("en", style=style, seed=seed) for seed in range(100))
    assert not any("🔥" in answer("en", style=StyleCard(), seed=seed) for seed in range(100))


@given(st.text(min_size=1, max_size=300), st.text(max_size=60), st.sampled_from(SUPPORTED))
def test_whatever_is_quoted_comes_back_verbatim(quote: str, title: str, lang: str) -> None:
    said = quote_answer(lang, quote, title=title, passage_lang="en", locator=Locator(), seed=1)
    assert said.quote == quote.strip()
    assert said.text == f"{said.lead}\n\n{said.quote}"
