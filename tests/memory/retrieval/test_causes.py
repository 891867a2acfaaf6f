"""What asks why is answered by what gives a cause, not by what only mentions all that is asked about."""

from collections.abc import Callable, Sequence

import pytest

from memory.retrieval import Encoder, Retriever, cues
from memory.types import IndexedPassage, Question

Make = Callable[[Sequence[IndexedPassage], Encoder | None], Retriever]


@pytest.mark.parametrize(
    ("lang", "question", "told", "mentioned"),
    [
        (
            "en",
            "Why is the glaze cracked?",
            "It cracks because it shrinks more than the clay.",
            "A crack again!",
        ),
        ("es", "¿Por qué se agrieta el esmalte?", "Se agrieta porque encoge más.", "Se agrieta el esmalte."),
        ("fr", "Pourquoi l'émail craque ?", "Il craque parce qu'il se rétracte.", "L'émail craque."),
        ("de", "Warum reißt die Glasur?", "Sie reißt, weil sie stärker schrumpft.", "Die Glasur reißt."),
        ("ru", "Почему трескается глазурь?", "Потому что она сжимается.", "Глазурь трескается."),
        ("ar", "لماذا يتشقق الطلاء؟", "يتشقق لأنه ينكمش.", "يتشقق الطلاء."),
        ("tr", "Sır neden çatlar?", "Daha çok büzüldüğü için çatlar.", "Sır çatlar."),
        ("ko", "유약은 왜 갈라져요?", "더 많이 줄어들기 때문에 갈라집니다.", "유약이 갈라집니다."),
        ("zh-Hans", "釉为什么会裂？", "因为它收缩得更厉害。", "釉裂了。"),
        ("ja", "釉薬はなぜひび割れる？", "より縮むためです。", "釉薬がひび割れる。"),
    ],
)
def test_a_cause_is_asked_for_and_told_in_many_languages(
    lang: str, question: str, told: str, mentioned: str
) -> None:
    assert "cause" in cues.asked_for(question, lang)
    assert cues.bears(told, lang, "cause", question)
    assert not cues.bears(mentioned, lang, "cause", question)


POSTS = (
    ("en", "My mugs have a matt blue glaze. I love how the blue glaze runs over the matt rim."),
    ("en", "The glaze runs down because it melts to a liquid above twelve hundred degrees. Clay stays hard."),
    ("en", "Come to the market on Sunday. I bring mugs, bowls and a few plates."),
    ("zh-Hans", "下次有人说釉是蓝的，请他看看杯底那一圈白。市集在星期天，我会带杯子去。"),
    ("en", "The glaze is blue because there is cobalt in it, as little as one part in a hundred."),
)


@pytest.mark.parametrize(
    ("lang", "question", "said"),
    [
        ("en", "Why does the glaze run?", "melts to a liquid"),
        ("en", "Why is the glaze blue?", "cobalt"),
        ("en", "How come your glaze is blue?", "cobalt"),
    ],
)
def test_the_sentence_that_gives_the_cause_goes_before_one_in_passing(
    make: Make, lang: str, question: str, said: str
) -> None:
    retriever = make([IndexedPassage(n, n, "", text, of) for n, (of, text) in enumerate(POSTS, 1)], None)
    found = retriever.search(Question(question, lang))
    assert found.answerable
    assert found.quote is not None
    assert said in found.quote.text


def test_what_is_called_in_another_sense_is_no_name(make: Make) -> None:
    """Spanish "llama" is a flame, and what something is called where that is asked."""
    posts = [
        ("en", "A candle flame is yellow because it is full of glowing soot."),
        ("en", "Call me on the phone before you come: my name is on the door."),
        ("en", "The workshop opens at nine and closes at five."),
    ]
    retriever = make([IndexedPassage(n, n, "", text, of) for n, (of, text) in enumerate(posts, 1)], None)
    found = retriever.search(Question("¿Por qué la llama es amarilla?", "es"))
    assert found.quote is not None
    assert "soot" in found.quote.text
