"""Avatars whose answers a test decides, what fans say to them, and what becomes of it in the database."""

import asyncio
from typing import Any

from sqlalchemy import text

from community import service as community
from conversation import approvals
from conversation import service as conversation
from conversation.autonomy import Mode
from conversation.turn import Turns
from conversation.types import Waiting
from kernel.chat import Citation, CommandCall, CommandRouter, Outbound
from kernel.db import PROCESSES, Database, UnitOfWork
from kernel.i18n import t
from persona_engine.service import Asked, PersonaContext, Reply
from tests.factories.people import Home, set_mode


class StandIn:
    """Knows its avatar; what it answers is up to the test."""

    async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
        """The avatar alone."""
        return PersonaContext(await community.get_avatar(uow, avatar_id), None)


class Echo(StandIn):
    """Answers with what was asked; may be slow, or fail."""

    def __init__(self, *, delay: float = 0, fails: int = 0, raises: Exception | None = None) -> None:
        self.raises = raises
        self.asked: list[str] = []
        self.delay = delay
        self.fails = fails

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        self.asked.append(asked.text)
        await asyncio.sleep(self.delay)
        if self.raises:
            raise self.raises
        if self.fails:
            self.fails -= 1
            raise ValueError("the model broke")
        return Reply((Outbound(f"re: {asked.text}", "en"),), "en", "quoted", None, learned_language=True)


async def say(db: Database, home: Home, *texts: str, user: str = "fan-1") -> int:
    for number, each in enumerate(texts):
        async with db.uow(home.creator_id) as uow:
            received = await conversation.receive(
                uow, home.avatar.id, home.inbound(f"{each}-{number}", each, user=user)
            )
    return received.thread_id


async def end(process: Database) -> None:
    """Close a database's sessions, as its process's end does, and wait until Postgres has noticed."""
    await process.close()
    watch = Database(process.dsn)
    async with watch.system_uow() as uow, asyncio.timeout(10):
        while await uow.fetch(f"SELECT 1 WHERE %(name)s IN {PROCESSES}", {"name": process.name}):
            await asyncio.sleep(0.02)
            await uow.fetch("SELECT pg_stat_clear_snapshot()")
    await watch.close()


async def answers(db: Database, home: Home, thread_id: int) -> list[str]:
    async with db.uow(home.creator_id) as uow:
        rows = await uow.session.execute(
            text("SELECT payload->>'text' FROM outbound WHERE thread_id = :id ORDER BY id"), {"id": thread_id}
        )
        return [row[0] for row in rows]


BECAUSE = "Soot glows in a candle's flame, and that is why "
SOURCE = Citation("The flame", "/s/ember/7", 7)


class Avatar(Echo):
    """Answers "outcome confidence text": with that outcome and confidence, and one source."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        outcome, confidence, said = asked.text.split(" ", 2)
        parts = (Outbound(f"{BECAUSE}{said}.", "en", (SOURCE,)),)
        sure = None if confidence == "-" else float(confidence)
        return Reply(parts, "en", outcome, None, confidence=sure)


def commands() -> CommandRouter:
    table = CommandRouter()

    async def ping(call: CommandCall) -> Outbound:
        return Outbound("pong", call.lang)

    table.add("ping", ping)
    return table


async def answer(db: Database, home: Home, *texts: str, user: str = "fan-1") -> int:
    thread = await say(db, home, *texts, user=user)
    await Turns(db, Avatar(), commands()).run(home.creator_id, thread)
    return thread


async def mode(db: Database, home: Home, wanted: Mode, **settings: Any) -> None:
    async with db.uow(home.creator_id) as uow:
        await set_mode(uow, home.avatar.id, wanted, **settings)


async def outbounds(db: Database, home: Home) -> list[Any]:
    async with db.uow(home.creator_id) as uow:
        return await uow.fetch("SELECT message_id, once, payload, kind FROM outbound ORDER BY id")


def left_to_a_person(said: str) -> str:
    """What is sent where a conversation is left to a person, as `sent` shows it: with the way back."""
    return f"{said}\n\n{t('en', 'human.way_back')}"


async def sent(db: Database, home: Home) -> list[str]:
    """What fans were sent, shortened to its last words."""
    texts = [row.payload["text"] for row in await outbounds(db, home)]
    return [_shortened(text) if BECAUSE in text else text for text in texts]


def _shortened(text: str) -> str:
    said, gap, further = text.removeprefix(BECAUSE).partition("\n\n")
    return f"{said.removesuffix('.')}{gap}{further}"


async def outcomes(db: Database, home: Home) -> list[str]:
    async with db.uow(home.creator_id) as uow:
        return [row.outcome for row in await uow.fetch("SELECT outcome FROM message ORDER BY id")]


async def waiting(db: Database, home: Home, *, suggested: bool = False) -> tuple[Waiting, ...]:
    async with db.uow(home.creator_id) as uow:
        return await approvals.waiting(uow, home.avatar.id, suggested=suggested)


async def send(db: Database, home: Home, approval: int, text: str | None = None, by: str = "Robin") -> None:
    async with db.uow(home.creator_id) as uow:
        await approvals.send(uow, home.avatar.id, approval, by=by, text=text)


PASSED_ON = "I've passed this on: the answer comes once a person has looked at it."
NOTED_TOO = "That one is noted, too: it waits with the one before until a person has looked at it."
