"""The pump: sends what waits on the connections that this process holds, in order, each once.

An answer made in this process needn't be looked for: its turn stores it `sending`, and hands it over.
Else TX4 marks rows `sending`; then the platform is called; TX5 stores how it ended. What was between the two
when a process died is sent again only where the platform shows the same outbound once. TX4 takes nothing of
a paused avatar, and each call of a platform is asked for at the gate: a pause holds within a second.
Where the platform is a page of our own there is nothing to call: TX4 marks its rows `sent`.
Each connection's sends run apart from the others'; TX5 takes all that have ended meanwhile.
"""

import asyncio
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any

import structlog

from conversation import autonomy, threads_repository
from conversation import pump_repository as repository
from conversation.gate import PauseGate
from conversation.repository import ASKED
from conversation.types import OUTBOUND_CHANNEL, SENT_CHANNEL, Sender, Sent, ToSend
from kernel import metrics
from kernel.bus import Bus, Subscription
from kernel.chat import Outbound
from kernel.clock import monotonic, now
from kernel.db import DATABASE_AWAY, Database, UnitOfWork, assert_no_transaction

log = structlog.get_logger(__name__)

BATCH = 100
MOST_UNDER_WAY = 2_000
IN_HAND = 16
"""What is being sent on one connection at a time: of more nobody has to wonder where its holder dies."""

IDLE_S = 2.0
TOGETHER_S = 0.2
"""What is due within so little is looked for together: each look costs Postgres as much as a message."""

RETRY_S = 5.0
LAST_WORD_S = 5.0


