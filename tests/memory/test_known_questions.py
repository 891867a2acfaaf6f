"""Known questions are recognised when they are asked again, in any language; others aren't taken for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from memory.known_questions import KnownQuestion, KnownQuestions, SameQuestions
from memory.likeness import Vector
from memory.retrieval import Encoder, EncoderUnavailable, particulars

CAMERA, PRICE, FILM, SEASON = range(1, 5)
KNOWN = (
    KnownQuestion(CAMERA, "What camera do you use?", "en"),
    KnownQuestion(PRICE, "How much does the course cost?", "en"),
    KnownQuestion(FILM, "¿Cuál es tu película preferida?", "es"),
    KnownQuestion(SEASON, "第二季什么时候出？", "zh-Hans"),
)


@dataclass
class Endpoint:
    """An encoder for English that notes what it reads, or is away."""

    inner: Encoder
    away: bool = False
    read: list[str] = field(default_factory=list)
    name: str = "endpoint"

    def covers(self, lang: str) -> bool:
        return self.inner.covers(lang)

    def resting(self) -> bool:
        return False

    def encode(self, texts: Sequence[str]) -> Vector:
        if self.away:
            raise EncoderUnavailable("away")
        self.read += texts
        return self.inner.encode(texts)


@pytest.fixture(scope="module")
def known(encoder: Encoder) -> KnownQuestions:
    return KnownQuestions(KNOWN, encoder)


def answer(known: KnownQuestions, text: str, lang: str) -> int | None:
    found = known.find(text, lang)
    return found.known.answer if found and found.sure else None


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("What camera do you use?", "en", CAMERA),
        ("what camera are you using", "en", CAMERA),
        ("What's the price of the course?", "en", PRICE),
        ("¿Cuánto cuesta el curso?", "es", PRICE),
        ("¿cuál es tu película preferida", "es", FILM),
        ("第二季什么时候出", "zh-Hans", SEASON),
    ],
)
def test_a_known_question_is_recognised(known: KnownQuestions, text: str, lang: str, expected: int) -> None:
    assert answer(known, text, lang) == expected


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("What microphone do you use?", "en"),
        ("How long does the course take?", "en"),
        ("¿Cuál es tu libro preferido?", "es"),
        ("这个课程要上多久？", "zh-Hans"),
        ("ما هو كتابك المفضل؟", "ar"),
        ("Why is the sky blue?", "en"),
        ("", "en"),
    ],
)
def test_a_question_that_is_only_alike_is_not(known: KnownQuestions, text: str, lang: str) -> None:
    assert answer(known, text, lang) is None


def test_a_question_between_two_answers_is_less_sure(encoder: Encoder) -> None:
    course = KnownQuestion(1, "What does the candle course cost?", "en")
    rival = KnownQuestion(2, "What do the candle moulds cost?", "en")
    alone, among = (
        KnownQuestions(known, encoder).find("What does the candle cost?", "en")
        for known in ([course], [course, rival])
    )
    assert alone
    assert among
    assert among.confidence < alone.confidence


@pytest.mark.parametrize(
    ("text", "lang", "again"),
    [
        ("ما هي تجربتك المفضلة؟", "ar", True),
        ("Какой твой любимый эксперимент?", "ru", True),
        ("你最喜欢的实验是什么？", "zh-Hans", True),
        ("ما هو فيلمك المفضل؟", "ar", False),
        ("ما هو كتابك المفضل؟", "ar", False),
        ("Какой твой любимый фильм?", "ru", False),
        ("你最喜欢的电影是什么？", "zh-Hans", False),
    ],
)
def test_the_only_known_question_is_not_taken_for_one_of_another_thing_in_another_language(
    encoder: Encoder, text: str, lang: str, again: bool
) -> None:
    only = KnownQuestions([KnownQuestion(1, "¿Cuál es tu experimento favorito?", "es")], encoder)
    assert answer(only, text, lang) == (1 if again else None)


def test_the_same_words_are_sure_and_of_two_the_first_counts(encoder: Encoder) -> None:
    twice = KnownQuestions([KnownQuestion(n, "Where do you live?", "en") for n in (7, 8)], encoder)
    found = twice.find("Where do you live?", "en")
    assert found
    assert (found.known.answer, found.sure) == (7, True)


def test_without_an_encoder_words_are_compared() -> None:
    known = KnownQuestions(KNOWN)
    assert answer(known, "what camera do you use", "en") == CAMERA
    assert answer(known, "What microphone do you use?", "en") is None
    assert KnownQuestions(()).find("What camera do you use?", "en") is None


def test_what_was_known_before_is_not_encoded_again(encoder: Encoder) -> None:
    endpoint = Endpoint(encoder)
    before = KnownQuestions(KNOWN[:2], endpoint)
    assert len(endpoint.read) == 2
    KnownQuestions(KNOWN, endpoint, before)
    assert len(endpoint.read) == 4


def test_one_whose_encoder_is_away_says_so_and_goes_by_words(encoder: Encoder) -> None:
    known = KnownQuestions(KNOWN, Endpoint(encoder, away=True))
    assert not known.whole
    assert answer(known, "what camera do you use", "en") == CAMERA


def test_the_same_questions_stand_together_across_languages(encoder: Encoder) -> None:
    asked = [
        ("What is your favourite film?", "en"),
        ("Do you ship to Spain?", "en"),
        ("what's your favorite movie", "en"),
        ("¿Cuál es tu película preferida?", "es"),
        ("How do you write your scripts?", "en"),
        ("你最喜欢哪部电影？", "zh-Hans"),
        ("What is your favourite book?", "en"),
        ("¿Hacéis envíos a España?", "es"),
    ]
    clusters = {tuple(each) for each in SameQuestions(asked, encoder).clusters()}
    assert clusters == {(0, 2, 3, 5), (1, 7), (4,), (6,)}


OPEN, SHIP, BEST = range(10, 13)
TURNING = (
    KnownQuestion(OPEN, "Is the workshop open on Sunday?", "en"),
    KnownQuestion(SHIP, "Do you ship to Canada?", "en"),
    KnownQuestion(BEST, "What's your favourite film?", "en"),
    KnownQuestion(OPEN, "¿Abre el taller los domingos?", "es"),
    KnownQuestion(OPEN, "星期日工作室开门吗？", "zh-Hans"),
)


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("is the workshop open on sunday", "en", OPEN),
        ("Is your workshop open on Sundays?", "en", OPEN),
        ("Is the workshop open on Monday?", "en", None),
        ("is the workshop open on monday?", "en", None),
        ("Is the workshop closed on Sunday?", "en", None),
        ("Do you ship to Canada?", "en", SHIP),
        ("do you ship to Canada, Ember?", "en", SHIP),
        ("Do you ship from Canada?", "en", None),
        ("Do you ship to Norway?", "en", None),
        ("what's your favorite film", "en", BEST),
        ("What's your least favourite film?", "en", BEST),
        ("¿Abre el taller los lunes?", "es", None),
        ("星期一工作室开门吗？", "zh-Hans", None),
        ("星期日工作室关门吗？", "zh-Hans", None),
    ],
)
def test_a_question_that_turns_on_another_day_name_or_the_opposite_is_another(
    encoder: Encoder, text: str, lang: str, expected: int | None
) -> None:
    assert answer(KnownQuestions(TURNING, encoder), text, lang) == expected


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [
        ("Can I buy prints from you?", "Is it possible to buy prints?", "en"),
        ("Hast du Lust auf ein Treffen?", "Hast du Lust zu einem Treffen?", "de"),
        ("C'est quoi ta plus grande peur ?", "De quoi as-tu peur, au moins un peu ?", "fr"),
        ("¿Qué es lo que más te gusta?", "¿Qué te gusta, al menos?", "es"),
        ("От кого ты это узнал?", "В каком месте ты это узнал?", "ru"),
        ("من يعلمك الرسم؟", "هل تذهب إلى معلم للرسم؟", "ar"),
    ],
)
def test_a_word_that_means_much_else_makes_no_opposite(one: str, other: str, lang: str) -> None:
    assert not particulars.read(one, lang).apart(particulars.read(other, lang))


@pytest.mark.parametrize("verb", ["ship", "deliver", "send"])
def test_where_things_are_sent_to_is_the_opposite_of_where_from(verb: str) -> None:
    to, origin = (particulars.read(f"Do you {verb} {word} Canada?", "en") for word in ("to", "from"))
    assert to.apart(origin)
