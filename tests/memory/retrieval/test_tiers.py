"""What is kept for a tier is found by its holders, and changes nothing for anybody else."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.retrieval import Retriever
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make

_SECRETS = (
    "The secret recipe is beeswax with lavender.",
    "El secreto de la llama es la cera.",
    "火焰的秘密是蜡烛。",
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=st.sampled_from(
        ["What is the secret of the flame?", "La llama y la cera", "火焰的秘密", "beeswax lavender"]
    ),
    lang=st.sampled_from(["en", "es", "zh-Hans", "fr"]),
    held=st.sampled_from([frozenset(), frozenset({"silver"})]),
)
def test_what_the_viewer_may_not_see_never_changes_their_ranking(
    tmp_path_factory: pytest.TempPathFactory,
    posts: list[IndexedPassage],
    question: str,
    lang: str,
    held: frozenset[str],
) -> None:
    secrets = [
        IndexedPassage(100 + n, 100 + n, "Secret", text, code, tier="gold")
        for n, (text, code) in enumerate(zip(_SECRETS, ("en", "es", "zh-Hans"), strict=True))
    ]
    rankings = []
    for extra in ([], secrets):
        retriever = Retriever(tmp_path_factory.mktemp("creator"), encoder=None)
        retriever.add([*posts, *extra])
        retriever.commit(1)
        rankings.append(retriever.search(Question(question, lang, held)))
        retriever.close()
    assert rankings[0] == rankings[1]


def test_a_tiers_holder_sees_its_passages(make: Make, posts: list[IndexedPassage]) -> None:
    retriever = make([*posts, IndexedPassage(50, 50, "Lavender candles", _SECRETS[0], "en", tier="gold")])
    question = Question("What is the secret recipe with lavender?", "en", frozenset({"gold"}))
    ranking = retriever.search(question)
    assert ranking.quote is not None
    assert ranking.quote.passage_id == 50


def test_locked_titles_offer_their_tier_and_only_to_those_without_it(
    make: Make, posts: list[IndexedPassage]
) -> None:
    retriever = make([*posts, IndexedPassage(50, 50, "Lavender candles", _SECRETS[0], "en", tier="gold")])

    def offered(text: str, *held: str) -> tuple[str, ...]:
        question = Question(text, "en", frozenset(held))
        return retriever.locked_tiers(question, retriever.search(question))

    assert offered("How do I make lavender candles?") == ("gold",)
    assert offered("How do I make lavender candles?", "gold") == ()
    assert offered("What is the secret recipe?") == ()


@pytest.mark.parametrize(
    ("lang", "title", "asked", "generic"),
    [
        (
            "en", "The secret turbo notes",
            "How much boost does the turbo of the old Fiat take?", "Where do you keep your flame?",
        ),
        (
            "es", "Notas secretas del turbo",
            "¿Cuánta presión aguanta el turbo del Fiat viejo?", "¿Dónde está la llama?",
        ),
        ("zh-Hans", "涡轮的秘密笔记", "老菲亚特的涡轮能承受多大压力？", "火焰在哪里？"),
    ],
)  # fmt: skip
def test_a_word_that_only_a_locked_title_says_offers_its_tier(
    make: Make, posts: list[IndexedPassage], lang: str, title: str, asked: str, generic: str
) -> None:
    locked = IndexedPassage(50, 50, title, "1.2 bar.", lang, tier="gold")
    titles = {"en": "Secret notes on the flame", "es": "Notas secretas sobre la llama"}
    flame = IndexedPassage(51, 51, titles.get(lang, "关于火焰的秘密笔记"), "1.2 bar.", lang, tier="silver")
    retriever = make([*posts, locked, flame])
    for text, tiers in ((asked, ("gold",)), (generic, ())):
        question = Question(text, lang)
        assert (
            retriever.locked_tiers(question, replace(retriever.search(question), answerable=False)) == tiers
        )


def test_a_locked_title_that_says_all_of_the_question_goes_before_a_passage_that_says_less(
    make: Make, posts: list[IndexedPassage]
) -> None:
    secret = IndexedPassage(50, 50, "The candle flame in space", "It is a blue ball.", "en", tier="gold")
    retriever = make([*posts, secret])
    answered = retriever.search(Question("Why is the flame yellow?", "en"))
    assert answered.answerable
    asked = Question("What does a candle flame look like in space?", "en")
    assert retriever.locked_tiers(asked, answered) == ("gold",)
    for text in ("Why is the flame yellow?", "What is a candle flame?"):
        assert retriever.locked_tiers(Question(text, "en"), answered) == ()
