"""What stands under a heading, a question or a table's head answers for what these say, and they never do."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import docx
import pytest

from memory.chunking import chunk
from memory.readers import ReadOptions, read
from memory.retrieval import Retriever
from memory.types import IndexedPassage, Question

Sections = Sequence[tuple[str, str]]

_FAQS: Mapping[str, Sections] = {
    "Frequently asked questions": (
        ("How much does shipping cost?", "Within the EU it's 6 euros. Parcels leave on Mondays."),
        ("Do you ship to Canada?", "Yes, with a surcharge for customs papers."),
        ("Can I wash the scarves in a machine?", "Please don't. A spoon of vinegar keeps the colours."),
    ),
    "Preguntas frecuentes": (
        ("¿Cuándo abre el taller?", "De martes a viernes, de diez a seis. Los sábados solo con cita."),
        ("¿Haces encargos?", "Sí, pero la lista de espera es de cuatro meses."),
    ),
    "常见问题": (
        ("围巾多少钱？", "羊毛的每条三百八十元，丝绸的五百二十元。"),
        ("可以退货吗？", "收到后十四天内可以，邮费自理。"),
    ),
    "よくある質問": (
        ("ワークショップはどこで開かれますか？", "京都の町家で、月に二回です。定員は八名です。"),
        ("返品できますか？", "未使用なら十四日以内に承ります。"),
    ),
    "الأسئلة الشائعة": (
        ("كم سعر الوشاح؟", "وشاح الصوف بأربعين دينارًا، والحرير بستين."),
        ("هل تشحنون إلى المغرب؟", "نعم، خلال أسبوعين بالبريد المسجل."),
    ),
}
_LANGS = ("en", "es", "zh-Hans", "ja", "ar")


def _markdown(title: str, sections: Sections) -> bytes:
    return "\n\n".join([f"# {title}", *(f"## {asked}\n\n{told}" for asked, told in sections)]).encode()


def _html(title: str, sections: Sections) -> bytes:
    body = "".join(f"<h2>{asked}</h2><p>{told}</p>" for asked, told in sections)
    return f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}".encode()


def _word(title: str, sections: Sections) -> bytes:
    document = docx.Document()
    document.add_heading(title, 1)
    for asked, told in sections:
        document.add_heading(asked, 2)
        document.add_paragraph(told)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_FORMATS: Mapping[str, Callable[[str, Sections], bytes]] = {"md": _markdown, "html": _html, "docx": _word}


def indexed(path: Path, source: int) -> list[IndexedPassage]:
    """A file's passages as an index is given them."""
    (document,) = read(path, path.name, ReadOptions(), lambda _: None).documents
    found: list[IndexedPassage] = []
    above = None
    for part in chunk(document):
        number, heading = source * 100 + part.ordinal, part.locator.heading
        opens = heading is None or heading != above
        found.append(IndexedPassage(number, source, "", part.text, part.lang, None, heading or "", opens))
        above = heading
    return found


@pytest.fixture(scope="module", params=_FORMATS)
def faqs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """An index of the same questions and answers, as files of one format."""
    folder = tmp_path_factory.mktemp("faqs")
    retriever = Retriever(folder / "creator", encoder=None)
    for source, (title, sections) in enumerate(_FAQS.items(), 1):
        path = folder / f"{source}.{request.param}"
        path.write_bytes(_FORMATS[request.param](title, sections))
        retriever.add(indexed(path, source))
    retriever.commit(1)
    yield retriever
    retriever.close()


_PARAPHRASES = (
    ("en", "Is it possible to wash a scarf in the machine?", "Please don't."),
    ("es", "¿A qué hora abre tu taller?", "De martes a viernes"),
)


def test_what_a_heading_asks_is_answered_by_what_stands_below_it(faqs: Retriever) -> None:
    asked = [
        (lang, question, answer)
        for lang, sections in zip(_LANGS, _FAQS.values(), strict=True)
        for question, answer in sections
    ]
    for lang, question, answer in (*asked, *_PARAPHRASES):
        ranking = faqs.search(Question(question, lang))
        assert ranking.answerable, question
        assert ranking.quote is not None
        assert ranking.quote.text.startswith(answer), (question, ranking.quote.text)


