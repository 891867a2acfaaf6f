"""What asks nothing is not answered, whatever it shares with a passage."""

import pytest

from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make, posted


def test_an_empty_index_and_an_empty_question_answer_nothing(make: Make, posts: list[IndexedPassage]) -> None:
    assert not make([]).search(Question("Why?", "en")).answerable
    for text in ("", "   ", "👍👍", "?!", "\x00"):
        assert not make(posts).search(Question(text, "en")).answerable


_FRAGMENTS = [
    "Put <script>alert(1)</script> into the page, or {{7*7}} into the template.",
    "Row 1: SELECT 1 OR 1=1 -- and so on, 100% of it.",
    "Item number 1 is a small wooden box.",
    "La a es la primera letra.",
    "一 二 三",
]


@pytest.mark.parametrize("lang", ["en", "es", "zh-Hans", "ar"])
@pytest.mark.parametrize(
    "text",
    [
        "1+1=?", "１＋１＝？", "100%", "' OR 1=1 --", "{{7*7}}", "${7*7}", "???", "<script>", "😀", "a",
        "the", "-- ;", "<script>alert(1)</script>", "<3", "What is 5 + 7?", "2*2", "x", "()", "#1",
    ],
)  # fmt: skip
def test_what_asks_nothing_is_not_answered(
    make: Make, posts: list[IndexedPassage], lang: str, text: str
) -> None:
    ranking = make([*posts, *posted(_FRAGMENTS)]).search(Question(text, lang))
    assert not ranking.answerable
    assert ranking.quote is None


@pytest.mark.parametrize(
    ("lang", "text"), [("es", "el"), ("es", "¿la?"), ("zh-Hans", "的"), ("zh-Hans", "的？"), ("de", "und")]
)
def test_a_word_of_grammar_alone_is_not_answered(
    make: Make, posts: list[IndexedPassage], lang: str, text: str
) -> None:
    assert not make([*posts, *posted(_FRAGMENTS)]).search(Question(text, lang)).answerable
