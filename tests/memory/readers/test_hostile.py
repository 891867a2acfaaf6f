"""A broken or hostile file fails with a reason that says what to do, and with nothing worse."""

import io
import tracemalloc
from pathlib import Path
from string import Formatter

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from memory.notes import Note
from memory.readers import ImportProblem, Limits, ReadError, Waiting
from memory.readers.errors import REASONS
from memory.readers.sniff import sniff
from tests.factories import media
from tests.memory.readers.conftest import Reading, Refused

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t\n", "empty"),
        ("a.txt", b"\xef\xbb\xbf", "empty"),
        ("invoice.pdf", b"MZ\x90\0\x03" + b"\0" * 200, "executable"),
        ("photo.jpg", b"\x7fELF\x02\x01\x01" + b"\0" * 60, "executable"),
        ("readme.txt", b"#!/bin/sh\nrm -rf /\n", "executable"),
        ("app.zip", media.zipped({"META-INF/MANIFEST.MF": b"x"}), "executable"),
        ("a.bin", bytes(range(256)) * 20, "unknown_type"),
        ("a.txt", b"\0" * 70_000, "unknown_type"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + b"0" * 40, "unsupported_type"),
        ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40, "unsupported_type"),
        ("a.xlsx", media.zipped({"[Content_Types].xml": b"<x/>"}), "unsupported_type"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><text>hi</text></svg>', "unsupported_type"),
        ("a.json", b'{"some": "data", "of": [1, 2]}', "unknown_format"),
        ("report.pdf", b"Just a text.", "wrong_type"),
        ("fake.docx", b"hello not zip", "wrong_type"),
        ("fake.MP4", media.SRT.encode(), "wrong_type"),
        ("fake.png", media.PAGE.encode(), "wrong_type_page"),
        ("fake.zip", b"A list of candles.", "wrong_type"),
        ("hls.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "unsupported_type"),
        ("hls.m3u8", b"#EXTM3U\nsegment.ts\n", "unsupported_type"),
        ("list.m3u", b"music/song.mp3\n", "unsupported_type"),
        ("notes.txt", b"#EXTM3U\nsegment.ts\n", "unsupported_type"),
        ("stations.txt", b"[playlist]\nNumberOfEntries=1\nFile1=http://radio.example/\n", "unsupported_type"),
        ("stream.txt", b"[Reference]\nRef1=http://radio.example/\n", "unsupported_type"),
        ("letter.txt", b"{\\rtf1\\ansi Dear all}", "unsupported_type"),
        ("concat.mkv", b"ffconcat version 1.0\nfile /etc/passwd\n", "unsupported_type"),
        ("numbers.txt", b"1 2 3\n4.5; 6", "nothing_said"),
        ("held.txt", b"x" * 5000, "nothing_said"),
        ("held.txt", b"x\n" * 5000, "nothing_said"),
        ("again.md", b"candle\n\n" * 5000, "nothing_said"),
        ("a.pdf", b"%PDF-1.7\nnothing else", "damaged"),
        ("a.pdf", b"%PDF-1.7 and nothing more", "damaged"),
        ("a.pdf", media.pdf(["Text"])[:300], "damaged"),
        ("a.pdf", media.pdf(["Secret"], password="x"), "password_protected"),
        ("a.pdf", media.pdf([""]), "no_text"),
        ("a.docx", media.word()[:3000], "damaged"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "password_protected",
        ),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "unsupported_type"),
        ("a.docx", media.word(entity=True), "xml_entities"),
        ("a.png", media.png("x")[:100], "damaged"),
        ("a.png", media.png_bomb(), "too_many_pixels"),
        (
            "a.xml",
            media.RSS.replace("<rss", '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss', 1),
            "xml_entities",
        ),
        ("a.xml", b"<rss><channel><item", "damaged"),
        ("a.zip", media.encrypted_zip(), "password_protected"),
        ("a.zip", media.zipped({"a": b"x"})[:20], "damaged"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "empty"),
        ("a.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 100, "damaged"),
        ("a.mkv", b"\x1a\x45\xdf\xa3" + b"\0" * 100, "damaged"),
        ("a.mp3", b"ID3\3" + b"\0" * 100, "damaged"),
    ],
)
def test_it_fails_with_its_reason(
    refused: Refused, tmp_path: Path, name: str, content: bytes | str, code: str
) -> None:
    error = refused(name, content)
    assert error.code == code
    assert "{" not in str(error)
    assert str(tmp_path) not in str(error), "where it lies here is nobody's business"


