"""What leans on the question before it is answered with its subject, never by that alone."""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from memory.retrieval import Encoder, Retriever
from memory.retrieval.leaning import leans, leaves_out, subject
from memory.types import IndexedPassage, Question

FOLLOWING = tomllib.loads(Path(__file__).with_name("leaning.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "how long did it take you to fix him?"),
        ("en", "and my 6 year old?"),
        ("en", "and in winter?"),
        ("en", "how much is it?"),
        ("es", "¿qué le pasó?"),
        ("es", "¿y por qué esa?"),
        ("pt", "e quanto custa?"),
        ("fr", "et combien ça coûte ?"),
        ("de", "und was kostet das?"),
        ("ru", "а сколько она стоит?"),
        ("uk", "а скільки вона коштує?"),
        ("ar", "وكم سعره؟"),
        ("tr", "peki o ne kadar?"),
        ("fa", "و قیمتش چند است؟"),
        ("hi", "और उसका दाम?"),
        ("id", "dan berapa harganya?"),
        ("vi", "còn nó giá bao nhiêu?"),
        ("ko", "그리고 가격은요?"),
        ("zh-Hans", "它是哪一年雕刻的？"),
        ("zh-Hant", "那價格呢？"),
        ("ja", "そして値段は？"),
        ("th", "แล้วราคาเท่าไหร่"),
    ],
)
def test_what_begins_with_and_or_means_something_said_before_leans(lang: str, text: str) -> None:
    assert leans(text, lang)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "who carved the oldest horse in Ghent?"),
        ("en", "and which of the seven horses in the outer row has the deepest carving of all?"),
        ("en", "can I take photographs of the workshop?"),
        ("es", "¿de qué madera son los caballos nuevos?"),
        ("en", ""),
    ],
)
def test_what_has_a_subject_of_its_own_does_not(lang: str, text: str) -> None:
    assert not leans(text, lang)


@pytest.mark.parametrize("lang", FOLLOWING)
def test_a_copula_an_article_or_the_present_time_refers_to_nothing_said_before(lang: str) -> None:
    """What is a pronoun in one sentence is none in another: "ما هو …؟", "this year", "en hiver"."""
    told = FOLLOWING[lang]
    assert [text for text in told["leaning"] if not leans(text, lang)] == []
    assert [text for text in told["apart"] if leans(text, lang)] == []


def test_the_subject_is_what_was_asked_about_and_whom_the_answer_named() -> None:
    asked, quote = "who is your oldest horse?", "The oldest horse is called Bucephalus."
    assert subject("what colour is he?", "en", asked, quote, "en") == "oldest horse bucephalus"
    assert subject("and the horse next to him?", "en", asked, quote, "en") == "oldest bucephalus"


@pytest.mark.parametrize("encoded", [False, True])
def test_old_words_alone_answer_nothing(
    make: Callable[[Sequence[IndexedPassage], Encoder | None], Retriever],
    encoder: Encoder,
    *,
    encoded: bool,
) -> None:
    """A passage that says all of the question before says nothing of "who invented it?" by that."""
    text = (
        "You can visit the workshop on Thursdays from two to five. The price of a ticket is six euros. "
        "Restoring the oldest horse took me seven months."
    )
    retriever = make([IndexedPassage(1, 1, "The workshop", text, "en")], encoder if encoded else None)
    for asked in ("and who invented it?", "and the parking?", "what does he eat?", "is it haunted?"):
        found = retriever.search(Question(asked, "en", after="visit workshop oldest horse"))
        assert not found.answerable, asked
    priced = retriever.search(Question("how much is it?", "en", after="visit workshop"))
    assert priced.answerable
    assert priced.quote
    assert priced.quote.text == "The price of a ticket is six euros."


_PRICED = (
    ("en", "The press", "I bought it in Leeds. It weighs half a ton. It cost me 340 pounds, with the van."),
    ("en", "The kit", "The kit for beginners has soap and wax. The price is 20 pounds."),
    ("en", "The stove", "I found a stove in Hull. It cost 55 pounds and smokes."),
    ("en", "Debts", "A friend lent me the rent, and then I pay everything back."),
    ("es", "Taller", "El taller abre los sábados de diez a dos. Hay café."),
    ("es", "Tienda", "La tienda cierra a las ocho. Hay pan."),
)


@pytest.mark.parametrize(
    ("asked", "lang", "about", "said"),
    [
        ("how much did you pay for it?", "en", "press leeds", "340 pounds"),
        ("how much did you pay for it?", "en", "stove hull", "55 pounds"),
        ("how much was it?", "en", "press leeds", "340 pounds"),
        ("¿a qué hora es?", "es", "taller sábados", "de diez a dos"),
    ],
)
def test_a_price_or_an_hour_is_told_of_what_was_spoken_of(
    make: Callable[[Sequence[IndexedPassage], Encoder | None], Retriever],
    posts: Sequence[IndexedPassage],
    asked: str,
    lang: str,
    about: str,
    said: str,
) -> None:
    """By its own words it has none, or is answered by "then I pay everything back"."""
    priced = [
        IndexedPassage(100 + n, 100 + n, head, text, tag) for n, (tag, head, text) in enumerate(_PRICED)
    ]
    retriever = make([*posts, *priced], None)
    assert not retriever.search(Question(asked, lang)).answerable
    found = retriever.search(Question(asked, lang, after=about))
    assert found.answerable
    assert found.quote
    assert said in found.quote.text


def test_a_price_is_left_out_where_only_the_words_of_the_question_tell_one() -> None:
    asked = "how much did you pay for it?"
    assert leaves_out(asked, "en", "A friend lent me the rent, and then I pay everything back.", "en")
    for quote in ("I got it for free.", "A few quid.", "Three hundred, I think."):
        assert not leaves_out(asked, "en", quote, "en")
    assert not leaves_out("how much is it?", "en", "Entry is free.", "en")
