"""Holding connections: a process of the role `bots` leases them, renews them, and pumps what they send."""

import asyncio
from contextlib import suppress

import structlog

from bots import repository
from conversation.service import Pump
from kernel.db import DATABASE_AWAY, Database

log = structlog.get_logger(__name__)

LEASE_S = 15.0
RENEW_S = 4.0
CLAIM_AT_ONCE = 500


class Holder:
    """One process's hold on connections."""

    def __init__(self, db: Database, name: str, pump: Pump) -> None:
        self._db = db
        self._name = name
        self._pump = pump

    async def tick(self) -> int:
        """Renew what is held, take what is free; how many were taken."""
        async with self._db.system_uow() as uow:
            await repository.renew(uow, self._name, LEASE_S)
            taken = await repository.claim(uow, self._name, LEASE_S, CLAIM_AT_ONCE)
        if taken:
            log.info("connections.taken", count=len(taken), holder=self._name)
            await self._pump.recover()
        return len(taken)

    async def run(self) -> None:
        """Hold until cancelled, then give back. If the pump ends, so does this: nothing is held idly."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump.run(), name="pump")
                group.create_task(self._hold(), name="leases")
        finally:
            # Without the database the leases run out by themselves.
            with suppress(*DATABASE_AWAY):
                async with self._db.system_uow() as uow:
                    await repository.release(uow, self._name)

    async def _hold(self) -> None:
        while True:
            try:
                await self.tick()
            except DATABASE_AWAY as error:
                log.warning("connections.database_lost", error=str(error))
            await asyncio.sleep(RENEW_S)
