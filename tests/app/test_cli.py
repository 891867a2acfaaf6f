"""What can't work is told in a sentence, not in a traceback."""

import asyncio
import errno
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from app import cli
from app.container import Container
from app.demo import DEMO
from app.services import Dsn
from community import service as community
from community.errors import NoSuchAvatar
from kernel.db import Database
from tests.app.conftest import Command
from tests.factories import media
from tests.factories.people import make_home
from tests.support.fleet import NO_ENCODER


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


async def avatars(dsn: Dsn) -> list[str]:
    """The address of the first avatar, where there is one."""
    database = Database(dsn.app)
    try:
        async with database.system_uow() as uow:
            return [(await community.first_avatar(uow)).slug]
    except NoSuchAvatar:
        return []
    finally:
        await database.close()


def test_a_sign_in_link_that_is_made_before_the_first_start_leaves_the_demo_its_place(
    tmp_path: Path, dsn: Dsn, on: Callable[..., Command]
) -> None:
    said = on(tmp_path / "data", DATABASE_URL=dsn.app)("login-link")
    assert said.code == 0
    assert re.fullmatch(r"http://localhost:0/sign-in/[\w-]+\n", said.out)
    assert "start it with `make run`" in said.err
    assert asyncio.run(avatars(dsn)) == [DEMO.slug]


