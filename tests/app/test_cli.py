"""What can't work is told in a sentence, not in a traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from tests.factories import media
from tests.support.source import ROOT


def refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr("sys.argv", ["understudy", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    return " ".join(capsys.readouterr().err.split())


def test_a_setting_that_is_no_number(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSTUDY_ADMIN_PORT", "abc")
    assert "UNDERSTUDY_ADMIN_PORT can't be used" in refused(capsys, monkeypatch, "run")


def test_a_data_folder_that_can_t_be_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSTUDY_DATA", "/proc/x")
    said = refused(capsys, monkeypatch, "run")
    assert "/proc/x" in said
    assert "set UNDERSTUDY_DATA to a folder" in said


def test_a_full_disk(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path))

    monkeypatch.setenv("UNDERSTUDY_DATA", str(tmp_path))
    monkeypatch.setattr("os.truncate", full)  # the first byte that a start writes
    assert "The disk is full" in refused(capsys, monkeypatch, "run")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_what_can_t_be_imported_fails_alone_and_what_was_here_is_told(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Wax melts at sixty-two degrees.")
    (tmp_path / "broken.zip").write_bytes(media.zipped({"a.pdf": b"%PDF-", "b.pdf": b"%PDF-1"}))

    def understudy(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            env={**os.environ, "UNDERSTUDY_DATA": str(tmp_path / "data")},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "wick.txt").write_text("A wick is plaited so that its tip leans out of the flame.")
    (notes / "inner.txt").symlink_to(notes / "wick.txt")
    (tmp_path / "private.txt").write_text("Nobody else may read what I keep outside.")
    (notes / "link.txt").symlink_to(tmp_path / "private.txt")
    (notes / "all").symlink_to(tmp_path)
    understudy("seed")
    outside = understudy("import", str(notes))
    assert outside.returncode == 1, outside.stderr
    for name in ("link.txt", "all"):
        assert f"✗ {name}  It is a link to something outside the folder" in outside.stdout
    assert "✓ inner.txt  1 passage" in outside.stdout
    assert (
        len([line for line in outside.stdout.splitlines() if line[:1] in "✓✗"]) == 3
    )  # inner.txt is wick.txt
    assert "private" not in outside.stdout
    address = "http://name:password@example.org/wax"
    done = understudy("import", address, str(tmp_path / "good.txt"), str(tmp_path / "missing.txt"))
    assert done.returncode == 1, done.stderr
    assert f"✗ {address}" in done.stdout
    assert "good.txt  1 passage\n" in done.stdout
    assert "missing.txt  There is no such file" in done.stdout
    (tmp_path / "known.zip").write_bytes(media.zipped({"a.txt": b"Wax melts at sixty-two degrees."}))
    talk = {"talk.wav": media.tone(tmp_path / "a.wav", 1.0).read_bytes(), "talk.srt": media.SRT.encode()}
    (tmp_path / "talk.zip").write_bytes(media.zipped(talk))
    names = ("good.txt", "broken.zip", "known.zip", "talk.zip")
    again = understudy("import", "--tier", "Patrons", *(str(tmp_path / name) for name in names))
    assert again.returncode == 1, again.stderr
    for line in (
        "good.txt  1 passage; here already; now only “Patrons” sees it",
        "✗ broken.zip  0 of 2 files read, 2 couldn't be read",
        "✓ known.zip  The one file in it was here already. Nothing is kept twice.",
        "✓ talk.zip/talk.wav  Its captions (talk.srt) are read in its place",
    ):
        assert line in again.stdout
    known = understudy("import", str(tmp_path / "good.txt"))
    assert "good.txt  1 passage; here already; only “Patrons” sees it, as before" in known.stdout
