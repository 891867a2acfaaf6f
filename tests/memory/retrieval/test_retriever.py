"""What a fan's question finds: the right passage in any language, or an honest no, never what is locked."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.retrieval import Encoder, Retriever
from memory.types import IndexedPassage, Question

Make = Callable[..., Retriever]


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
        ("ru", "Почему пламя жёлтое?", "soot"),
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


def test_a_quote_stands_verbatim_where_it_says(make: Make, posts: list[IndexedPassage]) -> None:
    quote = make(posts).search(Question("Why is the flame yellow?", "en")).quote
    assert quote is not None
    text = posts[quote.passage_id - 1].text
    assert text[quote.start : quote.end] == quote.text
    assert text[quote.best_start : quote.best_end] in quote.text


def test_an_empty_index_and_an_empty_question_answer_nothing(make: Make, posts: list[IndexedPassage]) -> None:
    assert not make([]).search(Question("Why?", "en")).answerable
    for text in ("", "   ", "👍👍", "?!", "\x00"):
        assert not make(posts).search(Question(text, "en")).answerable


def test_a_passage_is_replaced_and_removed(make: Make, posts: list[IndexedPassage]) -> None:
    retriever = make(posts)
    retriever.add([replace(posts[0], text="A rainbow has seven colours.")])
    retriever.commit(2)
    assert retriever.count() == len(posts)
    assert not any("soot" in hit.text for hit in retriever.search(Question("yellow flame soot", "en")).hits)
    retriever.remove([1])
    retriever.commit(3)
    assert retriever.count() == len(posts) - 1
    assert not any(hit.passage_id == 1 for hit in retriever.search(Question("rainbow colours", "en")).hits)


def test_what_was_committed_survives_and_what_wasnt_is_fed_again(
    tmp_path: Path, posts: list[IndexedPassage]
) -> None:
    first = Retriever(tmp_path / "creator", encoder=None)
    first.add(posts[:3])
    first.commit(7)
    first.add(posts[3:])
    first.close()
    again = Retriever(tmp_path / "creator", encoder=None)
    assert (again.position, again.count()) == (7, 3)
    again.close()


def test_an_index_of_another_version_or_a_broken_one_begins_anew(
    tmp_path: Path, posts: list[IndexedPassage]
) -> None:
    for broken in ("version", "meta.json"):
        retriever = Retriever(tmp_path / broken, encoder=None)
        retriever.add(posts)
        retriever.commit(9)
        retriever.close()
        (tmp_path / broken / "public" / broken).write_text("0")
        fresh = Retriever(tmp_path / broken, encoder=None)
        assert (fresh.position, fresh.count()) == (0, 0)
        fresh.close()


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


def test_passages_put_in_again_and_again_score_as_those_put_in_once(
    make: Make, posts: list[IndexedPassage]
) -> None:
    """Replaced passages stay in the statistics for a while; that must not make their words telling."""
    once, often = make(posts), make(posts)
    for position in range(2, 8):
        often.add(posts[: position % 3 + 2])
        often.commit(position)
    for lang, text in (
        ("en", "What does the flame look like?"),
        ("zh", "蜡烛是什么？"),
        ("en", "Why is the flame yellow?"),
    ):
        first, second = once.search(Question(text, lang)), often.search(Question(text, lang))
        assert second.hits[0].passage_id == first.hits[0].passage_id, text
        assert second.hits[0].lexical == pytest.approx(first.hits[0].lexical, abs=0.15), text


def quoted_from(make: Make, text: str, question: str, lang: str = "en") -> str:
    """What of a passage is quoted for a question in its language."""
    quote = make([IndexedPassage(1, 1, "", text, lang)]).search(Question(question, lang)).quote
    assert quote is not None
    return quote.text


def test_the_sentence_that_names_whom_the_question_asks_for_is_quoted_too(make: Make) -> None:
    text = (
        "Las velas de sebo olían mal. En 1820 llegó un químico francés, Michel Chevreul. "
        "Descubrió que dentro del sebo hay una sustancia dura y limpia, la estearina. Con ella hacen velas."
    )
    quoted = quoted_from(make, text, "¿Quién descubrió la estearina?", "es")
    assert "Chevreul" in quoted
    assert "la estearina" in quoted


def test_a_posts_own_question_is_not_quoted_for_an_answer(make: Make) -> None:
    text = "Why doesn't the wick get longer as the candle sinks? It bends over and burns up at the edge."
    assert "burns up" in quoted_from(make, text, "how come the wick doesn't get longer")


def test_a_number_in_words_answers_how_many(make: Make) -> None:
    text = (
        "Faraday gave the lectures at the Royal Institution. He was sixty-nine when he gave them. "
        "The lectures were printed as a book."
    )
    assert "sixty-nine" in quoted_from(make, text, "How old was Faraday when he gave the lectures?")


_NOUNS = (
    "stamps",
    "coins",
    "shells",
    "buttons",
    "teapots",
    "postcards",
    "feathers",
    "maps",
    "keys",
    "bottles",
)
_TOWNS = ("Lisbon", "Prague", "Kyoto", "Oslo", "Cairo", "Lima", "Dakar", "Riga", "Turin", "Ghent")
_ONE_LINERS = {
    "collecting": [f"I collect {noun} from {town}." for noun in _NOUNS for town in _TOWNS[:3]],
    "numbered": [f"Item number {number} is a small wooden box." for number in range(30)],
    "greeting": ["Good morning friends, have a nice day!"] * 30,
    "counting": [str(number) for number in range(30)],
    "your things": [f"Your {noun} are in {town}." for noun, town in zip(_NOUNS, _TOWNS, strict=True)],
}
_STUDIO = "My studio is in Rotterdam, on the third floor of an old grain silo. I moved there in 2019."


def posted(texts: Sequence[str], lang: str = "en", first: int = 100) -> list[IndexedPassage]:
    """Each text a post of its own."""
    return [IndexedPassage(n, n, "", text, lang) for n, text in enumerate(texts, first)]


@pytest.mark.parametrize("kind", _ONE_LINERS)
@pytest.mark.parametrize("beside", [False, True])
def test_what_a_passage_says_is_answered_and_what_none_says_is_declined_whatever_one_liners_there_are(
    make: Make, posts: list[IndexedPassage], kind: str, beside: bool
) -> None:
    others = [*(posts if beside else []), *posted(_ONE_LINERS[kind])]
    for question in ("Where is your studio?", "Where's your studio?"):
        assert not make(others).search(Question(question, "en")).answerable
        ranking = make([*others, *posted([_STUDIO], first=99)]).search(Question(question, "en"))
        assert ranking.answerable
        assert ranking.quote is not None
        assert "Rotterdam" in ranking.quote.text


def test_a_word_in_passing_is_no_answer(make: Make, posts: list[IndexedPassage]) -> None:
    passing = posted(
        [
            "The pull that lets the corner of a towel drink a basin dry draws the molten wax up between the "
            "fibres of the wick, against its own weight, and so it comes to where the heat is."
        ]
    )
    ranking = make([*posts, *passing, *posted(_ONE_LINERS["greeting"], first=200)]).search(
        Question("What do you drink?", "en")
    )
    assert not ranking.answerable


_ASKED = (
    ("en", "Where is your studio?"),
    ("en", "What do you collect?"),
    ("en", "Why is the flame yellow?"),
    ("en", "What's your favourite film?"),
    ("es", "¿Por qué la llama sube?"),
    ("zh-Hans", "蜡烛熄灭后为什么能隔空点燃？"),
)


def _answers(retriever: Retriever) -> list[tuple[bool, str, float, list[str]]]:
    rankings = [retriever.search(Question(text, lang)) for lang, text in _ASKED]
    return [
        (r.answerable, r.quote.text if r.quote else "", round(r.confidence, 3), [hit.text for hit in r.hits])
        for r in rankings
    ]


def test_the_same_posts_give_the_same_answers_in_whatever_order_they_came_and_after_a_restart(
    tmp_path: Path, posts: list[IndexedPassage]
) -> None:
    texts = [
        *((post.lang, post.text) for post in posts),
        *(("en", text) for text in [_STUDIO, *_ONE_LINERS["collecting"], *_ONE_LINERS["numbered"]]),
    ]
    found = []
    for seed in range(3):
        random.Random(seed).shuffle(texts)
        came = [IndexedPassage(n, n, "", text, lang) for n, (lang, text) in enumerate(texts, 1)]
        retriever = Retriever(tmp_path / str(seed), encoder=None)
        for start in range(0, len(came), 9):
            retriever.add(came[start : start + 9])
            retriever.commit(start + 1)
            retriever.search(Question("Where is your studio?", "en"))
        found.append(_answers(retriever))
        retriever.close()
        retriever = Retriever(tmp_path / str(seed), encoder=None)
        found.append(_answers(retriever))
        retriever.close()
    for other in found[1:]:
        assert other == found[0]


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
    ranking = make([*posts, *_CATS, *posted(_ONE_LINERS[kind], first=200)]).search(Question(question, lang))
    assert ranking.answerable
    assert not ranking.cross_lingual
    assert ranking.quote is not None
    assert name in ranking.quote.text


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


@pytest.mark.parametrize(
    ("lang", "question", "answer"),
    [
        ("en", "What is 2026?", "2026"),
        ("en", "E27?", "E27"),
        ("en", "2026", "2026"),
        ("es", "¿Y 1820?", "1820"),
    ],
)
@pytest.mark.parametrize("kind", _ONE_LINERS)
def test_a_number_that_a_passage_holds_is_found(
    make: Make, posts: list[IndexedPassage], lang: str, question: str, answer: str, kind: str
) -> None:
    lamps = posted(["The old lamps take an E27 bulb.", "In 2026 the lab moves to a new house."])
    ranking = make([*posts, *lamps, *posted(_ONE_LINERS[kind], first=200)]).search(Question(question, lang))
    assert ranking.answerable
    assert ranking.quote is not None
    assert answer in ranking.quote.text
