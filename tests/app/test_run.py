"""An instance from start to stop: as `make run` starts it, killed, beside another, without any network."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from app import pg_place
from app.services import Dsn, find_running
from tests.support.fleet import NO_ENCODER
from tests.support.instance import Instance, ask, environment, plain_client, running, servers_of
from tests.support.source import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

YELLOW = "Why is the flame yellow?"
# In each language that the demo speaks: a question; its answer's fact and source, or how it is declined.
WITHOUT_NETWORK = (
    (YELLOW, "en", "soot", "The colour of candlelight"),
    ("蜡烛熄灭后为什么能隔空点燃？", "zh-Hans", "蜡蒸气", "隔空点火的秘密"),
    ("¿Por qué la llama sube?", "es", "aire", "La llama que mira hacia arriba"),
    ("لماذا لون اللهب أصفر؟", "ar", "الإنجليزية", "soot", "The colour of candlelight"),
    ("炎はなぜ黄色いの？", "ja", "英語", "soot", "The colour of candlelight"),
    ("Who won the football match?", "en", "outside my little circle of light"),
    ("昨天的足球比赛谁赢了？", "zh-Hans", "烛光之外"),
    ("¿Quién ganó el partido de fútbol?", "es", "fuera de mi círculo de luz"),
    ("من فاز في مباراة كرة القدم؟", "ar", "خارج دائرة ضوئي"),
    ("サッカーの試合はどちらが勝ちましたか？", "ja", "私の小さな灯りの外"),
)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder; as root, the database that lies elsewhere goes with it."""
    folder = tmp_path / "Ember's data"
    yield folder
    pg_place.remove(folder)


def ready(instance: Instance) -> None:
    eventually_ready(instance)
    with plain_client() as client:
        for site in (instance.admin, instance.public):
            answer = client.get(f"{site}/readyz")
            assert answer.status_code == 200, answer.text
            assert client.get(f"{site}/healthz").status_code == 200
        assert "understudy_messages_in_total" in client.get(f"{instance.admin}/metrics").text
        assert client.get(f"{instance.public}/metrics").status_code == 404


def eventually_ready(instance: Instance, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    with plain_client() as client:
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TimeoutException):  # it waits for the database, but it is there
                if client.get(f"{instance.public}/readyz").status_code == 200:
                    return
            time.sleep(0.2)
    pytest.fail(f"not ready within {seconds:g} s")


