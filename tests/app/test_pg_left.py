"""Root's databases whose data folder was removed: named with their size, removed when asked to."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from shutil import which

import psutil
import pytest
from rich.console import Console

from app import doctor, pg_left, pg_place
from app.checkup.finding import Finding
from app.pg_left import left_databases
from app.pg_process import may_run
from app.services import EmbeddedPostgres
from kernel.i18n import tell
from kernel.settings import Settings
from tests.support.source import ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root's database lies outside the data folder")


@pytest.fixture
def homes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where databases lie, with none in it, and where any user comes through."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(pg_place, "SYSTEM_HOME", Path(folder))
        yield Path(folder)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The data folder of whoever looks."""
    return tmp_path / "own data"


def made_for(data_dir: Path, kilobytes: int = 500) -> Path:
    """A database's folder, as a start on this data folder leaves it."""
    home = pg_place.system_home(data_dir)
    cluster = home / "home" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("18\n")
    (cluster / "rows").write_bytes(os.urandom(kilobytes * 1000))
    (home / "belongs-to").write_text(f"{data_dir}\n")
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "place").write_text(str(data_dir))
    return home


def cleaned(own: Path, *, agrees: bool) -> str:
    said = StringIO()
    asked: list[str] = []

    def agree(question: str) -> bool:
        asked.append(question)
        said.write(f"{question}\n")
        return agrees

    pg_left.clean(own, Console(file=said, width=400), agree)
    return said.getvalue()


def test_they_are_named_with_their_size_and_removed_after_asking(
    homes: Path, own: Path, tmp_path: Path
) -> None:
    kept, gone = made_for(tmp_path / "kept"), made_for(tmp_path / "gone [1]")
    shutil.rmtree(tmp_path / "gone [1]")
    refused = cleaned(own, agrees=False)
    assert f"0.5 MB  {tmp_path / 'gone [1]'}  (in {gone})" in refused
    assert str(kept) not in refused
    assert "Nothing was removed" in refused
    assert gone.exists()
    assert "Removed 1: 0.5 MB" in cleaned(own, agrees=True)
    assert [each.name for each in homes.iterdir()] == [kept.name]
    assert "No database of a removed data folder" in cleaned(own, agrees=True)


def test_the_doctor_names_them(homes: Path, own: Path, tmp_path: Path) -> None:
    def found() -> Finding:
        settings = Settings(_env_file=None, data_dir=own)
        return next(each for each in doctor.examine(settings) if each.name == "Old databases")

    made_for(tmp_path / "data")
    assert found().state == "ok"
    shutil.rmtree(tmp_path / "data")
    assert found().state == "warn"
    assert str(tmp_path / "data") in found().found
    assert "0.5 MB" in found().found
    assert "doctor --clean" in tell("en", found().advice)


