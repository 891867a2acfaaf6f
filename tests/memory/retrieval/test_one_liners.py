"""Among many posts of one line each what one says is found, and what none says is declined."""

from pathlib import Path

import pytest

from memory.retrieval import Retriever
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import ONE_LINERS, STUDIO, Make, posted


@pytest.mark.parametrize("kind", ONE_LINERS)
@pytest.mark.parametrize("beside", [False, True])
def test_what_a_passage_says_is_answered_and_what_none_says_is_declined_whatever_one_liners_there_are(
    make: Make, posts: list[IndexedPassage], kind: str, beside: bool
) -> None:
    others = [*(posts if beside else []), *posted(ONE_LINERS[kind])]
    for question in ("Where is your studio?", "Where's your studio?"):
        assert not make(others).search(Question(question, "en")).answerable
        ranking = make([*others, *posted([STUDIO], first=99)]).search(Question(question, "en"))
        assert ranking.answerable
        assert ranking.quote is not None
        assert "Rotterdam" in ranking.quote.text


def test_a_channel_that_often_says_the_same_still_answers_and_still_declines(tmp_path: Path) -> None:
    """Many short posts on few subjects: each finds its like, which must not pass for a mistaken answer."""
    subjects = {
        "shipping": [
            "Orders ship on {}",
            "Parcels leave the studio on {}",
            "Your order goes to the post on {}",
        ],
        "class": [
            "The pouring class is on {}",
            "Come and learn pouring on {}",
            "Next class for beginners: {}",
        ],
        "refund": ["Refunds reach your card by {}", "Money for returned candles is back by {}"],
        "scent": ["The new scent comes out on {}", "Lavender is back in the shop on {}"],
    }
    days = ["Monday", "Tuesday evening", "Wednesday", "Thursday at noon", "Friday", "the weekend"]
    texts = [f"{line.format(day)}." for lines in subjects.values() for line in lines for day in days]
    retriever = Retriever(tmp_path / "creator", encoder=None)
    retriever.add([IndexedPassage(n, n, "", text, "en") for n, text in enumerate(texts, 1)])
    retriever.commit(1)
    for question in ("When do orders ship?", "When is the pouring class?", "When do refunds reach my card?"):
        assert retriever.search(Question(question, "en")).answerable, question
    for question in ("What's your favourite film?", "Which coin should I buy?", "Who won the election?"):
        assert not retriever.search(Question(question, "en")).answerable, question
    retriever.close()


def test_a_word_in_passing_is_no_answer(make: Make, posts: list[IndexedPassage]) -> None:
    passing = posted(
        [
            "The pull that lets the corner of a towel drink a basin dry draws the molten wax up between the "
            "fibres of the wick, against its own weight, and so it comes to where the heat is."
        ]
    )
    ranking = make([*posts, *passing, *posted(ONE_LINERS["greeting"], first=200)]).search(
        Question("What do you drink?", "en")
    )
    assert not ranking.answerable


_CATS = [
    *posted(["My cat is called Bismuth and she is eleven years old."]),
    *posted(["Mi gata se llama Canela y tiene tres años. La gata duerme en el taller."], "es", 101),
    *posted(["我的猫叫豆包，它喜欢看蜡烛。猫今年四岁。"], "zh-Hans", 102),
    *posted(["うちの猫は三歳です。猫の名前はタマです。"], "ja", 103),
    *posted(["La vela se tumba, pero la llama no. Se endereza como un gato."], "es", 104),
]


@pytest.mark.parametrize(
    ("lang", "question", "name"),
    [
        ("en", "cat", "Bismuth"),
        ("en", "Do you have a cat?", "Bismuth"),
        ("en", "How old is your cat?", "Bismuth"),
        ("es", "¿Tienes una gata?", "Canela"),
        ("es", "gata", "Canela"),
        ("zh-Hans", "你有猫吗？", "豆包"),
        ("zh-Hans", "猫", "豆包"),
    ],
)
@pytest.mark.parametrize("kind", ["numbered", "greeting"])
def test_what_the_askers_language_says_nearly_whole_goes_before_any_other_language(
    make: Make, posts: list[IndexedPassage], lang: str, question: str, name: str, kind: str
) -> None:
    ranking = make([*posts, *_CATS, *posted(ONE_LINERS[kind], first=200)]).search(Question(question, lang))
    assert ranking.answerable
    assert not ranking.cross_lingual
    assert ranking.quote is not None
    assert name in ranking.quote.text


@pytest.mark.parametrize(
    ("lang", "question", "answer"),
    [
        ("en", "What is 2026?", "2026"),
        ("en", "E27?", "E27"),
        ("en", "2026", "2026"),
        ("es", "¿Y 1820?", "1820"),
    ],
)
@pytest.mark.parametrize("kind", ONE_LINERS)
def test_a_number_that_a_passage_holds_is_found(
    make: Make, posts: list[IndexedPassage], lang: str, question: str, answer: str, kind: str
) -> None:
    lamps = posted(["The old lamps take an E27 bulb.", "In 2026 the lab moves to a new house."])
    ranking = make([*posts, *lamps, *posted(ONE_LINERS[kind], first=200)]).search(Question(question, lang))
    assert ranking.answerable
    assert ranking.quote is not None
    assert answer in ranking.quote.text
