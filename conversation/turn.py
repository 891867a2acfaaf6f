"""The turn: a thread's lease is taken, its waiting messages are answered one by one, the lease goes back.

Crash anywhere: a message is `new` until the transaction that writes its answer; the lease runs out, the
sweep finds the message, and the unique key `reply:{message}:{part}` keeps a second answer out.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import structlog

from conversation import repository
from conversation.events import MessageAnswered
from conversation.service import OUTBOUND_CHANNEL, TURN
from kernel import metrics
from kernel.chat import CommandCall, CommandRouter, Outbound
from kernel.clock import monotonic, now
from kernel.db import Database
from kernel.ids import token
from persona_engine import service as persona
from persona_engine.types import Asked, Reply

log = structlog.get_logger(__name__)

LEASE_S = 60.0
ANSWER_WITHIN_S = 45.0
SWEEP_EVERY_S = 5.0
FORGOTTEN_AFTER_S = 10.0
SWEEP_AGAIN_AFTER_S = 20.0


class Responder(Protocol):
    """Who answers: `persona_engine.service.Persona`, or a measuring stand-in of no latency."""

    async def respond(self, asked: Asked) -> Reply:
        """The whole reply, with its trace. Never raises for a model's or an index's failure."""
        ...


class Turns:
    """Answers threads. One per worker process; `run` is the job."""

    def __init__(self, db: Database, responder: Responder, commands: CommandRouter) -> None:
        self._db = db
        self._responder = responder
        self._commands = commands

    async def run(self, creator_id: int, thread_id: int) -> None:
        """Answer what waits in a thread, unless another worker is at it."""
        lease = token(12)
        async with self._db.uow(creator_id) as uow:
            if not await repository.claim_thread(uow, thread_id, lease, LEASE_S):
                return
            waiting = await repository.next_message(uow, thread_id)
            if waiting is None:
                await repository.release_lease(uow, thread_id)
                return
        while waiting is not None:
            started = monotonic()
            reply = await self._answer(creator_id, thread_id, waiting)
            waiting = await self._write(creator_id, thread_id, lease, waiting, reply)
            metrics.TURN_SECONDS.observe(monotonic() - started)

    async def _answer(self, creator_id: int, thread_id: int, waiting: Any) -> Reply:
        asked = Asked(
            creator_id=creator_id,
            avatar_id=waiting.avatar_id,
            thread_id=thread_id,
            message_id=waiting.id,
            fan_id=waiting.fan_id,
            fan_name=waiting.fan_name,
            text=waiting.text,
            chosen_language=waiting.chosen_language,
            last_language=waiting.last_language,
            language_hint=waiting.language_hint,
            platform=waiting.platform,
        )
        command = self._commands.match(waiting.text)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                if command is None:
                    return await self._responder.respond(asked)
                called, argument = command
                lang = await persona.command_language(self._responder, asked)
                call = CommandCall(
                    called.name, argument, creator_id, asked.avatar_id, thread_id, asked.fan_id, waiting.id, lang
                )
                return Reply((await called.handler(call),), lang, f"command:{called.name}", None)
        except TimeoutError:
            log.error("turn.too_slow", message=waiting.id)
            return await persona.apology(self._db, asked)

    async def _write(
        self, creator_id: int, thread_id: int, lease: str, waiting: Any, reply: Reply
    ) -> Any:
        """Write the answer and take the next message; None where there is none, or the lease was lost."""
        async with self._db.uow(creator_id) as uow:
            if not await repository.lock_lease(uow, thread_id, lease):
                log.warning("turn.lease_lost", thread=thread_id, message=waiting.id)
                return None
            if await repository.finish_message(uow, waiting.id, lang=reply.lang, outcome=reply.outcome):
                await self._queue(uow, thread_id, waiting, reply.parts)
                await persona.record(uow, waiting.avatar_id, waiting.id, reply)
                if reply.lang != waiting.last_language and reply.learned_language:
                    await persona.remember_language(uow, waiting.fan_id, reply.lang)
                await uow.publish(MessageAnswered(creator_id, waiting.id, thread_id, reply.outcome))
                metrics.ANSWERS.labels(reply.outcome.partition(":")[0]).inc()
            following = await repository.next_message(uow, thread_id)
            if following is None:
                await repository.release_lease(uow, thread_id)
            else:
                await repository.extend_lease(uow, thread_id, LEASE_S)
            await uow.notify(OUTBOUND_CHANNEL)
        return following

    async def _queue(self, uow: Any, thread_id: int, waiting: Any, parts: Sequence[Outbound]) -> None:
        for index, part in enumerate(parts):
            await repository.add_outbound(
                uow,
                thread_id=thread_id,
                connection_id=waiting.connection_id,
                message_id=waiting.id,
                once=f"reply:{waiting.id}:{index}",
                payload=part.to_json(),
            )

    async def sweep(self) -> int:
        """Defer a turn for every thread whose message waits and that nobody holds; how many there were."""
        async with self._db.system_uow() as uow:
            found = await repository.forgotten_threads(
                uow, older_s=FORGOTTEN_AFTER_S, again_s=SWEEP_AGAIN_AFTER_S, limit=500
            )
            for row in found:
                await uow.defer(TURN, creator_id=row.creator_id, thread_id=row.id)
        if found:
            log.warning("turn.swept", threads=len(found), at=now().isoformat())
        return len(found)

    async def sweep_forever(self) -> None:
        """Sweep every few seconds until cancelled."""
        while True:
            try:
                await self.sweep()
            except (OSError, RuntimeError) as error:
                log.warning("turn.sweep_failed", error=str(error))
            await asyncio.sleep(SWEEP_EVERY_S)