class Pump:
    """Sends for one holder of connections. What one bot waits for holds up no other.

    `pages` are the platforms that are pages of our own: they show what is marked sent.
    """

    def __init__(
        self, db: Database, bus: Bus, holder: str, senders: Iterable[Sender], *, pages: Iterable[str] = ()
    ) -> None:
        self._db = db
        self._bus = bus
        self._holder = holder
        self._senders = {sender.platform: sender for sender in senders}
        self._pages = frozenset(pages)
        self._under_way: dict[asyncio.Task[None], int] = {}
        self._in_hand: Counter[int] = Counter()
        self._ended: list[tuple[list[ToSend], tuple[Sent, ...]]] = []
        self._storing = asyncio.Lock()
        self._dues: list[float] = []
        self._looked = 0
        self._woken: Subscription | None = None
        self._running = False
        self._never_began: list[tuple[int, Sequence[str], datetime]] = []

    async def run(self) -> None:
        """Send until cancelled; what is under way then is waited for a little, as it may have arrived."""
        try:
            async with self._bus.subscribe(OUTBOUND_CHANNEL) as woken:
                self._woken = woken
                self._running = True
                while True:
                    try:
                        while await self._begin() == BATCH:
                            pass  # what is queued while a batch is sent wakes us again
                    except DATABASE_AWAY as error:
                        # What was claimed may be in flight without our knowing: a new fence settles it.
                        log.warning("pump.database_lost", error=str(error))
                        await self._again_under_a_new_fence()
                    await woken.wait(self._patience())
        finally:
            self._running = False
            await self._finish()

    def holder(self, platform: str, connection_id: int) -> str | None:
        """Who sends there, if it is this process and it may begin one more at once."""
        here = self._running and platform in self._senders
        room = self._in_hand[connection_id] < IN_HAND and sum(self._under_way.values()) < MOST_UNDER_WAY
        return self._holder if here and room else None

    def begin(self, platform: str, batch: Sequence[ToSend]) -> None:
        """Send these, of one connection, which were stored as being sent."""
        self._start(platform, list(batch), PauseGate(self._db, batch))

    def never_began(self, creator_id: int, onces: Sequence[str]) -> None:
        """What may have been stored as being sent, under these keys, was not begun: it is to be queued."""
        self._never_began.append((creator_id, onces, now()))
        if self._woken:
            self._woken.put("")

    async def recover(self) -> None:
        """Settle what was in flight under an older fence: its holder died, or lost the database."""
        repeatable = [name for name, sender in self._senders.items() if sender.repeatable]
        repeatable += self._pages
        async with self._db.system_uow() as uow:
            count = await repository.recover(uow, self._holder, repeatable)
        if count:
            log.warning("pump.recovered", count=count)

    async def once(self) -> int:
        """Send one batch, and wait for its end; how many rows it had."""
        count = await self._begin()
        await self._all_ended()
        return count

    def _patience(self) -> float:
        """How long to wait for a wake-up: until something postponed is due, and no longer than usual."""
        due = self._dues[0] + TOGETHER_S - monotonic() if self._dues else IDLE_S
        return min(max(due, 0.0), IDLE_S)

    async def _again_under_a_new_fence(self) -> None:
        while True:
            await asyncio.sleep(IDLE_S)
            try:
                await self._store_ended()
                async with self._db.system_uow() as uow:
                    returned = await self._give_back(uow)
                    await repository.raise_fences(uow, self._holder)
                del self._never_began[:returned]
                await self.recover()
            except DATABASE_AWAY as error:
                log.warning("pump.database_lost", error=str(error))
            else:
                return

    async def _begin(self) -> int:
        """Take a batch and begin to send it; how many rows it had."""
        room = MOST_UNDER_WAY - sum(self._under_way.values())
        if room <= 0:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return BATCH
        self._looked += 1
        while self._dues and self._dues[0] <= monotonic():
            heapq.heappop(self._dues)
        async with self._db.system_uow() as uow:
            returned = await self._give_back(uow)
            full = [connection for connection, count in self._in_hand.items() if count >= IN_HAND]
            claimed = await repository.claim(uow, self._holder, min(BATCH, room), full)
            batches = _batches(await self._readable(uow, await self._without_unasked(uow, claimed)))
            shown = {key: batches.pop(key) for key in list(batches) if key[0] in self._pages}
            for batch in shown.values():
                await _store(uow, batch, _shown(batch))
            for (_, connection), batch in batches.items():
                await self._take_in_hand(uow, connection, batch)
        del self._never_began[:returned]
        for (platform, _), batch in shown.items():
            _count(platform, _shown(batch))
        gate = PauseGate(self._db, [one for batch in batches.values() for one in batch])
        for (platform, _), batch in batches.items():
            if batch:  # while it was taken, what was handed over may have filled its connection's hand
                self._start(platform, batch, gate)
        return len(claimed)

    def _start(self, platform: str, batch: list[ToSend], gate: PauseGate) -> None:
        connection = batch[0].connection_id
        self._in_hand[connection] += len(batch)
        task = asyncio.create_task(
            self._deliver(platform, batch, gate), name=f"send {connection}", context=Context()
        )
        self._under_way[task] = len(batch)
        task.add_done_callback(self._under_way.pop)

    async def _give_back(self, uow: UnitOfWork) -> int:
        """Queue again what was never begun; how many such there were, to be forgotten after the commit."""
        for creator_id, onces, before in self._never_began:
            await repository.give_back(uow, creator_id, onces, before)
        return len(self._never_began)

    async def _take_in_hand(self, uow: UnitOfWork, connection: int, batch: list[ToSend]) -> None:
        """Leave in a batch what may be in hand now; the rest goes back, as if it had not been taken."""
        room = max(IN_HAND - self._in_hand[connection], 0)
        if surplus := batch[room:]:
            await repository.keep(uow, [(one.id, one.fence) for one in surplus])
            del batch[room:]

    async def _deliver(self, platform: str, batch: list[ToSend], gate: PauseGate) -> None:
        """Send what waits on one connection, and store how that ended."""
        looked, connection = self._looked, batch[0].connection_id
        ended = await self._send(platform, batch, gate)
        self._ended.append((batch, ended))
        _count(platform, ended)
        waits = [one.retry_after_s for one in ended if one.retry_after_s is not None]
        try:
            await self._store_ended()
        except DATABASE_AWAY as error:
            log.warning("pump.database_lost", error=str(error))  # kept, and stored with the next
        # Only now, as each is due so long after that was stored.
        for wait in waits:
            heapq.heappush(self._dues, monotonic() + wait)
        was_full = self._in_hand[connection] >= IN_HAND
        self._in_hand[connection] -= len(batch)
        if not self._in_hand[connection]:
            del self._in_hand[connection]
        # What was looked for meanwhile may have had to wait for these; and the wait may be too long now.
        if self._woken and (was_full or looked != self._looked or min(waits, default=IDLE_S) < IDLE_S):
            self._woken.put("")

    async def _store_ended(self) -> None:
        """Store how sends ended: those that end while others are being stored go together after them."""
        async with self._storing:
            ended = list(self._ended)
            try:
                await self._store_all(ended)
            except DATABASE_AWAY:
                raise
            # What can't be stored keeps nothing else from it: its rows stay, until a new fence settles them.
            except Exception:
                log.exception("pump.not_stored")
                await self._store_one_by_one(ended)
            del self._ended[: len(ended)]

    async def _store_all(self, ended: list[tuple[list[ToSend], tuple[Sent, ...]]]) -> None:
        if ended:
            async with self._db.system_uow() as uow:
                for batch, results in ended:
                    await _store(uow, batch, results)

    async def _store_one_by_one(self, ended: list[tuple[list[ToSend], tuple[Sent, ...]]]) -> None:
        for each in ended:
            try:
                await self._store_all([each])
            except DATABASE_AWAY:
                raise
            except Exception:
                log.exception("pump.not_stored", connection=each[0][0].connection_id)

    async def _all_ended(self) -> None:
        while self._under_way:
            await asyncio.wait(list(self._under_way))

    async def _finish(self) -> None:
        with suppress(TimeoutError, *DATABASE_AWAY):
            async with asyncio.timeout(LAST_WORD_S):
                await self._all_ended()
                await self._store_ended()
                if self._never_began:
                    async with self._db.system_uow() as uow:
                        await self._give_back(uow)
        for task in list(self._under_way):
            task.cancel()

    async def _without_unasked(self, uow: UnitOfWork, rows: list[Any]) -> list[Any]:
        """What may go now: in an avatar's quiet hours nothing but replies, the rest when they have ended."""
        until: dict[int, datetime] = {}
        for avatar_id in {row.avatar_id for row in rows if row.kind not in ASKED}:
            settings = await autonomy.settings(uow, avatar_id)
            until[avatar_id] = settings.quiet.ends(now(), settings.zone)
        later = {row.id for row in rows if row.kind not in ASKED and until[row.avatar_id] > now()}
        for row in rows:
            if row.id in later:
                await repository.postpone(uow, row.id, row.fence, until[row.avatar_id], "quiet hours")
        return [row for row in rows if row.id not in later]

    async def _readable(self, uow: UnitOfWork, rows: list[Any]) -> list[tuple[Any, Outbound]]:
        """What was taken, with what it says; what nobody can read fails alone."""
        read: list[tuple[Any, Outbound]] = []
        for row in rows:
            try:
                read.append((row, Outbound.from_json(row.payload)))
            except (KeyError, TypeError, ValueError) as error:
                log.exception("pump.unreadable", outbound=row.id)
                await repository.settle(uow, [(row.id, row.fence, "failed", None, repr(error))])
        return read

    async def _send(self, platform: str, batch: list[ToSend], gate: PauseGate) -> tuple[Sent, ...]:
        assert_no_transaction("a platform call")
        sender = self._senders.get(platform)
        if sender is None:
            return tuple(Sent(one.id, "failed", error=f"no sender for {platform}") for one in batch)
        try:
            return await sender.send(tuple(batch), gate)
        # Whatever a sender raises, nobody knows what arrived; the pump goes on for everybody else.
        except Exception:
            log.exception("pump.sender_failed", platform=platform)
            if sender.repeatable:
                return tuple(Sent(one.id, "queued", retry_after_s=RETRY_S) for one in batch)
            return tuple(Sent(one.id, "unknown", error="the sender failed") for one in batch)


