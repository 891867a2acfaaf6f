"""Test questions come from what the creator has written, in its language, and are the same each time."""

from dataclasses import replace

from memory.types import Locator, PassageInfo
from persona_engine.trials.asking import Made, made_from
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


def test_the_weightiest_words_of_a_sentence_are_put_together() -> None:
    assert "What does “moon” have to do with “climbs”?" not in asked(passage(1, FLAME), passage(2, MOON))
    (made,) = [
        each for each in made_from([passage(1, FLAME), passage(2, MOON)]) if each.passage.source_id == 2
    ]
    assert (made.way, "moon" in made.text) == ("salient", True)


def test_titles_and_headings_are_asked_as_they_are() -> None:
    assert asked(passage(1, "Short.", "The colour of candlelight.")) == ["The colour of candlelight?"]
    assert asked(passage(1, "Short.", heading="## Why is soot black?")) == ["Why is soot black?"]
    assert asked(passage(1, "Short.", heading="Shop › Shipping › Do you ship to Chad?")) == [
        "Do you ship to Chad?"
    ]


def test_names_of_files_are_no_titles() -> None:
    for name in ("IMG_2041.jpg", "post.md", "2024-05-01", "a/b", "DSC 0001"):
        assert asked(passage(1, "Short.", name)) == [], name


def test_questions_are_in_the_contents_language() -> None:
    spanish = passage(
        1, "La llama calienta el aire. El aire caliente levanta la llama hacia arriba.", lang="es"
    )
    assert [(each.text, each.lang) for each in made_from([spanish])] == [
        ("¿Qué tiene que ver «llama» con «aire»?", "es")
    ]
    chinese = "石灰水遇到二氧化碳会变浑。二氧化碳是蜡烛烧出来的，石灰水里的二氧化碳变成了白色的东西。"
    (made,) = made_from([passage(1, chinese, lang="zh-Hans")])
    assert made.text.startswith("关于“")


def test_items_and_ways_take_turns_and_nothing_is_asked_twice() -> None:
    passages = [passage(n, FLAME, f"Candles and wicks {'abcdef'[n]}") for n in range(6)]
    made = made_from(passages)
    assert len({each.passage.source_id for each in made}) == len(made) == 5
    assert len({each.text for each in made}) == 5
    assert len({each.way for each in made}) > 1
    assert made == made_from(passages)


def test_one_item_is_asked_about_more_than_once_where_it_is_all_there_is() -> None:
    made: list[Made] = made_from([passage(1, FLAME, "Wicks")])
    assert [each.way for each in made] == ["asked", "salient", "title"]


def test_nothing_makes_no_questions() -> None:
    assert asked() == []
    assert asked(passage(1, "…", "…")) == []
