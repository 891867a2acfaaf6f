"""Each row of a table says what the table's head says of it; where there is no head it stays as it is."""

import io

import docx
import pytest

from memory.readers.tables import labelled
from tests.memory.readers.conftest import Reading


def _texts(reading: Reading, name: str, content: str | bytes) -> list[str]:
    (document,) = reading(name, content).documents
    return [block.text for block in document.blocks]


_HEAD = ["Day", "Opens", "Closes"]


@pytest.mark.parametrize(
    ("rows", "marked", "said"),
    [
        ([_HEAD, ["Saturday", "08:15", "14:00"]], False, ["Day: Saturday", "Opens: 08:15", "Closes: 14:00"]),
        ([["", "Opens"], ["Saturday", "08:15"]], True, ["Saturday", "Opens: 08:15"]),
        ([["Metal", "Colour"], ["copper", ""]], True, ["Metal: copper", ""]),
        ([["Gift?", "Size:"], ["yes", "large"]], True, ["Gift? yes", "Size: large"]),
        ([["商品", "Price"], ["毛毯", "80 euros"]], True, ["商品：毛毯", "Price: 80 euros"]),
    ],
)
def test_a_row_says_what_its_head_says(rows: list[list[str]], marked: bool, said: list[str]) -> None:
    assert labelled(rows, marked=marked) == [[], said]


@pytest.mark.parametrize(
    ("rows", "marked"),
    [
        pytest.param([["Name", "Flora"], ["Phone", "0123 456"]], False, id="labels in the first column"),
        pytest.param([["Born", "Home", "Work"], ["Lisbon", "Ghent", "Oslo"]], False, id="no numbers"),
        pytest.param([["1987", "Lisbon", "red"], ["1990", "Ghent", "blue"]], False, id="a number above"),
        pytest.param([_HEAD], True, id="a head alone"),
        pytest.param([["Opening hours", ""], ["Saturday", "08:15", "14:00"]], True, id="other columns"),
    ],
)
def test_what_has_no_head_stays_as_it_is(rows: list[list[str]], marked: bool) -> None:
    assert labelled(rows, marked=marked) == rows


def test_a_row_of_other_columns_than_the_head_stays_as_it_is() -> None:
    assert labelled([_HEAD, ["Sunday"], ["Monday", "8", "9"]], marked=True)[1:] == [
        ["Sunday"],
        ["Day: Monday", "Opens: 8", "Closes: 9"],
    ]


def test_a_table_in_the_article_of_a_long_page(reading: Reading) -> None:
    paragraph = f"<p>{'The oven of our bakery is heated with old vine wood from the hills. ' * 6}</p>"
    rows = "".join(
        f"<tr><td><p>{item}</p></td><td>{kilos} kg</td></tr>" for item, kilos in (("Plough", 820),)
    )
    page = f"""<!doctype html><html><body><nav>Home</nav><article><h1>Bakery</h1>{paragraph * 6}
<table><caption>Tools</caption><thead><tr><th>Item</th><th>Weight</th></tr></thead>{rows}</table>
{paragraph * 2}</article><script>x()</script></body></html>"""
    texts = _texts(reading, "page.html", page)
    assert "Item: Plough | Weight: 820 kg" in texts
    assert "Item | Weight" not in texts
    assert len([text for text in texts if text.startswith("The oven")]) == 8


def test_a_page_laid_out_by_a_table_is_no_table_of_rows(reading: Reading) -> None:
    page = """<!doctype html><table><tr><th>Menu</th><th>News</th></tr><tr><td><p>Bread.</p></td>
<td><table><tr><td>Open till 14:00.</td></tr></table></td></tr></table>"""
    assert _texts(reading, "page.html", page) == ["Menu | News", "Bread.", "Open till 14:00."]


@pytest.mark.parametrize("bold", [True, False])
def test_a_word_tables_head_is_known_by_its_bold_text(reading: Reading, bold: bool) -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    for cell, text in zip(table.rows[0].cells, ("Item", "Weight"), strict=True):
        cell.paragraphs[0].add_run(text).bold = bold or None
    for cell, text in zip(table.rows[1].cells, ("Plough", "820 kg"), strict=True):
        cell.text = text
    out = io.BytesIO()
    document.save(out)
    said = ["Item: Plough | Weight: 820 kg"] if bold else ["Item | Weight", "Plough | 820 kg"]
    assert _texts(reading, "tools.docx", out.getvalue()) == said
