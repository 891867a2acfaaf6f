"""A recording with captions beside it: they are read in its place, and it is kept to be played."""

from pathlib import Path

import pytest

from memory import service
from memory.types import SourceInfo, SourceState
from tests.factories import media
from tests.memory.house import House

FILM = b"\0\0\0\x18ftypmp42" + b"x" * 400
CAPTIONS = media.SRT.encode()


async def both(
    house: House, captions: str = "talk.srt", film: str = "talk.mp4"
) -> tuple[SourceInfo, SourceInfo]:
    found = await house.sources()
    return found[captions], found[film]


async def player(house: House, captions: SourceInfo, *tiers: str) -> str | None:
    async with house.db.uow(house.creator) as uow:
        found = await service.recording_of(uow, captions, tiers=frozenset(tiers))
    return found.name if found else None


@pytest.mark.parametrize(
    ("captions", "film"), [("talk.srt", "talk.mp4"), ("day 1/Talk.es.vtt", "day 1/talk.MP4")]
)
async def test_in_an_archive(house: House, captions: str, film: str) -> None:
    body = CAPTIONS if captions.endswith("srt") else media.VTT.encode()
    async with house.working():
        added = await house.add(
            "tour.zip", media.zipped({film: FILM, captions: body, "other.mp4": FILM + b"y"})
        )
        await house.ended(added.source.id)
    read, kept = await both(house, f"tour.zip/{captions}", f"tour.zip/{film}")
    assert (read.state, read.kind, read.passages > 0) == (SourceState.INDEXED, "subtitles", True)
    assert (kept.state, kept.kind, kept.passages) == (SourceState.INDEXED, "video", 0)
    assert await player(house, read) == f"tour.zip/{film}"


@pytest.mark.parametrize("first", ["talk.srt", "talk.wav"])
async def test_handed_in_one_by_one_in_any_order(house: House, tmp_path: Path, first: str) -> None:
    files = {"talk.srt": CAPTIONS, "talk.wav": media.tone(tmp_path / "a.wav", 1.0).read_bytes()}
    async with house.working():
        for name in sorted(files, key=lambda name: name != first):
            await house.ended((await house.add(name, files[name])).source.id)
        await house.until((await house.sources())["talk.wav"].id, [SourceState.INDEXED])
    read, kept = await both(house, film="talk.wav")
    assert (kept.kind, kept.passages, kept.reason) == ("audio", 0, None)
    assert "talk.srt" in str(kept.notes[0])
    assert await player(house, read) == "talk.wav"


async def test_captions_that_cannot_be_read_leave_the_recording_to_speak_for_itself(
    house: House, tmp_path: Path
) -> None:
    sound = await house.add("talk.wav", media.tone(tmp_path / "a.wav", 1.0).read_bytes())
    captions = await house.add("talk.srt", b"WEBVTT")
    async with house.working():
        assert (await house.ended(captions.source.id)).state is SourceState.FAILED
        heard = await house.until(sound.source.id, [SourceState.WAITING])
    assert heard.reason_code == "no_transcriber"


async def test_a_recording_of_a_tier_that_a_fan_does_not_hold_is_not_played(house: House) -> None:
    async with house.working():
        for name, content, tier in (("talk.srt", CAPTIONS, None), ("talk.mp4", FILM, "Patrons")):
            await house.ended((await house.add(name, content, tier=tier)).source.id)
    read, _ = await both(house)
    assert await player(house, read) is None
    assert await player(house, read, "Patrons") == "talk.mp4"


async def test_what_lies_elsewhere_or_is_called_otherwise_is_not_its_player(house: House) -> None:
    async with house.working():
        for name in ("talk.srt", "sub/talk.mp4", "talks.mp4", "talk.mp4.bak"):
            content = CAPTIONS if name == "talk.srt" else FILM + name.encode()
            await house.ended((await house.add(name, content)).source.id)
    assert await player(house, (await house.sources())["talk.srt"]) is None
