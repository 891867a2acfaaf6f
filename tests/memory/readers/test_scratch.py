"""What readers leave behind: nothing, when they are stopped; until the next sweep, when they are killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from memory.readers.options import ReadOptions
from memory.readers.scratch import Scratch, sweep
from memory.readers.wire import pack_request, receive, send
from tests.support.source import ROOT


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_by_a_killed_process(folder: Path) -> Path:
    program = f"""
import os, signal, tempfile
tempfile.tempdir = {str(folder)!r}
from memory.readers.scratch import Scratch
held = Scratch()
(held.path / "cut.wav").write_bytes(b"sound")
print(held.path, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60)
    return Path(killed.stdout.decode().strip())


def test_what_a_killed_process_left_is_swept(folder: Path) -> None:
    orphan = left_by_a_killed_process(folder)
    assert (orphan / "cut.wav").is_file()
    sweep()
    assert not orphan.exists()


def test_what_is_in_use_stays() -> None:
    mine = Scratch()
    (mine.path / "page.png").write_bytes(b"half a page")
    sweep()
    assert (mine.path / "page.png").is_file()
    mine.remove()
    assert not mine.path.exists()


def test_a_link_under_such_a_name_leads_nowhere(folder: Path) -> None:
    elsewhere = folder / "precious"
    elsewhere.mkdir()
    (elsewhere / "novel.txt").write_text("Chapter one.")
    (folder / "understudy-reading-trap").symlink_to(elsewhere)
    sweep()
    assert (elsewhere / "novel.txt").is_file()


def test_a_reader_whose_folder_is_cleared_away_ends_and_touches_nothing_else(folder: Path) -> None:
    everybodys, note = folder / "everybodys", folder / "note.txt"
    everybodys.mkdir()
    (everybodys / "precious.txt").write_text("Chapter one.")
    note.write_text("Wax melts.")
    # Where `TMPDIR` is no folder, Python's `tempfile` takes `TEMP`, then /tmp.
    environment = {**os.environ, "TMPDIR": str(folder / "gone"), "TEMP": str(everybodys)}
    with subprocess.Popen(
        [sys.executable, "-m", "memory.readers.child", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
    ) as reader:
        assert reader.stdin
        assert reader.stdout
        send(reader.stdin, pack_request(note, "note.txt", ReadOptions()))
        while (message := receive(reader.stdout)) and message["event"] not in {"result", "problem"}:
            pass
        assert message
        assert reader.wait(timeout=10) == 0
    assert (everybodys / "precious.txt").is_file()
