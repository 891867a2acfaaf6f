"""A whole instance in a process of its own, as `make run` starts it, and a browser without scripts for it."""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
import psutil

from app import pg_place

_FANS = re.compile(r"(http://127\.0\.0\.1:\d+)/c/([\w-]+)")
_SIGN_IN = re.compile(r"(http://localhost:\d+)/sign-in/[\w-]+")
_FIELD = re.compile(r'name="(csrf_token|client_id)" value="([^"]*)"')
_REPLY = re.compile(r'<article class="line line-avatar".*?</article>', re.S)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Instance:
    """A running instance: its process, and where its sites are."""

    process: "subprocess.Popen[bytes]"
    admin: str
    public: str
    avatar: str
    sign_in: str
    seconds_to_start: float

    def stop(self, signal_number: int = signal.SIGINT) -> int:
        """Ask it to stop, as Ctrl-C does; its exit status."""
        self.process.send_signal(signal_number)
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        """End it as no process can prepare for."""
        self.process.kill()
        self.process.wait(timeout=10)


def environment(data: Path, **settings: str) -> dict[str, str]:
    """The environment of an instance with this data folder, on ports that are free."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("UNDERSTUDY_", "DATABASE"))
    }
    ports = {"UNDERSTUDY_ADMIN_PORT": "0", "UNDERSTUDY_PUBLIC_PORT": "0"}
    return {**kept, "UNDERSTUDY_DATA": str(data), "UNDERSTUDY_LOG_LEVEL": "WARNING", **ports, **settings}


@contextmanager
def running(
    data: Path, *, within: tuple[str, ...] = (), cwd: Path, seconds: float = 90, **settings: str
) -> Iterator[Instance]:
    """A started instance; `within` is a command that runs it. What is left at the end is killed."""
    command = [*within, sys.executable, "-u", "-m", "app", "run"]
    began = time.monotonic()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=environment(data, **settings),
        process_group=0,
    ) as process:
        try:
            instance = _instance(process, began, seconds)
            # Nobody reads what it logs from here on, and a full pipe would hold it up.
            threading.Thread(target=_drain, args=(process,), daemon=True).start()
            yield instance
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _drain(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):
        while os.read(process.stdout.fileno(), 65536):
            pass


def _instance(process: "subprocess.Popen[bytes]", began: float, seconds: float) -> Instance:
    said = _read_until(process, _SIGN_IN, began + seconds)
    fans, sign_in = _FANS.search(said), _SIGN_IN.search(said)
    assert fans, said
    assert sign_in, said
    return Instance(process, sign_in[1], fans[1], fans[2], sign_in[0], time.monotonic() - began)


def _read_until(process: "subprocess.Popen[bytes]", wanted: re.Pattern[str], deadline: float) -> str:
    assert process.stdout is not None
    said = b""
    while not wanted.search(said.decode(errors="replace")):
        assert time.monotonic() < deadline, f"not started in time; it said:\n{said.decode()}"
        if select.select([process.stdout], [], [], 0.2)[0]:
            part = os.read(process.stdout.fileno(), 65536)
            assert part, f"it ended with {process.wait()} and said:\n{said.decode()}"
            said += part
    return said.decode(errors="replace")


def plain_client() -> httpx.Client:
    """A client that no proxy setting of this machine leads astray."""
    return httpx.Client(follow_redirects=True, trust_env=False, timeout=30)


def ask(site: str, avatar: str, question: str, *, lang: str = "en", seconds: float = 60) -> str:
    """Ask in the web chat by its plain form, as a browser without scripts does; the reply's text."""
    with plain_client() as browser:
        page = browser.get(f"{site}/c/{avatar}", headers={"accept-language": lang}).raise_for_status().text
        fields = {name: unescape(value) for name, value in _FIELD.findall(page)}
        sent = browser.post(
            f"{site}/c/{avatar}/messages", data={**fields, "text": question}, headers={"origin": site}
        )
        before = len(_REPLY.findall(page))
        deadline = time.monotonic() + seconds
        page = sent.raise_for_status().text
        while len(replies := _REPLY.findall(page)) <= before:
            assert time.monotonic() < deadline, f"no reply to {question!r} in {seconds:g} s"
            time.sleep(0.2)
            page = browser.get(f"{site}/c/{avatar}").raise_for_status().text
    return re.sub(r"\s+", " ", unescape(_TAG.sub(" ", replies[-1]))).strip()


if __name__ == "__main__":
    # For a network namespace, whose loopback only a process inside it reaches: a line for each question.
    for question, lang in json.loads(sys.argv[3]):
        print(ask(*sys.argv[1:3], question, lang=lang), flush=True)


def servers_of(data: Path) -> list[psutil.Process]:
    """The Postgres servers that still run for a data folder."""
    place = (data / "postgres").resolve()
    homes = {str(place)} | {
        str(note.parent)
        for note in pg_place.SYSTEM_HOME.glob("*/belongs-to")
        if note.read_text().strip() == str(data)
    }
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(home in word for word in process.info["cmdline"] or () for home in homes)
    ]