async def somebody_lives_there(dsn: Dsn) -> None:
    database = Database(dsn.app)
    await make_home(database)
    await database.close()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_exports_in_a_folder_are_seen_whole_however_deep_and_in_any_language(
    tmp_path: Path, on: Callable[..., Command]
) -> None:
    film = "1\n00:00:01,000 --> 00:00:02,000\nThe {} melts slowly in the {} pan.\n"
    table = (
        "Video-ID,Dauer,Kategorie,Tags,Titel,Datenschutz\n"
        "aaaaaaaaaaa,6,Film,,Wax,Öffentlich\nbbbbbbbbbbb,6,Film,,Secret,Privat"
    )
    export = media.channel_export()
    export["messages"].append(
        {**export["messages"][-1], "id": 9, "text": "", "photo": "photos/fan.png", "forwarded_from": "A fan"}
    )
    files = {
        "archive/one/YouTube und YouTube Music/Untertitel/Wax.srt": film.format("wax", "copper").encode(),
        "archive/one/YouTube und YouTube Music/Untertitel/Secret.srt": film.format("secret", "tin").encode(),
        "archive/one/YouTube und YouTube Music/Videos/Videos.csv": table.encode(),
        "archive/one/YouTube und YouTube Music/Verlauf/Suchverlauf.html": b"<p>Private.</p>",
        "archive/two/result.json": json.dumps(export).encode(),
        "archive/two/photos/fan.png": media.png("A stranger's picture"),
        "archive/notes.txt": b"Tallow smokes.",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    understudy = on(tmp_path / "data", **NO_ENCODER)
    understudy("seed")
    said = understudy("import", str(tmp_path / "archive")).out
    for name in ("Wax.srt", "result.json", "notes.txt"):
        assert f"/{name}  " in said, said
    assert "Secret.srt" not in said or "✗" in said.split("Secret.srt")[0].splitlines()[-1]
    assert "fan.png" not in said
    assert "Suchverlauf" not in said
    alone = understudy("import", str(tmp_path / "archive/one/YouTube und YouTube Music/Untertitel")).out
    assert "list of videos (videos.csv) isn't in this part" in alone, alone
    others = {"files/plan.txt": b"A member's.", "tables/Videos.csv": table.encode()}
    films = {"films/Wax.srt": film.format("tallow", "iron").encode(), "films/Wax.mp4": b"\0"}
    for name, content in {**others, **films}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    said = understudy("import", str(tmp_path / "files"), str(tmp_path / "tables")).out
    assert "files  It is part of a Telegram export" in said, said
    assert "✗ Videos.csv  It is part of a Google Takeout" in said, said
    assert "plan.txt" not in said
    assert "films  Nothing but videos" not in said
    said = understudy("import", str(tmp_path / "films")).out
    assert "films  Nothing but videos is in it" in said, said
    assert "✓ Wax.srt  1 passage" in said, said


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_what_can_t_be_imported_fails_alone_and_what_was_here_is_told(
    tmp_path: Path, dsn: Dsn, on: Callable[..., Command]
) -> None:
    asyncio.run(somebody_lives_there(dsn))
    (tmp_path / "good.txt").write_text("Wax melts at sixty-two degrees.")
    (tmp_path / "broken.zip").write_bytes(media.zipped({"a.pdf": b"%PDF-", "b.pdf": b"%PDF-1"}))

    understudy = on(tmp_path / "data", DATABASE_URL=dsn.app, **NO_ENCODER)

    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "wick.txt").write_text("A wick is plaited so that its tip leans out of the flame.")
    (notes / "inner.txt").symlink_to(notes / "wick.txt")
    (tmp_path / "private.txt").write_text("Nobody else may read what I keep outside.")
    (notes / "link.txt").symlink_to(tmp_path / "private.txt")
    (notes / "all").symlink_to(tmp_path)
    outside = understudy("import", str(notes))
    assert outside.code == 1, outside.err
    for name in ("link.txt", "all"):
        assert f"✗ {name}  It is a link to something outside the folder" in outside.out
    assert "✓ inner.txt  1 passage" in outside.out
    assert len([line for line in outside.out.splitlines() if line[:1] in "✓✗"]) == 3  # inner.txt is wick.txt
    assert "private" not in outside.out
    address = "http://name:password@example.org/wax"
    done = understudy("import", address, str(tmp_path / "good.txt"), str(tmp_path / "missing.txt"))
    assert done.code == 1, done.err
    assert f"✗ {address}" in done.out
    assert "good.txt  1 passage\n" in done.out
    assert "missing.txt  There is no such file" in done.out
    (tmp_path / "known.zip").write_bytes(media.zipped({"a.txt": b"Wax melts at sixty-two degrees."}))
    talk = {"talk.wav": media.tone(tmp_path / "a.wav", 1.0).read_bytes(), "talk.srt": media.SRT.encode()}
    (tmp_path / "talk.zip").write_bytes(media.zipped(talk))
    names = ("good.txt", "broken.zip", "known.zip", "talk.zip")
    again = understudy("import", "--tier", "Patrons", *(str(tmp_path / name) for name in names))
    assert again.code == 1, again.err
    for line in (
        "good.txt  1 passage; here already; now only “Patrons” sees it",
        "✗ broken.zip  0 of 2 files read, 2 couldn't be read",
        "✓ known.zip  The one file in it was here already. Nothing is kept twice.",
        "✓ talk.zip/talk.wav  Its captions (talk.srt) are read in its place",
    ):
        assert line in again.out
    export = {name: data for name, data in media.takeout().items() if not name.endswith(".mp4")}
    (tmp_path / "takeout.zip").write_bytes(media.zipped(export))
    whole = understudy("import", str(tmp_path / "takeout.zip")).out.splitlines()[-1]
    assert whole == "✓ takeout.zip  1 of 1 files read"
    known = understudy("import", str(tmp_path / "good.txt"))
    assert "good.txt  1 passage; here already; only “Patrons” sees it, as before" in known.out


def test_a_command_whose_database_goes_away_says_so_in_a_sentence(
    tmp_path: Path, dsn: Dsn, on: Callable[..., Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(container: Container, *_: object) -> int:
        async with container.db.system_uow() as uow:
            await uow.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return 0

    monkeypatch.setattr("app.importing.run", lose)
    said = on(tmp_path / "data", DATABASE_URL=dsn.owner, **NO_ENCODER)("import", str(tmp_path))
    assert said.code == 1
    assert "✗ The database went away. Start this again: what was done is kept." in said.err
    assert "Traceback" not in said.err
