"""Who asks how heavy something is is told its weight, which posts and tables seldom call its heaviness."""

import pytest

from memory.retrieval import cues
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make

_TOLD = {
    "en": (
        "Plough",
        ["Weight: 80 kg", "Length: 2.4 m", "Height: 1.1 m", "Price: 900 euros", "Age: 120 years"],
        {
            "How heavy is the plough?": "80 kg",
            "How long is the plough?": "2.4 m",
            "How tall is the plough?": "1.1 m",
            "How much is the plough?": "900 euros",
            "How old is the plough?": "120 years",
        },
    ),
    "de": (
        "Pflug",
        ["Gewicht: 80 kg", "Länge: 2,4 m", "Höhe: 1,1 m", "Preis: 900 Euro"],
        {
            "Wie schwer ist der Pflug?": "80 kg",
            "Wie lang ist der Pflug?": "2,4 m",
            "Wie hoch ist der Pflug?": "1,1 m",
            "Was kostet der Pflug?": "900 Euro",
        },
    ),
    "es": (
        "Arado",
        ["Peso: 80 kg", "Altura: 1,1 m", "Precio: 900 euros"],
        {"¿Cuánto pesa el arado?": "80 kg", "¿Cuánto cuesta el arado?": "900 euros"},
    ),
    "zh-Hans": (
        "犁",
        ["重量：80公斤", "高度：1.1米", "价格：900元"],
        {"这把犁多重？": "80公斤", "这把犁多高？": "1.1米", "这把犁多少钱？": "900元"},
    ),
}  # fmt: skip
_BESIDE = {
    "en": "The oven of our bakery is heated with old vine wood from the hills.",
    "de": "Der Ofen unserer Bäckerei wird mit altem Rebholz von den Hügeln geheizt.",
    "es": "El horno de nuestra panadería se calienta con leña vieja de vid.",
    "zh-Hans": "我们面包店的炉子用山上的老葡萄藤木加热。",
}


@pytest.mark.parametrize(
    ("lang", "question", "said"),
    [(lang, question, said) for lang, told in _TOLD.items() for question, said in told[2].items()],
)
def test_a_measure_is_told_by_its_name(make: Make, lang: str, question: str, said: str) -> None:
    title, rows, _ = _TOLD[lang]
    posts = [
        IndexedPassage(1, 1, title, "\n".join(rows), lang, heading=title),
        IndexedPassage(2, 2, "", _BESIDE[lang], lang),
    ]
    ranking = make(posts).search(Question(question, lang))
    assert ranking.answerable
    assert ranking.quote is not None
    best = posts[0].text[ranking.quote.best_start : ranking.quote.best_end]
    assert said in best, best


def test_a_measure_of_something_else_is_no_answer(make: Make) -> None:
    posts = [IndexedPassage(1, 1, "Plough", "Weight: 80 kg\nLength: 2.4 m", "en", heading="Plough")]
    posts += [IndexedPassage(2, 2, "", _BESIDE["en"], "en")]
    assert not make(posts).search(Question("How heavy is the anvil?", "en")).answerable


@pytest.mark.parametrize(
    "texts",
    [
        ["The plough is 80 kg. The weight of a sledge is 35 kg."],
        ["The plough is made of iron, 80 kg of it.", "Item: Sledge | Weight: 35 kg"],
        ["Item: Sledge | Weight: 35 kg\nItem: Plough | Weight: 80 kg"],
    ],
)
def test_what_is_measured_counts_for_more_than_its_measure(make: Make, texts: list[str]) -> None:
    posts = [IndexedPassage(n, n, "", text, "en") for n, text in enumerate([*texts, _BESIDE["en"]], 1)]
    ranking = make(posts).search(Question("How heavy is the plough?", "en"))
    assert ranking.quote is not None
    best = posts[ranking.quote.passage_id - 1].text[ranking.quote.best_start : ranking.quote.best_end]
    assert "80 kg" in best, best


@pytest.mark.parametrize(
    ("lang", "question", "asking"),
    [
        ("en", "How much does the old plough cost?", {"cost": ("price",)}),
        ("en", "How much wood is needed?", {}),
        ("en", "Is it heavy?", {}),
        ("es", "¿Cuanto pesa?", {"pesa": ("peso",)}),
        ("fr", "Combien ça pèse ?", {}),
        ("xx", "How heavy is it?", {}),
    ],
)
def test_only_what_asks_for_a_measure_stands_for_it(
    lang: str, question: str, asking: dict[str, tuple[str, ...]]
) -> None:
    assert cues.measured(question, lang) == asking


@pytest.mark.parametrize(
    ("lang", "title", "text", "question", "said"),
    [
        (
            "en", "Bertha, our cow", "Bertha came from Devon. She hates the rain.\nBertha is 140 cm tall.",
            "what's the height of Bertha", "140 cm",
        ),
        (
            "de", "Die Glocke", "Die Glocke kam aus Apolda.\nDie Glocke wiegt 300 Kilo.",
            "Welches Gewicht hat die Glocke?", "300 Kilo",
        ),
        (
            "es", "El molino", "El molino era de mi tío.\nEl molino mide 9 metros.",
            "¿Qué altura tiene el molino?", "9 metros",
        ),
        ("zh-Hans", "水塔", "水塔是爷爷盖的。\n水塔高12米。", "水塔的高度是多少？", "12米"),
    ],
)  # fmt: skip
def test_a_measure_that_is_asked_for_by_its_name_is_told_by_who_says_how_much(
    make: Make, lang: str, title: str, text: str, question: str, said: str
) -> None:
    posts = [
        IndexedPassage(1, 1, title, text, lang, heading=title),
        IndexedPassage(2, 2, "", _BESIDE[lang], lang),
    ]
    ranking = make(posts).search(Question(question, lang))
    assert ranking.quote is not None
    assert said in ranking.quote.text


@pytest.mark.parametrize(
    ("lang", "text", "question"),
    [
        ("en", "I bought my press for ninety pounds.", "How much did the press cost?"),
        ("de", "Der Amboss stand im Stall, ich habe ihn für 40 Euro gekauft.", "Was kostete der Amboss?"),
        ("de", "Der Amboss stand im Stall, gekauft für 40 Euro.", "Was hat der Amboss gekostet?"),
    ],
)
def test_what_something_cost_is_told_by_who_says_what_it_was_bought_for(
    make: Make, lang: str, text: str, question: str
) -> None:
    posts = [IndexedPassage(1, 1, "", text, lang), IndexedPassage(2, 2, "", _BESIDE[lang], lang)]
    assert make(posts).search(Question(question, lang)).answerable


def test_what_asks_in_one_german_word_is_no_topic(make: Make) -> None:
    text = "Die Walze nehme ich nur für Plakate. Den Rest mache ich von Hand."
    posts = [IndexedPassage(1, 1, "", text, "de"), IndexedPassage(2, 2, "", _BESIDE["de"], "de")]
    asked = make(posts)
    assert asked.search(Question("Wofür nimmst du die Walze?", "de")).answerable
    assert not asked.search(Question("Womit streichst du die Wände?", "de")).answerable
