"""Every type of file becomes text that knows where it stands."""

import io
import json
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfWriter

from memory.readers import ReadOptions, read
from memory.readers.plain import paragraphs
from memory.types import Block, Locator
from tests.factories import media
from tests.memory.readers.conftest import Reading, Refused


def test_text_is_read_by_paragraphs(reading: Reading) -> None:
    (document,) = reading("notes.txt", "The first.\n\nThe second,\nwith a list:\n\n  \nThe third.").documents
    assert document.title == "Notes"
    assert [block.text for block in document.blocks] == [
        "The first.",
        "The second,\nwith a list:",
        "The third.",
    ]


def test_lines_broken_by_hand_are_joined(reading: Reading) -> None:
    wrapped = (
        "A flame is a body of burning gas, which rises since\n"
        "it is lighter than the air that is around it, and it\n"
        "glows."
    )
    (document,) = reading("a.txt", wrapped).documents
    assert document.blocks == (Block(wrapped.replace("\n", " ")),)


@pytest.mark.parametrize(
    "lines",
    [
        [
            "Pillar candles of beeswax in a tin, 14 euros",
            "Soy candles with lavender in a jar, 9 euros",
            "3 tealights of rapeseed wax in glass, 6 euros",
        ],
        [
            "O little flame that stands upon the water,",
            "Who lit you there, and who will put you out",
            "When morning comes, the tall and windy daughter",
            "Of all the nights that we have known about?",
        ],
        [
            "Восковые свечи в банке по 14 евро",
            "Соевые свечи с лавандой в стакане по 9 евро",
            "Чайные свечи, 6",
        ],
    ],
    ids=["items", "verses", "Russian items"],
)
def test_lines_that_are_items_or_verses_stay_lines(reading: Reading, lines: list[str]) -> None:
    (document,) = reading("a.txt", "\n".join(lines)).documents
    assert document.blocks == (Block("\n".join(lines)),)


@pytest.mark.parametrize("width", range(45, 110, 5))
def test_prose_is_joined_wherever_an_editor_broke_it(width: int) -> None:
    """Also in front of capital letters alone, and without the end of a sentence."""
    text = "Im Winter 1987 standen Haus, Hof, Scheune, Ofen, Tisch, Eimer, Formen, Dochte, Wachs und Ruß " * 3
    assert list(paragraphs("\n".join(textwrap.wrap(text, width)))) == [text.strip()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Soot glows.[1] It is hot,[2][13] and rises.", "Soot glows. It is hot, and rises."),
        ("烛光是黄色的。[1]烟灰会发光。", "烛光是黄色的。烟灰会发光。"),
        ("See [1] and list[2] of it. [3] is another.", "See [1] and list[2] of it. [3] is another."),
    ],
)
def test_marks_of_notes_in_a_text_are_left_out(reading: Reading, text: str, said: str) -> None:
    (document,) = reading("a.txt", text).documents
    assert document.blocks == (Block(said),)


def test_chinese_lines_are_joined_without_a_blank(reading: Reading) -> None:
    line = "蜡烛熄灭后可以隔空点燃因为白烟里有石蜡蒸气" * 2
    (document,) = reading("a.txt", f"{line}\n{line}\n{line}").documents
    assert document.blocks[0].text == line * 3


def test_markdown_has_front_matter_headings_and_tables(reading: Reading) -> None:
    text = """---
title: "Candle: a history"
date: 2024-05-01
licence: CC-BY-4.0
tier: patrons
lang: en
---
Intro *with* `marks`.

# Why yellow?

Because soot glows,
and [salt](https://candle.example) too.

- one
- two

| metal | colour |
|---|---|
| copper | green |

## Nothing below
"""
    (document,) = reading("post.md", text).documents
    assert document.title == "Candle: a history"
    assert document.published_at == datetime(2024, 5, 1, tzinfo=UTC)
    assert document.meta == {"licence": "CC-BY-4.0", "tier": "patrons"}
    assert document.lang == "en"
    assert [(block.locator.heading, block.text) for block in document.blocks] == [
        (None, "Intro with marks."),
        ("Why yellow?", "Because soot glows, and salt too."),
        ("Why yellow?", "one"),
        ("Why yellow?", "two"),
        ("Why yellow?", "metal: copper | colour: green"),
        ("Nothing below", "Nothing below"),
    ]


