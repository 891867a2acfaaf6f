"""A PDF's page is read in the order of its readers, whichever way its letters were painted."""

import io
import time

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject

from memory.readers.pdf_lines import Line, set_apart
from memory.readers.reading_order import as_read
from tests.factories import media
from tests.memory.readers.conftest import Reading

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def painted(line: str) -> bytes:
    """A page with a line of these characters, the first of them leftmost."""
    letters = dict(zip(dict.fromkeys(line), LETTERS, strict=False))
    shown = "".join(letters[char] for char in line)
    meant = {letter: char for char, letter in letters.items()}
    return media.pdf_painted(f"BT /F1 12 Tf 72 720 Td ({shown}) Tj ET", meant=meant)


def with_resource(content: bytes, kind: str, name: str, entry: StreamObject | DictionaryObject) -> bytes:
    """The PDF with something more that its page may use, by its name; a font is in Helvetica as F1 is."""
    writer = PdfWriter(clone_from=io.BytesIO(content))
    resources = writer.pages[0]["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    of_kind = resources.setdefault(NameObject(kind), DictionaryObject()).get_object()
    if kind == "/Font":
        whole = DictionaryObject(of_kind["/F1"].get_object())
        whole[NameObject("/ToUnicode")] = writer._add_object(entry)
        entry = whole
    of_kind[NameObject(name)] = writer._add_object(entry)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def stream(content: str, **about: str) -> StreamObject:
    made = DecodedStreamObject()
    made.set_data(content.encode())
    made.update({NameObject(f"/{key}"): NameObject(f"/{value}") for key, value in about.items()})
    return made


def text_of(reading: Reading, content: bytes) -> str:
    (document,) = reading("a.pdf", content).documents
    return "\n".join(block.text for block in document.blocks)


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("ﺪﺷ ﻪﺘﺧﺎﺳ ۱۳۲۰ ﻝﺎﺳ ﺭﺩ", "در سال ۱۳۲۰ ساخته شد"),
        ("1931 ﺔﻨﺳ ﻲﻓ ﺖﻴﺒﻟﺍ ﻰﻨﺑ", "بنى البيت في سنة 1931"),
        (".1948 תנשב הנבנ תיבה", "הבית נבנה בשנת 1948."),
    ],
    ids=["fa", "ar", "he"],
)
def test_letters_painted_from_the_left_are_read_from_the_right(
    reading: Reading, seen: str, read: str
) -> None:
    assert text_of(reading, painted(seen)) == read


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("iPhone 15 Pro יתינק", "קניתי iPhone 15 Pro"),
        ("50% לש החנה", "הנחה של 50%"),
        ("%50 ةبسنب", "بنسبة 50%"),
        ("14.05.1950 ךיראתב", "בתאריך 14.05.1950"),
        ("10:30 העשב", "בשעה 10:30"),
        ("12-05-1950 ךיראתב", "בתאריך 12-05-1950"),
        ("(اكع) ةيرق", "قرية (عكا)"),
        ("2010 2005 תומחלמ", "מלחמות 2005 2010"),
    ],
)
def test_what_is_read_from_the_left_keeps_its_order(seen: str, read: str) -> None:
    assert as_read(list(seen), from_right=True) == read


def test_brackets_open_before_what_they_hold() -> None:
    assert as_read(list(")וכע ףוח( הריס"), from_right=True) == "סירה (חוף עכו)"
    assert as_read(list("(וכע ףוח) הריס"), from_right=True) == "סירה (חוף עכו)"


def test_a_word_from_the_right_in_a_line_from_the_left() -> None:
    assert as_read(list("The word הריס means boat."), from_right=False) == "The word סירה means boat."


def test_a_vowel_sign_stands_behind_its_letter(reading: Reading) -> None:
    """The sign is painted before the letter that it stands below, and is as wide as nothing."""
    meant = {"A": "ת", "B": "\u05b5", "C": "א"}
    page = media.pdf_painted("BT /F1 12 Tf 72 720 Td (A) Tj (B) Tj 8 0 Td (C) Tj ET", meant=meant)
    assert text_of(reading, page) == "אֵת"


def test_text_is_what_the_file_says_its_glyphs_are(reading: Reading) -> None:
    """Two glyphs, of which the font knows one, for "में": what browsers write for vowel signs."""
    means = "/Span << /ActualText <FEFF092E09470902> >> BDC"
    page = f"BT /F1 12 Tf 72 720 Td (1952 ) Tj {means} 30 0 Td (M) Tj 9 0 Td (x) Tj EMC 9 0 Td ( ok) Tj ET"
    assert text_of(reading, media.pdf_painted(page, meant={"M": "म"})) == "1952 में ok"


def test_words_placed_apart_are_words(reading: Reading) -> None:
    page = "BT /F1 12 Tf 72 720 Td (Soot) Tj 30 0 Td (glows) Tj [(yel) 20 (low) -300 (at) -300 (night)] TJ ET"
    assert text_of(reading, media.pdf_painted(page)) == "Soot glowsyellow at night"


def test_a_raised_number_stays_in_its_line(reading: Reading) -> None:
    page = (
        "BT /F1 12 Tf 72 720 Td (The room has 40 m) Tj 4 Ts /F1 7 Tf (2) Tj 0 Ts /F1 12 Tf ( of floor.) Tj ET"
    )
    assert text_of(reading, media.pdf_painted(page)) == "The room has 40 m2 of floor."


