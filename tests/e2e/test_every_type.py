"""One file of each type, dropped into the browser, answers its own question; its source opens in its place.

The place is a page of a PDF, a second of a recording, or the marked sentence of a text, as browsers show it.
"""

import base64
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import docx
import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from tests.e2e.conftest import DESK, Open
from tests.factories import media


@dataclass(frozen=True)
class Case:
    """A file, a question that it alone answers, words of the answer, and where the source says it is.

    `second` is where its recording starts to play, `page` where its PDF opens; `elsewhere` the address that
    opens it, where it has one of its own.
    """

    name: str
    question: str
    answer: str
    place: str = ""
    second: float | None = None
    page: int | None = None
    elsewhere: str = ""


FILM = "https://www.youtube.com/watch?v="
CASES = (
    Case("kettle.txt", "In which key does Aunt Wilma's kettle whistle?", "B flat"),
    Case("ferry.md", "How much does the ferry to Skarne cost?", "eleven crowns"),
    Case("orchard.html", "Who planted the orchard of Vellinge?", "Three sisters"),
    Case("lighthouse.pdf", "When was the lighthouse of Skarne painted green?", "1902", "page 2", page=2),
    Case("bridge.docx", "How long is the rope bridge of Tarn?", "ninety metres"),
    Case("marzipan.png", "Where does marzipan keep best?", "cedar box"),
    Case("accordion.srt", "How many keys has the accordion of Luigi?", "thirty-seven", "0:42"),
    Case("glacier.vtt", "What colour is the glacier of Orm at dawn?", "violet", "1:05"),
    Case("violin.mp4", "What is the violin of Petra made of?", "spruce", "0:38", second=38),
    Case("flute.webm", "What is the flute of Nils carved from?", "reindeer bone", "0:39", second=39),
    Case("harp.m4a", "How many strings has the harp of Maeve?", "thirty-four", "0:40", second=40),
    Case("result.json", "When do the storks of Ribe return?", "March"),
    Case("news.xml", "Who won the cheese race of Gouda?", "Marieke", elsewhere="https://news.example/cheese"),
    Case("bundle.zip", "What does the bell of Ypern weigh?", "four tonnes"),
    Case(
        "takeout.zip",
        "How hot does the kiln of Selb get?",
        "1,400 degrees",
        "0:47",
        elsewhere=f"{FILM}kilnkilnkil&t=47s",
    ),
)
_TALK = (
    "Welcome back to the workshop, everybody.",
    "The rain has stopped, so the door stays open today.",
    "My neighbour came by with plums from her garden.",
    "A letter from Lisbon arrived as well, thank you for that.",
    "But I promised to show you something this week.",
    "Isn't that a thing of beauty?",
    "I'll pass it round later, please be careful with it.",
    "Somebody asked about the opening hours in winter.",
    "We close on Mondays, and over Christmas.",
    "The roof has to be mended before the snow comes.",
    "See you next week, and bring a scarf.",
)
_SECONDS = 90


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
    (folder / "accordion.srt").write_text(_captions("The accordion of Luigi has thirty-seven keys.", 42))
    glacier = _captions("At dawn the glacier of Orm is violet.", 65)
    (folder / "glacier.vtt").write_text(f"WEBVTT\n\n{glacier.replace(',000', '.000')}")
    violin = {"eng": _captions("The violin of Petra is made of spruce.", 38)}
    media.video(folder / "violin.mp4", violin, seconds=_SECONDS)
    flute = {"eng": _captions("The flute of Nils is carved from reindeer bone.", 39)}
    media.video(folder / "flute.webm", flute, seconds=_SECONDS)
    harp = _captions("The harp of Maeve has thirty-four strings.", 40)
    media.spoken(folder / "harp.m4a", harp, seconds=_SECONDS)
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
    (folder / "takeout.zip").write_bytes(media.zipped(_takeout()))
    return [folder / case.name for case in CASES]


def _captions(fact: str, second: int) -> str:
    """The captions (SRT) of a talk in twelve sentences, one every seven seconds: the sixth is the fact."""
    lines = (*_TALK[:5], fact, *_TALK[5:])
    starts = range(second - 35, second + 49, 7)
    return "\n".join(
        f"{number}\n{_clock(start)} --> {_clock(start + 6)}\n{line}\n"
        for number, (start, line) in enumerate(zip(starts, lines, strict=True), 1)
    )


