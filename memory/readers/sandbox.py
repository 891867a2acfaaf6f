"""Reading in processes of its own: a pool of warm readers, bounded in memory and time (see child.py)."""

import asyncio
import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import IO, cast

from memory.readers.errors import ImportProblem, ReadError
from memory.readers.options import MB, CutResult, Progress, ReadOptions
from memory.readers.scratch import Scratch, sweep
from memory.readers.wire import (
    Message,
    pack_blocks,
    pack_problem,
    pack_request,
    receive,
    send,
    unpack_passages,
    unpack_problem,
    unpack_result,
)
from memory.types import Passage

_ROOT = Path(__file__).resolve().parents[2]
_SIZE = min(4, max(2, os.cpu_count() or 2))
_FILES_PER_CHILD = 500  # parsers leak a little; a start costs about 0.2 s
_RETIRE_BYTES = 700 * MB
_ROOM = 2  # times the text that a file may hold: passages have line ends that it hadn't
_TRIES = 3  # a reader that somebody else killed proves nothing against its file
_CANCEL_SECONDS = 2.0
# All that a reader sees of our environment: no keys, no addresses.
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "TZ")


async def read_isolated(
    path: Path,
    name: str,
    options: ReadOptions,
    *,
    timeout_s: float,
    on_progress: Progress | None = None,
) -> CutResult:
    """Read and cut into passages in a process of its own: a hostile file can't hurt this one, nor a long one
    hold it up.

    ``timeout_s`` bounds the reading; waiting for a free reader and speech recognition don't count.
    ``on_progress`` is called in the event loop with 0..1. Cancelling kills the reader. Raises what
    ``read`` raises, and ReadError("timeout"), ("crashed") or ("out_of_memory").
    """
    loop = asyncio.get_running_loop()

    def tell(share: float) -> None:
        if on_progress is not None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody listens any more
                loop.call_soon_threadsafe(on_progress, share)

    task = _Task(path, name, options, timeout_s, tell)
    running = _pool.executor().submit(task.run)
    outcome = asyncio.wrap_future(running)
    try:
        return await asyncio.shield(outcome)
    except asyncio.CancelledError:
        task.cancel()
        if not running.cancel():
            # Its exception is fetched, or asyncio would report it as lost. Speech recognition may take
            # a while to notice; nobody waits for that.
            outcome.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            await asyncio.wait([outcome], timeout=_CANCEL_SECONDS)
        raise


def close_readers() -> None:
    """Stop all reader processes. The next reading starts new ones."""
    _pool.close()


class _Cancelled(Exception):
    """The caller has gone; raised inside the worker thread only."""


class _Died(Exception):
    """A reader ended before its answer. ``again``: another one might live to give it."""

    def __init__(self, problem: ImportProblem, *, again: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.again = again


class _Child:
    """One reader process and its scratch folder."""

    def __init__(self) -> None:
        self._folder = Scratch()
        self.scratch = self._folder.path
        self.served = 0
        self._code: int | None = None
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        single = dict.fromkeys(("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS"), "1")
        paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        home = {"HOME": str(self.scratch), "TMPDIR": str(self.scratch), "PYTHONPATH": paths}
        command = [sys.executable, "-s", "-P", "-X", "utf8", "-m", "memory.readers.child", str(os.getpid())]
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, **single, **home, "LC_ALL": "C.UTF-8"},
            cwd=self.scratch,
            start_new_session=True,  # so that its own children (tesseract) die with it
        )

        self._requests = cast(IO[bytes], self.process.stdin)
        self._answers = cast(IO[bytes], self.process.stdout)

    def send(self, message: Message) -> None:
        send(self._requests, message)

    def receive(self) -> Message | None:
        return receive(self._answers)

    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def dispose(self) -> int:
        """End it; its exit code (negative: the signal that ended it, if one did before we came)."""
        if self._code is not None:
            return self._code
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.05)
        self.kill()
        self._code = self.process.wait()
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()
        self._folder.remove()
        return self._code


class _Pool:
    """At most ``_SIZE`` readers at a time; idle ones are kept warm, and end by themselves after a minute."""

    def __init__(self) -> None:
        self._idle: list[_Child] = []
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None

    def executor(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(_SIZE, thread_name_prefix="reader")
                self._executor.submit(sweep)
            return self._executor

    def take(self) -> _Child:
        while True:
            with self._lock:
                child = self._idle.pop() if self._idle else None
            if child is None:
                return _Child()
            if child.alive():
                return child
            child.dispose()

    def put(self, child: _Child) -> None:
        with self._lock:
            if self._executor is not None and child.served < _FILES_PER_CHILD:
                self._idle.append(child)
                return
        child.dispose()

    def close(self) -> None:
        with self._lock:
            executor, self._executor = self._executor, None
            idle, self._idle = self._idle, []
        for child in idle:
            child.dispose()
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)


_pool = _Pool()
atexit.register(close_readers)


