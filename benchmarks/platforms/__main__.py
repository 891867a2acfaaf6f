"""A message from being written to its answer, in Telegram and Discord; in Telegram beside a bare aiogram bot.

`python -m benchmarks.platforms [--quick] [--only telegram] [--bots 1]`. The platform and its people are the
emulator, in a process of its own and without rates. Ours is everything in one process: polling, gateways or
posted interactions, the durable inbox, the turn, boundaries, the trace, the outbox, the sender; Postgres is
beside it, and recall alone is a stand-in of no latency, so that what a fan waits is what we add. "telegram"
polls, "gateways" are Discord apps that keep a socket each, "posted" such as are posted what fans ask by a
command. A bare bot answers at once ("bare"), or asks a model of no latency over HTTP ("asking"). Goal: at
most 12 CPU ms a message of Telegram in our process. What bots take while nobody writes is told apart, and is
no message's: it is taken off. Memory is what a process grows by as it begins to listen, and
`platforms_share` is the emulator's CPU over the time that passed, which near 1 is what held all up. Where the
machine does other things as well, CPU is a few milliseconds more, and the wait says little.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Any

import psutil

from app.migrate import upgrade
from app.services import EmbeddedPostgres
from benchmarks.beside import beside, cpu_s, told
from benchmarks.common import settings_in, write_result
from benchmarks.fans import Heard, Round
from benchmarks.platforms.stage import Stage
from kernel import loop

GOAL_CPU_MS = 12.0
_MESSAGES_EACH = 10  # a fan may say twelve at once
_ROUNDS = {1: 20, 16: 4, 64: 2}  # by how many fans write at once
_QUICK_ROUNDS = {1: 6, 16: 1, 64: 1}
_BOTS = {"telegram": (1, 100, 1_000), "gateways": (1, 10, 50), "posted": (1, 100, 1_000)}
_BOTS |= {"bare": _BOTS["telegram"], "asking": _BOTS["telegram"]}
_SETTLED_S = 0.3  # what follows an answer: it is stored as sent, its update confirmed
_IDLE_S = 50.0  # two polls of each bot
_OURS = ("telegram", "gateways", "posted")
_KINDS = {
    **dict.fromkeys(_OURS, ("benchmarks.platforms.ours",)),
    "bare": ("benchmarks.platforms.bare",),
    "asking": ("benchmarks.platforms.bare", "asking"),
}
_WORLDS = {
    "gateways": ("benchmarks.platforms.discord", "gateways"),
    "posted": ("benchmarks.platforms.discord", "posted"),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """The processes of one measurement. `server` is Postgres, where there is one."""

    world: asyncio.subprocess.Process
    bots: asyncio.subprocess.Process
    server: psutil.Process | None

    def spent(self) -> tuple[float, float, float]:
        """CPU seconds so far: the bots', Postgres', the platform's."""
        server = cpu_s(self.server) if self.server else 0.0
        return cpu_s(psutil.Process(self.bots.pid)), server, cpu_s(psutil.Process(self.world.pid))

    def rss(self) -> int:
        """Bytes that the bots' process has in memory."""
        return int(psutil.Process(self.bots.pid).memory_info().rss)


@asynccontextmanager
async def _database() -> AsyncIterator[tuple[str, str, psutil.Process]]:
    """A Postgres of its own: where it is, its data folder, its process."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(folder)
        postgres = EmbeddedPostgres(settings.data)
        try:
            dsn = await asyncio.to_thread(postgres.start)
            await asyncio.to_thread(upgrade, dsn.owner)
            server = next(one for one in psutil.Process().children() if one.name() == "postgres")
            yield dsn.app, folder, server
        finally:
            await asyncio.to_thread(postgres.destroy)


async def _measure(ran: Ran, at_once: int, rounds: int, first: int, idle: float = 0.0) -> dict[str, float]:
    """So many rounds of fans who write at once, new ones in each; `idle` is the bots' CPU s a minute."""
    waited: list[float] = []
    took = ours = theirs = platforms = 0.0
    for number in range(rounds):
        await told(ran.world, json.dumps(asdict(Round(at_once, _MESSAGES_EACH, first + number * at_once))))
        before = ran.spent()
        heard = Heard(**json.loads(await told(ran.world, "go")))
        await asyncio.sleep(_SETTLED_S)
        bots, server, world = (now - then for now, then in zip(ran.spent(), before, strict=True))
        bots -= idle / 60 * (heard.took_s + _SETTLED_S)
        ours, theirs, platforms = ours + bots, theirs + server, platforms + world
        took += heard.took_s
        waited += heard.waited_ms
    percentiles = statistics.quantiles(waited, n=100)
    return {
        "at_once": at_once,
        "messages": len(waited),
        "messages_per_s": round(len(waited) / took, 1),
        "cpu_ms": round(1000 * ours / len(waited), 2),
        "postgres_cpu_ms": round(1000 * theirs / len(waited), 2),
        "p50_ms": round(statistics.median(waited), 1),
        "p95_ms": round(percentiles[94], 1),
        "p99_ms": round(percentiles[98], 1),
        "platforms_share": round(platforms / took, 2),
    }


