"""The doctor names what is missing and how to get it, and says no more than it looked at."""

import asyncio
import json
import os
import socket
import stat
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from app import pg_place
from app.checkup import installed
from app.checkup.finding import Finding
from app.doctor import examine, refuse_unsafe_database, report
from app.services import Dsn
from kernel.errors import Unavailable
from kernel.i18n import tell
from kernel.settings import Settings
from tests.emulators.telegram.server import TelegramServer
from tests.support.postgres import Cloner


def settings(tmp_path: Path, **environment: str) -> Settings:
    """Settings from this environment alone, with a data folder that nobody uses."""
    values = {
        "UNDERSTUDY_DATA": str(tmp_path / "data"),
        "UNDERSTUDY_ADMIN_PORT": "0",
        "UNDERSTUDY_PUBLIC_PORT": "0",
    }
    return Settings(_env_file=None, **(values | environment))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _no_others_databases(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What other runs have left on this machine takes seconds to measure."""
    monkeypatch.setattr(pg_place, "SYSTEM_HOME", tmp_path / "databases")


def finding(name: str, of: Settings) -> Finding:
    return next(found for found in examine(of) if found.name == name)


@pytest.fixture
def only_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it but what the test puts there."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put_program(folder: Path, name: str, says: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n/bin/cat <<'END'\n{says}\nEND\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_this_machine_can_run_it(tmp_path: Path) -> None:
    said = StringIO()
    assert report(settings(tmp_path), console=Console(file=said, width=200)) == 0
    assert "Understudy can run" in said.getvalue() or "All there" in said.getvalue()
    assert not (tmp_path / "data").exists(), "looking changes nothing"


def test_machines_read_it_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(settings(tmp_path), as_json=True)
    entries = json.loads(capsys.readouterr().out)
    assert {"name", "state", "found", "advice"} == set(entries[0])
    assert {entry["state"] for entry in entries} <= {"ok", "warn", "fail"}


def test_whatever_is_not_well_comes_with_advice(tmp_path: Path, only_program: Path) -> None:
    unwell = [found for found in examine(settings(tmp_path)) if found.state != "ok"]
    assert {"Text in pictures", "Browser", "Speech", "Public address"} <= {found.name for found in unwell}
    assert [found for found in unwell if not found.advice] == []


def test_missing_languages_of_tesseract_are_named_with_their_packages(
    tmp_path: Path, only_program: Path
) -> None:
    put_program(
        only_program, "tesseract", "eng\njpn\n" + "\n".join(installed.OCR_LANGUAGES).replace("chi_tra\n", "")
    )
    found = finding("Text in pictures", settings(tmp_path))
    assert found.state == "warn"
    assert found.advice == "apt-get install tesseract-ocr-chi-tra"
    put_program(only_program, "tesseract", "\n".join(installed.OCR_LANGUAGES))
    assert finding("Text in pictures", settings(tmp_path)).state == "ok"


def test_a_taken_port_is_named_with_the_one_that_would_be_used(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = finding("Ports", settings(tmp_path, UNDERSTUDY_PUBLIC_PORT=str(port)))
    assert found.state == "warn"
    assert f"127.0.0.1:{port} is taken" in found.found


def test_a_data_folder_that_others_can_read_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    assert finding("Data folder", settings(tmp_path)).state == "ok"
    folder.chmod(0o755)
    found = finding("Data folder", settings(tmp_path))
    assert (found.state, found.advice) == ("warn", f"chmod 700 '{folder}'")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_data_folder_that_cannot_be_written_keeps_it_from_running(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert finding("Data folder", settings(tmp_path)).state == "fail"
    finally:
        tmp_path.chmod(0o700)


def test_pins_are_compared_with_what_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "clone"
    root.mkdir()
    monkeypatch.setattr(installed, "ROOT", root)
    project = (
        '[project]\ndependencies = ["psutil>=1", "no-such-library>=1"]\noptional-dependencies.render = []\n'
    )
    (root / "pyproject.toml").write_text(project)
    (root / "constraints.txt").write_text("psutil==0.0.1  # via understudy\n")
    found = finding("Libraries", settings(tmp_path))
    assert (found.state, found.found) == ("fail", "missing: no-such-library")
    (root / "pyproject.toml").write_text(project.replace(', "no-such-library>=1"', ""))
    found = finding("Libraries", settings(tmp_path))
    assert found.state == "warn"
    assert "instead of 0.0.1" in found.found


def test_recordings_need_something_that_transcribes(tmp_path: Path) -> None:
    assert finding("Speech", settings(tmp_path)).state == "warn"
    endpoint = "http://127.0.0.1:9000/v1"
    assert finding("Speech", settings(tmp_path, UNDERSTUDY_TRANSCRIPTION_URL=endpoint)).state == "ok"
    absent = settings(tmp_path, UNDERSTUDY_WHISPER_MODEL=str(tmp_path / "nowhere"))
    assert "no model.bin" in finding("Speech", absent).found


def test_a_public_address_without_encryption_is_named(tmp_path: Path) -> None:
    assert finding("Public address", settings(tmp_path, PUBLIC_URL="http://ember.example")).state == "warn"
    assert finding("Public address", settings(tmp_path, PUBLIC_URL="https://ember.example")).state == "ok"


def test_an_external_database_is_taken_with_a_role_of_its_own(tmp_path: Path, dsn: Dsn) -> None:
    refuse_unsafe_database(dsn.owner)
    found = finding("Database", settings(tmp_path, DATABASE_URL=dsn.owner))
    assert found.state == "ok"
    assert "understudy_owner" in found.found


def test_a_role_that_would_see_every_creators_rows_is_refused(cloner: Cloner, dsn: Dsn) -> None:
    superuser = cloner.superuser(psycopg.conninfo.conninfo_to_dict(dsn.app)["dbname"])
    with pytest.raises(Unavailable, match=r"superuser.*CREATE ROLE"):
        refuse_unsafe_database(superuser)


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    address = "postgresql://ember:s3cret-word@127.0.0.1:9/understudy"
    found = finding("Database", settings(tmp_path, DATABASE_URL=address))
    assert found.state == "fail"
    assert "s3cret-word" not in found.found


def test_a_database_that_does_not_answer_is_told_in_whole_sentences() -> None:
    with pytest.raises(Unavailable) as refused:
        refuse_unsafe_database("postgresql://ember:s3cret-word@127.0.0.1:9/understudy")
    assert refused.value.message.endswith("refused. Is it running, and are address and password right?")
    assert "\n" not in refused.value.message
    with pytest.raises(Unavailable) as riddle:
        refuse_unsafe_database("postgresql://ember:s3cret-word@[::1/understudy")
    assert "s3cret-word" not in riddle.value.message


@pytest.mark.parametrize("lang", ["zh-Hans", "es", "ja", "ar"])
def test_the_browser_tells_it_in_the_readers_language(tmp_path: Path, lang: str) -> None:
    found = {each.name: each for each in examine(settings(tmp_path))}
    for name in ("Database", "Ports", "Public address", "Speech", "Disk"):
        assert tell(lang, found[name].name) != name
        assert tell(lang, found[name].found) != found[name].found
    assert tell(lang, found["Public address"].advice) != found["Public address"].advice
    assert tell("en", found["Ports"].found) == found["Ports"].found == "localhost:0 and 127.0.0.1:0"
    assert "127.0.0.1:0" in tell(lang, found["Ports"].found)


def test_telegrams_messages_and_the_bot_that_makes_bots(tmp_path: Path) -> None:
    assert finding("Telegram", settings(tmp_path)).state == "ok"
    assert "are fetched" in finding("Telegram", settings(tmp_path)).found
    public = {"PUBLIC_URL": "https://chat.example"}
    assert "https://chat.example/tg/" in finding("Telegram", settings(tmp_path, **public)).found
    away = {
        "UNDERSTUDY_TELEGRAM_MANAGER_TOKEN": "123:secret",
        "UNDERSTUDY_TELEGRAM_API": "http://127.0.0.1:9",
    }
    found = finding("Telegram", settings(tmp_path, **away))
    assert found.state == "warn"
    assert "doesn't answer" in found.found
    assert "secret" not in found.found + found.advice


@pytest.mark.parametrize("mistyped", ["123:sec ret", "123:ключ", "123:a/b?c"])
async def test_a_mistyped_token_of_the_bot_that_makes_bots_is_told_as_refused(
    tmp_path: Path, mistyped: str
) -> None:
    async with TelegramServer(strict=False) as telegram:
        set_so = {"UNDERSTUDY_TELEGRAM_MANAGER_TOKEN": mistyped, "UNDERSTUDY_TELEGRAM_API": telegram.url}
        found = await asyncio.to_thread(finding, "Telegram", settings(tmp_path, **set_so))
    assert found.state == "warn"
    assert "is refused" in found.found
