"""A folder with an export in it, handed in through the browser: what is private or a stranger's stays out."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, Open
from tests.e2e.test_every_type import ask
from tests.factories import media

ROOT = "YouTube und YouTube Music"
_SRT = "1\n00:00:12,000 --> 00:00:16,000\n{}\n"
_TABLE = (
    "Video-ID,Dauer,Kategorie,Tags,Titel,Datenschutz\n"
    "loomloomloo,6,Film,,The loom,Öffentlich\nhidehidehid,6,Film,,The vault,Privat\n"
)


def takeout(place: str) -> dict[str, bytes]:
    """A public and a private video, a history and comments."""
    public, private = (
        f"The loom of {place} has ninety shuttles.",
        f"The vault of {place} opens with seven keys.",
    )
    return {
        f"{ROOT}/Videos/Videos.csv": _TABLE.encode(),
        f"{ROOT}/Untertitel/The loom.srt": _SRT.format(public).encode(),
        f"{ROOT}/Untertitel/The vault.srt": _SRT.format(private).encode(),
        f"{ROOT}/Verlauf/Suchverlauf.html": f"<p>Searched for a cure for gout in {place}.</p>".encode(),
        f"{ROOT}/Kommentare/Kommentare.csv": f"id,text\n1,A comment on the harbour of {place}\n".encode(),
    }


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def drop(page: Page, folder: Path) -> None:
    """Let a folder fall onto the page: its entries are what a browser makes of one."""
    files = [
        [path.relative_to(folder.parent).as_posix(), list(path.read_bytes())]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    page.evaluate(
        """files => {
            const tree = {};
            for (const [path, bytes] of files) {
                const parts = path.split("/");
                const name = parts.pop();
                let at = tree;
                for (const part of parts) at = at[part] ??= {};
                at[name] = new File([Uint8Array.from(bytes)], name);
            }
            const entry = (name, inside) => inside instanceof File
                ? { name, isFile: true, isDirectory: false, file: (done) => done(inside) }
                : { name, isFile: false, isDirectory: true, createReader: () => {
                      const portions = [Object.entries(inside).map((each) => entry(...each)), []];
                      return { readEntries: (done) => done(portions.shift()) };
                  } };
            const items = Object.entries(tree).map(([name, inside]) =>
                ({ kind: "file", webkitGetAsEntry: () => entry(name, inside) }));
            const event = new Event("drop", { bubbles: true, cancelable: true });
            event.dataTransfer = { types: ["Files"], items };
            document.querySelector("[data-knowledge]").dispatchEvent(event);
        }""",
        files,
    )


def choose(page: Page, folder: Path) -> None:
    """Choose a folder by its button."""
    page.set_input_files("#folder", folder)


@pytest.mark.parametrize(("by", "place"), [(drop, "Boras"), (choose, "Lund")])
def test_of_a_takeouts_folder_only_the_public_video_comes_in(
    admin: Open, fan: Open, tmp_path: Path, by: Callable[[Page, Path], None], place: str
) -> None:
    folder = write(tmp_path / f"Takeout {place}", takeout(place))
    page = admin("knowledge")
    here = page.url
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if "/files?" in request.url else None)
    by(page, folder)
    expect(page.locator("tr[data-source]", has_text=f"{folder.name}.zip").first).to_have_attribute(
        "data-state", "indexed", timeout=30_000
    )
    assert len(posted) == 1, posted
    chat = fan(viewport=DESK)
    said = ask(chat, f"How many shuttles has the loom of {place}?").locator("[data-author=avatar]").last
    expect(said).to_contain_text("ninety shuttles")
    expect(said.locator(".source")).to_have_attribute(
        "href", "https://www.youtube.com/watch?v=loomloomloo&t=12s"
    )
    for asked in (f"vault of {place} seven keys", f"cure for gout in {place}", f"harbour of {place}"):
        page.goto(f"{here}/search?{urlencode({'q': asked})}")
        for private in ("seven keys", "gout", "harbour"):
            expect(page.locator(".hit", has_text=private).filter(has_text=place)).to_have_count(0)


def test_of_a_telegram_exports_folder_no_forwarded_picture_comes_in(admin: Open, tmp_path: Path) -> None:
    post = {
        "id": 2, "type": "message", "date": "2024-05-01T10:00:00", "date_unixtime": "1714557600",
        "from": "Candle Lab", "from_id": "channel1", "text": "The quay of Husum was built by nine brothers.",
    }  # fmt: skip
    forwarded = {**post, "id": 3, "text": "", "forwarded_from": "A stranger", "photo": "photos/stranger.png"}
    export = json.dumps(media.channel_export(messages=[post, forwarded])).encode()
    folder = write(
        tmp_path / "ChatExport_2024", {"result.json": export, "photos/stranger.png": media.png("Stranger")}
    )
    page = admin("knowledge")
    drop(page, folder)
    expect(page.locator("tr[data-source]", has_text="ChatExport_2024").first).to_have_attribute(
        "data-state", "indexed", timeout=30_000
    )
    page.goto(page.url.split("?")[0] + "/search?q=Who+built+the+quay+of+Husum%3F")
    found = page.locator(".hit", has_text="nine brothers").first
    for _ in range(20):  # the index follows what was read
        if found.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(found).to_be_visible()
    page.goto(page.url.split("/search")[0] + "?q=stranger.png")
    expect(page.locator("tr[data-source]")).to_have_count(0)


def test_of_a_chats_files_without_its_messages_nothing_comes_in(admin: Open, tmp_path: Path) -> None:
    folder = write(tmp_path / "files", {"plan.txt": b"A member's own plan.", "deeper/sketch.txt": b"Theirs."})
    page = admin("knowledge")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if "/files?" in request.url else None)
    drop(page, folder)
    expect(page.locator("[data-upload-problems]")).to_contain_text("It is part of a Telegram export")
    assert posted == []


def test_of_a_folder_from_inside_a_takeout_nothing_comes_in(admin: Open, tmp_path: Path) -> None:
    folder = write(tmp_path / "video metadata", {"videos.csv": _TABLE.encode()})
    page = admin("knowledge")
    choose(page, folder)
    row = page.locator("tr[data-source]", has_text="video metadata/videos.csv").first
    expect(row).to_have_attribute("data-state", "failed", timeout=30_000)
    expect(row).to_contain_text("It is part of a Google Takeout")


def test_of_a_folder_that_cant_be_read_whole_nothing_comes_in(admin: Open, tmp_path: Path) -> None:
    folder = write(tmp_path / "Takeout broken", takeout("Visby"))
    page = admin("knowledge")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if "/files?" in request.url else None)
    page.evaluate("() => { File.prototype.stream = () => { throw new Error('gone'); }; }")
    drop(page, folder)
    expect(page.locator("[data-upload-problems]")).to_contain_text("nothing of it was handed in")
    assert posted == []


def test_of_a_folder_of_videos_alone_it_is_said_what_a_takeout_would_tell(
    admin: Open, tmp_path: Path
) -> None:
    folder = write(tmp_path / "videos", {"The loom.mp4": b"\0one", "The vault.mp4": b"\0two"})
    page = admin("knowledge")
    choose(page, folder)
    told = page.locator("[data-upload-problems] li", has_text="Nothing but videos is in it")
    expect(told).to_contain_text("videos —")
    expect(told).to_contain_text("add the Takeout's whole folder")
    for name in ("The loom.mp4", "The vault.mp4"):
        expect(page.locator("tr[data-source]", has_text=f"videos/{name}").first).to_be_visible()
