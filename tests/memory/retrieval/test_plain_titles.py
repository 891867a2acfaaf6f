"""A title that no format marks, a short line above a paragraph, is no answer: what stands below it is."""

import io
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from memory.retrieval import Retriever
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.test_headings import indexed

Make = Callable[..., Retriever]


def _word(text: str) -> bytes:
    """Its lines as paragraphs without any style."""
    document, out = docx.Document(), io.BytesIO()
    for line in filter(None, text.split("\n")):
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


def quoted(make: Make, folder: Path, lang: str, question: str, text: str, suffix: str = "txt") -> str:
    """What is quoted from a file, or "" where the question is declined."""
    path = folder / f"notes.{suffix}"
    path.write_bytes(_word(text) if suffix == "docx" else text.encode())
    ranking = make(indexed(path, 1)).search(Question(question, lang))
    return ranking.quote.text if ranking.quote and ranking.answerable else ""


@pytest.mark.parametrize("suffix", ["txt", "docx"])
@pytest.mark.parametrize(
    ("lang", "question", "text", "answer"),
    [
        (
            "en",
            "Can I take a fountain pen on a plane?",
            "Flying with a fountain pen\n\nKeep the nib pointing up during take-off and landing. Fill the "
            "converter to the brim, or empty it. A plastic bag saves your shirt.\n\nNobody ever stopped me.",
            "Keep the nib pointing up",
        ),
        (
            "es",
            "¿Cómo limpio mi cafetera italiana?",
            "Cómo limpiar la cafetera italiana\n\nSolo agua caliente, nunca jabón. Seca bien cada pieza "
            "antes de volver a montarla, porque la goma se pudre.",
            "Solo agua caliente",
        ),
        (
            "de",
            "Wie komme ich mit dem Fahrrad durch den Winter?",
            "Mit dem Fahrrad durch den Winter\n\nSenke den Reifendruck um ein halbes Bar und öle die Kette "
            "nach jeder Salzfahrt. Handschuhe mit zwei Fingern halten wärmer.",
            "Senke den Reifendruck",
        ),
        (
            "zh-Hans",
            "多肉植物怎么浇水？",
            "多肉植物浇水的方法\n\n等土完全干透以后再浇，一次浇透。夏天高温时它会休眠，这时候宁可少浇。",
            "等土完全干透",
        ),
        (
            "ja",
            "万年筆はどうやって洗いますか？",
            "万年筆の洗い方\n\nぬるま湯に一晩つけておきます。インクが出なくなるまで水を替えてください。",
            "ぬるま湯に一晩",
        ),
        (
            "ar",
            "كيف أعتني بنبات الريحان في الشتاء؟",
            "العناية بنبات الريحان في الشتاء\n\nضعه قرب نافذة مشمسة ولا تسقه إلا حين يجف التراب. اقطف "
            "الأوراق العليا أولًا حتى يتفرع.",
            "ضعه قرب نافذة",
        ),
    ],
)
def test_what_stands_below_a_title_is_the_answer(
    make: Make, tmp_path: Path, suffix: str, lang: str, question: str, text: str, answer: str
) -> None:
    assert answer in quoted(make, tmp_path, lang, question, text, suffix)


def test_titles_within_a_text_are_of_what_follows_them(make: Make, tmp_path: Path) -> None:
    text = (
        "Care of leather boots\n\nWipe them with a damp cloth after every walk. Let them dry far from any "
        "heater.\n\nWaxing\n\nWarm it with your fingers and rub it into the seams first. Two thin coats do "
        "more than a thick one."
    )
    assert "Warm it with your fingers" in quoted(make, tmp_path, "en", "Tell me about waxing.", text)


@pytest.mark.parametrize(
    ("lang", "question", "text", "answer"),
    [
        ("en", "Are you closed on Monday?", "Closed on Monday\n\nSee you on Tuesday!", "Closed on Monday"),
        (
            "en",
            "Are you closed on Monday?",
            "Closed on Monday\n\nThe oven is being repaired. We are sorry for the trouble, and thank you for "
            "your patience all these weeks.",
            "Closed on Monday\nThe oven is being repaired.",
        ),
        (
            "en",
            "What are your candles made of?",
            "Our candles are made of soy wax\n\nWe switched years ago. It burns cleaner and slower than what "
            "we had before.",
            "Our candles are made of soy wax",
        ),
        (
            "en",
            "How much is the entry?",
            "Entry costs 12 crowns\n\nChildren come in free. Bring coins, since the machine takes no cards.",
            "Entry costs 12 crowns",
        ),
        (
            "fr",
            "Où dort le chat ?",
            "Le chat dort sur la fenêtre\nLa pluie compte les carreaux\n\nUn bateau rêve de mer",
            "Le chat dort sur la fenêtre",
        ),
        (
            "en",
            "Where is the vanilla from?",
            "Flour\nVanilla from Madagascar\n\nMix everything, fill it into a buttered tin and bake it for "
            "an hour, until a needle comes out clean.",
            "Vanilla from Madagascar",
        ),
        ("zh-Hans", "周一休息吗？", "周一休息\n\n周二照常营业！", "周一休息"),
        ("ar", "هل المحل مغلق يوم الاثنين؟", "مغلق يوم الاثنين\n\nنراكم يوم الثلاثاء!", "مغلق يوم الاثنين"),
    ],
)
def test_a_line_that_tells_something_is_quoted(
    make: Make, tmp_path: Path, lang: str, question: str, text: str, answer: str
) -> None:
    assert answer in quoted(make, tmp_path, lang, question, text)


def test_what_the_source_is_called_is_not_said_twice(make: Make) -> None:
    title = "Cleaning a burnt kettle"
    advice = "Boil water with two spoons of citric acid and let it stand for an hour. Then rinse it twice."
    texts = [IndexedPassage(1, 1, title, f"{title}\n{advice}", "en")]
    quote = make(texts).search(Question("How do I clean my burnt kettle?", "en")).quote
    assert quote is not None
    assert quote.text == advice