def test_columns_are_read_one_after_the_other(reading: Reading) -> None:
    left = "BT /F1 12 Tf 16 TL 72 720 Td (Wax is made) Tj T* (by bees.) Tj ET"
    right = "BT /F1 12 Tf 16 TL 320 720 Td (Soot is what) Tj T* (glows yellow.) Tj ET"
    assert text_of(reading, media.pdf_painted(f"{left} {right}")) == (
        "Wax is made by bees.\nSoot is what glows yellow."
    )


def test_a_line_alone_in_larger_letters_is_a_heading(reading: Reading) -> None:
    title = "BT /F1 24 Tf 72 760 Td (Harbour) Tj ET"
    part = "BT /F1 16 Tf 72 730 Td (The light) Tj ET"
    body = "BT /F1 12 Tf 14 TL 72 700 Td (The breakwater lantern burns) Tj T* (all night.) Tj ET"
    last = "BT /F1 16 Tf 72 640 Td (Pay) Tj ET BT /F1 12 Tf 72 620 Td (She was paid nine crowns.) Tj ET"
    (document,) = reading("a.pdf", media.pdf_painted(f"{title} {part} {body} {last}")).documents
    assert document.title == "Harbour"
    assert [(block.locator.heading, block.text) for block in document.blocks] == [
        ("The light", "The breakwater lantern burns all night."),
        ("Pay", "She was paid nine crowns."),
    ]


def test_a_sentence_in_large_letters_is_no_heading(reading: Reading) -> None:
    large = "BT /F1 24 Tf 72 760 Td (Wax melts in May.) Tj ET"
    body = "BT /F1 12 Tf 72 720 Td (The breakwater lantern burns all night.) Tj ET"
    (document,) = reading("a.pdf", media.pdf_painted(f"{large} {body}")).documents
    assert [(block.locator.heading, block.text) for block in document.blocks] == [
        (None, "Wax melts in May."),
        (None, "The breakwater lantern burns all night."),
    ]


def test_a_damaged_operator_loses_nothing_else(reading: Reading) -> None:
    page = "BT /F1 12 Tf 72 720 Td (Wax) Tj /Oops Tm [7 << >>] TJ Td ( melts in summer.) Tj Q Q EMC ET"
    assert text_of(reading, media.pdf_painted(page)) == "Wax melts in summer."


def test_many_saved_states_and_marks_are_no_trouble(reading: Reading) -> None:
    begun = time.process_time()
    page = "q " * 200_000 + "/Span << /ActualText (Wax melts.) >> BDC " * 20_000
    assert "Wax" in text_of(
        reading, media.pdf_painted(f"{page} BT /F1 12 Tf 72 720 Td (Wax melts in May.) Tj ET")
    )
    assert time.process_time() - begun < 30


def test_paragraphs_of_a_scan_stay_apart() -> None:
    """Their places and sizes aren't known."""
    page = [Line("Soot glows.", apart=True), Line("Wax melts.", apart=True), Line("It cools.")]
    assert [line.apart for line in set_apart([page])[0]] == [True, True, False]


def test_a_form_without_resources_has_those_of_its_page(reading: Reading) -> None:
    form = stream("BT /F1 12 Tf 72 720 Td (Wax melts in May.) Tj ET", Type="XObject", Subtype="Form")
    page = with_resource(media.pdf_painted("/X Do"), "/XObject", "/X", form)
    assert text_of(reading, page) == "Wax melts in May."


def test_a_font_that_cant_be_read_loses_nothing_else(reading: Reading) -> None:
    page = media.pdf_painted("BT /F2 12 Tf 72 760 Td (Soot) Tj /F1 12 Tf 0 -40 Td (Wax melts in May.) Tj ET")
    for filtered in ("Unheard", "JBIG2Decode", "DCTDecode"):
        unread = with_resource(page, "/Font", "/F2", stream("x", Filter=filtered))
        assert text_of(reading, unread).endswith("Wax melts in May.")


@pytest.mark.parametrize("again", ["(Wax) Tj 30 0 Td (melts) Tj", "(Wax) Tj 30.4 0 Td (melts) Tj"])
def test_letters_painted_twice_to_be_bold_are_read_once(reading: Reading, again: str) -> None:
    line = f"BT /F1 12 Tf 72 720 Td (Wax) Tj 30 0 Td (melts) Tj ET BT /F1 12 Tf 72.4 720 Td {again} ET"
    assert text_of(reading, media.pdf_painted(line)) == "Wax melts"
    each = "(Wax) Tj 0.3 0 Td (Wax) Tj 30 0 Td (melts) Tj 0.3 0 Td (melts) Tj"
    assert text_of(reading, media.pdf_painted(f"BT /F1 12 Tf 72 720 Td {each} ET")) == "Wax melts"


def test_letters_of_no_finite_size_are_left_out(reading: Reading) -> None:
    number = f"1{'0' * 35}"
    taller = f"1 0 0 {number} 0 0 cm " * 8
    huge = f"q {taller} BT /F1 {number} Tf (Soot) Tj ET Q"
    page = f"{huge} BT /F1 12 Tf 72 720 Td (Wax melts in May.) Tj ET"
    assert text_of(reading, media.pdf_painted(page)) == "Wax melts in May."
