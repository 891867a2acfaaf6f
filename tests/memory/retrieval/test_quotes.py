"""What of a passage is quoted: its own words, those that answer."""

from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make


def quoted_from(make: Make, text: str, question: str, lang: str = "en") -> str:
    """What of a passage is quoted for a question in its language."""
    quote = make([IndexedPassage(1, 1, "", text, lang)]).search(Question(question, lang)).quote
    assert quote is not None
    return quote.text


def test_a_quote_stands_verbatim_where_it_says(make: Make, posts: list[IndexedPassage]) -> None:
    quote = make(posts).search(Question("Why is the flame yellow?", "en")).quote
    assert quote is not None
    text = posts[quote.passage_id - 1].text
    assert text[quote.start : quote.end] == quote.text
    assert text[quote.best_start : quote.best_end] in quote.text


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