def test_a_page_is_its_article_without_scripts_and_menus(reading: Reading) -> None:
    (document,) = reading("page.html", media.PAGE).documents
    assert [(block.locator.heading, block.text) for block in document.blocks] == [
        (None, "Hot air is lighter than cold air."),
        ("Colour", "Soot glows yellow."),
        ("Colour", "Salt: yellow"),
        ("Colour", "Copper: green"),
    ]
    assert document.lang == "en"


def test_a_long_page_keeps_its_article_only(reading: Reading) -> None:
    says = "<h2>About {0}</h2><p>Paragraph {0} says that <em>wax</em> number {0} melts at {0} degrees.</p>"
    article = "".join(says.format(n) for n in range(60))
    menu = "<div class='sidebar menu'>" + "<a href='/x'>Buy candles now</a>" * 30 + "</div>"
    page = f"<!doctype html><html><body>{menu}<article><h1>Wax</h1>{article}</article></body></html>"
    (document,) = reading("page.html", page).documents
    text = "\n".join(block.text for block in document.blocks)
    assert "wax number 59 melts" in text
    assert document.blocks[-1].locator.heading == "About 59"
    assert "Buy candles now" not in text


def test_tables_lines_and_code_keep_their_form(reading: Reading) -> None:
    page = """<!doctype html><html><body><p>First line<br>second   line</p>
<table><tr><th>Metal</th><th>Colour</th></tr><tr><td>copper</td><td>green</td></tr></table>
<pre>light(candle)\n  wait()</pre></body></html>"""
    (document,) = reading("a.html", page).documents
    assert [block.text for block in document.blocks] == [
        "First line\nsecond line",
        "Metal: copper | Colour: green",
        "light(candle)\n  wait()",
    ]


def test_a_pdf_keeps_its_pages_and_bookmarks(reading: Reading) -> None:
    pages = [
        "Candle Lab 1\nThe flame is yel-\nlow because soot glows.",
        "Candle Lab 2\nWax melts.",
        "Candle Lab 3\nWicks draw.",
    ]
    data = media.pdf(pages, title="A book", bookmarks={"Flames": 0, "Wax": 1})
    (document,) = reading("book.pdf", data).documents
    assert document.title == "A book"
    assert document.blocks == (
        Block("The flame is yellow because soot glows.", Locator(page=1, heading="Flames")),
        Block("Wax melts.", Locator(page=2, heading="Wax")),
        Block("Wicks draw.", Locator(page=3, heading="Wax")),
    )


def test_a_bookmark_is_the_heading_from_where_its_title_stands(reading: Reading) -> None:
    page = "The first chapter goes on here.\n2.1 Colour of Flames\nSoot glows.\n2.2 Wax\nIt melts."
    data = media.pdf(
        ["1 Start\nA candle is lit.", page], bookmarks={"Start": 0, "Colour of flames": 1, "Wax": 1}
    )
    (document,) = reading("book.pdf", data).documents
    assert [(block.locator.page, block.locator.heading, block.text) for block in document.blocks] == [
        (1, "Start", "A candle is lit."),
        (2, "Start", "The first chapter goes on here."),
        (2, "Colour of flames", "Soot glows."),
        (2, "Wax", "It melts."),
    ]


def test_a_sentence_over_a_pages_end_stays_whole_where_it_begins(reading: Reading) -> None:
    (document,) = reading(
        "book.pdf", media.pdf(["The flame is yellow because", "soot glows in it. Wax melts."])
    ).documents
    assert [(block.locator.page, block.text) for block in document.blocks] == [
        (1, "The flame is yellow because soot glows in it."),
        (2, "Wax melts."),
    ]


def test_no_sentence_goes_on_under_another_heading(reading: Reading) -> None:
    data = media.pdf(
        ["The flame is yellow", "iPhones glow too. Wax melts."], bookmarks={"Soot": 0, "Light": 1}
    )
    (document,) = reading("book.pdf", data).documents
    assert [(block.locator.heading, block.text) for block in document.blocks] == [
        ("Soot", "The flame is yellow"),
        ("Light", "iPhones glow too. Wax melts."),
    ]