def test_what_no_section_answers_is_declined(faqs: Retriever) -> None:
    for lang, question in (
        ("en", "What's your favourite film?"),
        ("en", "Who won the election?"),
        ("en", "Do you have any frequently asked questions?"),
        ("es", "¿Cuál es tu película favorita?"),
        ("zh-Hans", "你最喜欢的电影是什么？"),
        ("ar", "ما هي عاصمة فرنسا؟"),
    ):
        assert not faqs.search(Question(question, lang)).answerable, question


Make = Callable[..., Retriever]


def quoted(make: Make, question: str, *passages: tuple[str, str]) -> str:
    """What is quoted from (heading, text), or "" where the question is declined."""
    texts = [IndexedPassage(n, n, "", t, "en", None, h) for n, (h, t) in enumerate(passages, 1)]
    ranking = make(texts).search(Question(question, "en"))
    return ranking.quote.text if ranking.quote and ranking.answerable else ""


_STUDIO = "Tuesday to Friday, ten to six. We are two steps from the Malmo ferry. Saturdays by appointment."


def test_what_the_heading_alone_says_is_answered_from_the_beginning(make: Make) -> None:
    section = ("Opening hours of the Malmo studio", _STUDIO)
    assert quoted(make, "What are the opening hours of the Malmo studio?", section).startswith("Tuesday")


def test_what_the_heading_leaves_out_is_answered_by_the_sentence_that_says_it(make: Make) -> None:
    section = ("Opening hours of the Malmo studio", _STUDIO)
    assert "Saturdays" in quoted(make, "Is the Malmo studio open on Saturdays?", section)


def test_a_section_of_many_passages_is_answered_from_its_first(make: Make) -> None:
    heading = "How do I look after an indigo scarf?"
    texts = ("Let it dry in the shade.", "Iron from the left side.", "Keep moths away with cedar.")
    section = [IndexedPassage(n, 1, "", t, "en", None, heading, n == 2) for n, t in enumerate(texts, 1)]
    quote = make(section).search(Question(heading, "en")).quote
    assert quote is not None
    assert quote.text == "Iron from the left side."


@pytest.mark.parametrize("heading", ["Introduction", "FAQ", "Contact", "About the loom"])
def test_a_heading_that_nothing_was_written_under_answers_nothing(make: Make, heading: str) -> None:
    assert quoted(make, f"{heading}?", (heading, heading), ("", "Wax melts at sixty degrees.")) == ""


def test_a_usual_heading_answers_no_other_question(make: Make) -> None:
    sections = (
        ("Introduction", "I weave scarves on three looms in Gotland."),
        ("FAQ", "Everything is dyed with plants that grow behind the house."),
        ("Contact", "Write a letter, and I will answer within a week."),
    )
    for question in ("Who wrote the introduction to Hamlet?", "Do you wear contact lenses?"):
        assert quoted(make, question, *sections) == "", question


_RETURNS = (
    ("Shipping › Returns", "Within fourteen days, and you pay the postage."),
    ("Workshop tickets › Returns", "Until a week before it begins, in full."),
    ("Gift cards › Returns", "They stay valid for three years."),
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What about returns of workshop tickets?", _RETURNS[1][1]),
        ("How do returns of gift cards work?", _RETURNS[2][1]),
        ("How do shipping returns work?", _RETURNS[0][1]),
    ],
)
def test_what_stands_above_a_heading_tells_sections_of_one_name_apart(
    make: Make, question: str, answer: str
) -> None:
    assert quoted(make, question, *_RETURNS) == answer


def test_what_stands_above_a_heading_answers_no_other_question(make: Make) -> None:
    for question in ("Who wins the tickets of the lottery?", "How long do gift horses live?"):
        assert quoted(make, question, *_RETURNS) == "", question


_STARTER = "My sourdough starter"
_HOLIDAY = "I dry a few spoonfuls on baking paper before each trip. The powder keeps for a year in a jar."
_SMELL = "When it smells of nail polish it is hungry, so throw half away."