def told(data: Path, command: str) -> "subprocess.CompletedProcess[str]":
    """What a command of the operator's says while nothing runs."""
    return subprocess.run(
        [sys.executable, "-m", "app", command],
        env=environment(data, **NO_ENCODER),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def opened(instance: Instance, link: str) -> str:
    """The page behind a sign-in link that was made before this start, at the port of this one."""
    with plain_client() as client:
        path = link.strip().removeprefix(link.partition("/sign-in/")[0])
        return client.get(f"{instance.admin}{path}").raise_for_status().text


def test_it_starts_answers_stops_and_starts_again_in_seconds(data: Path, tmp_path: Path) -> None:
    with running(data, cwd=tmp_path) as instance:
        ready(instance)
        answer = ask(instance.public, instance.avatar, YELLOW)
        assert "soot" in answer.lower(), answer
        began = time.monotonic()
        assert instance.stop() == 0
        assert time.monotonic() - began < 15
        assert servers_of(data) == []
    with running(data, cwd=tmp_path) as again:
        assert again.avatar == instance.avatar
        assert again.seconds_to_start < 20
        assert "soot" in ask(again.public, again.avatar, YELLOW).lower()
        assert again.stop(signal.SIGTERM) == 0


def test_a_killed_one_leaves_nothing_running_and_starts_again(data: Path, tmp_path: Path) -> None:
    with running(data, cwd=tmp_path, **NO_ENCODER) as instance:
        instance.kill()
    link = told(data, "login-link")
    assert "start it with `make run`" in link.stderr
    assert "built anew at the next start" in told(data, "reindex").stdout
    with running(data, cwd=tmp_path, **NO_ENCODER) as again:
        ready(again)
        assert "<bdi>Owner</bdi>" in opened(again, link.stdout)
        for server in servers_of(data):
            server.kill()  # and Postgres itself: it comes back, and so does what it held
        eventually_ready(again)
        # What was on its way in goes on; until then another post answers as well as it can.
        deadline = time.monotonic() + 120
        while "soot" not in ask(again.public, again.avatar, YELLOW).lower():
            assert time.monotonic() < deadline, "the post about soot never came in"
            time.sleep(2)
        assert again.stop() == 0
    assert servers_of(data) == []


def test_one_that_starts_while_a_command_has_the_database_outlives_that_command(
    data: Path, tmp_path: Path
) -> None:
    holds = "import sys, app.cli as c; c._with_container(lambda _: __import__('asyncio').sleep(3600))"
    with subprocess.Popen(
        [sys.executable, "-c", holds],
        cwd=ROOT,
        env=environment(data, **NO_ENCODER),
        stdout=subprocess.DEVNULL,
    ) as command:
        deadline = time.monotonic() + 60
        while find_running(data) is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        with running(data, cwd=tmp_path, **NO_ENCODER) as instance:
            ready(instance)
            command.kill()
            command.wait(timeout=10)
            eventually_ready(instance, 180)
            assert "soot" in ask(instance.public, instance.avatar, YELLOW).lower()
            assert "make run" not in told(data, "login-link").stderr
            assert instance.stop() == 0
    # What keeps a command's database sees a moment later that nobody uses it any more.
    deadline = time.monotonic() + 20
    while servers_of(data):
        assert time.monotonic() < deadline, "the command's database was never ended"
        time.sleep(0.1)


def test_commands_that_begin_together_share_one_database(data: Path) -> None:
    begun = [
        subprocess.Popen(
            [sys.executable, "-m", "app", "login-link"],
            cwd=ROOT,
            env=environment(data, **NO_ENCODER),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [each.communicate(timeout=120) for each in begun]
    assert [each.returncode for each in begun] == [0, 0, 0], ended
    assert all("/sign-in/" in link for link, _ in ended)


def test_two_run_side_by_side_one_on_the_operators_postgres_and_one_data_folder_has_one(
    data: Path, tmp_path: Path, dsn: Dsn
) -> None:
    other = tmp_path / "other data"
    with running(data, cwd=tmp_path, **NO_ENCODER) as first:
        taken = {
            "UNDERSTUDY_ADMIN_PORT": first.admin.rsplit(":", 1)[1],
            "UNDERSTUDY_PUBLIC_PORT": first.public.rsplit(":", 1)[1],
        }
        with running(other, cwd=tmp_path, DATABASE_URL=dsn.owner, **taken, **NO_ENCODER) as second:
            assert {second.admin, second.public}.isdisjoint({first.admin, first.public})
            ready(first)
            ready(second)
            assert "soot" in ask(second.public, second.avatar, YELLOW).lower()
            assert second.stop() == 0
        assert not (other / "postgres" / "passwords.json").exists()
        refused = subprocess.run(
            [sys.executable, "-m", "app", "run"],
            env=environment(data),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert refused.returncode == 1
        assert "running already" in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("nsenter"),
    reason="a network namespace needs root, unshare and nsenter",
)
def test_it_needs_no_network_in_any_language_of_the_demo(data: Path, tmp_path: Path) -> None:
    only_loopback = ("unshare", "-n", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
    with running(data, cwd=tmp_path, within=only_loopback) as instance:
        inside = ("nsenter", "-t", str(instance.process.pid), "-n", "--")
        command = [*inside, sys.executable, "-m", "tests.support.instance"]
        asked = json.dumps([(question, lang) for question, lang, *_ in WITHOUT_NETWORK])
        browser = subprocess.run(
            [*command, instance.public, instance.avatar, asked],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
            cwd=ROOT,
        )
        answers = browser.stdout.splitlines()
        assert len(answers) == len(WITHOUT_NETWORK), browser
        for answer, (_, _, *expected) in zip(answers, WITHOUT_NETWORK, strict=True):
            assert all(part in answer for part in expected), answer
        assert instance.stop() == 0


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="only root becomes an ordinary user, by setpriv",
)
def test_an_ordinary_user_runs_it_in_a_folder_with_spaces(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    home = tmp_path / "a home of one's own é"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    # Reading is allowed everywhere: interpreter and checkout may lie in root's folders.
    become = (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    reading = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search")
    data = home / "Ember's data"
    with running(
        data, within=("setpriv", *become, *reading), cwd=home, HOME=str(home), **NO_ENCODER
    ) as instance:
        ready(instance)
        with plain_client() as fan:
            page = fan.get(f"{instance.public}/c/{instance.avatar}").raise_for_status()
            assert "Ember" in page.text
        servers = servers_of(data)
        assert servers
        assert {server.uids().effective for server in servers} == {nobody.pw_uid}
        assert psutil.Process(instance.process.pid).uids().real == nobody.pw_uid
        assert (data / "postgres" / "cluster").exists(), "the database lies in the data folder"
        assert instance.stop() == 0
    assert servers_of(data) == []
