"""The whole reply path without an answer's own work: messages/s, and CPU milliseconds for each message.

Received, stored, turned, traced, queued, pumped, marked sent: everything that a message costs before anybody
thinks about it. The answer is a stand-in of no latency. Postgres's own CPU is told apart from ours.
Goal: at most 12 CPU ms a message. (A bare aiogram bot with an OpenAI client takes 5.6 to 7.1.)
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil

from app.container import Container, Roles
from app.migrate import upgrade
from app.runner import Runner
from app.services import EmbeddedPostgres
from bots import service as bots
from community import service as community
from conversation.types import Room
from kernel.chat import Outbound
from kernel.db import UnitOfWork
from kernel.settings import Settings
from persona_engine.service import Asked, PersonaContext, Reply

GOAL_CPU_MS = 12.0
RESULT = Path(__file__).parent / "results" / "reply_path.json"


class Instant:
    """Answers at once, with a text of usual length."""

    def __init__(self) -> None:
        self._context: PersonaContext | None = None

    async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
        """The avatar, read once."""
        if self._context is None:
            self._context = PersonaContext(await community.get_avatar(uow, avatar_id), None)
        return self._context

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:  # noqa: ARG002 - the port's
        """An answer of 200 characters."""
        return Reply((Outbound("The flame is yellow because of soot. " * 5, "en"),), "en", "quoted", None)


async def _room(container: Container) -> Room:
    async with container.db.system_uow() as uow:
        creator = await community.create_creator(uow, "Bench")
        await uow.become(creator)
        avatar = await community.create_avatar(uow, slug="bench", name="Bench", languages=["en"], live=True)
        return Room(avatar, await bots.ensure_connection(uow, avatar.id, bots.WEBCHAT))


async def _answered(container: Container, creator_id: int) -> int:
    async with container.db.uow(creator_id) as uow:
        row = await uow.fetch_one("SELECT count(*) AS n FROM outbound WHERE state = 'sent'")
    return int(row.n)


async def measure(settings: Settings, dsn: str, messages: int, fans: int) -> dict[str, float]:
    """Send `messages` from `fans` at once to one process that does everything but serve pages."""
    container = Container(settings, dsn, roles=Roles(web=False))
    container.responder = Instant()
    runner = Runner(container)
    async with runner.running():
        room = await _room(container)
        await asyncio.sleep(1.0)  # leases taken, workers listening
        me = psutil.Process()
        begun, cpu = time.perf_counter(), me.cpu_times()
        await asyncio.gather(*(_fan(container, room, fan, messages // fans) for fan in range(fans)))
        while await _answered(container, room.avatar.creator_id) < messages:  # noqa: ASYNC110 - the end is in the database
            await asyncio.sleep(0.02)
        took = time.perf_counter() - begun
        after = me.cpu_times()
        runner.stop()
    spent = (after.user - cpu.user) + (after.system - cpu.system)
    return {
        "messages": messages,
        "fans": fans,
        "messages_per_s": messages / took,
        "cpu_ms_per_message": 1000 * spent / messages,
    }


async def _fan(container: Container, room: Room, fan: int, count: int) -> None:
    for number in range(count):
        await container.webchat.say(room, f"fan{fan:04}", f"Question {number}?", f"{number}")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    messages, fans = (500, 50) if arguments.quick else (2000, 200)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["UNDERSTUDY_DATA"] = folder
        settings = Settings(_env_file=None)
        postgres = EmbeddedPostgres(settings.data)
        try:
            dsn = postgres.start()
            upgrade(dsn.owner)
            result = asyncio.run(measure(settings, dsn.app, messages, fans))
        finally:
            postgres.destroy()
    result["goal_cpu_ms"] = GOAL_CPU_MS
    for name, value in result.items():
        print(f"{name:22} {value:10.2f}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1))
    return 0 if result["cpu_ms_per_message"] <= GOAL_CPU_MS else 1


if __name__ == "__main__":
    sys.exit(main())
