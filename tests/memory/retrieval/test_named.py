"""What a question asks about by name or by number, and whether a passage has it."""

import itertools
import time

import pytest
import regex

from memory.retrieval import named
from memory.retrieval.views import PassageView, analyse
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import STUDIO, Make, posted


def seen(text: str, lang: str, title: str = "", heading: str = "") -> PassageView:
    passage = IndexedPassage(1, 1, title, text, lang, heading=heading)
    return PassageView(passage, analyse(passage)[1])


@pytest.mark.parametrize(
    ("lang", "question", "names"),
    [
        ("en", "Who built the Mandrek clock?", ["mandrek"]),
        ("en", "Faraday was born where?", ["faraday"]),
        ("en", "What happened to Ana Sloane in 1848?", ["ana", "sloane", "1848"]),
        ("en", "who built the mandrek clock?", []),
        ("en", "WHO BUILT THE CLOCK?", []),
        ("en", "How Do I Make A Candle?", []),
        ("en", "Hi Ember, why does wax melt?", []),
        ("en", "Why does wax melt, Ember?", []),
        ("en", "Explain it. Why is it blue?", []),
        ("es", "¿Quién construyó el reloj de Montilla?", ["montilla"]),
        ("es", "¡Hola! ¿Dónde vives?", []),
        ("ru", "Сколько весит маятник Фуко?", ["фуко"]),
        ("el", "Ποιος έφτιαξε το ρολόι της Πάτρας;", ["πατρασ"]),
        ("de", "Wie lange brennt eine Kerze aus Bienenwachs?", []),
        ("de", "Können Sie mir eine Kerze schicken?", []),
        ("de", "Was hat Heinrich Bolte gebaut?", ["heinrich", "bolte"]),
        ("ja", "マーガリンを使えますか？", ["マーガリン"]),
        ("zh", "你用iPhone还是Leica？", ["leica"]),
    ],
)
def test_names_and_numbers_are_told_by_how_they_are_written(
    lang: str, question: str, names: list[str]
) -> None:
    assert list(named.read(question, lang)) == names


@pytest.mark.parametrize(
    ("lang", "question", "text", "share"),
    [
        ("en", "Who was Faraday?", "We met at Faraday's house.", 0.0),
        ("en", "Who was Faraday?", "We met at Newton's house.", 1.0),
        ("en", "Who was Farraday?", "Faraday was there.", 0.0),
        ("ru", "Кто такой Фарадей?", "Я читаю Фарадея.", 0.0),
        ("en", "Was Ana Sloane there?", "Ana Felling was there.", 0.5),
        ("en", "What was sold in 1,848 boxes?", "He filled 1848 boxes.", 0.0),
        ("en", "What happened in 1848?", "It was in 1849.", 0.25),
        ("en", "Can it be done in 10 minutes?", "It takes ten minutes.", 0.0),
        ("ja", "マーガリンは？", "バターを入れます。", 1.0),
    ],
)
def test_a_name_may_stand_in_another_form(lang: str, question: str, text: str, share: float) -> None:
    assert named.lacking(named.read(question, lang), seen(text, lang)) == share


def test_what_stands_above_a_passage_is_said_by_it() -> None:
    names = named.read("When did Faraday die?", "en")
    assert named.lacking(names, seen("He died in 1867.", "en", title="Michael Faraday")) == 0.0
    assert named.lacking(names, seen("He died in 1867.", "en", heading="Michael Faraday")) == 0.0
    assert named.lacking(names, seen("He died in 1867.", "en")) == 1.0


def test_who_asks_of_the_creator_by_name_asks_of_nobody_else(make: Make, posts: list[IndexedPassage]) -> None:
    retriever = make([*posts, *posted([STUDIO])])
    question = "When did Marlow move to the studio in the silo?"
    assert not retriever.search(Question(question, "en")).answerable
    assert retriever.search(Question(question, "en", called=("Marlow Reed · 烛星",))).answerable


_MEDAL = "Nel 2012 ho vinto la medaglia d'argento alla fiera di Longarone con un sorbetto al mandarino."
_GELATERIA = ("La gelateria apre alle undici e chiude a mezzanotte.", "Un cono medio costa due euro.")


@pytest.mark.parametrize(
    ("lang", "question", "answered"),
    [
        # A language that the product doesn't speak is taken for one beside it.
        ("es", "Chi ha vinto i mondiali nel 2006?", False),
        ("pt", "Chi ha vinto i mondiali nel 2006?", False),
        ("fr", "Chi ha vinto la medaglia nel 2012?", True),
        ("es", "Che cosa hai vinto nel 2012?", True),
    ],
)
def test_a_number_is_the_same_in_every_language(make: Make, lang: str, question: str, answered: bool) -> None:
    retriever = make(posted([_MEDAL, *_GELATERIA], "it"))
    assert retriever.search(Question(question, lang)).answerable == answered


def test_a_sentence_begins_where_a_search_back_from_the_word_says_so() -> None:
    back = regex.compile(r"(?:^|[.!?…:;。！？।;]|\n)[\p{P}\p{S}\s]*$")
    for pieces in itertools.product(("Ab", "é", "1", "中", ".", "…", ",", "+", " ", "\n"), repeat=4):
        text = "".join(pieces) + "Xy"
        ends = {match.end() for match in named._BEGINS.finditer(text)}
        for word in named._WORD.finditer(text):
            start = word.start()
            assert (start in ends) == (back.search(text, 0, start) is not None), (text, start)


@pytest.mark.parametrize("text", ["." * 1500 + "Ab " * 800, "…" * 1000 + "Ab cd " * 500])
def test_a_long_run_of_marks_is_read_once(text: str) -> None:
    named.read("Who built the clock?", "en")
    began = time.thread_time()
    named.read(text, "en")
    assert time.thread_time() - began < 0.5


@pytest.mark.parametrize("before", ["Melts wax, Ember", "Ember", "Hi Ember", "Ember, ", ", ", "!"])
@pytest.mark.parametrize("after", ["x", "", ",", "!x"])
def test_a_long_run_of_spaces_beside_who_is_addressed_is_read_once(before: str, after: str) -> None:
    called = named._CALLED.findall(f"{before} {after}")
    # Where each space were gone through from each before it: a minute and more.
    assert len(named._CALLED.findall(f"{before}{' ' * 100_000}{after}", timeout=5)) == len(called)
