"""Processes beside a benchmark's own, told by lines what to do, and what they cost."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

_LONGEST = 1 << 24


@asynccontextmanager
async def beside(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A module of ours that runs in a process of its own until the block ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=pipe, stdout=pipe, limit=_LONGEST
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def told(process: asyncio.subprocess.Process, line: str) -> str:
    """Tell a process something; what it says when it is done.

    Raises:
        ConnectionError: it gave up; why stands on standard error.
    """
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{line}\n".encode())
    await process.stdin.drain()
    heard = (await process.stdout.readline()).decode()
    if not heard:
        raise ConnectionError("a process beside this one gave up")
    return heard.rstrip("\n")


async def next_line() -> str:
    """What such a process is told next; empty when there is nothing more."""
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.rstrip("\n")


def say(line: str) -> None:
    """What such a process says when it has done what it was told."""
    print(line, flush=True)


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds of a process and all below it, those that have ended included."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            spent = one.cpu_times()
        except psutil.NoSuchProcess:  # its time is now among what its parent's ended children took
            continue
        total += spent.user + spent.system + spent.children_user + spent.children_system
    return total
