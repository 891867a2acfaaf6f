"""Reading happens in processes of its own, safe from hostile files and cancelled callers."""

import asyncio
import contextlib
import io
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import psutil
import pytest

from memory.chunking import chunk
from memory.readers import Limits, ReadError, ReadOptions, close_readers, read_isolated, sandbox, wire
from memory.readers.options import Progress
from memory.types import Block, Document, Locator, Passage, ReadFrom
from tests.factories import media

MB = 1024 * 1024
SLOW = "- *wax* and [soot](a)\n\n" * 600_000  # many seconds of work for the Markdown reader


@pytest.fixture(autouse=True)
async def _no_readers_before_and_after() -> AsyncIterator[None]:
    await asyncio.to_thread(close_readers)
    yield
    await asyncio.to_thread(close_readers)
    assert not readers()


def readers() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "memory.readers.child" in process.cmdline():
                found.append(process)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text("The flame is yellow.")
    return path


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    path = tmp_path / "slow.md"
    path.write_text(SLOW)
    return path


async def test_it_reads_as_the_reader_does(note: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    result = await read_isolated(note, "Note.txt", ReadOptions(), timeout_s=20, on_progress=shares.append)
    assert result.documents[0].title == "Note"
    assert result.documents[0].passages == (Passage("The flame is yellow.", Locator(), "en", 0),)
    archive = tmp_path / "a.zip"
    archive.write_bytes(media.zipped({"a.md": b"A", "../b": b"B"}))
    unpacked = await read_isolated(archive, "a.zip", ReadOptions(extract_to=tmp_path / "out"), timeout_s=20)
    assert unpacked.members[0].path.read_bytes() == b"A"
    assert unpacked.refused[0].problem.code == "unsafe_path"


async def test_a_long_text_is_cut_in_the_reader_and_comes_in_short_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever decodes a message holds up all else in this process meanwhile."""
    path = tmp_path / "book.txt"
    text = "\n\n".join(
        f"Candle number {number} burned for an hour in the draught." for number in range(20_000)
    )
    path.write_text(text)
    real, sizes = wire.json.loads, []

    def loads(body: bytes) -> object:
        sizes.append(len(body))
        return real(body)

    monkeypatch.setattr(wire.json, "loads", loads)
    shares: list[float] = []
    result = await read_isolated(path, "book.txt", ReadOptions(), timeout_s=60, on_progress=shares.append)
    (book,) = result.documents
    blocks = tuple(Block(paragraph) for paragraph in text.split("\n\n"))
    assert book.passages == tuple(chunk(Document("text", "book", blocks)))
    assert max(sizes) < 300_000
    assert len(set(shares)) > 1
    assert shares == sorted(shares)


async def test_a_reader_that_was_taken_over_cannot_fill_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.txt"
    path.write_text("Soot glows in the heat. " * 2000)
    monkeypatch.setattr(sandbox, "_ROOM", 0)  # of any amount
    with pytest.raises(ReadError) as caught:
        await read_isolated(path, "book.txt", ReadOptions(), timeout_s=20)
    assert caught.value.params == {"detail": "sent more than a text may hold"}
    assert wire.receive(io.BytesIO(b"\xff\xff\xff\xff" + b"x" * 100)) is None


async def test_a_failure_keeps_its_code_and_parameters(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(media.pdf(["1", "2"]))
    with pytest.raises(ReadError) as caught:
        await read_isolated(path, "a.pdf", ReadOptions(limits=Limits(pages=1)), timeout_s=20)
    assert caught.value.code == "too_many_pages"
    assert caught.value.params == {"pages": 2, "limit": 1}


async def test_readers_are_kept_warm(note: Path) -> None:
    for _ in range(5):
        await read_isolated(note, "a.txt", ReadOptions(), timeout_s=20)
    assert len(readers()) == 1


async def test_readers_are_kept_warm_by_a_process_that_holds_much(note: Path) -> None:
    much = b"wax" * (300 * MB)
    for _ in range(3):
        await read_isolated(note, "a.txt", ReadOptions(), timeout_s=20)
    assert len(readers()) == 1
    assert much


async def test_many_files_at_once_are_read_by_a_few_that_stay(note: Path) -> None:
    seen: set[int] = set()
    for _ in range(3):
        readings = [read_isolated(note, "a.txt", ReadOptions(), timeout_s=60) for _ in range(100)]
        assert len(await asyncio.gather(*readings)) == 100
        seen |= {reader.pid for reader in readers()}
    assert 0 < len(seen) <= 4


async def test_a_reader_that_takes_too_long_is_killed(slow: Path, note: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(ReadError) as caught:
        await read_isolated(slow, "a.md", ReadOptions(), timeout_s=0.5)
    assert caught.value.code == "timeout"
    assert time.monotonic() - begun < 15
    assert (await read_isolated(note, "a.txt", ReadOptions(), timeout_s=20)).documents


async def test_a_reader_that_is_killed_is_replaced_and_the_file_read_again(tmp_path: Path) -> None:
    path = tmp_path / "long.md"
    path.write_text(SLOW[: MB // 4])
    reading = asyncio.create_task(read_isolated(path, "a.md", ReadOptions(), timeout_s=30))
    victim = await _busy(0.2)
    victim.kill()
    assert (await reading).documents


async def test_a_file_that_ends_every_reader_fails_alone(slow: Path, note: Path) -> None:
    reading = asyncio.create_task(read_isolated(slow, "a.md", ReadOptions(), timeout_s=30))
    killed: set[int] = set()
    while len(killed) < 3:
        victim = await _busy(0.2, but=killed)
        os.kill(victim.pid, signal.SIGSEGV)
        killed.add(victim.pid)
    with pytest.raises(ReadError) as caught:
        await reading
    assert caught.value.code == "crashed"
    assert caught.value.params == {"detail": "SIGSEGV"}
    assert (await read_isolated(note, "a.txt", ReadOptions(), timeout_s=20)).documents


async def test_an_idle_reader_that_is_gone_is_replaced(note: Path) -> None:
    await read_isolated(note, "a.txt", ReadOptions(), timeout_s=20)
    for process in readers():
        process.kill()
    assert (await read_isolated(note, "a.txt", ReadOptions(), timeout_s=20)).documents


async def test_cancelling_kills_the_reader(slow: Path) -> None:
    reading = asyncio.create_task(read_isolated(slow, "a.md", ReadOptions(), timeout_s=30))
    await _busy()
    begun = time.monotonic()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert time.monotonic() - begun < 10
    assert not readers()


async def test_cancelling_one_that_waits_for_a_reader_is_quick(slow: Path) -> None:
    running = [
        asyncio.create_task(read_isolated(slow, "a.md", ReadOptions(), timeout_s=30)) for _ in range(8)
    ]
    await _busy()
    for task in reversed(running):
        task.cancel()
    outcomes = await asyncio.wait_for(asyncio.gather(*running, return_exceptions=True), 3)
    assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}


async def test_a_file_that_needs_too_much_memory_fails_alone(tmp_path: Path, note: Path) -> None:
    path = tmp_path / "large.txt"
    await asyncio.to_thread(path.write_text, "wax \n" * (10 * MB))
    with pytest.raises(ReadError) as caught:
        await read_isolated(path, "a.txt", ReadOptions(limits=Limits(memory_bytes=250 * MB)), timeout_s=30)
    assert caught.value.code == "out_of_memory"
    assert (await read_isolated(note, "a.txt", ReadOptions(), timeout_s=20)).documents


async def test_processor_time_is_bounded(slow: Path) -> None:
    with pytest.raises(ReadError) as caught:
        await read_isolated(slow, "a.md", ReadOptions(limits=Limits(cpu_seconds=0)), timeout_s=30)
    assert caught.value.code == "timeout"


async def test_a_reader_knows_no_secret_of_ours(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_TRANSCRIPTION_KEY", "sk-secret")
    await read_isolated(note, "a.txt", ReadOptions(), timeout_s=20)
    (process,) = readers()
    assert "sk-secret" not in str(process.environ())
    assert "UNDERSTUDY" not in str(process.environ())


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
async def test_a_reader_has_no_network(note: Path) -> None:
    await read_isolated(note, "a.txt", ReadOptions(), timeout_s=20)
    (process,) = readers()
    theirs = os.readlink(f"/proc/{process.pid}/ns/net")
    if theirs == os.readlink("/proc/self/ns/net"):
        pytest.skip("this kernel or container doesn't let a process leave its network")
    assert set(process.net_connections()) == set()


async def test_readers_die_with_their_parent(note: Path) -> None:
    code = f"""
import asyncio, os, signal
from pathlib import Path
from memory.readers import ReadOptions, read_isolated
asyncio.run(read_isolated(Path({str(note)!r}), "a.txt", ReadOptions(), timeout_s=20))
print("read", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).parents[3]
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=root, stdout=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]}
    )
    output, _ = await parent.communicate()
    assert output == b"read\n"
    deadline = time.monotonic() + 5
    while orphans := [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [""])[-2:] == ["memory.readers.child", str(parent.pid)]
    ]:
        assert time.monotonic() < deadline, orphans
        await asyncio.sleep(0.05)


