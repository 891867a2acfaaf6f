"""Test questions come from what the creator has written, in its language, and are the same each time."""

from dataclasses import replace

import pytest

from memory.types import Locator, PassageInfo
from persona_engine.trials.asking import COUNT, Made, made_from
from tests.persona_engine.stand_ins import PASSAGE

FLAME = (
    "How does the wick drink the wax? Melted wax climbs the cotton wick, as water climbs a towel. The wick "
    "never stops drinking wax while the flame burns."
)
MOON = "The moon pulls the sea. Twice a day the sea climbs the beach, and the moon is the reason for that."


def passage(source: int, text: str, title: str = "", *, lang: str = "en", heading: str = "") -> PassageInfo:
    return replace(
        PASSAGE, id=source * 10, source_id=source, text=text, title=title, lang=lang,
        locator=Locator(heading=heading or None),
    )  # fmt: skip


def asked(*passages: PassageInfo, count: int = 5) -> list[str]:
    return [each.text for each in made_from(passages, count)]


def test_a_question_that_the_text_goes_on_to_answer_is_asked() -> None:
    assert asked(passage(1, FLAME), count=1) == ["How does the wick drink the wax?"]


def test_a_question_that_nothing_follows_is_not() -> None:
    assert asked(passage(1, "What do you think of all that?")) == []
    assert asked(passage(1, "Isn't it odd? And is it not strange to you?")) == []


def test_what_an_item_speaks_of_the_most_is_asked_about() -> None:
    made = made_from([passage(1, FLAME), passage(2, MOON)])
    assert [(each.way, each.text) for each in made if each.passage.source_id == 2] == [
        ("thing", "What can you tell me about the moon?")
    ]


def test_titles_and_headings_are_asked_about_and_questions_as_they_are() -> None:
    (title,) = asked(passage(1, "Short.", "The colour of candlelight."))
    assert title in ("What about “The colour of candlelight”?",
                     "What can you tell me about “The colour of candlelight”?")  # fmt: skip
    assert asked(passage(1, "Short.", heading="## Why is soot black?")) == ["Why is soot black?"]
    assert asked(passage(1, "Short.", heading="Shop › Shipping › Do you ship to Chad?")) == [
        "Do you ship to Chad?"
    ]


def test_what_leads_to_a_question_is_left_out_of_it() -> None:
    text = (
        "Now for a nine-year-old's question: who carries the fuel up to the fire? The wick does, like a pump."
    )
    assert asked(passage(1, text), count=1) == ["Who carries the fuel up to the fire?"]


@pytest.mark.parametrize(
    ("lang", "title", "text", "wanted"),
    [
        ("en", "Bread classes", "Each of them costs 89 euros.", "“Bread classes”: how much does it cost?"),
        ("de", "Backkurse", "Die Kurse finden samstags in der Mühle statt.", "„Backkurse“: Wann ist das?"),
        ("es", "Talleres", "La entrada cuesta quince euros.", "«Talleres»: ¿cuánto cuesta?"),
        ("ja", "工房について", "毎週日曜日に教室を開いています。", "「工房」はいつですか？"),
        ("zh-Hans", "工作坊", "每次收费两百元，包括材料。", "“工作坊”要多少钱？"),
    ],
)  # fmt: skip
def test_prices_and_days_are_asked_for_as_fans_ask(lang: str, title: str, text: str, wanted: str) -> None:
    assert wanted in asked(passage(1, text, title, lang=lang))


def test_names_of_files_are_no_titles() -> None:
    for name in ("IMG_2041.jpg", "post.md", "2024-05-01", "a/b", "DSC 0001"):
        assert asked(passage(1, "Short.", name)) == [], name


def test_questions_are_in_the_contents_language() -> None:
    spanish = passage(
        1, "La llama calienta el aire. El aire caliente levanta la llama hacia arriba.", lang="es"
    )
    (made,) = made_from([spanish])
    assert (made.text, made.lang) == ("¿Qué me puedes contar sobre la llama?", "es")
    german = passage(1, "Jeden Tag wird der Sauerteig gefüttert. Der Sauerteig riecht nach Apfel.", lang="de")
    assert asked(german) == ["Was kannst du mir über „Sauerteig“ sagen?"]
    japanese = passage(
        1, "漆は湿気で乾きます。漆器の漆は肌につくとかぶれます。漆器は長く使えます。", lang="ja"
    )
    assert asked(japanese) == ["漆器について教えてもらえますか？"]


def test_what_comes_again_is_asked_about_where_nothing_else_tells_the_topic() -> None:
    chinese = "石灰水遇到二氧化碳会变浑。二氧化碳是蜡烛烧出来的，石灰水里的二氧化碳变成了白色的东西。"
    (made,) = made_from([passage(1, chinese, lang="zh-Hans")])
    assert made.way == "again"
    (titled,) = made_from([passage(1, chinese, "石灰水变浑", lang="zh-Hans")])
    assert titled.way == "title"


def test_items_and_ways_take_turns_and_nothing_is_asked_twice() -> None:
    passages = [passage(n, FLAME, f"Candles and wicks {'abcdef'[n]}") for n in range(6)]
    made = made_from(passages, COUNT)
    assert len({each.passage.source_id for each in made}) == len(made) == 5
    assert len({each.text for each in made}) == 5
    assert len({each.way for each in made}) > 1
    assert made == made_from(passages, COUNT)


def test_one_item_is_asked_about_more_than_once_where_it_is_all_there_is() -> None:
    made: list[Made] = made_from([passage(1, FLAME, "Wicks")])
    assert [each.way for each in made] == ["asked", "title"]


def test_nothing_makes_no_questions() -> None:
    assert asked() == []
    assert asked(passage(1, "…", "…")) == []
