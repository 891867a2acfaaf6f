"""What short questions are made of is known in each language, and each language's favourite word answers."""

from pathlib import Path

import pytest

from memory.retrieval import Retriever, compounds, everyday_words, pivot, word_lists
from memory.types import IndexedPassage, Question


def meant(text: str, lang: str) -> set[str]:
    return {stem for gloss in pivot.glosses(text, lang, everyday=True) for stem, _ in gloss.stems}


@pytest.mark.parametrize(
    ("text", "lang", "stem"),
    [
        ("Vous livrez quand ?", "fr", "ship"),
        ("Quanto custa?", "pt", "price"),
        ("面包可以冷冻吗？", "zh-Hans", "freez"),
        ("麵包可以冷凍嗎？", "zh-Hant", "freez"),
        ("ナイフはどうやって洗いますか？", "ja", "knife"),
        ("お店は開いていますか？", "ja", "open"),
        ("가격이 얼마예요?", "ko", "price"),
        ("هل تفتحون يوم السبت؟", "ar", "saturday"),
        ("Wolle", "de", "wool"),
    ],
)
def test_an_everyday_word_is_known_inflected_and_within_a_run(text: str, lang: str, stem: str) -> None:
    assert stem in meant(text, lang)


@pytest.mark.parametrize(
    ("text", "lang", "stem"),
    [("¿Te gusta?", "es", "tea"), ("カメラマンはどこ？", "ja", "photo"), ("連盟はどこ？", "ja", "bring")],
)
def test_what_only_looks_like_one_is_none(text: str, lang: str, stem: str) -> None:
    assert stem not in meant(text, lang)


def test_a_japanese_noun_of_one_ideograph_is_known_by_the_particle_behind_it() -> None:
    assert "tiger" in meant("虎は好きですか？", "ja")


@pytest.mark.parametrize(
    ("word", "stems"), [("gitarrenkurs", {"cours", "guitar"}), ("apfelkuchen", {"cake", "appl"})]
)
def test_a_compound_means_what_its_parts_do(word: str, stems: set[str]) -> None:
    assert {stem for stem, _ in compounds.meaning(word, "de")} == stems


@pytest.mark.parametrize("word", ["freundlich", "heiterkeit"])
def test_an_ending_is_no_part(word: str) -> None:
    assert not compounds.meaning(word, "de")


def test_words_of_one_meaning_answer_to_each_other() -> None:
    assert "cost" in everyday_words.alike("price")
    assert "price" not in everyday_words.alike("price")
    assert not everyday_words.alike("walrus")


def test_no_word_is_said_twice_of_one_meaning() -> None:
    for english, rest in word_lists.entries("everyday_words"):
        for part in rest.split(" | "):
            _, *words = part.split()
            assert words, english
            assert len(set(words)) == len(words), (english, part)


def test_a_short_question_finds_the_post_in_another_language(tmp_path: Path) -> None:
    posts = [
        "The pottery course costs ninety dollars, clay included.",
        "I mail parcels abroad every Friday.",
        "The kiln needs two days until it is cold.",
    ]
    retriever = Retriever(tmp_path / "creator", encoder=None)
    retriever.add([IndexedPassage(n, n, "", text, "en") for n, text in enumerate(posts, 1)])
    retriever.commit(1)
    for text, lang, post in [
        ("コースの料金は？", "ja", 1),
        ("Combien coûte le cours ?", "fr", 1),
        ("Verschickst du auch ins Ausland?", "de", 2),
        ("寄到国外吗？", "zh-Hans", 2),
    ]:
        ranking = retriever.search(Question(text, lang))
        assert (ranking.hits[0].passage_id, ranking.answerable) == (post, True), text
    retriever.close()
