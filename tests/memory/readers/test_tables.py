"""Each row of a table says what the table's head says of it; where there is no head it stays as it is."""

import io
import time

import docx
import pytest
from docx.oxml import parse_xml

from memory.readers.tables import labelled
from memory.readers.text_tables import of_lines
from tests.memory.readers.conftest import Reading


def _texts(reading: Reading, name: str, content: str | bytes) -> list[str]:
    (document,) = reading(name, content).documents
    return [block.text for block in document.blocks]


def test_where_all_rows_are_marked_as_heads_the_first_one_is(reading: Reading) -> None:
    said = [f"Day: {number} | Opens: 8" for number in range(6)]
    cells = "".join(f"<tr><th>{number}<th>8" for number in range(6))
    page = f"<!doctype html><body><table><thead><tr><th>Day<th>Opens{cells}</thead></table>"
    assert _texts(reading, "page.html", page) == said
    document, out = docx.Document(), io.BytesIO()
    table = document.add_table(7, 2)
    for row, (day, opens) in zip(
        table.rows, [("Day", "Opens"), *((str(n), "8") for n in range(6))], strict=True
    ):
        row.cells[0].text, row.cells[1].text = day, opens
        row._tr.get_or_add_trPr().append(docx.oxml.OxmlElement("w:tblHeader"))
    document.save(out)
    assert _texts(reading, "hours.docx", out.getvalue()) == said


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


_DAYS = "<!doctype html><table><tr><th>Day</th><th>Open</th></tr><tr><td>Mo</td><td>"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        pytest.param("9-12<br>14-18", "9-12 14-18", id="lines"),
        pytest.param("<div>Closed.<p>Call us.</p></div>Soon", "Closed. Call us. Soon", id="paragraphs"),
        pytest.param("9<b>-12</b>", "9-12", id="words in bold"),
        pytest.param("9-12<script>var a=1</script><style>b{}</style> h", "9-12 h", id="scripts"),
    ],
)
def test_a_cell_says_what_a_reader_sees(reading: Reading, cell: str, said: str) -> None:
    assert _texts(reading, "page.html", f"{_DAYS}{cell}</td></tr></table>") == [f"Day: Mo | Open: {said}"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("<p>Closed.</p><p>Call us.</p>", ["Closed.", "Call us."]),
        ("<h2>Hours</h2>9-12", ["9-12"]),  # with its heading
        ("<article>9-12</article>", ["9-12"]),
        ("<ul><li>9-12</li><li>14-18</li></ul>", ["9-12", "14-18"]),
    ],
)
def test_a_table_with_parts_of_a_page_in_its_cells_stays_as_it_is(
    reading: Reading, cell: str, said: list[str]
) -> None:
    texts = _texts(reading, "page.html", f"{_DAYS}{cell}</td></tr></table>")
    assert texts == ["Day | Open", "Mo", *said]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        pytest.param("<td></td><td>&nbsp;</td>", "Mo | 9-12", id="nothing"),
        pytest.param("<th></th><th><img src='a.png'></th>", "Mo | 9-12", id="an image"),
        pytest.param("<td>&nbsp;</td><td><b>Open</b></td>", "Mo | 9-12", id="one in bold"),
        pytest.param("<th>Hours</th><td></td>", "Mo | 9-12", id="a label without a value"),
        pytest.param("<td></td><th>Open</th>", "Mo | Open: 9-12", id="an empty corner"),
        pytest.param("<td><b>Day</b></td><td><strong>Open</strong></td>", "Day: Mo | Open: 9-12", id="bold"),
    ],
)
def test_a_first_row_is_a_head_by_its_marked_words(reading: Reading, head: str, said: str) -> None:
    page = f"<!doctype html><table><tr>{head}</tr><tr><td>Mo</td><td>9-12</td></tr></table>"
    assert _texts(reading, "page.html", page)[-1] == said


