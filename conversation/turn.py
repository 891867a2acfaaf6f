"""The turn: a thread's lease is taken, its waiting messages are answered one by one, the lease goes back.

Crash anywhere: a message is `new` until the transaction that writes its answer; the lease ends with its
holder's session, or else runs out, the sweep finds the message, and the unique key `reply:{message}:{part}`
keeps a second answer out. How far an answer may go by itself is decided in that transaction (`autonomy.py`).
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

import structlog

from community import service as community
from community.types import Role, StaffInfo
from conversation import (
    approvals,
    cards_repository,
    facts_repository,
    history_repository,
    leases_repository,
    relaying,
    repository,
    rights_repository,
    takeover,
    threads_repository,
)
from conversation.autonomy import Autonomy, Fate
from conversation.disclosure import disclosed
from conversation.leaving import Leaving
from conversation.types import LEASE_S, OUTBOUND_CHANNEL, TURN, Outlet, TakenUp
from kernel import metrics
from kernel.chat import FAN, PRIVATELY, Button, Command, CommandCall, CommandRouter, Medium, Outbound
from kernel.clock import now
from kernel.db import DATABASE_AWAY, Database, Statement, UnitOfWork
from kernel.i18n import t
from kernel.ids import token
from kernel.lang import DEFAULT, normalise
from kernel.rounds import forever
from persona_engine import service as persona
from persona_engine.service import Asked, Earlier, Fact, Kind, PersonaContext, Quoted, Reply, Turn

log = structlog.get_logger(__name__)

RENEW_S = 5.0
ANSWER_WITHIN_S = 45.0
SWEEP_EVERY_S = 5.0
FORGOTTEN_AFTER_S = 10.0
SWEEP_AGAIN_AFTER_S = 20.0
HISTORY_TURNS, HISTORY_CHARACTERS = 8, 2_000
GATHERING_S = 1.0
"""How long the rest of an album, whose words may stand below any of its pictures, is waited for."""

LEANS_WITHIN = timedelta(minutes=10)
_LEANED_ON = frozenset({"quoted", "drafted"})
_TAKEN_BACK = "smalltalk:forgotten"
_UNKNOWN = "command:unknown"
_PASSED_ON = "command:relay"


class Responder(Protocol):
    """Who answers: `persona_engine.service.Persona`, or a measuring stand-in of no latency."""

    async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
        """What the reply depends on, read in the turn's first transaction."""
        ...

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        """The whole reply, with its trace; called outside any transaction."""
        ...


class Ears(Protocol):
    """The port by which voice notes are understood."""

    async def hear(self, creator_id: int, connection_id: int, medium: Medium, langs: Sequence[str]) -> str:
        """The words in a voice note; empty where they can't be had. `langs` are the likely languages."""
        ...


def _language(asked: Asked, context: PersonaContext) -> str:
    """The language for what needs no understanding of the message."""
    known = (asked.chosen_language, asked.last_language, asked.language_hint, *context.avatar.languages)
    return next(filter(None, map(normalise, known)), DEFAULT)


def _bounded(rows: Sequence[Any]) -> tuple[Turn, ...]:
    """The newest turns that fit, oldest first; none from before the fan took back what they had told."""
    kept: list[Turn] = []
    left = HISTORY_CHARACTERS
    for row in reversed(rows):
        if row.outcome == _TAKEN_BACK:
            break
        turn = Turn(row.text, "\n".join(filter(None, (row.answer, *map(_by_person, row.persons or ())))))
        left -= len(turn.asked) + len(turn.answered)
        if left < 0:
            break
        kept.append(turn)
    return tuple(reversed(kept))


def _by_person(said: tuple[str, str]) -> str:
    """What one of the creator's people said, as a model is told that it wasn't the avatar."""
    return f"(Not you, but {said[0] or 'somebody'}, a person of the team:) {said[1]}"


