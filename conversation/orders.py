"""The commands by which the creator's people work from a chat. Whoever isn't one finds none of them."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from community import service as community
from community.types import Role, StaffInfo
from conversation import (
    approvals,
    approvals_repository,
    autonomy,
    history_repository,
    takeover,
    takeover_repository,
    unanswered,
)
from kernel.chat import CAPABILITIES, PRIVATELY, Button, CommandCall, CommandRouter, Outbound
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.errors import UnderstudyError
from kernel.i18n import one_after_another, t, tell
from kernel.lang import SUPPORTED
from memory import service as memory
from persona_engine.service import boundaries, learning

MODERATOR: Final = Role.MODERATOR
MOST_DAYS: Final = 365
ORDERS: Final = (
    "pause", "resume", "queue", "approve", "edit", "reject", "topic", "fix", "takeover", "release"
)  # fmt: skip
"""Their names; each is a method of `Orders`."""

_PRIVATE: Final = frozenset({"queue"})
_BEFORE_WORDS: Final = {"edit": 1, "fix": 0}
"""Orders that somebody's own words belong to, and how many others stand before those."""

_TRIED: Final = 200
_SHOWN: Final = 3
_QUOTED: Final = 120
_SPAN: Final = re.compile(r"^(\d{1,4})(m|min|h)$", re.IGNORECASE | re.ASCII)
_UNDO: Final = re.compile(r"^undo(?:\s+(\S+))?$", re.IGNORECASE)
_DAYS: Final = re.compile(r"^(.*\S)\s+(\d{1,3})\s*d$", re.DOTALL | re.IGNORECASE)

Handler = Callable[[CommandCall], Awaitable[Outbound]]


def router(db: Database, guard: Callable[[], boundaries.Guard], admin: Callable[[], str]) -> CommandRouter:
    """Their commands. `admin` is the address of the admin's site."""
    orders = Orders(db, guard, admin)
    commands = CommandRouter()
    for name in ORDERS:
        commands.add(name, refusing(getattr(orders, name)), role=MODERATOR, private=name in _PRIVATE)
    return commands


def refusing(handler: Handler) -> Handler:
    """What can't be done is told, with the reason."""

    async def handled(call: CommandCall) -> Outbound:
        try:
            return await handler(call)
        except UnderstudyError as error:
            return _given_back(call, Outbound(tell(call.lang, error.sentence, error.params), call.lang))

    return handled


def _given_back(call: CommandCall, said: Outbound) -> Outbound:
    """What is said to who can't have their way; below it the words that they wrote into a form, if so."""
    limits = CAPABILITIES.get(call.platform)
    before = _BEFORE_WORDS.get(call.name)
    if limits is None or not limits.forms or before is None:
        return said
    words = "".join(call.argument.split(maxsplit=before)[before:]) if before else call.argument
    return replace(said, text=f"{said.text}\n\n{words}") if words else said


def _said(call: CommandCall, key: str, **params: str | int) -> Outbound:
    return Outbound(t(call.lang, key, count=None, **params), call.lang)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[: _QUOTED - 1]}…"


