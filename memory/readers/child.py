"""The reader process: confines itself, then reads files and cuts them into passages as its parent asks."""

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
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import psutil

from memory.chunking import chunk
from memory.readers.errors import ImportProblem, ReadError
from memory.readers.options import Limits, Progress, ReadResult
from memory.readers.registry import read
from memory.readers.wire import (
    Message,
    pack_passages,
    pack_problem,
    pack_result,
    receive,
    send,
    unpack_blocks,
    unpack_options,
    unpack_problem,
)
from memory.types import Block, Passage

IDLE_SECONDS = 60.0
_PROGRESS_SECONDS = 0.2
_READING = 0.7  # of the progress; the rest is cutting into passages
_MESSAGE_CHARS = 100_000  # the parent decodes a message while nothing else of it runs: about a millisecond
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main() -> None:
    """Serve until the parent closes the pipe, dies, or asks nothing for a minute."""
    confine(parent=int(sys.argv[1]))
    # By name: what `tempfile` falls back to, where our folder has been cleared away, is everybody's.
    folder = Path(os.environ["TMPDIR"])
    tempfile.tempdir = str(folder)
    requests = sys.stdin.buffer
    # Libraries print; what they print must not land between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while select.select([requests], [], [], IDLE_SECONDS)[0]:
        request = receive(requests)
        if request is None:
            return
        send(answers, _answer(request, requests, answers))
        if not folder.is_dir():
            return
        _empty(folder)


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

    def reading(share: float) -> None:
        progress(share * _READING)

    options = unpack_options(request, Relay(requests, answers))
    _limit(options.limits)
    try:
        result = read(Path(request["path"]), request["name"], options, reading)
        _cut(result, answers, progress)
        answer: Message = {"event": "result", **pack_result(result)}
    except ImportProblem as problem:
        answer = {"event": "problem", **pack_problem(problem)}
    except MemoryError:
        answer = {"event": "problem", **pack_problem(ReadError("out_of_memory"))}
    # A hundred parsers below raise what they like on hostile input: the file fails, under that name.
    except Exception as error:
        detail = type(error).__name__
        answer = {"event": "problem", **pack_problem(ReadError("crashed", detail=detail))}
    # Not its `ru_maxrss`, in which what its parent held when it was started counts as its own.
    answer["held_bytes"] = psutil.Process().memory_info().rss
    return answer


def _cut(result: ReadResult, answers: IO[bytes], progress: Progress) -> None:
    """Send the passages of a result's documents, in messages that the parent takes in without a pause."""
    whole = sum(len(block.text) for document in result.documents for block in document.blocks)
    sent = 0
    for place, document in enumerate(result.documents):
        for batch in _batches(chunk(document)):
            send(answers, {"event": "passages", "document": place, "passages": pack_passages(batch)})
            sent += sum(len(passage.text) for passage in batch)
            progress(_READING + (1 - _READING) * min(1.0, sent / whole))


def _batches(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    batch: list[Passage] = []
    size = 0
    for passage in passages:
        batch.append(passage)
        size += len(passage.text)
        if size >= _MESSAGE_CHARS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


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