class Turns:
    """Answers threads. One per worker process; `run` is the job."""

    def __init__(
        self,
        db: Database,
        responder: Responder,
        commands: CommandRouter,
        ears: Ears | None = None,
        outlet: Outlet | None = None,
    ) -> None:
        self._db = db
        self._outlet = outlet
        self._responder = responder
        self._commands = commands
        self._ears = ears

    async def run(self, creator_id: int, thread_id: int, taken_up: TakenUp | None = None) -> None:
        """Answer what waits in a thread, unless another worker is at it.

        `taken_up`: who took its message in has taken the thread's lease for this turn already. Where the turn
        had to wait for its place since then, it looks whether the lease is still its own.
        """
        if taken_up is None or taken_up.at < now() - timedelta(seconds=RENEW_S):
            taken_up = await self._take_up(creator_id, thread_id, taken_up.lease if taken_up else None)
        lease, waiting = taken_up.lease, taken_up.waiting
        if waiting is None:
            return
        async with self._db.uow(creator_id) as uow:
            context = await self._responder.context(uow, waiting.avatar_id)
        while waiting is not None:
            received_at = waiting.created_at
            answering = self._answer(creator_id, thread_id, waiting, context)
            reply = await self._holding(creator_id, thread_id, lease, answering)
            waiting = await self._write(creator_id, thread_id, lease, waiting, reply, context)
            metrics.TURN_SECONDS.observe((now() - received_at).total_seconds())

    async def _take_up(self, creator_id: int, thread_id: int, lease: str | None) -> TakenUp:
        lease = lease or f"{self._db.name}/{token(12)}"
        async with self._db.uow(creator_id) as uow:
            uow.commit_with_next()
            _, found = await uow.fetch_each(
                leases_repository.claim(thread_id, lease, LEASE_S), self._next(thread_id, lease)
            )
        return TakenUp(lease, found[0] if found else None, now())

    def _next(self, thread_id: int, lease: str) -> Statement:
        """The next message to answer; of a paused avatar's the next command, since rights don't pause.

        Where there is none, the lease goes back.
        """
        return leases_repository.next_message(
            thread_id, lease, LEASE_S, self._commands.of_fans(), self._commands.orders()
        )

    async def _holding(
        self, creator_id: int, thread_id: int, lease: str, answering: Coroutine[Any, Any, Reply]
    ) -> Reply:
        """Await an answer, renewing the lease while it takes long."""
        task = asyncio.create_task(answering)
        try:
            while not (await asyncio.wait({task}, timeout=RENEW_S))[0]:
                async with self._db.uow(creator_id) as uow:
                    if await leases_repository.lock_lease(uow, thread_id, lease):
                        await leases_repository.extend_lease(uow, thread_id, LEASE_S)
            return task.result()
        finally:
            task.cancel()

    async def _answer(self, creator_id: int, thread_id: int, waiting: Any, context: PersonaContext) -> Reply:
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
            declined=waiting.declined,
            facts=tuple(Fact(Kind(kind), text) for kind, text in waiting.facts or ()),
            opens=waiting.opens,
            before=waiting.before,
            last_outcome=waiting.last_outcome or "",
            spoken=tuple(waiting.spoken or ()),
        )
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                lang = _language(asked, context)
                asked = await self._with_order(asked, waiting)
                if relaying.gathers(waiting):
                    await asyncio.sleep(GATHERING_S)
                told = await relaying.to_fan(self._db, asked, waiting, lang)
                if told is not None:
                    return Reply((Outbound(told, lang),) if told else (), lang, _PASSED_ON, None)
                if waiting.medium and not waiting.text:
                    asked, unread = await self._read(asked, waiting, _language(asked, context))
                    if unread is not None:
                        return unread
                caller, called = await self._called(asked)
                if called is None and waiting.room and asked.text.startswith("/"):
                    # In a group that may be meant for another bot; nobody is told which orders there are.
                    return Reply((), _language(asked, context), _UNKNOWN, None)
                if called is None:
                    # Where a person answers, somebody in need is still heard: that takes no model.
                    if waiting.handed_over_at:
                        context = replace(context, models="")
                    if persona.goes_on(asked.text):
                        asked = replace(asked, quoted=await self._quoted(asked))
                    elif asked.before:
                        asked = replace(asked, earlier=partial(self._earlier, asked))
                    history = await self._history(asked) if context.models else ()
                    return await self._responder.respond(replace(asked, history=history), context)
                return await self._obey(asked, _language(asked, context), waiting, caller, *called)
        # A database that is away comes back: the message stays new, and its turn comes again.
        except DATABASE_AWAY:
            raise
        # Whatever fails in an answer, the fan gets an honest apology, and the log the reason.
        except Exception:
            log.exception("turn.answer_failed", message=waiting.id, thread=thread_id)
            lang = _language(asked, context)
            return Reply((Outbound(t(lang, "error.failed"), lang),), lang, "failed", None)

    async def _history(self, asked: Asked) -> tuple[Turn, ...]:
        """What was said in the thread just before; only a model makes use of it."""
        async with self._db.uow(asked.creator_id) as uow:
            rows = await history_repository.turns_before(
                uow, asked.thread_id, asked.message_id, HISTORY_TURNS
            )
        return _bounded(rows)

    async def _quoted(self, asked: Asked) -> Quoted | None:
        """What the thread's last answer quoted, for a message that asks to go on with it."""
        async with self._db.uow(asked.creator_id) as uow:
            last = await history_repository.answered_before(uow, asked.thread_id, asked.message_id)
            return None if last is None else await persona.quoted_for(uow, last)

    async def _earlier(self, asked: Asked) -> Earlier | None:
        """The thread's last exchange, if it was answered with a quote or a model's words, minutes ago."""
        async with self._db.uow(asked.creator_id) as uow:
            last = await history_repository.exchange_before(
                uow, asked.thread_id, asked.message_id, LEANS_WITHIN
            )
            if last is None or last.outcome not in _LEANED_ON:
                return None
            return await persona.earlier_for(uow, last.id, last.text)

    async def _read(self, asked: Asked, waiting: Any, lang: str) -> tuple[Asked, Reply | None]:
        """What a message without words says: its voice's words, or that it can't be understood."""
        medium = Medium(**waiting.medium)
        heard = ""
        if medium.kind == "voice" and self._ears is not None:
            heard = await self._ears.hear(asked.creator_id, waiting.connection_id, medium, asked.spoken)
        if not heard:
            if medium.kind in relaying.IN_ALBUMS and not relaying.gathers(waiting):
                # What it says by then is answered in place of this.
                await asyncio.sleep(GATHERING_S)
            key = "media.voice" if medium.kind == "voice" else "media.unseen"
            return asked, Reply((Outbound(t(lang, key), lang),), lang, "smalltalk:media", None)
        async with self._db.uow(asked.creator_id) as uow:
            await repository.note_heard(uow, waiting.id, heard)
        return replace(asked, text=heard), None

    async def _with_order(self, asked: Asked, waiting: Any) -> Asked:
        """A message with the order before it that asked one of the creator's people for these words."""
        if not waiting.reply_to or not asked.text or asked.text.startswith("/"):
            return asked
        async with self._db.uow(asked.creator_id) as uow:
            order = await cards_repository.asked_for(
                uow, waiting.connection_id, waiting.chat_id, waiting.reply_to
            )
            who = await community.staff_of(uow, asked.fan_id) if order else None
        if who is None or not who.role.includes(Role.MODERATOR):
            return asked
        return replace(asked, text=f"{order.strip()} {asked.text}")

    async def _called(self, asked: Asked) -> tuple[StaffInfo | None, tuple[Command, str] | None]:
        """Who gives a command, if one of the creator's people, and the command: one that they may give."""
        called = self._commands.match(asked.text)
        if called is None:
            return None, None
        async with self._db.uow(asked.creator_id) as uow:
            caller = await community.staff_of(uow, asked.fan_id)
        wanted = called[0].role
        allowed = wanted == FAN or (caller is not None and caller.role.includes(Role(wanted)))
        return caller, called if allowed else None

    async def _obey(
        self,
        asked: Asked,
        lang: str,
        waiting: Any,
        caller: StaffInfo | None,
        command: Command,
        argument: str,
    ) -> Reply:
        if command.private and waiting.room:
            said = Outbound(
                t(lang, "command.private"),
                lang,
                buttons=(Button(f"/{command.name}", url=f"{PRIVATELY}{command.name}"),),
            )
            return Reply((said,), lang, f"command:{command.name}", None)
        call = CommandCall(
            command.name,
            argument,
            asked.creator_id,
            asked.avatar_id,
            asked.thread_id,
            asked.fan_id,
            asked.message_id,
            lang,
            asked.platform,
            waiting.room,
            waiting.reply_to,
            caller.role if caller else FAN,
            caller.name if caller else "",
            caller.account_id if caller else 0,
        )
        said = await command.handler(call)
        return Reply((said,) if said.text else (), said.lang, f"command:{command.name}", None)

    async def _write(
        self,
        creator_id: int,
        thread_id: int,
        lease: str,
        waiting: Any,
        reply: Reply,
        context: PersonaContext,
    ) -> Any:
        """Write what becomes of the answer, and take the next message.

        None where there is none, or the lease was lost.
        """
        with Leaving(self._outlet, creator_id, waiting) as leaving:
            async with self._db.uow(creator_id) as uow:
                return await self._conclude(uow, thread_id, lease, waiting, reply, context, leaving)

    async def _conclude(
        self,
        uow: UnitOfWork,
        thread_id: int,
        lease: str,
        waiting: Any,
        reply: Reply,
        context: PersonaContext,
        leaving: Leaving,
    ) -> Any:
        # Before the thread is locked: a message that comes and an erasure take the fan first, too.
        if reply.lang != waiting.last_language and reply.learned_language:
            await community.remember_language(uow, waiting.fan_id, last=reply.lang)
        if waiting.aside:
            await rights_repository.hold_fan(uow, waiting.fan_id)
        here, waits = await approvals.standing(uow, thread_id, lease, waiting)
        if here is None:
            log.warning("turn.lease_lost", thread=thread_id, message=waiting.id)
            return None
        fate, outcome = approvals.fate_of(reply, here, aside=waiting.aside)
        parts: Sequence[Outbound] = ()
        if waits:
            await repository.finish_message(
                uow, waiting.id, lang=reply.lang, outcome=outcome, confidence=Autonomy.weighed(reply)
            )
        if waits and waiting.aside and outcome == "silent":
            # It was said to nobody by name: like all that is passed over in a group, it is kept nowhere.
            await rights_repository.forget_aside(uow, waiting.id, waiting.fan_id)
        elif waits:
            reply = await persona.guided(uow, thread_id, reply)
            said = await approvals.carry_out(uow, fate, here, thread_id, waiting.id, reply)
            told = replace(reply, parts=said)
            parts, undisclosed = disclosed(told, here.undisclosed, context.avatar.creator_name)
            if undisclosed != here.undisclosed:
                await threads_repository.set_undisclosed(uow, thread_id, undisclosed)
            await facts_repository.remember(uow, thread_id, reply.told, reply.forgotten)
            made = reply.left_unsaid(outcome) if outcome == "to_person" else reply
            await persona.record(uow, waiting.avatar_id, waiting.id, made)
            if here.handed_over_at is not None and not outcome.startswith("command:"):
                await relaying.to_person(uow, thread_id, waiting)
            metrics.ANSWERS.labels(outcome.partition(":")[0]).inc()
        if fate is not Fate.SEND or here.handed_over_at is not None or outcome.startswith("handover"):
            await uow.notify(OUTBOUND_CHANNEL)  # of what the creator's people are told
        kind = self._kind(reply.outcome)
        uow.commit_with_next()
        stored, found = await uow.fetch_each(
            leaving.store(parts, "waiting" if fate is Fate.WAIT else "reply", kind),
            self._next(thread_id, lease),
        )
        leaving.stored(stored, kind)
        uow.afterwards(leaving.hand_over)
        return found[0] if found else None

    def _kind(self, outcome: str) -> str:
        """What sort of outbound a reply is."""
        if outcome == _PASSED_ON:
            return "staff"
        command = self._commands.commands.get(outcome.removeprefix("command:"))
        return "reply" if command is None or command.role == FAN else "staff"

    async def take_up(self) -> int:
        """Sweep before this process takes messages in: what waits now, waits for one that may have died."""
        return await self.sweep(older_s=0.0, again_s=0.0)

    async def sweep(self, *, older_s: float = FORGOTTEN_AFTER_S, again_s: float = SWEEP_AGAIN_AFTER_S) -> int:
        """Defer a turn for every thread whose message waits and that nobody holds; how many there were.

        And drop what has waited too long for a person, and what fans told too long ago; and give back the
        threads that a person has taken over for long enough.
        """
        async with self._db.system_uow() as uow:
            found = await leases_repository.forgotten_threads(
                uow, older_s=older_s, again_s=again_s, limit=500
            )
            for row in found:
                await uow.defer(TURN, creator_id=row.creator_id, thread_id=row.id)
        if found:
            log.warning("turn.swept", threads=len(found), at=now().isoformat())
        await takeover.expire(self._db)
        await approvals.expire(self._db)
        async with self._db.system_uow() as uow:
            await facts_repository.expire(uow, now())
        return len(found)

    async def sweep_forever(self) -> None:
        """Sweep every few seconds until cancelled."""
        await forever(self.sweep, SWEEP_EVERY_S, "turn")