_HUT = "<tr><th>Hut<th>Beds<th>Open"
_FISH = "<tr><th>Fish<th colspan=2>Price"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(
            f"{_HUT}<tr><td rowspan=2>Brandt<td>24<td>summer<tr><td>6<td>winter<tr><td>Orlo<td>40<td>May",
            [
                "Hut: Brandt | Beds: 24 | Open: summer",
                "Hut: Brandt | Beds: 6 | Open: winter",
                "Hut: Orlo | Beds: 40 | Open: May",
            ],
            id="a cell over two rows",
        ),
        pytest.param(
            f"{_FISH}<tr><th><th>small<th>large<tr><td>Eel<td>6<td>14",
            ["Fish: Eel | Price, small: 6 | Price, large: 14"],
            id="a head of two rows",
        ),
        pytest.param(
            "<thead><tr><td rowspan=2><b>Fish</b><td colspan=2><b>Price</b>"
            "<tr><td><b>small</b><td><b>large</b><tbody><tr><td>Eel<td>6<td>14",
            ["Fish: Eel | Price, small: 6 | Price, large: 14"],
            id="a head of two rows in bold",
        ),
        pytest.param(
            "<thead><tr><th>Fish<th>Price<tr><th>Name<th>Euros</thead><tr><td>Eel<td>6",
            ["Fish, Name: Eel | Price, Euros: 6"],
            id="two rows told to be the head",
        ),
        pytest.param(
            f"{_FISH}<tr><td>Eel<td>6<td>14",
            ["Fish: Eel | Price: 6 | Price: 14"],
            id="a label over two columns",
        ),
        pytest.param(
            f"{_FISH}<tr><td>Eel<td colspan=2>sold", ["Fish: Eel | Price: sold"], id="of both columns"
        ),
        pytest.param(
            f"{_HUT}<tr><td>Orlo<td colspan=2>closed", ["Hut: Orlo | Beds, Open: closed"], id="of two labels"
        ),
        pytest.param(
            f"<tr><th colspan=3>Huts in winter{_HUT}<tr><td>Orlo<td>40<td>May<tr><td colspan=3>Ask us.",
            ["Huts in winter", "Hut: Orlo | Beds: 40 | Open: May", "Ask us."],
            id="lines over all columns",
        ),
        pytest.param(
            "<tr><th colspan=2>Mount Karst<tr><th>Height<td>2,413 m<tr><th>Country<td>Slovania",
            ["Mount Karst", "Height: 2,413 m", "Country: Slovania"],
            id="labels in the first column",
        ),
        pytest.param(
            "<tr><th>商品<th colspan=2>价格<tr><th><th>大<th>小<tr><td>茶<td>9<td>4",
            ["商品：茶 | 价格、大：9 | 价格、小：4"],
            id="Chinese",
        ),
        pytest.param(
            "<tr><th>Day<th>Open<tr><th>Mo<td>9-12", ["Day: Mo | Open: 9-12"], id="labels on both sides"
        ),
        pytest.param(
            "<tr><th>A<th>B<tr><td rowspan=99999 colspan=-1>x<td colspan=q>yes", ["A: x | B: yes"], id="odd"
        ),
    ],
)
def test_a_cell_over_several_rows_or_columns_says_all_its_labels(
    reading: Reading, rows: str, said: list[str]
) -> None:
    assert _texts(reading, "page.html", f"<!doctype html><table>{rows}</table>") == said


def test_tables_whose_cells_claim_every_row_are_read_at_once(reading: Reading) -> None:
    rows = "<tr><td rowspan=9999 colspan=999>1 winter room" * 3000
    begun = time.thread_time()
    _texts(reading, "page.html", f"<!doctype html><table><tr><th>A<th>B<th>C{rows}</table>")
    assert time.thread_time() - begun < 8


_BOX = """<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>
<mc:Choice Requires="wps">{0}</mc:Choice><mc:Fallback>{0}</mc:Fallback></mc:AlternateContent></w:r>"""
_BOXED = "<w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:txbxContent>"


def test_a_text_box_in_a_word_tables_cell_is_told_once(reading: Reading) -> None:
    document = docx.Document()
    table = document.add_table(1, 2)
    for cell, text in zip(table.rows[0].cells, ("Cell", "Other"), strict=True):
        cell.text = text
    table.cell(0, 0).paragraphs[0]._p.append(parse_xml(_BOX.format(_BOXED)))
    out = io.BytesIO()
    document.save(out)
    assert _texts(reading, "box.docx", out.getvalue()) == ["Cell Boxed | Other"]


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


_PRICES = ["Item: Beeswax | Price: 12 euros", "Item: Paraffin wax | Price: 4 euros"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("prices.csv", "Item,Price\nBeeswax,12 euros\nParaffin wax,4 euros\n"),
        ("prices.csv", '\ufeffItem;Price\r\n"Beeswax";"12 euros"\r\n\r\n"Paraffin\nwax";4 euros'),
        ("prices.csv", "\nsep=,\n,\nItem,Price\nBeeswax,12 euros\nParaffin wax,4 euros".lstrip()),
        ("prices.tsv", "Item\tPrice\nBeeswax\t12 euros\nParaffin wax\t4 euros"),
        ("prices.txt", "| Item | Price |\n|---|---|\n| Beeswax | 12 euros |\n| Paraffin wax | 4 euros |"),
        (
            "prices.txt",
            "+----+----+\n| Item | Price |\n+----+----+\n| Beeswax | 12 euros |\n|Paraffin wax|4 euros|\n",
        ),
        (
            "prices.txt",
            "Item          Price\n------------  --------\nBeeswax       12 euros\nParaffin wax  4 euros",
        ),
    ],
)
def test_rows_of_a_table_in_a_text_say_what_their_head_says(
    reading: Reading, name: str, content: str
) -> None:
    assert _texts(reading, name, content) == _PRICES


