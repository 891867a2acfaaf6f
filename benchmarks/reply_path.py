"""The whole reply path but for the answer's own work: messages/s, CPU milliseconds for each, and the wait.

`python -m benchmarks.reply_path [--quick]`. Fans in another process load the web chat's page, post to it over
HTTP and read the answers from its stream; here everything runs that serves them, in one process, and Postgres
beside it. Recall alone is a stand-in of no latency. Where the machine does other things as well, CPU is a few
milliseconds more, while messages/s and the wait say little. Goal: at most 12 CPU ms a message in our process,
however many fans write at once. (A bare aiogram bot with an OpenAI client takes 5.6 to 7.1.)
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

import psutil

from app.container import Container
from app.instance import free_port
from app.migrate import upgrade
from app.runner import Runner
from app.services import EmbeddedPostgres
from app.warming import warm
from benchmarks.beside import beside, cpu_s, told
from benchmarks.common import settings_in, write_result
from benchmarks.fans import QUESTIONS, Heard, Round
from community import service as community
from conversation.service import autonomy
from kernel import logs, loop
from kernel.settings import Settings
from memory.types import Locator, PassageInfo, Quote, Recalled, RecalledPassage
from persona_engine.finding import Recaller
from persona_engine.service import Persona

GOAL_CPU_MS = 12.0
_SLUG = "bench"
_MESSAGES_EACH = 10  # a fan may say twelve at once
_ROUNDS = {1: 20, 16: 4, 64: 2}  # by how many fans speak at once
_QUICK_ROUNDS = {1: 6, 16: 1, 64: 1}


class Instant(Recaller):
    """A memory that finds the same at once: as many passages as the real one gives, the first quoted."""

    def __init__(self) -> None:
        sentence = "A candle's flame is yellow because soot glows in it, where there is too little air. "
        self._found = tuple(
            RecalledPassage(_passage(number, sentence * 8), 1.0 - number / 10, 0.9, None)
            for number in range(1, 9)
        )
        self._quote = Quote(1, (sentence * 2).strip(), 0, 2 * len(sentence) - 1, 0.9, 0, len(sentence) - 1)

    async def recall(
        self,
        creator_id: int,  # noqa: ARG002 - the port's
        text: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),  # noqa: ARG002 - the port's
        limit: int = 8,
        without: frozenset[int] = frozenset(),  # noqa: ARG002 - the port's
        after: str = "",  # noqa: ARG002 - the port's
    ) -> Recalled:
        """The same passages for every question."""
        return Recalled(
            question=text,
            lang=lang,
            passages=self._found[:limit],
            quote=self._quote,
            confidence=0.9,
            threshold=0.3,
            answerable=True,
            cross_lingual=lang != "en",
            locked=(),
            indexed=1000,
            took_ms={"search": 0.0, "check": 0.0},
        )


def _passage(number: int, text: str) -> PassageInfo:
    return PassageInfo(
        id=number, source_id=1, ordinal=number, text=text, lang="en", title="The candle's flame",
        locator=Locator(start=60.0 * number), source_url=None, link=None, licence=None, author=None,
        published_at=None, tier=None, kind="subtitles",
    )  # fmt: skip


@asynccontextmanager
async def _serving(settings: Settings, dsn: str) -> AsyncIterator[Container]:
    """One process that does everything, as `understudy run` has it, with a creator and no content."""
    container = Container(settings, dsn)
    container.persona = Persona(Instant(), container.entitlements, container.guard)
    runner = Runner(container)
    async with runner.running():
        async with container.db.system_uow() as uow:
            creator = await community.create_creator(uow, "Bench")
            await uow.become(creator)
            avatar = await community.create_avatar(
                uow, slug=_SLUG, name="Bench", languages=list(QUESTIONS), live=True
            )
            await autonomy.save(uow, avatar.id, autonomy.Autonomy(autonomy.Mode.AUTO))
        await warm(container)
        forever = asyncio.create_task(runner.forever())
        try:
            yield container
        finally:
            runner.stop()
            await forever


async def _measure(
    fans: asyncio.subprocess.Process, server: psutil.Process, at_once: int, rounds: int, first: int
) -> dict[str, float]:
    """So many rounds of fans that speak at once. Loading pages and opening streams isn't counted."""
    waited: list[float] = []
    took = ours = theirs = 0.0
    for number in range(rounds):
        await told(fans, json.dumps(asdict(Round(at_once, _MESSAGES_EACH, first + number * at_once))))
        # In this order, so that looking at the server's processes isn't counted: it takes 8 ms.
        other = cpu_s(server)
        own = time.process_time()
        heard = Heard(**json.loads(await told(fans, "go")))
        ours += time.process_time() - own
        theirs += cpu_s(server) - other
        took += heard.took_s
        waited += heard.waited_ms
    return {
        "at_once": at_once,
        "messages": len(waited),
        "messages_per_s": round(len(waited) / took, 1),
        "cpu_ms": round(1000 * ours / len(waited), 2),
        "postgres_cpu_ms": round(1000 * theirs / len(waited), 2),
        "p50_ms": round(statistics.median(waited), 1),
        "p95_ms": round(statistics.quantiles(waited, n=20)[-1], 1),
    }


