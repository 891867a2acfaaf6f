"""Of a Word document is told what Word shows: nothing hidden or deleted, merged cells with their labels."""

import io
from collections.abc import Callable

import docx
import pytest
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml

from tests.memory.readers.conftest import Reading

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _texts(reading: Reading, document: WordDocument) -> list[str]:
    out = io.BytesIO()
    document.save(out)
    (read,) = reading("yard.docx", out.getvalue()).documents
    return [block.text for block in read.blocks]


def _paragraph(reading: Reading, runs: str) -> list[str]:
    document = docx.Document()
    document.add_paragraph("The yard.")
    document.element.body.insert(1, parse_xml(f"<w:p {_W}>{runs}</w:p>"))
    return _texts(reading, document)[1:]


def _run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


_HIGH = '<w:vertAlign w:val="superscript"/>'


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        pytest.param(_run("The code is 4455.", "<w:vanish/>"), [], id="hidden"),
        pytest.param(_run("Plain.", '<w:vanish w:val="0"/>'), ["Plain."], id="not hidden after all"),
        pytest.param(
            f'{_run("It is ")}<w:del w:id="1" w:author="x"><w:r><w:delText>purple</w:delText></w:r></w:del>'
            f'<w:ins w:id="2" w:author="x">{_run("green")}</w:ins>{_run(".")}',
            ["It is green."],
            id="a tracked change",
        ),
        pytest.param(
            f'<w:moveFrom w:id="1" w:author="x">{_run("Here. ")}</w:moveFrom>'
            f'<w:moveTo w:id="2" w:author="x">{_run("There.")}</w:moveTo>',
            ["There."],
            id="a tracked move",
        ),
        pytest.param(
            f"{_run('25 m')}{_run('2', _HIGH)}{_run(', 2')}{_run('10', _HIGH)}", ["25 m², 2^10"], id="high"
        ),
        pytest.param(
            f'{_run("In Finland")}<w:r><w:footnoteReference w:id="2"/><w:t>*</w:t></w:r>{_run(".[1] And")}',
            ["In Finland. And"],
            id="marks of notes",
        ),
        pytest.param(
            "<w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>known</w:t><w:tab/><w:t>oak</w:t></w:r>",
            ["well-known oak"],
            id="signs",
        ),
    ],
)
def test_what_word_shows_is_told(reading: Reading, runs: str, said: list[str]) -> None:
    assert _paragraph(reading, runs) == said


@pytest.mark.parametrize("kind", [WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER])
def test_text_of_a_hidden_style_is_not_told(reading: Reading, kind: WD_STYLE_TYPE) -> None:
    document = docx.Document()
    document.add_paragraph("The yard.")
    style = document.styles.add_style("Secret", kind)
    style.font.hidden = True
    if kind == WD_STYLE_TYPE.PARAGRAPH:
        document.add_paragraph("The code is 4455.", style="Secret")
    else:
        document.add_paragraph().add_run("The code is 4455.", style="Secret")
    assert _texts(reading, document) == ["The yard."]


def _fish(document: WordDocument) -> list[str]:
    table = document.add_table(3, 3)
    words = (("Fish", "Price", ""), ("", "small", "large"), ("Eel", "6", "14"))
    for row, texts in zip(table.rows, words, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.paragraphs[0].add_run(text).bold = row is not table.rows[2]
    for cell in table.rows[2].cells:
        cell.paragraphs[0].runs[0].bold = None
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    return ["Fish: Eel | Price, small: 6 | Price, large: 14"]


def _huts(document: WordDocument) -> list[str]:
    table = document.add_table(4, 3)
    words = (("Hut", "Beds", "Open"), ("Brandt", "24", "May"), ("", "6", "June"), ("Orlo", "no beds", ""))
    for row, texts in zip(table.rows, words, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {_W}/>"))
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 1).merge(table.cell(3, 2))
    return [
        "Hut: Brandt | Beds: 24 | Open: May",
        "Hut: Brandt | Beds: 6 | Open: June",
        "Hut: Orlo | Beds, Open: no beds",
    ]


def _nested(document: WordDocument) -> list[str]:
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Vet", "555-0202"
    table.cell(0, 1).add_table(1, 1).cell(0, 0).text = "on Tuesdays"
    return ["Vet | 555-0202 on Tuesdays"]


@pytest.mark.parametrize("drawn", [_fish, _huts, _nested])
def test_merged_cells_say_their_labels_and_nested_ones_once(
    reading: Reading, drawn: Callable[[WordDocument], list[str]]
) -> None:
    document = docx.Document()
    said = drawn(document)
    assert _texts(reading, document) == said


def test_a_cells_lines_stay_apart(reading: Reading) -> None:
    document = docx.Document()
    document.add_table(1, 2).cell(0, 0).text = "9-12\n14-18\tMo"
    assert _texts(reading, document) == ["9-12 14-18 Mo"]


def test_a_hidden_style_without_a_name_hides_nothing_and_a_long_number_is_no_level(reading: Reading) -> None:
    document = docx.Document()
    document.styles.element.append(
        parse_xml(f'<w:style w:type="paragraph" {_W}><w:rPr><w:vanish/></w:rPr></w:style>')
    )
    long = "1" * 5000
    document.styles.element.append(
        parse_xml(
            f'<w:style w:type="paragraph" w:styleId="x" {_W}><w:name w:val="heading {long}"/></w:style>'
        )
    )
    outlined = document.add_paragraph("The yard.")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {_W} w:val="{long}"/>'))
    assert _texts(reading, document) == ["The yard."]
