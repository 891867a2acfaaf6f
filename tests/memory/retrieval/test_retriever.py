"""What a fan's question finds: the right passage in any language, or an honest no, never what is locked."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from memory.retrieval import Encoder
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make


@pytest.mark.parametrize(
    ("lang", "question", "answer"),
    [
        ("en", "Why is the flame yellow?", "The yellow of a candle flame is soot."),
        (
            "zh-Hans",
            "蜡烛熄灭后为什么能隔空点燃？",
            "把火柴靠近白烟，火焰会沿着白烟跳回烛芯，所以隔空也能点燃。",
        ),
        (
            "es",
            "¿Por qué la llama sube?",
            "La llama sube porque el aire caliente pesa menos que el aire frío.",
        ),
        ("en", "In which year were the lectures printed?", "They were printed as a book in 1861."),
    ],
)
def test_a_question_is_answered_by_the_creators_own_sentence(
    make: Make, posts: list[IndexedPassage], lang: str, question: str, answer: str
) -> None:
    ranking = make(posts).search(Question(question, lang))
    assert ranking.answerable
    assert ranking.quote is not None
    assert answer in ranking.quote.text


@pytest.mark.parametrize(
    ("lang", "question", "answer"),
    [
        ("zh-Hans", "火焰为什么是黄色的？", "soot"),
        ("ar", "لماذا لهب الشمعة أصفر؟", "soot"),
        ("es", "¿Quién dio las conferencias en Londres?", "Michael Faraday"),
        ("en", "Who separated stearin?", "Chevreul"),
        ("ru", "Почему пламя свечи жёлтое?", "soot"),
    ],
)
def test_a_question_reaches_what_only_another_language_says(
    make: Make, posts: list[IndexedPassage], lang: str, question: str, answer: str
) -> None:
    ranking = make(posts).search(Question(question, lang))
    assert ranking.answerable
    assert ranking.cross_lingual
    assert ranking.quote is not None
    assert answer in ranking.quote.text


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("en", "What's your favourite film?"),
        ("en", "Which coin should I buy?"),
        ("en", "Where do you live?"),
        ("zh-Hans", "你最喜欢的电影是什么？"),
        ("es", "¿Qué moneda debo comprar?"),
        ("ar", "ما هي عاصمة فرنسا؟"),
        ("ja", "フランスの首都はどこですか？"),
    ],
)
def test_what_nothing_says_is_declined(
    make: Make, posts: list[IndexedPassage], lang: str, question: str
) -> None:
    assert not make(posts).search(Question(question, lang)).answerable


def test_near_copies_are_shown_once(make: Make, posts: list[IndexedPassage]) -> None:
    copies = [replace(posts[0], id=200 + n, source_id=200 + n) for n in range(4)]
    hits = make([*posts, *copies]).search(Question("Why is the flame yellow?", "en")).hits
    assert sum("soot" in hit.text for hit in hits) == 1


def test_the_encoder_finds_a_paraphrase_that_shares_no_words(make: Make, encoder: Encoder) -> None:
    texts: Sequence[str] = (
        "I still have not received my new card.",
        "The exchange rate on this purchase is wrong.",
        "How do I verify who I am?",
    )
    retriever = make([IndexedPassage(n, n, "", text, "en") for n, text in enumerate(texts, 1)], encoder)
    hits = retriever.search(Question("Plastic hasn't arrived in the post yet", "en")).hits
    assert hits[0].passage_id == 1
    assert hits[0].dense is not None


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize(
    ("lang", "question"),
    [("en", "Why is the flame yellow?"), ("es", "¿Por qué es amarilla la llama?")],
)
def test_however_many_are_kept_back_the_next_one_is_found(
    make: Make, posts: list[IndexedPassage], encoder: Encoder, lang: str, question: str, encoded: bool
) -> None:
    ways = ("salt", "copper", "lime", "iron", "chalk", "sulphur", "nickel", "zinc")
    kept = [
        IndexedPassage(
            50 + n, 50 + n, "", f"Why is the flame yellow? The yellow of the flame is {way}.", "en"
        )
        for n, way in enumerate(ways)
    ]
    retriever = make([*kept, *posts], encoder if encoded else None)
    found = retriever.search(Question(question, lang, without=frozenset(one.id for one in kept)))
    assert any("soot" in hit.text for hit in found.hits)