async def _check(container: Container, messages: int) -> None:
    """Nothing was left out on the way: every message has its quote, its trace, and was sent.

    Raises:
        RuntimeError: it was.
    """
    async with container.db.system_uow() as uow:
        row = await uow.fetch_one(
            "SELECT (SELECT count(*) FROM message WHERE outcome = 'quoted') AS quoted, "
            "(SELECT count(*) FROM decision_trace) AS traced, "
            "(SELECT count(*) FROM outbound WHERE state = 'sent') AS sent"
        )
    if {row.quoted, row.traced, row.sent} != {messages}:
        raise RuntimeError(f"of {messages} messages: {row}")


async def measure(
    settings: Settings, dsn: str, server: psutil.Process, *, quick: bool
) -> list[dict[str, float]]:
    """The figures by how many fans speak at once."""
    page = f"{settings.public_url}/c/{_SLUG}"
    results = []
    async with _serving(settings, dsn) as container, beside("benchmarks.fans", page) as fans:
        # What is loaded or planned at the first messages isn't each message's matter.
        said = int((await _measure(fans, server, 16, 1, 0))["messages"])
        for at_once, rounds in (_QUICK_ROUNDS if quick else _ROUNDS).items():
            results.append(await _measure(fans, server, at_once, rounds, said))
            said += int(results[-1]["messages"])
        await _check(container, said)
    return results


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer messages")
    arguments = parser.parse_args()
    logs.configure("WARNING", as_json=False)
    port = free_port(18_000, "127.0.0.1")
    with tempfile.TemporaryDirectory() as folder:
        # With a public address it believes a proxy's word for where a fan is.
        settings = settings_in(folder, admin_port=0, public_port=port, public_url=f"http://127.0.0.1:{port}")
        postgres = EmbeddedPostgres(settings.data)
        try:
            dsn = postgres.start()
            upgrade(dsn.owner)
            server = next(one for one in psutil.Process().children() if one.name() == "postgres")
            results = loop.run(measure(settings, dsn.app, server, quick=arguments.quick))
        finally:
            postgres.destroy()
    print(" ".join(f"{name:>16}" for name in results[0]))
    for result in results:
        print(" ".join(f"{value:16}" for value in result.values()))
    highest = max(result["cpu_ms"] for result in results)
    print(f"goal: at most {GOAL_CPU_MS:.0f} CPU ms a message in our process: {highest}")
    write_result("reply_path", {"goal_cpu_ms": GOAL_CPU_MS, "results": results})
    return 0 if highest <= GOAL_CPU_MS else 1


if __name__ == "__main__":
    sys.exit(main())