async def _idle(ran: Ran) -> float:
    """CPU seconds a minute of bots to whom nobody writes."""
    before = ran.spent()[0]
    await asyncio.sleep(_IDLE_S)
    return round(60 / _IDLE_S * (ran.spent()[0] - before), 2)


async def _check(ran: Ran, messages: int) -> None:
    """Each message has one row, one trace and one answer that was sent; the platform saw no further one.

    Raises:
        RuntimeError: it isn't so.
    """
    stored = json.loads(await told(ran.bots, "check"))
    if set(stored.values()) - {messages}:
        raise RuntimeError(f"of {messages} messages: {stored}")


async def _one(kind: str, count: int, *, quick: bool) -> dict[str, Any]:
    """The figures of so many bots of one kind."""
    database = _database() if kind in _OURS else nullcontext(("", "", None))
    world_of = _WORLDS.get(kind, ("benchmarks.platforms.telegram",))
    async with (
        database as (dsn, folder, server),
        beside(*world_of, str(count)) as world,
        beside(*_KINDS[kind]) as bots,
    ):
        assert world.stdout
        stage = Stage.from_json((await world.stdout.readline()).decode())
        ran = Ran(world, bots, server)
        await told(bots, json.dumps(asdict(replace(stage, kind=kind, dsn=dsn, data=folder))))
        before = ran.rss()
        await told(world, await told(bots, "join"))
        await asyncio.sleep(1)
        grown = ran.rss() - before
        idles = await _idle(ran) if count > 1 else None
        # What is loaded or planned at the first messages isn't each message's matter.
        said = int((await _measure(ran, 16, 1, 0))["messages"])
        rows = []
        for at_once, rounds in (_QUICK_ROUNDS if quick else _ROUNDS).items():
            rows.append(await _measure(ran, at_once, rounds, said, idles or 0.0))
            said += int(rows[-1]["messages"])
        await _check(ran, said)
    return {
        "kind": kind,
        "bots": count,
        "kb_per_bot": round(grown / 1024 / count, 1) if count > 1 else None,
        "idle_cpu_s_per_min": idles,
        "rows": rows,
    }


async def measure(kinds: Sequence[str], bots: int | None, *, quick: bool) -> list[dict[str, Any]]:
    """The figures of each kind with each number of bots, printed as they come."""
    results = []
    for kind in kinds:
        for count in (bots,) if bots else _BOTS[kind][:2] if quick else _BOTS[kind]:
            results.append(await _one(kind, count, quick=quick))
            _print(results[-1])
    return results


def _print(result: dict[str, Any]) -> None:
    about = [f"{result['kind']}, bots: {result['bots']}"]
    if result["kb_per_bot"] is not None:
        about.append(f"{result['kb_per_bot']} KB a bot")
    if result["idle_cpu_s_per_min"] is not None:
        about.append(f"idle: {result['idle_cpu_s_per_min']} CPU s a minute")
    print("; ".join(about))
    print(" ".join(f"{name:>15}" for name in result["rows"][0]))
    for row in result["rows"]:
        print(" ".join(f"{value:15}" for value in row.values()), flush=True)


def _ratios(results: Sequence[dict[str, Any]]) -> list[str]:
    """How many times a bare bot's CPU ours takes, by bots and fans at once."""
    found = {
        (one["kind"], one["bots"], row["at_once"]): row["cpu_ms"] for one in results for row in one["rows"]
    }
    return [
        f"{bots} bots, {at_once} fans: {ms / found[other, bots, at_once]:.1f} times {other}"
        for (kind, bots, at_once), ms in found.items()
        for other in ("bare", "asking")
        if kind == "telegram" and found.get((other, bots, at_once))
    ]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.platforms", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer messages, without the most bots")
    parser.add_argument("--only", choices=list(_KINDS), help="one kind alone")
    parser.add_argument("--bots", type=int, help="so many bots alone")
    arguments = parser.parse_args()
    kinds = [arguments.only] if arguments.only else list(_KINDS)
    results = loop.run(measure(kinds, arguments.bots, quick=arguments.quick))
    ratios = _ratios(results)
    print("\n".join(ratios))
    ours = [row["cpu_ms"] for one in results if one["kind"] == "telegram" for row in one["rows"]]
    highest = max(ours, default=0.0)
    print(f"goal: at most {GOAL_CPU_MS:.0f} CPU ms a message of Telegram in our process: {highest}")
    write_result("platforms", {"goal_cpu_ms": GOAL_CPU_MS, "results": results, "ratios": ratios})
    return 0 if highest <= GOAL_CPU_MS else 1


if __name__ == "__main__":
    sys.exit(main())