def test_a_blank_inside_a_sentence_doesn_t_cut_it(reading: Reading) -> None:
    page = "The lighthouse keeper paints the tower\n \nturquoise every seven years.\n \nIt takes a summer."
    (document,) = reading("a.pdf", media.pdf([page])).documents
    assert [block.text for block in document.blocks] == [
        "The lighthouse keeper paints the tower turquoise every seven years.",
        "It takes a summer.",
    ]


def test_a_list_in_a_pdf_is_read_item_by_item(reading: Reading) -> None:
    (document,) = reading(
        "a.pdf", media.pdf(["Colours:\n- salt burns yellow\n- copper burns\ngreen"])
    ).documents
    assert [block.text for block in document.blocks] == [
        "Colours:",
        "- salt burns yellow",
        "- copper burns green",
    ]


def test_a_page_of_few_words_is_no_scan(reading: Reading) -> None:
    result = reading("a.pdf", media.pdf(["One.", "A page with many more words."]))
    assert [block.text for block in result.documents[0].blocks] == ["One.", "A page with many more words."]
    assert result.notes == ()


def test_a_pdf_with_an_empty_password_opens(reading: Reading) -> None:
    writer = PdfWriter()
    writer.append(io.BytesIO(media.pdf(["Only printing is forbidden here."])))
    writer.encrypt(user_password="", owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    (document,) = reading("a.pdf", out.getvalue()).documents
    assert document.blocks[0].text == "Only printing is forbidden here."


def test_a_word_document_has_headings_tables_and_pages(reading: Reading) -> None:
    (document,) = reading("book.docx", media.word(title="Candle book")).documents
    assert document.title == "Candle book"
    assert document.blocks == (
        Block("Because soot glows.", Locator(page=1, heading="Why yellow?")),
        Block("Salt | yellow", Locator(page=1, heading="Why yellow?")),
        Block("On the second page it burns green.", Locator(page=2, heading="Why yellow? › Copper")),
    )


def test_subtitles_have_seconds_and_no_tags(reading: Reading) -> None:
    (document,) = reading("talk.es.srt", media.SRT).documents
    assert (document.title, document.lang) == ("Talk", "es")
    assert document.blocks == (
        Block("The flame is yellow\nbecause of soot.", Locator(start=1.0, end=2.5)),
        Block("- Wax melts & flows up.", Locator(start=3.0, end=4.0)),
    )


def test_webvtt_loses_voices_karaoke_and_notes(reading: Reading) -> None:
    (document,) = reading("talk.vtt", media.VTT).documents
    assert document.blocks == (
        Block("The flame is yellow", Locator(start=1.0, end=2.5)),
        Block("Salt & copper turn it green", Locator(start=3.0, end=4.0)),
    )


def test_rolling_captions_say_each_line_once(reading: Reading) -> None:
    cues = [
        "00:01.000 --> 00:03.000\nwe light",
        "00:03.000 --> 00:03.010\nwe light",
        "00:03.010 --> 00:06.000\nwe light\na candle",
    ]
    (document,) = reading("a.vtt", "WEBVTT\n\n" + "\n\n".join(cues)).documents
    assert [(block.text, block.locator.start) for block in document.blocks] == [
        ("we light", 1.0),
        ("a candle", 3.01),
    ]


def test_youtubes_own_caption_format(reading: Reading) -> None:
    (document,) = reading(
        "a.sbv", "0:00:01.000,0:00:02.500\nLa cera\n\n0:01:03.000,0:01:04.000\nse derrite.\n"
    ).documents
    assert document.blocks[1] == Block("se derrite.", Locator(start=63.0, end=64.0))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_subtitle_tracks_inside_a_film(tmp_path: Path, suffix: str) -> None:
    path = media.video(tmp_path / f"film{suffix}", {"eng": media.SRT}, sound=False)
    (document,) = read(path, path.name, ReadOptions(), lambda share: None).documents
    assert document.kind == "video"
    assert document.title == "Soot"
    assert document.blocks == (
        Block("The flame is yellow\nbecause of soot.", Locator(start=1.0, end=2.5)),
        Block("- Wax melts & flows up.", Locator(start=3.0, end=4.0)),
    )


def test_each_language_of_a_film_is_a_document(tmp_path: Path) -> None:
    spanish = "1\n00:00:01,000 --> 00:00:02,500\nLa llama es amarilla.\n"
    path = media.video(tmp_path / "film.mkv", {"eng": media.SRT, "spa": spanish})
    documents = read(path, "film.mkv", ReadOptions(), lambda share: None).documents
    assert {document.lang: len(document.blocks) for document in documents} == {"en": 2, "es": 1}


@pytest.mark.parametrize(
    ("name", "content"), [("feed.xml", media.RSS), ("feed", media.RSS.replace("UTF", "utf"))]
)
def test_a_feed_keeps_each_entrys_address_and_date(reading: Reading, name: str, content: str) -> None:
    result = reading(name, content)
    first, second = result.documents
    assert (result.title, first.kind) == ("Candle Lab", "feed")
    assert [(first.title, first.url), (second.title, second.url)] == [
        ("Why & how", "https://candle.example/1"),
        ("Wicks", "https://candle.example/2"),
    ]
    posted = datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert (*first.blocks, *second.blocks) == (
        Block(
            "Hot air rises.",
            Locator(url="https://candle.example/1", heading="Why & how", published_at=posted),
        ),
        Block("A wick draws the wax.", Locator(url="https://candle.example/2", heading="Wicks")),
    )


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("about:blank", "Candles"),
        ("https://candle.example/print?id=1", "Candles"),
        ("file:///home/ada/x", "Candles"),
        ("Untitled document", "Candles"),
        ("draft.docx", "Candles"),
        ("Microsoft Word - Wax and wick.docx", "Wax and wick"),
        ("Wax: a history", "Wax: a history"),
    ],
)
def test_a_pdf_has_no_title_that_a_program_made_up(reading: Reading, stated: str, title: str) -> None:
    assert reading("candles.pdf", media.pdf(["Wax melts."], title=stated)).documents[0].title == title


