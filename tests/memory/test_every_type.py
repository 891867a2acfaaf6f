"""One file of each type, handed in as a creator would: its words are found at their page, second or post."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from memory import service
from memory.types import PassageInfo, ReadFrom, SourceState
from tests.factories import media
from tests.memory.house import House, eventually

SRT = "1\n00:00:01,000 --> 00:00:02,500\nSoot glows.\n\n2\n00:01:15,000 --> 00:01:17,000\nWax melts first.\n"
FEED = """<?xml version="1.0"?><rss version="2.0">
<channel><title>Candle Lab</title><link>https://lab.example/</link>
<item><title>Tides of wax</title><link>https://lab.example/tides</link>
<pubDate>Wed, 01 May 2024 10:00:00 GMT</pubDate>
<description>The pool of wax rises and falls as the flame breathes.</description></item>
<item><title>Salt</title><link>https://lab.example/salt</link>
<description>A grain of salt makes the flame orange.</description></item></channel></rss>"""


def film(folder: Path) -> bytes:
    return media.video(
        folder / "talk.mp4", {"eng": SRT.replace("01:1", "00:0").replace("7,000", "6,000")}
    ).read_bytes()


Made = Callable[[Path], bytes]
TYPES: dict[str, tuple[Made, str, dict[str, object]]] = {
    "post.txt": (lambda _: b"Soot glows in the flame.", "Soot glows", {}),
    "post.md": (lambda _: b"# Colour\n\nSoot glows in the flame.", "Soot glows", {"heading": "Colour"}),
    "page.html": (lambda _: media.PAGE.encode(), "Soot glows yellow", {"heading": "Colour"}),
    "book.pdf": (lambda _: media.pdf(["On wax.", "Soot glows in the flame."]), "Soot glows", {"page": 2}),
    "paper.docx": (lambda _: media.word(), "burns green", {"page": 2, "heading": "Copper"}),
    "talk.srt": (lambda _: SRT.encode(), "Wax melts first", {"start": 75.0, "end": 77.0}),
    "talk.mp4": (film, "Wax melts first", {"start": 1.0, "end": 6.0}),
    "feed.xml": (lambda _: FEED.encode(), "grain of salt", {"url": "https://lab.example/salt"}),
    "result.json": (lambda _: media.telegram_json(), "Because soot glows", {"url": None}),
}


async def _found(house: House, words: str) -> PassageInfo | None:
    async with house.db.uow(house.creator) as uow:
        for source in (await service.list_sources(uow, size=100)).items:
            for one in (await service.passages(uow, source.id)).items:
                if words.lower() in one.text.lower():
                    return one
    return None


@pytest.mark.parametrize("name", list(TYPES))
async def test_its_words_are_found_at_their_place(house: House, name: str, tmp_path: Path) -> None:
    make, words, place = TYPES[name]
    async with house.working():
        added = await house.add(name, make(tmp_path))
        source = await house.ended(added.source.id)
    assert (source.state, source.reason) == (SourceState.INDEXED, None)
    passage = await _found(house, words)
    assert passage is not None
    for what, value in place.items():
        assert getattr(passage.locator, what) == value


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract, which reads pictures, is not installed")
async def test_a_picture_is_read(house: House) -> None:
    async with house.working():
        source = await house.ended((await house.add("sign.png", media.png("Soot glows yellow"))).source.id)
    assert source.state is SourceState.INDEXED
    passage = await _found(house, "soot glows")
    assert passage
    assert passage.locator.read_from is ReadFrom.PICTURE
    assert passage.locator.sure
    assert passage.locator.sure > 0.5


async def test_sound_without_subtitles_waits_and_says_for_what(house: House, tmp_path: Path) -> None:
    async with house.working():
        sound = media.tone(tmp_path / "a.wav", 1.0).read_bytes()
        source = await house.ended((await house.add("talk.wav", sound)).source.id)
    assert (source.state, source.reason_code) == (SourceState.WAITING, "no_transcriber")


async def test_a_takeout_brings_videos_with_their_captions_and_addresses(house: House) -> None:
    async with house.working():
        archive = await house.add("takeout.zip", media.zipped(media.takeout()))
        await house.ended(archive.source.id)

        async def settled() -> bool:
            states = {one.state for one in (await house.sources()).values()}
            return not states & {SourceState.QUEUED, SourceState.READING}

        await eventually(settled)
    cera = await _found(house, "La cera")
    assert cera is not None
    assert cera.link == "https://www.youtube.com/watch?v=ccccccccccc&t=1s"
    assert cera.lang == "es"


async def test_a_channel_export_needs_its_public_name_for_addresses(house: House) -> None:
    export = json.dumps(media.channel_export()).encode()
    path = house.folder / "result.json"
    path.write_bytes(export)
    stored = house.files.save_path(house.creator, path)
    async with house.working():
        async with house.db.uow(house.creator) as uow:
            added = await service.add_file(uow, stored, "result.json", channel="candlelab")
        await house.ended(added.source.id)
    post = await _found(house, "Because soot glows")
    assert post is not None
    assert post.link == "https://t.me/candlelab/4"
    assert post.published_at is not None


async def test_the_captions_of_a_takeout_go_by_the_videos_title(house: House) -> None:
    root = "Takeout/YouTube and YouTube Music"
    table = (
        "Video ID,Approx Duration (ms),Video Category,Video Description (Original),Video Title (Original),"
        "Privacy,Video Publish Timestamp\n"
        "bellbellbel,60000,Education,,Casting: a bell,Public,2024-01-02T03:04:05+00:00"
    )
    inside = {
        f"{root}/video metadata/videos.csv": table.encode(),
        f"{root}/videos/Casting_ a bell.mp4": b"\0\0\0\x18ftypmp42",
        f"{root}/captions/Casting_ a bell.srt": SRT.encode(),
    }
    async with house.working():
        await house.ended((await house.add("takeout.zip", media.zipped(inside))).source.id)
        await eventually(lambda: _found(house, "Wax melts first"))
    passage = await _found(house, "Wax melts first")
    assert passage is not None
    assert passage.title == "Casting: a bell"
