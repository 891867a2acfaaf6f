"""The pump: sends what waits on the connections that this process holds, in order, each once.

TX4 marks rows `sending`; then the platform is called; TX5 stores how it ended. What was between the two
when a process died is sent again only where the platform shows the same outbound once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from conversation import repository
from conversation.types import OUTBOUND_CHANNEL, SENT_CHANNEL, Sender, Sent, ToSend
from kernel import metrics
from kernel.bus import Bus
from kernel.chat import Outbound
from kernel.clock import now
from kernel.db import Database, assert_no_transaction

log = structlog.get_logger(__name__)

BATCH = 100
IDLE_S = 2.0


class Pump:
    """Sends for one holder of connections."""

    def __init__(self, db: Database, bus: Bus, holder: str, senders: Iterable[Sender]) -> None:
        self._db = db
        self._bus = bus
        self._holder = holder
        self._senders = {sender.platform: sender for sender in senders}

    async def run(self) -> None:
        """Send until cancelled."""
        async with self._bus.subscribe(OUTBOUND_CHANNEL) as woken:
            while True:
                try:
                    while await self.once():
                        pass
                except OperationalError as error:
                    log.warning("pump.database_lost", error=str(error))
                    await asyncio.sleep(IDLE_S)
                await woken.wait(IDLE_S)

    async def recover(self) -> None:
        """Right after connections were taken over: settle what was in flight when their holder died."""
        repeatable = [name for name, sender in self._senders.items() if sender.repeatable]
        async with self._db.system_uow() as uow:
            count = await repository.recover_outbound(uow, self._holder, repeatable)
        if count:
            log.warning("pump.recovered", count=count)

    async def once(self) -> int:
        """Send one batch; how many rows it had."""
        async with self._db.system_uow() as uow:
            rows = await repository.claim_outbound(uow, self._holder, BATCH)
        if not rows:
            return 0
        batches: dict[str, list[ToSend]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.id):
            outbound = Outbound.from_json(row.payload)
            batches[row.platform].append(
                ToSend(
                    row.id, row.creator_id, row.thread_id, row.connection_id, row.message_id, outbound,
                    row.attempts,
                )
            )  # fmt: skip
        for platform, batch in batches.items():
            await self._settle(platform, batch, await self._send(platform, batch))
        return len(rows)

    async def _send(self, platform: str, batch: list[ToSend]) -> tuple[Sent, ...]:
        assert_no_transaction("a platform call")
        sender = self._senders.get(platform)
        if sender is None:
            return tuple(Sent(one.id, "failed", error=f"no sender for {platform}") for one in batch)
        return await sender.send(tuple(batch))

    async def _settle(self, platform: str, batch: list[ToSend], ended: tuple[Sent, ...]) -> None:
        threads = {one.id: (one.creator_id, one.thread_id) for one in batch}
        async with self._db.system_uow() as uow:
            final = [one for one in ended if one.retry_after_s is None]
            if final:
                await repository.settle_outbound(
                    uow, [(one.id, one.state, one.platform_message_id, one.error) for one in final]
                )
            for one in ended:
                if one.retry_after_s is not None:
                    until = now() + timedelta(seconds=one.retry_after_s)
                    await repository.postpone_outbound(uow, one.id, until, one.error or "")
            for creator_id, thread_id in {threads[one.id] for one in final}:
                await uow.notify(SENT_CHANNEL, f"{creator_id}:{thread_id}")
        for one in final:
            metrics.MESSAGES_OUT.labels(platform, one.state).inc()