def test_one_that_runs_is_left_alone_though_its_folder_is_gone(
    homes: Path, own: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    postgres = EmbeddedPostgres(data, durable=False)
    try:
        postgres.start()
        shutil.rmtree(data)
        assert left_databases(own) == []
    finally:
        postgres.stop()
    assert [each.data_dir for each in left_databases(own)] == [data]


_SERVES = """
import sys, time
from pathlib import Path
from app import pg_place
from app.services import EmbeddedPostgres
pg_place.SYSTEM_HOME = Path(sys.argv[1])
postgres = EmbeddedPostgres(Path(sys.argv[2]), durable=False)
postgres.start()
print("serves", flush=True)
sys.stdin.read()
postgres.stop()
"""


def test_one_that_another_container_runs_is_left_alone(homes: Path, own: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    apart = ["unshare", "--pid", "--fork", "--mount-proc"]
    if not which("unshare") or subprocess.run([*apart, "true"], check=False).returncode:
        pytest.skip("this machine makes no process namespaces")
    command = [*apart, sys.executable, "-c", _SERVES, str(homes), str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"serves\n"
        shutil.rmtree(data)
        assert left_databases(own) == [], "its process isn't seen from here"
        said = cleaned(own, agrees=True)
        other.communicate()
    assert "Left alone" in said
    assert str(data) in said
    assert [each.data_dir for each in left_databases(own)] == [data]


def test_what_a_killed_server_left_behind_goes_after_the_machines_next_start(
    homes: Path, own: Path, tmp_path: Path
) -> None:
    cluster = made_for(tmp_path / "data") / "home" / "cluster"
    (cluster / "postmaster.pid").write_text(f"4194303\n{cluster}\n")
    (cluster / "global").mkdir()
    (cluster / "global" / "pg_control").touch()
    shutil.rmtree(tmp_path / "data")
    before = psutil.boot_time() - 3600
    assert left_databases(own) == []
    os.utime(cluster / "postmaster.pid", (before, before))
    assert left_databases(own) == [], "it is written to: the clock was set since"
    os.utime(cluster / "global" / "pg_control", (before, before))
    assert "Removed 1" in cleaned(own, agrees=True)


def test_a_database_set_aside_may_still_be_run_elsewhere(homes: Path, own: Path, tmp_path: Path) -> None:
    home = made_for(tmp_path / "data")
    aside = home / "home" / "cluster-of-a-removed-folder-1700000000"
    shutil.copytree(home / "home" / "cluster", aside)
    (aside / "postmaster.pid").write_text(f"4194303\n{aside}\n")
    assert left_databases(own) == []
    assert str(aside) in cleaned(own, agrees=True)
    assert aside.exists()


def test_a_data_folder_that_was_moved_here_keeps_its_database(homes: Path, own: Path, tmp_path: Path) -> None:
    made_for(tmp_path / "data")
    (tmp_path / "data").rename(own)
    assert left_databases(own) == []
    assert len(left_databases(tmp_path / "another's")) == 1


def test_what_was_set_aside_goes_and_what_is_used_in_its_place_stays(
    homes: Path, own: Path, tmp_path: Path
) -> None:
    home = made_for(tmp_path / "data")
    aside = home / "home" / "cluster-of-a-removed-folder-1700000000"
    shutil.copytree(home / "home" / "cluster", aside)
    assert [each.folder for each in left_databases(own)] == [aside]
    cleaned(own, agrees=True)
    assert not aside.exists()
    assert (home / "home" / "cluster" / "rows").exists()


def test_one_whose_folder_comes_back_before_the_answer_stays(homes: Path, own: Path, tmp_path: Path) -> None:
    home = made_for(tmp_path / "data")
    shutil.rmtree(tmp_path / "data")

    def comes_back(_: str) -> bool:
        (tmp_path / "data").mkdir()
        return True

    said = StringIO()
    pg_left.clean(own, Console(file=said, width=400), comes_back)
    assert "1 stayed" in said.getvalue()
    assert (home / "home" / "cluster" / "rows").exists()


def test_a_removal_that_was_cut_short_is_made_up_for(homes: Path, own: Path, tmp_path: Path) -> None:
    home = made_for(tmp_path / "data")
    shutil.rmtree(tmp_path / "data")
    half = home.rename(home.with_name(f"removing-{home.name}"))
    (half / "belongs-to").unlink()
    cleaned(own, agrees=True)
    assert list(homes.iterdir()) == []


@pytest.mark.parametrize("look", [1, 2, 3])
def test_a_pid_file_that_goes_while_it_is_looked_at_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: int
) -> None:
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text("1\n")
    looks = 0
    real = Path.stat

    def going(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        nonlocal looks
        found = real(path, follow_symlinks=follow_symlinks)
        if path == pid_file:
            looks += 1
            if looks == look:
                pid_file.unlink()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", going)
        may_run(tmp_path)
    pid_file.unlink(missing_ok=True)
    assert not may_run(tmp_path)