class Echo:
    """A transcriber that says what it was given; stands for one that holds a key."""

    def __init__(self, pause_s: float = 0.0) -> None:
        self.pause_s = pause_s
        self.asked: list[tuple[bytes, tuple[str, ...]]] = []
        self.started = threading.Event()

    def transcribe(self, path: Path, langs: tuple[str, ...], progress: Progress) -> list[Block]:
        self.asked.append((path.read_bytes()[:4], tuple(langs)))
        self.started.set()
        for step in range(10):
            time.sleep(self.pause_s)
            progress(step / 10)
        return [Block("Heard.", Locator(start=1.0, end=2.0))]


async def test_speech_is_recognised_outside_the_reader(tmp_path: Path) -> None:
    path = media.tone(tmp_path / "talk.wav", 3)
    echo = Echo()
    options = ReadOptions(langs=("en", "es"), transcriber=echo)
    shares: list[float] = []
    result = await read_isolated(path, "talk.wav", options, timeout_s=20, on_progress=shares.append)
    assert result.documents[0].kind == "audio"
    (passage,) = result.documents[0].passages
    at = Locator(start=1.0, end=2.0, cues=((0, 1.0, 2.0),), read_from=ReadFrom.SPEECH)
    assert (passage.text, passage.locator) == ("Heard.", at)
    assert echo.asked == [(b"RIFF", ("en", "es"))]


async def test_speech_recognition_isn_t_counted_as_reading(tmp_path: Path) -> None:
    path = media.tone(tmp_path / "talk.wav", 3)
    await read_isolated(path, "talk.wav", ReadOptions(transcriber=Echo()), timeout_s=20)  # loads the decoder
    options = ReadOptions(transcriber=Echo(pause_s=0.3))
    assert (await read_isolated(path, "talk.wav", options, timeout_s=2)).documents


async def test_cancelling_stops_speech_recognition(tmp_path: Path) -> None:
    path = media.tone(tmp_path / "talk.wav", 3)
    echo = Echo(pause_s=0.3)
    reading = asyncio.create_task(
        read_isolated(path, "talk.wav", ReadOptions(transcriber=echo), timeout_s=20)
    )
    await asyncio.to_thread(echo.started.wait, 10)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(reading, 2)


async def _busy(seconds: float = 0.5, but: Collection[int] = ()) -> psutil.Process:
    """A reader that has worked for some seconds of processor time."""
    while True:
        for process in readers():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.pid not in but and process.cpu_times().user > seconds:
                    return process
        await asyncio.sleep(0.05)
