"""Everyday questions whose words the answer doesn't say: other forms of verbs, what asks for a measure."""

import pytest

from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make

_POSTS = {
    "en": (
        "The kiln goes up to 1240 degrees. I bought it used in 2016. A firing takes eleven hours.",
        "My aunt Ruth made teapots in Cornwall for forty years.",
        "Mugs go in the dishwasher, but never in the microwave.",
    ),
    "es": (
        "Cuezo a 1240 grados en un horno eléctrico. Una cocción dura once horas.",
        "El azul me sale con cobalto, el verde es cobre.",
    ),
    "de": (
        "Ich brenne bei 1240 Grad in einem Elektroofen.",
        "Reißt ein Henkel beim Trocknen, dann wickle ich den nächsten in Folie.",
    ),
    "fr": ("Je cuis à 1240 degrés dans un four d'occasion.", "Si une anse se fend, je l'emballe."),
}  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "question", "told"),
    [
        ("en", "When did you buy the kiln?", "2016"),
        ("en", "How hot is the kiln?", "1240 degrees"),
        ("es", "¿A qué temperatura cueces?", "1240 grados"),
        ("es", "¿Cuánto tarda una cocción?", "once horas"),
        ("de", "Wie heiß brennst du?", "1240 Grad"),
        ("de", "Mein Henkel ist gerissen, was tun?", "Folie"),
        ("fr", "À quelle température tu cuis ?", "1240 degrés"),
        ("fr", "Pourquoi les anses se fendent ?", "emballe"),
    ],
)
def test_it_is_found(make: Make, lang: str, question: str, told: str) -> None:
    posts = [IndexedPassage(n, n, "", text, lang) for n, text in enumerate(_POSTS[lang], 1)]
    ranking = make(posts).search(Question(question, lang))
    assert ranking.answerable
    assert ranking.quote is not None
    assert told in ranking.quote.text


def test_what_is_near_but_not_told_isnt(make: Make) -> None:
    posts = [IndexedPassage(n, n, "", text, "en") for n, text in enumerate(_POSTS["en"], 1)]
    retriever = make(posts)
    for question in (
        "How hot is the dishwasher?",
        "When did you buy the teapots?",
        "What does the kiln cost?",
    ):
        assert not retriever.search(Question(question, "en")).answerable, question


def test_the_sentence_with_the_heat_is_quoted(make: Make) -> None:
    posts = ("Hide glue sets fast. I heat it to 60 degrees.", "The bow hangs behind the door.")
    retriever = make([IndexedPassage(n, n, "", text, "en") for n, text in enumerate(posts, 1)])
    ranking = retriever.search(Question("How hot do you heat the hide glue?", "en"))
    assert ranking.quote is not None
    assert "60 degrees" in ranking.quote.text
