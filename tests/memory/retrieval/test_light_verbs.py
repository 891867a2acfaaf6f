"""How something works, what one does with it or takes for it is asked in verbs that no answer need say."""

import pytest

from kernel.lang import SUPPORTED
from memory.retrieval import analysis, terms
from memory.types import Question
from tests.memory.retrieval.conftest import Make, posted

_POSTS = {
    "en": (
        "A candle is a pump: the wick drinks melted wax and lifts it to the flame.",
        "Beeswax smells of honey. I buy mine from a neighbour.",
        "Dye goes in last, a pinch for each kilo.",
    ),
    "de": (
        "Der Fingertest verrät alles: Kommt die Delle langsam zurück, ist das Brot reif für den Ofen.",
        "Salz kommt mit zwei Prozent der Mehlmenge dazu, nie früher als nach der Ruhezeit.",
        "Meine Nachbarin bringt mir jeden Montag Eier.",
    ),
    "fr": (
        "Pour le sparring, jamais moins de seize onces.",
        "Le bandage commence par le poignet, trois tours, puis il passe entre les doigts.",
        "Ma voisine garde la clé du gymnase.",
    ),
    "es": (
        "La mecha sube la cera derretida como una bomba diminuta.",
        "El tinte va al final, una pizca por kilo.",
        "Mi vecina me trae huevos los lunes.",
    ),
    "ru": (
        "Старые балалайки я покрываю лаком, три слоя с перерывом в сутки.",
        "Соседка приносит мне яйца по понедельникам.",
        "Струны я покупаю в Вологде.",
    ),
}


@pytest.mark.parametrize(
    ("lang", "question", "said"),
    [
        ("en", "How does a wick work?", "pump"),
        ("de", "Wie funktioniert der Fingertest?", "Delle"),
        ("de", "Wie viel Salz nimmst du?", "zwei Prozent"),
        ("de", "Wie geht das mit dem Fingertest?", "Delle"),
        ("fr", "Comment fonctionne le bandage ?", "poignet"),
        ("fr", "Comment tu fais le bandage ?", "poignet"),
        ("es", "¿Cómo funciona la mecha?", "bomba"),
        ("es", "¿Cómo preparas el tinte?", "pizca"),
        ("en", "How do you prepare dye?", "pinch"),
        ("de", "Wie bereitest du das Brot zu?", "Delle"),
        ("fr", "Comment prépares-tu le bandage ?", "poignet"),
        ("ru", "Сколько слоёв лака ты кладёшь?", "три слоя"),
    ],
)
def test_a_light_verb_is_missed_in_no_answer(make: Make, lang: str, question: str, said: str) -> None:
    ranking = make(posted(_POSTS[lang], lang)).search(Question(question, lang))
    assert ranking.answerable
    assert ranking.quote is not None
    assert said in ranking.quote.text


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("en", "How does a motor work?"),
        ("en", "What do you take?"),
        ("de", "Wie funktioniert ein Fernseher?"),
        ("fr", "Comment fonctionne un moteur ?"),
        ("es", "¿Cómo funciona un motor?"),
        ("es", "¿Cómo preparas el pollo?"),
        ("de", "Wie bereitest du Fisch zu?"),
        ("fr", "Comment prépares-tu le poulet ?"),
        ("ru", "Как работает мотор?"),
    ],
)
def test_what_a_light_verb_is_asked_of_must_be_there(make: Make, lang: str, question: str) -> None:
    assert not make(posted(_POSTS[lang], lang)).search(Question(question, lang)).answerable


def test_a_verb_weighs_all_it_has_where_nothing_else_is_asked_about(make: Make) -> None:
    retriever = make(posted(["I work in Rotterdam, in a silo.", *_POSTS["en"]], "en"))
    assert "Rotterdam" in (
        quote.text if (quote := retriever.search(Question("Where do you work?", "en")).quote) else ""
    )


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Kann ich mit Karte zahlen?", "Kartenzahlung"),
        ("Wann ist der Laden offen?", "Hofladen"),
        ("Was kostet der Honig?", "Lindenhonig"),
    ],
)
def test_a_german_word_is_met_in_a_compound(make: Make, question: str, said: str) -> None:
    posts = (
        "Kartenzahlung nehmen wir seit Januar an.",
        "Der Hofladen ist freitags von zwei bis sechs offen.",
        "Ein Glas Lindenhonig kostet sieben Euro.",
        "Meine Nachbarin bringt mir jeden Montag Eier.",
    )
    retriever = make(posted(posts, "de"))
    ranking = retriever.search(Question(question, "de"))
    assert ranking.answerable
    assert ranking.quote is not None
    assert said in ranking.quote.text
    assert not retriever.search(Question("Wo finde ich eine Landkarte?", "de")).answerable


_POTTERY = (
    "أفتح ورشة الخزف كل يوم من التاسعة صباحا حتى الرابعة مساء ما عدا الجمعة.",
    "تعلمت الخزف على يد خالتي سلمى في مدينة فاس.",
    "أضيف إلى الطين قليلا من الرمل كي لا يتشقق.",
)


@pytest.mark.parametrize(
    ("question", "said"),
    [("من علمك الخزف؟", "سلمى"), ("متى تفتح الورشة؟", "التاسعة"), ("لماذا تضيف الرمل إلى الطين؟", "يتشقق")],
)
def test_what_one_is_asked_in_arabic_is_told_in_another_person(make: Make, question: str, said: str) -> None:
    ranking = make(posted(_POTTERY, "ar")).search(Question(question, "ar"))
    assert ranking.answerable
    assert ranking.quote is not None
    assert said in ranking.quote.text


def test_only_three_letters_below_a_person_are_a_verb() -> None:
    assert analysis.persons(["تفتح", "علم"], "ar")["علم"] == ["اعلم", "تعلم", "يعلم", "نعلم"]
    assert analysis.persons(["تفتح"], "ar") == {"تفتح": ["فتح", "افتح", "يفتح", "نفتح"]}
    assert analysis.persons(["كتاب", "افتتاح", "يد", ""], "ar") == {}
    assert analysis.persons(["تفتح"], "fa") == {}


def test_each_spoken_language_has_light_verbs() -> None:
    assert all(terms.light_verbs(lang) for lang in SUPPORTED)