def test_a_torn_recording_is_damaged_and_waits_for_no_speech_recognition(
    reading: Reading, refused: Refused, tmp_path: Path
) -> None:
    whole = media.tone(tmp_path / "hum.wav", 3.0).read_bytes()
    with pytest.raises(Waiting):
        reading("hum.wav", whole)
    assert refused("hum.wav", whole[:44]).code == "damaged"


@pytest.mark.parametrize(
    "text",
    [
        "What is WEBP? A way to keep pictures small.",
        "What is AVI good for? Old films, mostly.",
        "Did the WAVE break early? It did, at dawn.",
        "ID3 tags hold the title of a song and who sang it.",
        "MZ was the motorcycle of my father, and it smoked.",
        "#!hashtag is what the children shouted all evening.",
        "# Formats\n\nEvery such file begins with `%PDF-1.7` and a line of bytes.",
        "%PDF-1.7 is what the first line says, and nobody reads it.",
        "[Reference] The cathedral was begun in 1248.",
        "[Reference]\nThe cathedral was begun in 1248.",
        "[playlist] What we listened to on the way to the sea.",
        "<asx is how the tag began, an old way to list films.",
        "BZh are the first letters of a packed file.",
        "Rar! cried the tiger, and the candle went out.",
        "GIF8 was the name of our little robot.",
        "SQLite format 3 is written at the start of each database.",
        "OggS begins every page of such a file.",
        "MZ war das Motorrad meines Vaters, und es qualmte f\xfcrchterlich.".encode("latin-1"),
    ],
)
def test_a_text_that_tells_of_formats_is_a_text(reading: Reading, text: str | bytes) -> None:
    (document,) = reading("a.txt", text).documents
    assert document.blocks


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image"),
        (b"RIFF\x24\0\0\0AVI LIST", "video"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio"),
        (b"FORM\0\0\0\x24AIFFCOMM", "audio"),
        (b"ID3\x04\0\0\0\0\x0f\x76TSSE", "audio"),
        (b"\xef\xbb\xbf\n%PDF-1.4\n1 0 obj", "pdf"),
        (b"X-From: mail\r\n\0\r\n%PDF-1.4\r\n", "pdf"),
    ],
)
def test_a_format_is_known_by_all_that_it_begins_with(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "held"
    path.write_bytes(content)
    assert sniff(path, "held") == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.m4a", "audio"), ("A.M4B", "audio"), ("a.mp4", "video"), ("a.mov", "video"), ("held", "video")],
)
def test_sound_of_the_brand_that_films_have_is_known_by_its_name(
    tmp_path: Path, name: str, kind: str
) -> None:
    path = tmp_path / "held"
    path.write_bytes(b"\0\0\0\x1cftypisom\0\0\x02\0isomiso2mp41" + b"\0" * 40)
    assert sniff(path, name) == kind


def test_a_playlist_opens_no_other_file(reading: Reading) -> None:
    secret = "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
    with pytest.raises(ReadError):
        reading("a.mp3", b"ID3\x04\0\0\0\0\0\0" + secret.encode())


def test_a_content_stream_that_explodes_is_stopped(refused: Refused) -> None:
    assert refused("a.pdf", media.pdf_bomb()).code == "decompression_bomb"


def test_a_document_part_that_explodes_is_stopped(reading: Reading) -> None:
    bomb = media.rezipped(media.word(), {"word/document.xml": lambda old: old + b" " * 40 * MB})
    tracemalloc.start()
    with pytest.raises(ReadError) as caught:
        reading("a.docx", bomb)
    assert tracemalloc.get_traced_memory()[1] < 120 * MB
    tracemalloc.stop()
    assert caught.value.code == "decompression_bomb"


def test_scripts_and_wrong_addresses_never_come_out(reading: Reading) -> None:
    page = '<html><head><link rel="canonical" href="javascript:steal()"></head>'
    page += "<body><p>Hi<script>steal()</script></p>"
    (document,) = reading("a.html", page).documents
    assert document.url is None
    assert [block.text for block in document.blocks] == ["Hi"]
    feed = media.RSS.replace("https://candle.example/1", "javascript:steal()")
    assert reading("a.xml", feed).documents[0].blocks[0].locator.url is None


def test_control_characters_are_removed(reading: Reading) -> None:
    (document,) = reading("a.txt", "The \x00flame\x07 is\x1b[31m yellow\u200e.\ufeff").documents
    assert document.blocks[0].text == "The flame is[31m yellow\u200e."