def _batches(rows: Iterable[tuple[Any, Outbound]]) -> dict[tuple[str, int], list[ToSend]]:
    """What was taken, by platform and connection, in order."""
    batches: dict[tuple[str, int], list[ToSend]] = defaultdict(list)
    for row, outbound in sorted(rows, key=lambda each: (each[0].priority, each[0].id)):
        batches[row.platform, row.connection_id].append(
            ToSend(
                row.id, row.creator_id, row.thread_id, row.connection_id, row.message_id, outbound,
                row.attempts, row.fence, row.avatar_id, row.rehearsal, row.goes_to or "", row.ref,
                row.priority, row.kind == "staff",
            )
        )  # fmt: skip
    return batches


def _shown(batch: Iterable[ToSend]) -> tuple[Sent, ...]:
    """How sends to a page of our own end: each shows there under its own number."""
    return tuple(Sent(one.id, "sent", platform_message_id=str(one.id)) for one in batch)


async def _store(uow: UnitOfWork, batch: Iterable[ToSend], ended: Iterable[Sent]) -> None:
    """Store how sends ended, and wake who waits for them."""
    taken = {one.id: one for one in batch}
    if held := [(one.id, taken[one.id].fence) for one in ended if one.state == "held"]:
        await repository.keep(uow, held)
    final = _final(ended)
    if final:
        await repository.settle(
            uow,
            [(one.id, taken[one.id].fence, one.state, one.platform_message_id, one.error) for one in final],
        )
    if shut := [taken[one.id].thread_id for one in final if one.unreachable]:
        await threads_repository.note_unreachable(uow, shut)
    for one in ended:
        if one.retry_after_s is not None:
            until = now() + timedelta(seconds=one.retry_after_s)
            await repository.postpone(uow, one.id, taken[one.id].fence, until, one.error or "")
    for creator_id, thread_id in {(taken[one.id].creator_id, taken[one.id].thread_id) for one in final}:
        if thread_id is not None:
            await uow.notify(SENT_CHANNEL, f"{creator_id}:{thread_id}")


def _final(ended: Iterable[Sent]) -> list[Sent]:
    return [one for one in ended if one.retry_after_s is None and one.state != "held"]


def _count(platform: str, ended: Iterable[Sent]) -> None:
    for one in _final(ended):
        metrics.MESSAGES_OUT.labels(platform, one.state).inc()