def titled(make: Make, question: str, title: str, *passages: tuple[str, str], lang: str = "en") -> str:
    """What is quoted from a document's (heading, text), beside another document; "" where it is declined."""
    other = IndexedPassage(99, 99, "Candles", "Wax melts at sixty degrees.", "en")
    texts = [IndexedPassage(n, 1, title, t, lang, None, h) for n, (h, t) in enumerate(passages, 1)]
    ranking = make([*texts, other]).search(Question(question, lang))
    return ranking.quote.text if ranking.quote and ranking.answerable else ""


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What do I do with the sourdough starter on holiday?", "I dry a few spoonfuls"),
        ("Where does the sourdough starter live?", "lives in a jam jar"),
        ("Why does my sourdough starter smell?", "nail polish"),
    ],
)
def test_a_title_is_said_by_all_below_it_and_the_section_that_has_the_rest_answers(
    make: Make, question: str, told: str
) -> None:
    sections = (
        (_STARTER, "The starter lives in a jam jar on the window sill. I feed it every evening."),
        ("On holiday", _HOLIDAY),
        ("Smell", _SMELL),
    )
    assert told in titled(make, question, _STARTER, *sections)


@pytest.mark.parametrize(
    ("lang", "question", "title", "description", "caption"),
    [
        (
            "en", "How many strokes per wheel when bleeding brakes?", "Bleeding the brakes alone",
            "Brakes without a helper: a valve, a hose and a jam jar.",
            "Pump the pedal slowly, eleven strokes for each wheel, until no bubbles come.",
        ),
        (
            "de", "Wie viele Züge pro Rad beim Entlüften der Bremsen?", "Bremsen entlüften, allein",
            "Bremsen ohne Helfer: ein Ventil, ein Schlauch und ein Glas.",
            "Das Pedal langsam treten, elf Züge für jedes Rad, bis keine Blasen mehr kommen.",
        ),
        (
            "ja", "ブレーキのエア抜きは一輪につき何回踏みますか？", "ブレーキのエア抜き",
            "ブレーキのエア抜きを一人でする方法です。",
            "一輪につき十一回、泡が出なくなるまでゆっくり踏みます。",
        ),
    ],
)  # fmt: skip
def test_captions_say_a_films_title_as_its_description_does(
    make: Make, lang: str, question: str, title: str, description: str, caption: str
) -> None:
    passages = ((title, description), ("", caption))
    assert titled(make, question, title, *passages, lang=lang).startswith(caption[:8])


def test_a_title_answers_no_question_about_something_else(make: Make) -> None:
    sections = (("On holiday", _HOLIDAY), ("Smell", _SMELL))
    for question in ("What music does the sourdough starter like?", "Who invented sourdough?"):
        assert titled(make, question, _STARTER, *sections) == "", question


_POST = """So why doesn't the wick get longer and longer as the candle sinks? Old tallow candles had that
problem, and somebody had to walk round with scissors. A modern wick is plaited so that its tip leans out
into the hot edge of the flame and burns away there. I still trim mine before I light it."""


def test_a_posts_own_question_gives_way_to_the_sentences_that_answer_it(make: Make) -> None:
    found = quoted(make, "Why does the wick not get longer?", ("", _POST))
    assert "plaited" in found
    assert "?" not in found


def test_a_post_that_only_asks_answers_nothing(make: Make) -> None:
    assert quoted(make, "Do you ship to Canada?", ("", "Do you ship to Canada?")) == ""


def test_an_answer_is_quoted_without_the_label_that_says_it_is_one(make: Make) -> None:
    text = "Q: What dyes do you use? A: Only madder, weld and woad. Q: Where do you live? A: In Gotland."
    assert quoted(make, "What dyes do you use?", ("", text)) == "Only madder, weld and woad."


_TABLE = "Item | Price\nWool scarf | 45 euros\nSilk scarf | 70 euros. On Mondays 60.\nBlanket | 180 euros"


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("What is the price of the blanket?", "Blanket | 180 euros"),
        ("What is the price of a silk scarf?", "Silk scarf | 70 euros. On Mondays 60."),
    ],
)
def test_a_tables_row_is_quoted_whole_and_without_its_head(make: Make, question: str, row: str) -> None:
    assert quoted(make, question, ("", _TABLE)) == row


def test_a_tables_head_is_never_quoted_alone(make: Make) -> None:
    found = quoted(make, "What is the price of each item?", ("Prices", _TABLE))
    assert found.startswith("Item | Price\nWool scarf | 45 euros")
