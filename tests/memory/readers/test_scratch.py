"""What readers leave behind: nothing, when they are stopped; until the next sweep, when they are killed."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from memory.readers.scratch import Scratch, sweep
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
    (folder / "understudy-reader-trap").symlink_to(elsewhere)
    sweep()
    assert (elsewhere / "novel.txt").is_file()