class _Task:
    """One reading, run in a worker thread."""

    def __init__(
        self, path: Path, name: str, options: ReadOptions, timeout_s: float, tell: Callable[[float], None]
    ) -> None:
        # The reader's working folder is not ours.
        folder = options.extract_to or path.with_name(path.name + ".members")
        self._path = path.absolute()
        self._name = name
        self._options = replace(options, extract_to=folder.absolute())
        self._timeout_s = timeout_s
        self._tell = tell
        self._child: _Child | None = None
        self._cancelled = threading.Event()
        self._clock = _Clock(timeout_s, self._kill)

    def cancel(self) -> None:
        self._cancelled.set()
        self._kill()

    def _kill(self) -> None:
        child = self._child
        if child is not None:
            child.kill()

    def run(self) -> CutResult:
        for attempt in range(1, _TRIES + 1):
            try:
                return self._attempt(_pool.take())
            except _Died as died:
                if attempt == _TRIES or not died.again:
                    raise died.problem from None
        raise AssertionError("unreachable")

    def _attempt(self, child: _Child) -> CutResult:
        self._child = child
        self._clock = _Clock(self._timeout_s, self._kill)
        healthy = False
        try:
            if self._cancelled.is_set():
                healthy = child.served == 0
                raise _Cancelled
            self._clock.resume()
            passages: dict[int, list[Passage]] = {}
            answer = self._ask(child, passages)
            self._clock.pause()
            child.served += 1
            healthy = answer["held_bytes"] < _RETIRE_BYTES
            if answer["event"] == "problem":
                problem = unpack_problem(answer)
                healthy = healthy and problem.code not in ("crashed", "out_of_memory")
                raise problem
            return self._checked(unpack_result(answer, passages))
        finally:
            self._clock.pause()
            self._child = None
            if healthy:
                _pool.put(child)
            else:
                child.dispose()

    def _ask(self, child: _Child, passages: dict[int, list[Passage]]) -> Message:
        """Hand over the request, and listen until the answer comes, whose ``passages`` come before it.

        Raises _Died, _Cancelled.
        """
        try:
            child.send(pack_request(self._path, self._name, self._options))
        except OSError:
            raise self._death(child) from None
        left = _ROOM * self._options.limits.text_bytes
        while True:
            try:
                message = child.receive()
            except (OSError, ValueError):
                message = None
            if message is None:
                raise self._death(child)
            match message.get("event"):
                case "progress":
                    self._tell(message["share"])
                case "passages":
                    batch = unpack_passages(message["passages"])
                    left -= sum(len(passage.text) for passage in batch)
                    if left < 0:
                        raise ReadError("crashed", detail="sent more than a text may hold")
                    passages.setdefault(message["document"], []).extend(batch)
                case "speech":
                    self._speech(child, message)
                case "problem" | "result":
                    return message
                case _:
                    pass

    def _death(self, child: _Child) -> _Died | _Cancelled:
        """Why a reader ended in the middle of a file."""
        code = child.dispose()
        if self._cancelled.is_set():
            return _Cancelled()
        if self._clock.expired:
            return _Died(ReadError("timeout", seconds=round(self._timeout_s)), again=False)
        if code == -signal.SIGXCPU:
            seconds = self._options.limits.cpu_seconds
            return _Died(ReadError("timeout", seconds=seconds), again=False)
        if code == -signal.SIGKILL:
            return _Died(ReadError("out_of_memory"), again=True)  # mostly the kernel's doing
        try:
            detail = signal.Signals(-code).name
        except ValueError:
            detail = f"exit code {code}"
        return _Died(ReadError("crashed", detail=detail), again=True)

    def _speech(self, child: _Child, message: Message) -> None:
        """Recognise the speech in a file that the reader has cut, and hand the blocks back."""
        transcriber = self._options.transcriber
        path = Path(message["path"]).resolve()
        if transcriber is None or not path.is_relative_to(child.scratch.resolve()):
            raise ReadError("crashed", detail="asked for a file that isn't its own")

        def progress(share: float) -> None:
            if self._cancelled.is_set():
                raise _Cancelled
            try:
                child.send({"event": "progress", "share": share})
                heard = child.receive()
            except OSError:
                heard = None
            while heard is not None and heard["event"] == "progress":
                self._tell(heard["share"])
                heard = child.receive()
            if heard is None:
                raise self._death(child)

        self._clock.pause()
        try:
            blocks = transcriber.transcribe(path, message["langs"], progress)
            answer: Message = {"event": "blocks", "blocks": pack_blocks(blocks)}
        except ImportProblem as problem:
            answer = {"event": "problem", **pack_problem(problem)}
        self._clock.resume()
        with contextlib.suppress(OSError):  # it died meanwhile: the next receive says so
            child.send(answer)

    def _checked(self, result: CutResult) -> CutResult:
        """The result, if the files it names lie where a reader may put them."""
        allowed = (self._path, self._options.extract_to)
        for member in result.members:
            real = member.path.resolve()
            if not any(root is not None and real.is_relative_to(root.resolve()) for root in allowed):
                raise ReadError("crashed", detail="named a file that isn't its own")
        return result


class _Clock:
    """A time-out that can be paused."""

    def __init__(self, seconds: float, expire: Callable[[], None]) -> None:
        self.expired = False
        self._left = seconds
        self._expire = expire
        self._timer: threading.Timer | None = None
        self._since = 0.0

    def resume(self) -> None:
        self._since = time.monotonic()
        self._timer = threading.Timer(max(self._left, 0.0), self._ring)
        self._timer.daemon = True
        self._timer.start()

    def pause(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._left -= time.monotonic() - self._since

    def _ring(self) -> None:
        self.expired = True
        self._expire()