@pytest.mark.parametrize(
    ("name", "content", "above"),
    [
        ("a.csv", "Prices of 2024\n\nItem,Price\nBeeswax,12 euros\nParaffin wax,4 euros", ["Prices of 2024"]),
        (
            "a.csv",
            "Prices of 2024;\r\n;\r\nItem;Price\r\nBeeswax;12 euros\r\nParaffin wax;4 euros\r\n",
            ["Prices of 2024"],
        ),
        (
            "a.tsv",
            "\n\nWick\nWith tax, from May\n\nItem\tPrice\nBeeswax\t12 euros\nParaffin wax\t4 euros",
            ["Wick", "With tax, from May"],
        ),
        ("a.csv", "\n \n,\nItem,Price\nBeeswax,12 euros\nParaffin wax,4 euros", []),
    ],
)
def test_a_title_stands_above_a_table(reading: Reading, name: str, content: str, above: list[str]) -> None:
    assert _texts(reading, name, content) == [*above, *_PRICES]


def test_a_title_with_a_comma_above_prices_with_commas(reading: Reading) -> None:
    table = "Preise, Stand Mai\nName;Preis\n" + "Kaffee;0,50\n" * 12
    assert _texts(reading, "karte.csv", table)[:2] == ["Preise, Stand Mai", "Name: Kaffee | Preis: 0,50"]


def test_columns_of_numbers_end_below_one_another(reading: Reading) -> None:
    table = "Day       Opens  Closes\nSaturday  08:15   14:00\nMonday     9:00   18:30"
    said = ["Day: Saturday | Opens: 08:15 | Closes: 14:00", "Day: Monday | Opens: 9:00 | Closes: 18:30"]
    assert _texts(reading, "hours.txt", f"Our hours.\n\n{table}\n\nCome by.") == [
        "Our hours.", *said, "Come by.",
    ]  # fmt: skip


def test_columns_of_ideographs_are_twice_as_wide(reading: Reading) -> None:
    table = "品名    价格    数量\n毛毯    80元    3\n蜂蜡烛  12元    5"
    assert _texts(reading, "价.txt", table)[1] == "品名：蜂蜡烛 | 价格：12元 | 数量：5"


def test_labels_in_the_first_column_are_no_head(reading: Reading) -> None:
    plough = "Weight:   80 kg\nLength:   2 m\nBuilt:    1920"
    assert _texts(reading, "plough.txt", plough) == ["Weight: 80 kg", "Length: 2 m", "Built: 1920"]


@pytest.mark.parametrize(
    "content",
    [
        "How do I pour wax?,Slowly.\nHow do I store it?,Dry and dark.",
        "Beeswax,12\nParaffin wax,4",
        "Wax,Wax\nSoot,Wick",
    ],
)
def test_a_file_of_rows_without_a_head_keeps_them_as_they_are(reading: Reading, content: str) -> None:
    assert _texts(reading, "mine.csv", content) == [line.replace(",", " | ") for line in content.split("\n")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Name;Preis\nKaffee;0,50\nTee;1,20\nKakao;2,30\n", "Name: Kaffee | Preis: 0,50"),
        (
            "Name;Beschreibung;Jahr\n" + "Tee;warm, gut;1990\n" * 10,
            "Name: Tee | Beschreibung: warm, gut | Jahr: 1990",
        ),
    ],
)
def test_commas_in_prices_and_sentences_cut_no_table(reading: Reading, content: str, said: str) -> None:
    assert _texts(reading, "karte.csv", content)[0] == said


@pytest.mark.parametrize(
    "content",
    [
        "Wax melts.  It cools.\nA wick is plaited,  then it is dipped.\nSoot glows.  That is all of it.",
        "Dear all,\nwax melts, soot glows.\nYours",
        "The flame | the wick",
        "To be   or not\nto be",
    ],
)
def test_what_is_no_table_is_read_as_text(reading: Reading, content: str) -> None:
    said = "\n".join(_texts(reading, "notes.txt", content))
    assert " ".join(said.split()) == " ".join(content.split())


def test_a_letter_in_a_file_for_tables_is_read_as_text(reading: Reading) -> None:
    letter = "Dear all,\nwax melts, soot glows, and that, too, is all.\nYours"
    assert _texts(reading, "letter.csv", letter) == [letter]


@pytest.mark.parametrize("line", [" " * 200_000 + "x", "-" * 200_000 + "x", "a  b" * 50_000, "a | " * 50_000])
def test_long_lines_are_no_table_and_read_at_once(line: str) -> None:
    begun = time.thread_time()
    assert of_lines([line] * 3 + ["x"]) is None
    assert time.thread_time() - begun < 2