@dataclass(frozen=True, slots=True)
class Orders:
    """What their commands do. Each tells how it ended."""

    db: Database
    guard: Callable[[], boundaries.Guard]
    admin: Callable[[], str]

    async def pause(self, call: CommandCall) -> Outbound:
        """Have the avatar send nothing more."""
        async with self.db.uow(call.creator_id) as uow:
            await autonomy.pause(uow, call.avatar_id, call.by)
        return _said(call, "order.paused")

    async def resume(self, call: CommandCall) -> Outbound:
        """Let it send again."""
        async with self.db.uow(call.creator_id) as uow:
            await autonomy.resume(uow, call.avatar_id)
        return _said(call, "order.resumed")

    async def queue(self, call: CommandCall) -> Outbound:
        """How much waits for a person, and the oldest of it."""
        async with self.db.uow(call.creator_id) as uow:
            waiting = await approvals.waiting(uow, call.avatar_id)
            avatar = await community.get_avatar(uow, call.avatar_id)
        if not waiting:
            return _said(call, "queue.none")
        oldest = waiting[0]
        parts = (
            t(call.lang, "queue.some", number=len(waiting), id=oldest.id, question=_short(oldest.question)),
            oldest.outbound.text,
            t(call.lang, "queue.how", id=oldest.id),
            f"{self.admin()}/@{avatar.slug}/approvals",
        )
        return Outbound("\n\n".join(parts), call.lang)

    async def approve(self, call: CommandCall) -> Outbound:
        """Send a reply that waits."""
        return await self._decide(call, approvals.send, "sent", "order.approved")

    async def edit(self, call: CommandCall) -> Outbound:
        """Send a reply that waits in the caller's words; without words, ask for them.

        They stand below the number, or are what replies to the question for them (`asked_for`).
        """
        number, words, *_ = (*call.argument.split(maxsplit=1), "", "")
        approval = _number(number)
        if approval is None:
            return _said(call, "edit.usage")
        if not words:
            async with self.db.uow(call.creator_id) as uow:
                state, by = await approvals.state_of(uow, call.avatar_id, approval)
            if state != "waiting":
                return _said(call, "edit.late" if by else "edit.gone", id=approval, name=by)
            return _said(call, "edit.ask", id=approval)
        await self._allowed(call, words)
        async with self.db.uow(call.creator_id) as uow:
            if not await approvals.was_sent(uow, call.avatar_id, approval, words, by=call.by):
                await approvals.send(uow, call.avatar_id, approval, by=call.by, text=words)
        return _said(call, "order.edited", id=approval)

    async def _allowed(self, call: CommandCall, words: str) -> None:
        """See that words are none that the boundaries, or the product, hold back: the avatar will say them.

        Raises:
            BadAnswer: they are.
        """
        async with self.db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            rules = await boundaries.kept.current(uow, call.avatar_id)
            await boundaries.fit(uow, self.guard(), call.avatar_id)
        await learning.allowed(
            self.guard(), boundaries.readable(words), rules.document, avatar.creator_name,
            key=(call.avatar_id, rules.version),
        )  # fmt: skip

    async def reject(self, call: CommandCall) -> Outbound:
        """Drop a reply that waits."""
        return await self._decide(call, approvals.drop, "dropped", "order.rejected")

    async def _decide(
        self, call: CommandCall, decide: Callable[..., Awaitable[None]], state: str, told: str
    ) -> Outbound:
        """Decide on the reply of this number; the same order again changes nothing."""
        number = _number(call.argument)
        if number is None:
            return _said(call, "order.number")
        async with self.db.uow(call.creator_id) as uow:
            if await approvals.state_of(uow, call.avatar_id, number) != (state, call.by):
                await decide(uow, call.avatar_id, number, by=call.by)
        return _said(call, told, id=number)

    async def topic(self, call: CommandCall) -> Outbound:
        """Close a topic, for good or some days, or open the last one again."""
        what, *words = call.argument.split(maxsplit=1) or ("",)
        if what.lower() == "undo" and not words:
            async with self.db.uow(call.creator_id) as uow:
                name = await boundaries.reopen(uow, call.avatar_id, call.inbound_id)
            return _said(call, "topic.reopened", words=name) if name else _said(call, "topic.nothing")
        if what.lower() != "block" or not words:
            return _said(call, "topic.usage")
        said, until = _for_days(words[0])
        rule = boundaries.closing(said, call.inbound_id, until)
        async with self.db.uow(call.creator_id) as uow:
            await boundaries.close(uow, call.avatar_id, rule)
        told = [t(call.lang, "topic.closed", words=rule.name)]
        if until is not None:
            told.append(t(call.lang, "topic.until", date=f"{until:%Y-%m-%d}"))
        stopped = await self._stopped(call, rule)
        told.append(t(call.lang, "topic.would", number=len(stopped)))
        # What fans wrote in private is for no group to read.
        lines = () if call.room else (f"– {_short(each)}" for each in stopped[:_SHOWN])
        return Outbound("\n".join((one_after_another(call.lang, *told), *lines)), call.lang)

    async def _stopped(self, call: CommandCall, rule: boundaries.Rule) -> list[str]:
        """The last messages that a rule would have stopped, newest first."""
        async with self.db.uow(call.creator_id) as uow:
            recent = await unanswered.last_asked(uow, call.avatar_id, limit=_TRIED)
            own = await boundaries.own_words(uow, self.guard())
        texts = [
            each.text
            for each in recent
            if not (each.text.startswith("/") or (each.outcome or "").startswith("smalltalk"))
        ]
        heard = await asyncio.to_thread(lambda: [_heard(each) for each in texts])
        verdicts = await self.guard().judge_all(heard, boundaries.Boundaries((rule,)), own=own)
        return [text for text, verdict in zip(texts, verdicts, strict=True) if verdict.rule]

    async def fix(self, call: CommandCall) -> Outbound:
        """Teach the right words for the question whose answer this replies to."""
        if (undone := _UNDO.match(call.argument)) is not None:
            return await self._unfix(call, _number(undone[1] or ""))
        if not call.reply_to or not call.argument:
            return _said(call, "fix.usage")
        async with self.db.uow(call.creator_id) as uow:
            meant = await history_repository.replied_to(uow, call.thread_id, call.reply_to)
            if meant is None:
                return _given_back(call, _said(call, "fix.usage"))
        await self._allowed(call, call.argument)
        asked = learning.question(meant.text, last=meant.lang, message_id=meant.id)
        async with self.db.uow(call.creator_id) as uow:
            answer = await learning.fix(uow, call.avatar_id, asked, call.argument, by=call.by)
        undo = Button(t(call.lang, "fix.undo"), text=f"/fix undo {answer}")
        return replace(_said(call, "fix.done", question=_short(meant.text)), buttons=(undo,))

    async def _unfix(self, call: CommandCall, answer: int | None) -> Outbound:
        """Give a taught answer no more: the one of this number, or of the question that this replies to."""
        async with self.db.uow(call.creator_id) as uow:
            if answer is None and call.reply_to:
                meant = await history_repository.replied_to(uow, call.thread_id, call.reply_to)
                answer = await learning.answer_for(uow, meant.id) if meant is not None else None
            if answer is None:
                return _said(call, "fix.nothing")
            await learning.switch(uow, call.avatar_id, answer, on=False, by=call.by)
        return _said(call, "fix.undone")

    async def takeover(self, call: CommandCall) -> Outbound:
        """Have the caller talk with a fan in the avatar's place, from their own private chat with it."""
        words, asked = _for_minutes(call.argument)
        async with self.db.uow(call.creator_id) as uow:
            thread = await self._meant(uow, call, words)
            if thread is None:
                return _said(call, "takeover.usage")
            private = (
                await takeover_repository.private_thread(uow, call.avatar_id, call.account_id)
                if call.room
                else call.thread_id
            )
            if private is None:
                said = _said(call, "takeover.private")
                return replace(said, buttons=(Button("/start", url=PRIVATELY),))
            who = StaffInfo(call.account_id, call.by, Role(call.role))
            await takeover.take(uow, call.avatar_id, thread, who, asked=asked, relay_to=private)
        minutes = int(min(asked or takeover.SILENCE, takeover.LONGEST).total_seconds() // 60)
        if asked is None:
            said = _said(call, "order.taken", minutes=minutes)
        else:
            said = Outbound(t(call.lang, "order.taken.for", count=minutes), call.lang)
        if call.room:
            return said
        return replace(said, buttons=(Button(t(call.lang, "card.back"), text=f"/release t{thread}"),))

    async def release(self, call: CommandCall) -> Outbound:
        """Have the avatar answer again; without a reply, where the caller talks with one fan alone."""
        async with self.db.uow(call.creator_id) as uow:
            if await takeover_repository.ended_by(uow, call.avatar_id, call.inbound_id):
                return _said(call, "order.released")
            thread = await self._meant(uow, call, call.argument)
            if thread is None and not call.argument:
                held = await takeover_repository.held_by(uow, call.avatar_id, call.account_id)
                thread = held[0].thread_id if len(held) == 1 else None
            if thread is None:
                return _said(call, "release.usage")
            who = StaffInfo(call.account_id, call.by, Role(call.role))
            await takeover.release(uow, call.avatar_id, thread, who, by=call.inbound_id)
        return _said(call, "order.released")

    async def _meant(self, uow: UnitOfWork, call: CommandCall, words: str) -> int | None:
        """The thread that an order is about: by a waiting reply's number, its own (t7), or a reply."""
        if (own := _number(words.removeprefix("t"))) is not None and words.startswith("t"):
            return own
        number = _number(words)
        if number is not None:
            return await approvals_repository.thread_of(uow, call.avatar_id, number)
        if words or not call.reply_to:
            return None
        return await takeover_repository.meant(uow, call.thread_id, call.reply_to)


def _number(argument: str) -> int | None:
    bare = argument.lstrip("#")
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 18 else None


def _for_days(words: str) -> tuple[str, datetime | None]:
    """The words, and until when, where they end in days ("7d")."""
    found = _DAYS.match(words)
    if not found or not 1 <= int(found[2]) <= MOST_DAYS:
        return words, None
    return found[1], now() + timedelta(days=int(found[2]))


def _for_minutes(argument: str) -> tuple[str, timedelta | None]:
    """What an order is about, and for how long, where it ends in that ("30m", "2h")."""
    *words, last = argument.split() or ("",)
    found = _SPAN.match(last)
    if not found:
        return argument, None
    count = max(1, int(found[1]))
    return " ".join(words), timedelta(hours=count) if found[2].lower() == "h" else timedelta(minutes=count)


def _heard(text: str) -> tuple[str, str]:
    """A message as boundaries see it, and its language."""
    said = boundaries.readable(text)
    return said, memory.detect(said, SUPPORTED).lang
