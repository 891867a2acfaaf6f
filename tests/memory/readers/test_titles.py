"""A text that states no title is called by its file's name in words, or by what it begins with."""

import time
from dataclasses import replace

import pytest

from memory.readers.titles import readable
from memory.types import Block, Locator
from tests.factories import media
from tests.memory.readers.conftest import Reading


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("my-post_final-v2", "My post"),
        ("notes", "Notes"),
        ("why_flames_are_yellow", "Why flames are yellow"),
        ("2026-10-02-colour-of-candlelight", "Colour of candlelight"),
        ("20240501_wax", "Wax"),
        ("03-wicks-and-wax", "Wicks and wax"),
        ("FAQ", "FAQ"),
        ("shop.policy", "Shop policy"),
        ("Candle Lab (2)", "Candle Lab"),
        ("price list copy", "Price list"),
        ("world-cup-final", "World cup final"),
        ("e-mail", "E-mail"),
        ("covid-19", "Covid 19"),
        ("Talk 2024-05", "Talk 2024-05"),
        ("version-control", "Version control"),
        ("copywriting", "Copywriting"),
        ("scandal", "Scandal"),
        ("imagery", "Imagery"),
        ("蜡烛的历史_v3", "蜡烛的历史"),
        ("ろうそく", "ろうそく"),
        ("تاريخ_الشمعة", "تاريخ الشمعة"),
        ("The dark heart of the flame", "The dark heart of the flame"),
        ("Q&A: wicks", "Q&A: wicks"),
        ("C:\\films\\wax-talk", "Wax talk"),
    ],
)
def test_a_name_that_a_person_gave_is_told_in_words(name: str, title: str) -> None:
    assert readable(name, (Block("Soot glows."),)) == title


NAMELESS = [
    "IMG_2034", "IMG 2041", "DSC-0001", "DSCN0012", "PXL_20240501_101112", "VID-20240501-WA0001", "MVI_1234",
    "GX010123", "GOPR0042", "DJI_0001", "P1010001", "20240501_101112", "2024-05-01",
    "Screenshot 2024-05-01 at 10.20.30", "Screenshot_20240501-101112",
    "WhatsApp Image 2024-05-01 at 10.20.30", "photo_2024-05-01_10-20-30",
    "image (3)", "scan0001", "untitled", "document-1", "download", "屏幕截图 2024-05-01", "00012",
    "3f2b8c1e-9a7d-4e5f-8b6c-1d2e3f4a5b6c", "IMG_2034 copy", "…",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMELESS)
def test_a_name_that_a_camera_gave_gives_way_to_what_the_text_begins_with(name: str) -> None:
    assert (
        readable(name, (Block("Candle Lab opens on Friday.\nCome early."),)) == "Candle Lab opens on Friday"
    )
    assert readable(name, (Block("Come early."), Block("x", Locator(heading="Lab")))) == "Come early"
    assert readable(name, (Block("Come early.", Locator(heading="Lab › Opening hours")),)) == "Opening hours"


def test_long_beginnings_are_cut_at_a_word() -> None:
    title = readable(
        "IMG_1", (Block("The flame of a candle is yellow because soot glows in it, and that is all."),)
    )
    assert title == "The flame of a candle is yellow because soot glows in it…"
    assert readable("IMG_1", (Block("蜡" * 90),)) == "蜡" * 60 + "…"


@pytest.mark.parametrize("name", NAMELESS)
def test_a_text_without_words_keeps_the_name(name: str) -> None:
    assert readable(name)
    assert readable(name, (Block("17"),))


@pytest.mark.parametrize("part", ["wa11111", "-wa1", "_wa1", " at ", "-WA0001"])
def test_a_name_that_repeats_what_cameras_add_is_told_at_once(part: str) -> None:
    begun = time.thread_time()
    assert readable("img" + part * 40 + "z", (Block("Soot glows."),)) != "Soot glows"
    assert time.thread_time() - begun < 1


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("my-notes.txt", "Soot glows.", "My notes"),
        ("IMG_2034.txt", "Soot glows.", "Soot glows"),
        ("talk_v2.es.srt", "1\n00:00:01,000 --> 00:00:02,000\nLa cera sube.\n", "Talk"),
        ("IMG_1.docx", media.word(), "Why yellow?"),
        ("untitled.md", "Soot glows.\n\n# Then", "Then"),
        ("lab-page.html", "<!doctype html><p>Soot glows.</p>", "Lab page"),
    ],
)
def test_every_format_is_called_so(reading: Reading, name: str, content: str | bytes, title: str) -> None:
    assert reading(name, content).documents[0].title == title


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("wax_v2.md", "---\ntitle: wax_v2\n---\nSoot glows."),
        ("wax_v2.md", "# wax_v2\n\nSoot glows."),
        ("wax_v2.html", "<!doctype html><title>wax_v2</title><p>Soot glows.</p>"),
        ("wax_v2.docx", media.word(title="wax_v2")),
        ("wax_v2.xml", media.RSS.replace("Candle Lab", "wax_v2")),
    ],
)
def test_what_a_text_calls_itself_stays_though_its_file_is_called_the_same(
    reading: Reading, name: str, content: str | bytes
) -> None:
    result = reading(name, content)
    assert (result.title or result.documents[0].title) == "wax_v2"


def test_a_day_and_one_word_say_less_than_the_heading() -> None:
    below = Block("The winter market begins on 6 December.")
    headed = (Block("Note for the winter market"), below)
    assert readable("2025-11-09-planted", headed) == "Note for the winter market"
    joined = (Block(f"{headed[0].text}\n{below.text}"),)
    assert readable("2025-11-09-planted", joined) == "Note for the winter market"
    under = (replace(below, locator=Locator(heading="Winter")),)
    assert readable("2025-11-09-planted", under) == "Winter"
    assert readable("2025-11-09-planted", (below,)) == "Planted"
    assert readable("2025-11-09-what-we-planted", headed) == "What we planted"
    assert readable("planted", headed) == "Planted"