def _clock(seconds: int) -> str:
    return f"00:{seconds // 60:02}:{seconds % 60:02},000"


def _takeout() -> dict[str, bytes]:
    """A YouTube Takeout with one film, whose captions have the fact at its 47th second."""
    root = "Takeout/YouTube and YouTube Music"
    table = (
        "Video ID,Approx Duration (ms),Video Category,Video Description (Original),Video Title (Original),"
        "Privacy,Video Publish Timestamp\n"
        "kilnkilnkil,60000,Education,,Porcelain,Public,2024-01-02T03:04:05+00:00"
    )
    captions = _captions("The kiln of Selb gets as hot as 1,400 degrees.", 47)
    return {
        f"{root}/video metadata/videos.csv": table.encode(),
        f"{root}/videos/Porcelain.mp4": b"\0\0\0\x18ftypmp42",
        f"{root}/captions/Porcelain.srt": captions.encode(),
    }


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


def drop(page: Page, paths: Iterable[Path]) -> None:
    """Let files fall onto the page, as from a folder beside it."""
    contents = [[path.name, base64.b64encode(path.read_bytes()).decode()] for path in paths]
    dropped = page.evaluate_handle(
        """contents => {
            const dropped = new DataTransfer();
            for (const [name, bytes] of contents)
                dropped.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], name));
            return dropped;
        }""",
        contents,
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("[data-knowledge]", event, {"dataTransfer": dropped})


def opened(chat: Page, source: Locator) -> Page:
    """What a fan's click on a source opens."""
    with chat.context.expect_page() as shown:
        source.click()
    return shown.value


def in_its_place(source: Page, case: Case) -> None:
    """The source's page marks the sentence, and plays or opens what it stands in at its second or page."""
    expect(source.locator("#passage mark"), case.name).to_contain_text(case.answer)
    expect(source.locator(".reading-meta"), case.name).to_contain_text(case.place)
    if case.second is not None:
        player = source.locator("video, audio")
        player.evaluate("it => it.readyState || new Promise(go => it.addEventListener('loadeddata', go))")
        expect(player, case.name).to_have_js_property("currentTime", case.second)
        assert player.evaluate("it => it.play().then(() => it.error)") is None, case.name
    if case.page is not None:
        original = opened(source, source.get_by_role("link", name="Open the original"))
        expect(_viewer(original).locator("#pageSelector"), case.name).to_have_value(str(case.page))
        original.close()


def _viewer(page: Page) -> Frame:
    """The browser's own viewer of PDFs, which is an extension inside the page."""
    for _ in range(100):
        for frame in page.frames:
            if frame.url.startswith("chrome-extension:"):
                return frame
        page.wait_for_timeout(100)
    raise AssertionError("the browser shows no PDF")


def test_each_answers_its_own_question_in_its_place(admin: Open, fan: Open, files: list[Path]) -> None:
    wanted = [case for case in CASES if case.name != "marzipan.png" or which("tesseract")]
    page = admin("knowledge")
    drop(page, [path for path in files if path.name in {case.name for case in wanted}])
    for case in wanted:
        row = page.locator("tr[data-source]", has_text=case.name)
        expect(row.first, case.name).to_have_attribute("data-state", "indexed", timeout=60_000)
    for start in range(0, len(wanted), 6):
        chat = fan(viewport=DESK)
        for case in wanted[start : start + 6]:
            said = ask(chat, case.question).locator("[data-author=avatar]").last
            expect(said.locator(".bubble"), case.name).to_contain_text(case.answer)
            link = said.locator(".source")
            expect(link, case.name).to_contain_text(case.place)
            if case.elsewhere:
                assert (link.get_attribute("href") or "").startswith(case.elsewhere), case.name
                continue
            source = opened(chat, link)
            in_its_place(source, case)
            source.close()


def test_sound_in_which_nothing_is_written_waits_and_says_for_what(admin: Open, tmp_path: Path) -> None:
    page = admin("knowledge")
    drop(page, [media.tone(tmp_path / "hum.wav", 1.0)])
    row = page.locator("tr[data-source]", has_text="hum.wav")
    expect(row).to_have_attribute("data-state", "waiting", timeout=30_000)
    expect(row.locator(".item-reason")).to_contain_text("speech recognition")
