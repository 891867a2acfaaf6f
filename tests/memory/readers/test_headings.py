"""A text keeps the headings above it, in whatever format; the document's own title is none of them."""

import io
from collections.abc import Callable, Mapping, Sequence

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from memory.readers.headings import Told, below_headings
from memory.types import Block, Locator
from tests.factories import media
from tests.memory.readers.conftest import Reading

Texts = Sequence[tuple[int, str]]  # headings by level, 0: a text

SHOP: Texts = (
    (1, "Candle shop"),
    (0, "We pour candles by hand."),
    (2, "Shipping"),
    (0, "Parcels leave on Mondays."),
    (3, "Returns"),
    (0, "Within fourteen days."),
    (4, "Costs"),
    (0, "You pay the postage."),
    (5, "Abroad"),
    (0, "Twice that."),
    (2, "Colours"),
    (3, "Nothing below"),
    (2, "Wax"),
    (0, "Ours is of bees."),
)
PLACED = [
    (None, "We pour candles by hand."),
    ("Shipping", "Parcels leave on Mondays."),
    ("Shipping › Returns", "Within fourteen days."),
    ("Shipping › Returns › Costs", "You pay the postage."),
    ("Returns › Costs › Abroad", "Twice that."),
    ("Colours", "Colours"),
    ("Nothing below", "Nothing below"),
    ("Wax", "Ours is of bees."),
]


def markdown(texts: Texts) -> bytes:
    return "\n\n".join(f"{'#' * level} {text}".strip() for level, text in texts).encode()


def page(texts: Texts) -> bytes:
    tags = (f"<h{level}>{text}</h{level}>" if level else f"<p>{text}</p>" for level, text in texts)
    return f"<!doctype html><meta charset=utf-8><title>Shop</title>{''.join(tags)}".encode()


def word(texts: Texts) -> bytes:
    document = docx.Document()
    for level, text in texts:
        document.add_heading(text, level) if level else document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


FORMATS: Mapping[str, Callable[[Texts], bytes]] = {"a.md": markdown, "a.html": page, "a.docx": word}


@pytest.mark.parametrize("name", FORMATS)
def test_a_text_stands_under_its_heading_and_two_above_that(reading: Reading, name: str) -> None:
    (document,) = reading(name, FORMATS[name](SHOP)).documents
    assert [(block.locator.heading, block.text) for block in document.blocks] == PLACED
    assert [block.locator.nearest for block in document.blocks][2:5] == ["Returns", "Costs", "Abroad"]


@pytest.mark.parametrize("name", FORMATS)
def test_several_headings_of_the_top_are_no_title(reading: Reading, name: str) -> None:
    texts = [(1, "Shipping"), (2, "Returns"), (0, "Within fourteen days."), (1, "Wax"), (0, "Of bees.")]
    (document,) = reading(name, FORMATS[name](texts)).documents
    assert document.blocks[1].locator.heading == "Shipping › Returns"


@pytest.mark.parametrize("name", FORMATS)
def test_a_title_with_nothing_right_below_it_is_the_documents_title_alone(
    reading: Reading, name: str
) -> None:
    texts = [(1, "Questions people ask me"), (3, "Can I freeze it?"), (0, "Yes, sliced."), (3, "And eat it?")]
    (document,) = reading(name, FORMATS[name](texts).replace(b"<title>Shop</title>", b"")).documents
    assert document.title == "Questions people ask me"
    assert [block.text for block in document.blocks] == ["Yes, sliced.", "And eat it?"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_title_that_is_all_of_a_document_is_its_text(reading: Reading, name: str) -> None:
    (document,) = reading(name, FORMATS[name]([(1, "We are closed until March")])).documents
    assert [block.text for block in document.blocks] == ["We are closed until March"]


def test_a_word_document_without_a_title_bears_the_heading_over_all_of_it(reading: Reading) -> None:
    (document,) = reading("final_v2.docx", word(SHOP)).documents
    assert document.title == "Candle shop"


def test_a_pdfs_bookmarks_keep_those_above_them(reading: Reading) -> None:
    writer = PdfWriter()
    for text in ("Parcels leave on Mondays.", "Within fourteen days they come back.", "Ours is of bees."):
        writer.append(PdfReader(io.BytesIO(media.pdf([text]))))
    shipping = writer.add_outline_item(title="Shipping", page_number=0)
    writer.add_outline_item(title="Returns", page_number=1, parent=shipping)
    writer.add_outline_item(title="Wax", page_number=2)
    out = io.BytesIO()
    writer.write(out)
    (document,) = reading("a.pdf", out.getvalue()).documents
    assert [block.locator.heading for block in document.blocks] == ["Shipping", "Shipping › Returns", "Wax"]


def test_a_bookmarks_title_over_two_lines_is_no_other_heading(reading: Reading) -> None:
    title = "BT /F1 24 Tf 28 TL 72 760 Td (The light in) Tj T* (the harbour) Tj ET"
    body = "BT /F1 12 Tf 72 690 Td (The breakwater lantern burns all night.) Tj ET"
    writer = PdfWriter(clone_from=io.BytesIO(media.pdf_painted(f"{title} {body}")))
    writer.add_outline_item(title="The light in the harbour", page_number=0)
    out = io.BytesIO()
    writer.write(out)
    (document,) = reading("a.pdf", out.getvalue()).documents
    assert [(block.locator.heading, block.text) for block in document.blocks] == [
        ("The light in the harbour", "The breakwater lantern burns all night.")
    ]


def test_a_heading_with_nothing_below_it_stands_on_its_own_page(reading: Reading) -> None:
    document = docx.Document()
    heading = document.add_heading("Empty", 1)
    assert isinstance(heading, Paragraph)
    after = document.add_heading("", 1)
    after.add_run()._r.append(OxmlElement("w:lastRenderedPageBreak"))
    after.add_run("Filled")
    document.add_paragraph("Soot glows.")
    out = io.BytesIO()
    document.save(out)
    (read,) = reading("a.docx", out.getvalue()).documents
    assert read.blocks == (
        Block("Empty", Locator(page=1, heading="Empty")),
        Block("Soot glows.", Locator(page=2, heading="Filled")),
    )


def test_a_paragraph_that_word_says_is_body_is_no_heading(reading: Reading) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Soot glows.")
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "9")
    paragraph._p.get_or_add_pPr().append(level)
    out = io.BytesIO()
    document.save(out)
    (read,) = reading("a.docx", out.getvalue()).documents
    assert read.blocks == (Block("Soot glows."),)


def test_long_headings_above_are_cut_and_the_nearest_stays_whole() -> None:
    told = [Told("w" * 500, 1), Told("x" * 500, 2), Told("y" * 200, 3), Told("Text."), Told("Next", 1)]
    text = next(block for block in below_headings(told) if block.text == "Text.")
    heading = text.locator.heading or ""
    assert heading.endswith(" › " + "y" * 200)
    assert len(heading) < 400


@given(st.lists(st.tuples(st.sampled_from([None, 0, 1, 2, 3]), st.text("abc", min_size=1, max_size=3))))
def test_every_text_and_every_empty_heading_comes_once_and_in_order(
    texts: list[tuple[int | None, str]],
) -> None:
    told = [Told("Title", -1), *(Told(text, level) for level, text in texts), Told("End", 0), Told("End", 0)]
    following = [*(one.level is not None for one in told[1:]), *([True] if told else [])]
    expected = [one.text for one, headed in zip(told, following, strict=True) if one.level is None or headed]
    assert [block.text for block in below_headings(told, stated="Another")] == expected
    assert [block.text for block in below_headings(told)] == [text for text in expected if text != "Title"]
