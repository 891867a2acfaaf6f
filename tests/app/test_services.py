"""The supervised Postgres: one command's worth of database that survives whatever kills it or us."""

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from app import cli, migrate
from app.instance import InstanceRunning, NoFreePort, free_port, instance_lock, listen
from app.pg_place import PostgresUnavailable
from app.services import Dsn, EmbeddedPostgres, Heir, find_running
from kernel.settings import Settings

ROOT = Path(__file__).parents[2]
HOLDER = """
import signal, sys, time
from pathlib import Path
from app.services import EmbeddedPostgres
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
postgres = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
print(postgres.start().app, flush=True)
try:
    time.sleep(120)
finally:
    postgres.stop()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose path has what paths have: spaces, accents, more bytes than a socket may."""
    folder = tmp_path / "Ember's clips é 烛" / ("long" * 25)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def postgres(data: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(data, durable=False)
    yield made
    made.destroy()


def ask(dsn: str, statement: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def held_by_another(data: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that runs the Postgres of a data folder, and its address."""
    command = [sys.executable, "-c", HOLDER, str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            yield holder, holder.stdout.readline().strip()
        finally:
            holder.kill()


def server_process(dsn: str) -> psutil.Process:
    """The postmaster, found as the parent of our own backend."""
    with psycopg.connect(dsn) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        parent = backend.parent()
    assert parent is not None
    return parent


def eventually(what: str, check: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return
        time.sleep(0.05)
    pytest.fail(f"not within {seconds:g} s: {what}")


def answers(dsn: str) -> bool:
    try:
        return ask(dsn, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


@contextmanager
def held_by_another_process(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The Postgres of a data folder, run by a process of its own: that process and the address."""
    command = [sys.executable, "-c", HOLDER, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout is not None
        try:
            assert select.select([holder.stdout], [], [], 60)[0], "the holder did not start"
            yield holder, holder.stdout.readline().strip()
        finally:
            holder.kill()


def test_it_starts_serves_and_starts_again_with_what_it_held(postgres: EmbeddedPostgres) -> None:
    dsn = postgres.start()
    assert postgres.start() == dsn, "a second start changes nothing"
    assert postgres.alive()
    with psycopg.connect(dsn.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE post (id int)")
        connection.execute("INSERT INTO post VALUES (7)")
    postgres.stop()
    assert not postgres.alive()
    again = postgres.start()
    assert ask(again.app, "SELECT id FROM post") == 7
    assert str(ask(again.app, "SHOW server_version")).startswith("18.")


def test_roles_can_do_what_they_need_and_no_more(postgres: EmbeddedPostgres) -> None:
    dsn = postgres.start()
    for url in (dsn.owner, dsn.app):
        powers = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication"
        assert ask(url, f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") is False
    with psycopg.connect(dsn.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE post (id bigserial, creator_id int)")
    with psycopg.connect(dsn.app, autocommit=True) as connection:
        connection.execute("INSERT INTO post (creator_id) VALUES (1)")
        connection.execute("UPDATE post SET creator_id = 2")
        connection.execute("DELETE FROM post")
        for refused in ("CREATE TABLE mine (id int)", "DROP TABLE post", "ALTER TABLE post ADD COLUMN x int"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)


def test_only_who_knows_the_password_gets_in_and_nobody_by_tcp(postgres: EmbeddedPostgres) -> None:
    dsn = postgres.start()
    guessed = re.sub(r":[^:@/]+@", ":guessed@", dsn.app)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(guessed)
    listening = {entry.status for entry in server_process(dsn.app).net_connections("inet")}
    assert listening == set()
    sockets = Path(psycopg.conninfo.conninfo_to_dict(dsn.app)["host"])
    assert sockets.stat().st_mode & 0o077 == 0
    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= 107


def test_passwords_are_readable_by_the_owner_of_the_data_only(postgres: EmbeddedPostgres, data: Path) -> None:
    postgres.start()
    for name in ("passwords.json", "running.json", "server.log"):
        assert (data / "postgres" / name).stat().st_mode & 0o077 == 0, name


def test_another_process_finds_it_while_it_runs(postgres: EmbeddedPostgres, data: Path) -> None:
    assert find_running(data) is None
    with held_by_another_process(data) as (holder, address):
        found = find_running(data)
        assert isinstance(found, Dsn)
        assert found.app == address
        assert answers(found.owner)
        with pytest.raises(InstanceRunning) as refused:
            postgres.start()
        assert refused.value.pid == holder.pid
    assert find_running(data) is None
    assert answers(postgres.start().app)


def test_it_ends_with_a_killed_parent_and_the_next_start_recovers(
    postgres: EmbeddedPostgres, data: Path
) -> None:
    with held_by_another_process(data) as (_, address):
        server = server_process(address)
        sockets = Path(psycopg.conninfo.conninfo_to_dict(address)["host"])
    dsn = postgres.start()
    assert answers(dsn.app)
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
    assert not sockets.exists()


def test_a_server_left_over_is_stopped_before_the_next_start(postgres: EmbeddedPostgres, data: Path) -> None:
    """As where the system has no parent-death signal: the lock is free, the server still there."""
    server = server_process(postgres.start().app)
    postgres._stopping.set()
    postgres._lock.release()
    successor = EmbeddedPostgres(data, durable=False)
    try:
        dsn = successor.start()
        assert server_process(dsn.app).pid != server.pid
        assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
    finally:
        successor.stop()


def test_a_killed_server_comes_back_at_the_same_address(postgres: EmbeddedPostgres) -> None:
    dsn = postgres.start()
    with psycopg.connect(dsn.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE post (id int)")
        connection.execute("INSERT INTO post VALUES (7)")
    server_process(dsn.app).send_signal(signal.SIGKILL)
    eventually("it answers again", lambda: answers(dsn.app))
    assert ask(dsn.app, "SELECT id FROM post") == 7
    assert postgres.alive()


def test_ctrl_c_in_the_terminal_does_not_reach_it(postgres: EmbeddedPostgres) -> None:
    dsn = postgres.start()
    assert os.getpgid(server_process(dsn.app).pid) != os.getpgid(0)


def test_a_pid_file_that_names_somebody_else_is_no_hindrance(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    place = postgres._place
    assert place is not None
    postgres.stop()
    (place.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{place.cluster}\n")
    assert answers(postgres.start().app)
    assert psutil.pid_exists(os.getpid())


def test_an_interrupted_making_is_made_anew(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    place = postgres._place
    assert place is not None
    postgres.stop()
    # As initdb leaves it when the power goes: a folder beside, half full, and none in its place.
    place.cluster.rename(place.home / "cluster.new")
    (place.home / "cluster.new" / "PG_VERSION").unlink()
    assert answers(postgres.start().app)


def test_a_cluster_of_another_major_version_is_refused_untouched(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    place = postgres._place
    assert place is not None
    postgres.stop()
    (place.cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresUnavailable, match="made by Postgres 16"):
        postgres.start()
    assert not postgres.alive()
    (place.cluster / "PG_VERSION").write_text("18\n")
    assert answers(postgres.start().app), "the refusal let go of everything"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's database lies outside the data folder")
def test_roots_database_follows_a_moved_data_folder_but_is_not_shared_with_a_copy(
    postgres: EmbeddedPostgres, data: Path
) -> None:
    dsn = postgres.start()
    assert server_process(dsn.app).uids().effective != 0
    with psycopg.connect(dsn.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE post AS SELECT 7 AS id")
    postgres.stop()
    copied = data.with_name("copied")
    shutil.copytree(data, copied)
    with pytest.raises(PostgresUnavailable, match="is a copy of"):
        EmbeddedPostgres(copied, durable=False).start()
    moved = data.with_name("moved")
    data.rename(moved)
    after = EmbeddedPostgres(moved, durable=False)
    try:
        assert ask(after.start().owner, "SELECT id FROM post") == 7
    finally:
        after.destroy()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's database lies outside the data folder")
def test_whoever_removes_the_data_folder_begins_anew_and_loses_nothing(
    postgres: EmbeddedPostgres, data: Path
) -> None:
    with psycopg.connect(postgres.start().owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE post AS SELECT 7 AS id")
    place = postgres._place
    assert place is not None
    postgres.stop()
    shutil.rmtree(data)
    assert ask(postgres.start().owner, "SELECT to_regclass('post')") is None
    assert len(list(place.home.glob("cluster-of-a-removed-folder-*"))) == 1


def test_lost_passwords_are_named_at_once_and_nothing_is_made_anew(
    postgres: EmbeddedPostgres, data: Path
) -> None:
    postgres.start()
    postgres.stop()
    kept = data / "postgres" / "passwords.json"
    kept.rename(data / "elsewhere")
    with pytest.raises(PostgresUnavailable, match=re.escape(str(kept))):
        postgres.start()
    (data / "elsewhere").rename(kept)
    assert answers(postgres.start().app)


def test_two_instances_side_by_side_share_nothing(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    other = EmbeddedPostgres(tmp_path / "other", durable=False)
    try:
        first, second = postgres.start(), other.start()
        with psycopg.connect(first.owner, autocommit=True) as connection:
            connection.execute("CREATE TABLE post (id int)")
        assert ask(second.owner, "SELECT to_regclass('post')") is None
    finally:
        other.destroy()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_instance_runs_it_on_where_the_process_that_ran_it_ends(data: Path, how: signal.Signals) -> None:
    with held_by_another(data) as (holder, dsn):
        running = find_running(data)
        assert running is not None
        with Heir(data, running, durable=False):
            with psycopg.connect(running.owner, autocommit=True) as owner:
                owner.execute("CREATE TABLE kept AS SELECT 7 AS seven")
            before = server_process(dsn)
            # A predecessor that is killed while it clears up leaves its folder and no note of it.
            (data / "postgres" / "running.json").unlink()
            holder.send_signal(how)
            holder.wait(timeout=30)
            eventually("another server answers", lambda: answers(dsn) and server_process(dsn) != before, 60)
            assert ask(dsn, "SELECT seven FROM kept") == 7
            eventually("it is found where it was", lambda: find_running(data) == running)
    assert find_running(data) is None
    assert not answers(dsn)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_instance_starts_on_a_database_whose_process_ends_meanwhile(
    data: Path, how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(_env_file=None, data_dir=data)
    with held_by_another(data) as (holder, dsn):

        def found_at_the_last_moment(*_: object, **__: object) -> Dsn | None:
            found = find_running(data)
            holder.send_signal(how)
            holder.wait(timeout=30)
            return found

        monkeypatch.setattr(cli, "_running", found_at_the_last_moment)
        with cli._database(settings, start=True, lasting=True) as running:
            assert running.app == dsn
            assert migrate.current(running.owner) == migrate.head()


def test_who_would_run_it_on_lets_go_where_that_never_comes_about(data: Path) -> None:
    with held_by_another(data) as (_, dsn):
        running = find_running(data)
        assert running is not None
        with Heir(data, running, durable=False):
            time.sleep(0.5)
        assert answers(dsn)
        assert find_running(data) == running


def test_the_run_file_goes_with_the_server(postgres: EmbeddedPostgres, data: Path) -> None:
    dsn = postgres.start()
    noted = json.loads((data / "postgres" / "running.json").read_text())
    assert noted["app"] == dsn.app
    postgres.stop()
    assert not (data / "postgres" / "running.json").exists()
    assert not Path(noted["sockets"]).exists()


def test_one_instance_at_a_time_holds_a_data_folder(tmp_path: Path) -> None:
    lock = instance_lock(tmp_path)
    with lock:
        assert lock.held_by() == os.getpid()
        with pytest.raises(InstanceRunning, match=re.escape(str(tmp_path))):
            instance_lock(tmp_path).acquire()
    assert lock.held_by() is None


def test_a_killed_holder_lets_the_data_folder_go(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom app.instance import instance_lock\n"
        "instance_lock(Path(sys.argv[1])).acquire(); print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(InstanceRunning):
            instance_lock(tmp_path).acquire()
        holder.kill()
    with instance_lock(tmp_path) as lock:
        assert lock.held_by() == os.getpid()


def test_a_taken_port_gives_the_next_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port(port, "127.0.0.1") <= port + 50
        # `localhost` is taken too: somebody who opens it there would reach the other program.
        assert free_port(port, "localhost") != port
    assert free_port(port, "127.0.0.1") == port
    assert free_port(0, "127.0.0.1") > 0


def test_who_listens_keeps_the_port_from_others_at_once() -> None:
    first = listen(0, "localhost")
    port = first[0].getsockname()[1]
    second = listen(port, "localhost")
    try:
        assert {each.getsockname()[1] for each in first} == {port}
        assert second[0].getsockname()[1] > port
        with socket.create_connection(("localhost", port), timeout=5):
            pass
        with pytest.raises(NoFreePort, match=str(port)):
            listen(port, "localhost", tries=1)
    finally:
        for each in (*first, *second):
            each.close()


COMMAND = """
import sys, time
from pathlib import Path
from app import cli
from kernel.settings import Settings
with cli._database(Settings(_env_file=None, data_dir=Path(sys.argv[1])), start=True) as dsn:
    print(dsn.app, flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
@pytest.mark.parametrize("killed", [False, True])
def test_a_commands_database_stays_under_an_instance_that_was_begun_meanwhile(
    data: Path, killed: bool
) -> None:
    command = [sys.executable, "-c", COMMAND, str(data)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        dsn = first.stdout.readline().strip()
        settings = Settings(_env_file=None, data_dir=data)
        with cli._database(settings, start=True, lasting=True) as found:
            assert found.app == dsn
            with psycopg.connect(dsn, autocommit=True) as connection:
                if killed:
                    first.kill()
                else:
                    first.communicate("\n", timeout=30)
                assert first.wait(timeout=30) == (-signal.SIGKILL if killed else 0)
                time.sleep(1.0)
                assert connection.execute("SELECT 7").fetchone() == (7,), "not even a connection is lost"
    eventually("nobody uses it any more", lambda: find_running(data) is None)
    assert not answers(dsn)


def test_a_commands_database_ends_with_it_where_nobody_else_uses_it(data: Path) -> None:
    with cli._database(Settings(_env_file=None, data_dir=data), start=True) as dsn:
        assert answers(dsn.app)
    assert find_running(data) is None
    assert not answers(dsn.app)