def test_a_line_of_megabytes_is_read(reading: Reading) -> None:
    (document,) = reading("a.txt", "wax " * (2 * MB) + "melts").documents
    assert len(document.blocks[0].text) == 8 * MB + 5


@pytest.mark.parametrize(
    "text",
    [
        "Yes!",
        "哈哈哈哈",
        "\U0001f389\U0001f389\U0001f389",
        "a",
        "No. No. No.",
        "Year,Wax\n2020,5\n2021,7",
        "```\nx = 1\n```",
        "candle " * 500 + "light",
    ],
)
def test_what_says_little_is_learned_from(reading: Reading, text: str) -> None:
    assert reading("a.md", text).documents


def test_deep_markup_ends_in_text_or_in_a_reason(reading: Reading) -> None:
    for name, content in (
        ("a.html", "<html><body>" + "<div>" * 50_000 + "deep" + "</div>" * 50_000),
        ("a.md", ">" * 20_000 + " deep"),
        ("a.md", "[" * 50_000 + "deep"),
        ("a.json", "[" * 100_000),
    ):
        try:
            reading(name, content)
        except ReadError as error:
            assert error.code in ("damaged", "no_text", "nothing_said", "unknown_format")  # noqa: PT017 - either outcome is right


def test_limits_name_themselves(refused: Refused) -> None:
    small = Limits(text_bytes=100, pages=1, pixels=1000)
    for name, content, code in (
        ("a.txt", b"x" * 200, "too_large"),
        ("a.pdf", media.pdf(["1", "2"]), "too_many_pages"),
        ("a.png", media.png("x"), "too_many_pixels"),
        ("a.docx", media.word(), "too_much_text"),
    ):
        assert refused(name, content, limits=small).code == code


def test_a_scan_that_cant_be_read_takes_no_other_page_with_it(reading: Reading, refused: Refused) -> None:
    small = Limits(pixels=1000)
    scan = media.scanned_pdf("Soot glows.")
    writer = PdfWriter()
    for content in (media.pdf(["Wax melts in the flame of a candle."]), scan):
        writer.append(PdfReader(io.BytesIO(content)))
    out = io.BytesIO()
    writer.write(out)
    result = reading("a.pdf", out.getvalue(), limits=small)
    assert [block.text for block in result.documents[0].blocks] == ["Wax melts in the flame of a candle."]
    assert result.notes == (Note("damaged_scan", {"page": 2}),)
    assert refused("a.pdf", scan, limits=small).code == "too_many_pixels"


@pytest.mark.parametrize("way", ["page", "form", "mask"])
def test_a_picture_in_a_pdf_that_claims_too_much_is_never_unpacked(refused: Refused, way: str) -> None:
    """Its bytes are none of a picture: unpacking it would say that it is damaged."""

    def stream(subtype: str, side: int = 0) -> StreamObject:
        made = DecodedStreamObject()
        made.set_data(b"no picture")
        made[NameObject("/Subtype")] = NameObject(subtype)
        for name in ("/Width", "/Height"):
            made[NameObject(name)] = NumberObject(side)
        return made

    def holding(entry: IndirectObject) -> DictionaryObject:
        return DictionaryObject({NameObject("/XObject"): DictionaryObject({NameObject("/X"): entry})})

    writer = PdfWriter()
    entry = writer._add_object(stream("/Image", 100_000))
    outer = stream("/Form" if way == "form" else "/Image", 400)
    if way == "form":
        outer[NameObject("/Resources")] = holding(entry)
    if way == "mask":
        outer[NameObject("/SMask")] = entry
    page = writer.add_blank_page(width=595, height=842)
    page[NameObject("/Resources")] = holding(entry if way == "page" else writer._add_object(outer))
    out = io.BytesIO()
    writer.write(out)
    assert refused("a.pdf", out.getvalue()).code == "too_many_pixels"


def test_a_picture_waits_where_tesseract_is_missing(reading: Reading) -> None:
    with pytest.raises(Waiting) as caught:
        reading("a.png", media.png("x"), tesseract="/nowhere/tesseract", langs=("zh-Hans",))
    assert caught.value.code == "no_tesseract"
    assert "tesseract-ocr-chi-sim" in caught.value.advice


def test_every_reason_has_advice() -> None:
    fields = {
        name
        for texts in REASONS.values()
        for text in texts
        for _, name, _, _ in Formatter().parse(text)
        if name
    }
    for code, (what, todo) in REASONS.items():
        problem = ImportProblem(code, **dict.fromkeys(fields, "x"))
        assert what.endswith((".", "?"))
        assert todo.endswith(".")
        assert problem.reason
        assert problem.advice
