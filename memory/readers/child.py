"""The reader process: confines itself, then reads one file after another as its parent asks over pipes."""

import contextlib
import ctypes
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from memory.readers.errors import ImportProblem, ReadError
from memory.readers.options import Limits, Progress
from memory.readers.registry import read
from memory.readers.wire import (
    Message,
    pack_problem,
    pack_result,
    receive,
    send,
    unpack_blocks,
    unpack_options,
    unpack_problem,
)
from memory.types import Block

IDLE_SECONDS = 60.0
_PROGRESS_SECONDS = 0.2
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main() -> None:
    """Serve until the parent closes the pipe, dies, or asks nothing for a minute."""
    confine(parent=int(sys.argv[1]))
    requests = sys.stdin.buffer
    # Libraries print; what they print must not land between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while select.select([requests], [], [], IDLE_SECONDS)[0]:
        request = receive(requests)
        if request is None:
            return
        send(answers, _answer(request, requests, answers))
        _empty(Path(tempfile.gettempdir()))


def confine(parent: int) -> None:
    """Give up what reading a file doesn't need: outliving the parent, new privileges, the network.

    The network goes where the kernel lets a process leave its namespace (Linux; not in every container).
    """
    os.nice(5)  # replies to fans come before imports
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _answer(request: Message, requests: IO[bytes], answers: IO[bytes]) -> Message:
    """Read as asked; whatever goes wrong becomes an answer too."""
    last = [0.0]

    def progress(share: float) -> None:
        now = time.monotonic()
        if now - last[0] >= _PROGRESS_SECONDS:
            last[0] = now
            send(answers, {"event": "progress", "share": share})

    options = unpack_options(request, Relay(requests, answers))
    _limit(options.limits)
    try:
        result = read(Path(request["path"]), request["name"], options, progress)
        answer: Message = {"event": "result", **pack_result(result)}
    except ImportProblem as problem:
        answer = {"event": "problem", **pack_problem(problem)}
    except MemoryError:
        answer = {"event": "problem", **pack_problem(ReadError("out_of_memory"))}
    # A hundred parsers below raise what they like on hostile input: the file fails, under that name.
    except Exception as error:
        detail = type(error).__name__
        answer = {"event": "problem", **pack_problem(ReadError("crashed", detail=detail))}
    answer["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return answer


def _limit(limits: Limits) -> None:
    """Bound this request's memory, the processor time from now on, and the size of any file it writes."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    for what, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, spent + limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
    ):
        hard = resource.getrlimit(what)[1]
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (soft, hard))


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                entry.unlink()


class Relay:
    """The transcriber as this process sees it: the parent, which alone holds the key and the network."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._requests = requests
        self._answers = answers

    def transcribe(self, path: Path, langs: Sequence[str], progress: Progress) -> list[Block]:
        send(self._answers, {"event": "speech", "path": str(path), "langs": list(langs)})
        while (message := receive(self._requests)) is not None:
            if message["event"] == "blocks":
                return list(unpack_blocks(message["blocks"]))
            if message["event"] == "problem":
                raise unpack_problem(message)
            progress(message["share"])
            send(self._answers, {"event": "heard"})  # the parent reads up to here before it goes on
        raise ReadError("crashed", detail="the importer stopped")


if __name__ == "__main__":
    main()