def test_a_films_chapters_are_headings(tmp_path: Path) -> None:
    path = media.video(tmp_path / "film.mp4", {"eng": media.SRT}, chapters={"Light": 0, "Wax": 3})
    (document,) = read(path, "film.mp4", ReadOptions(), lambda share: None).documents
    assert [block.locator.heading for block in document.blocks] == ["Light", "Wax"]


def test_an_atom_feed(reading: Reading) -> None:
    (document,) = reading("a.atom", media.ATOM).documents
    (block,) = document.blocks
    assert (block.text, block.locator.url) == ("Tallow smells.", "https://candle.example/t")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("notes.txt", media.pdf(["A book of candles."]), "pdf"),
        ("film.txt", media.SRT.encode(), "subtitles"),
        ("picture.docx", media.pdf(["A book of candles."]), "pdf"),
        ("page.txt", media.PAGE.encode(), "html"),
        ("data.csv", media.RSS.encode(), "feed"),
        ("noname", media.word(), "docx"),
    ],
)
def test_a_wrong_name_doesn_t_matter(reading: Reading, name: str, content: bytes, kind: str) -> None:
    assert reading(name, content).documents[0].kind == kind


def test_nothing_to_read_says_so(refused: Refused) -> None:
    assert (
        refused("a.html", "<!doctype html><html><body><script>only()</script></body></html>").code
        == "no_text"
    )


def test_each_video_of_a_takeout_is_named_by_its_own_title(reading: Reading) -> None:
    videos = [
        {
            "id": letter * 11,
            "snippet": {"title": title, "description": f"On {title} in a candle."},
            "status": {"privacyStatus": "public"},
        }
        for letter, title in (("a", "soot"), ("b", "wax"))
    ]
    documents = reading("videos.json", json.dumps(videos)).documents
    assert [document.title for document in documents] == ["soot", "wax"]
    assert documents[0].url == "https://www.youtube.com/watch?v=aaaaaaaaaaa"


def test_characters_that_a_pdf_gives_as_radicals_are_characters(reading: Reading) -> None:
    printed = "⽕⻰果园⾥⼀共有三⼗棵树⽔塔⾼⼆⼗⽶。"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(printed)]
    meant = dict(zip(letters, printed, strict=True))
    (document,) = reading("orchard.pdf", media.pdf([letters], meant=meant)).documents
    assert document.blocks[0].text == "火龙果园里一共有三十棵树水塔高二十米。"
