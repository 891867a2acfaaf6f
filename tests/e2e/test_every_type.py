"""One file of each type, handed over in the browser, answers its own question at the right page or second."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import docx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.factories import media


@dataclass(frozen=True)
class Case:
    """A file, a question that it alone answers, words of the answer, and where the source says it is."""

    name: str
    question: str
    answer: str
    place: str = ""


CASES = (
    Case("kettle.txt", "In which key does Aunt Wilma's kettle whistle?", "B flat"),
    Case("ferry.md", "How much does the ferry to Skarne cost?", "eleven crowns"),
    Case("orchard.html", "Who planted the orchard of Vellinge?", "Three sisters"),
    Case("lighthouse.pdf", "When was the lighthouse of Skarne painted green?", "1902", "page 2"),
    Case("bridge.docx", "How long is the rope bridge of Tarn?", "ninety metres"),
    Case("marzipan.png", "Where does marzipan keep best?", "cedar box"),
    Case("accordion.srt", "How many keys has the accordion of Luigi?", "thirty-seven", "00:42"),
    Case("glacier.vtt", "What colour is the glacier of Orm at dawn?", "violet", "01:05"),
    Case("violin.mp4", "What is the violin of Petra made of?", "spruce", "00:02"),
    Case("result.json", "When do the storks of Ribe return?", "March"),
    Case("news.xml", "Who won the cheese race of Gouda?", "Marieke"),
    Case("bundle.zip", "What does the bell of Ypern weigh?", "four tonnes"),
)
_SRT = "1\n00:00:0{s},000 --> 00:00:0{e},000\n{text}\n"


def write_all(folder: Path) -> list[Path]:
    """The files, each with its fact among others."""
    text = "Aunt Wilma collects kettles. Her brass kettle whistles in B flat every morning."
    (folder / "kettle.txt").write_text(text)
    (folder / "ferry.md").write_text(
        "# Ferries\n\nThe ferry to Skarne costs eleven crowns, return included.\n"
    )
    (folder / "orchard.html").write_text(
        "<html><head><title>Orchards</title></head><body><article><h1>Orchards of the south</h1>"
        "<p>Three sisters planted the orchard of Vellinge after the great storm.</p></article></body></html>"
    )
    pages = ["Harbours of the north, a short guide.", "The lighthouse of Skarne was painted green in 1902."]
    (folder / "lighthouse.pdf").write_bytes(media.pdf(pages, title="Harbours"))
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph("The rope bridge of Tarn is ninety metres long and sways in any wind.")
    document.save(out)
    (folder / "bridge.docx").write_bytes(out.getvalue())
    (folder / "marzipan.png").write_bytes(media.png("Marzipan keeps best\nin a cedar box.", size=44))
    (folder / "accordion.srt").write_text(
        "1\n00:00:42,000 --> 00:00:46,000\nThe accordion of Luigi has thirty-seven keys.\n"
    )
    (folder / "glacier.vtt").write_text(
        "WEBVTT\n\n00:01:05.000 --> 00:01:09.000\nAt dawn the glacier of Orm is violet.\n"
    )
    media.video(
        folder / "violin.mp4", {"eng": _SRT.format(s=2, e=5, text="The violin of Petra is made of spruce.")}
    )
    export = media.channel_export(
        messages=[
            {
                "id": 2, "type": "message", "date": "2024-05-01T10:00:00", "date_unixtime": "1714557600",
                "from": "Candle Lab", "from_id": "channel1", "text": "The storks of Ribe return in March.",
            }
        ]
    )  # fmt: skip
    (folder / "result.json").write_text(json.dumps(export))
    (folder / "news.xml").write_text(
        '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link>'
        "<item><title>The cheese race</title><link>https://news.example/cheese</link>"
        "<description>Marieke won the cheese race of Gouda by a nose.</description></item></channel></rss>"
    )
    inside = {"bell/bell.txt": b"The bell of Ypern weighs four tonnes and has a crack."}
    (folder / "bundle.zip").write_bytes(media.zipped(inside))
    return [folder / case.name for case in CASES]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_all(tmp_path_factory.mktemp("types"))


def ask(page: Page, question: str) -> Page:
    """Ask as a fan does; the page, once the answer has come."""
    before = page.locator("[data-author=avatar]").count()
    page.fill("#say", question)
    page.keyboard.press("Enter")
    expect(page.locator("[data-author=avatar]")).to_have_count(before + 1, timeout=20_000)
    return page


def test_each_answers_its_own_question_in_its_place(admin: Open, fan: Open, files: list[Path]) -> None:
    wanted = [case for case in CASES if case.name != "marzipan.png" or which("tesseract")]
    page = admin("knowledge")
    page.set_input_files("#files", [path for path in files if path.name in {case.name for case in wanted}])
    for case in wanted:
        row = page.locator("tr[data-source]", has_text=case.name)
        expect(row.first).to_have_attribute("data-state", "indexed", timeout=60_000)
    for start in range(0, len(wanted), 6):
        chat = fan()
        for case in wanted[start : start + 6]:
            said = ask(chat, case.question).locator("[data-author=avatar]").last
            expect(said.locator(".bubble"), case.name).to_contain_text(case.answer)
            expect(said.locator(".source"), case.name).to_contain_text(case.place)
            href = said.locator(".source").get_attribute("href") or ""
            if href.startswith("/s/"):
                source = chat.context.new_page()
                source.goto(href)
                expect(source.locator("#passage")).to_contain_text(case.answer)
                source.close()
