"""A question that a table answers is answered by the row, which says what the table's head says of it."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import docx
import pytest

from memory.types import IndexedPassage, Question
from tests.factories import media
from tests.memory.retrieval.conftest import Make
from tests.memory.retrieval.test_headings import indexed

Rows = Sequence[Sequence[str]]

_HOURS = (("Day", "Opens", "Closes"), ("Friday", "07:30", "18:00"), ("Saturday", "08:15", "14:00"))
_PRICES = (
    ("Item", "Price", "Weight"),
    ("Wool scarf", "45 euros", "90 g"),
    ("Blanket", "180 euros", "1.2 kg"),
)
_HOURS_ZH = (("日期", "开门", "关门"), ("星期五", "07:30", "18:00"), ("星期六", "08:15", "14:00"))
_PRICES_ZH = (("商品", "价格", "重量"), ("羊毛围巾", "380元", "90克"), ("毛毯", "1280元", "1.2公斤"))
_WEIGHTS = (("Item", "Weight"), ("Plough", "820 kg"), ("Sledge", "35 kg"))

_ASKED = (
    (_HOURS, "en", "When does the bakery open on Saturday?", "Day: Saturday | Opens: 08:15 | Closes: 14:00"),
    (_HOURS, "en", "When does the bakery close on Friday?", "Day: Friday | Opens: 07:30 | Closes: 18:00"),
    (_PRICES, "en", "What is the price of the blanket?", "Item: Blanket | Price: 180 euros | Weight: 1.2 kg"),
    (_HOURS_ZH, "zh-Hans", "面包店星期六几点开门？", "日期：星期六 | 开门：08:15 | 关门：14:00"),
    (_PRICES_ZH, "zh-Hans", "毛毯的价格是多少？", "商品：毛毯 | 价格：1280元 | 重量：1.2公斤"),
)
_BESIDE = {
    "en": (
        "Our bakery opened in 1987 near the old harbour of Lisbon.",
        "The snow plough of our village is painted purple.",
        "A blanket of snow lay on the roofs.",
    ),
    "zh-Hans": ("我们的面包店1987年在里斯本的老港口旁开张。", "毛毯要用冷水洗，不能拧。"),
}


def _markdown(rows: Rows) -> bytes:
    lines = [" | ".join(row) for row in rows]
    return "\n".join([lines[0], " | ".join("---" for _ in rows[0]), *lines[1:]]).encode()


def _html(rows: Rows, cell: str = "th") -> bytes:
    head = "".join(f"<{cell}>{text}</{cell}>" for text in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in rows[1:])
    return f"<!doctype html><meta charset=utf-8><table><tr>{head}</tr>{body}</table>".encode()


def _word(rows: Rows) -> bytes:
    document = docx.Document()
    table = document.add_table(0, len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _pdf(rows: Rows) -> bytes:
    letters = dict.fromkeys(char for row in rows for cell in row for char in cell)
    codes = {char: chr(code) for char, code in zip(letters, range(0xA1, 0x100), strict=False)}
    shown = " ".join(
        f"/F{1 if number else 2} 12 Tf 1 0 0 1 {72 + 150 * at} {700 - 20 * number} Tm ({cell}) Tj"
        for number, row in enumerate(rows)
        for at, cell in enumerate("".join(codes[char] for char in cell) for cell in row)
    )
    return media.pdf_painted(f"BT {shown} ET", meant={code: char for char, code in codes.items()})


_FORMATS: Mapping[str, Callable[[Rows], bytes]] = {
    "md": _markdown, "html": _html, "docx": _word, "pdf": _pdf,
}  # fmt: skip


def answered(make: Make, path: Path, lang: str, question: str) -> str:
    beside = [IndexedPassage(number, number, "", text, lang) for number, text in enumerate(_BESIDE[lang], 1)]
    ranking = make([*beside, *indexed(path, 9)]).search(Question(question, lang))
    return ranking.quote.text if ranking.quote and ranking.answerable else ""


@pytest.mark.parametrize("form", _FORMATS)
@pytest.mark.parametrize(("rows", "lang", "question", "row"), _ASKED)
def test_a_row_answers(
    make: Make, tmp_path: Path, form: str, rows: Rows, lang: str, question: str, row: str
) -> None:
    path = tmp_path / f"bakery.{form}"
    path.write_bytes(_FORMATS[form](rows))
    assert row in answered(make, path, lang, question)


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_row_of_two_columns_answers_where_its_head_is_marked(make: Make, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"page.{form}"
    path.write_bytes(_FORMATS[form](_WEIGHTS))
    assert answered(make, path, "en", "What does the plough weigh?") == "Item: Plough | Weight: 820 kg"


_TERMS = (("Strake", "A line of planking from stem to stern."), ("Garboard", "The plank next to the keel."))
_GLOSSARIES = {
    "html": "<!doctype html><dl>"
    + "".join(f"<dt>{term}</dt><dd>{said}</dd>" for term, said in _TERMS)
    + "</dl>",
    "md": "\n\n".join(f"{term}\n: {said}" for term, said in _TERMS),
}


@pytest.mark.parametrize("form", _GLOSSARIES)
def test_a_definition_is_found_by_its_term(make: Make, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"glossary.{form}"
    path.write_text(_GLOSSARIES[form])
    assert answered(make, path, "en", "What is a garboard?") == "Garboard: The plank next to the keel."


def test_a_row_below_merged_cells_answers(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "huts.html"
    path.write_text(
        "<!doctype html><table><tr><th>Hut<th colspan=2>Beds<tr><th><th>summer<th>winter"
        "<tr><td>Brandt Hut<td>24<td>6<tr><td>Orlo Hut<td>40<td>12</table>"
    )
    row = "Hut: Brandt Hut | Beds, summer: 24 | Beds, winter: 6"
    assert answered(make, path, "en", "How many beds does the Brandt Hut have in winter?").startswith(row)
