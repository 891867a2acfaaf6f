"""Holding connections: a process of the role `bots` leases them, renews them, listens on them, and pumps."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog

from bots import repository
from bots.service import CONNECTIONS_CHANNEL
from conversation.service import Pump
from kernel.bus import Bus
from kernel.clock import monotonic
from kernel.db import DATABASE_AWAY, Database

log = structlog.get_logger(__name__)

LEASE_S = 15.0
RENEW_S = 4.0
CLAIM_AT_ONCE = 500


class Listener(Protocol):
    """Who listens on the connections of one platform."""

    platform: str

    async def hold(self, connections: Iterable[int]) -> None:
        """Listen on these, and on no other."""
        ...

    def changed(self, connection_id: int) -> None:
        """Something about a connection is new: what was known of it isn't true any more."""
        ...

    async def close(self) -> None:
        """Listen on none any more."""
        ...


class Holder:
    """One process's hold on connections."""

    def __init__(
        self, db: Database, bus: Bus, name: str, pump: Pump, listeners: Sequence[Listener] = ()
    ) -> None:
        self._db = db
        self._bus = bus
        self._name = name
        self._pump = pump
        self._listeners = listeners
        self._held_until = 0.0

    async def tick(self) -> int:
        """Renew what is held, take what is free; how many were taken."""
        asked = monotonic()
        async with self._db.system_uow() as uow:
            kept = await repository.renew(uow, self._name, LEASE_S)
            taken = await repository.claim(uow, self._name, LEASE_S, CLAIM_AT_ONCE)
        self._held_until = asked + LEASE_S
        if taken:
            log.info("connections.taken", count=len(taken), holder=self._name)
            await self._pump.recover()
        await self._listen([*kept, *taken])
        return len(taken)

    async def run(self) -> None:
        """Hold until cancelled, then give back. If the pump ends, so does this: nothing is held idly."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump.run(), name="pump")
                group.create_task(self._hold(), name="leases")
        finally:
            for listener in self._listeners:
                await listener.close()
            # Without the database the leases run out by themselves.
            with suppress(*DATABASE_AWAY):
                async with self._db.system_uow() as uow:
                    await repository.release(uow, self._name)

    async def _hold(self) -> None:
        async with self._bus.subscribe(CONNECTIONS_CHANNEL) as changed:
            while True:
                try:
                    while await self.tick() == CLAIM_AT_ONCE:
                        pass
                except DATABASE_AWAY as error:
                    log.warning("connections.database_lost", error=str(error))
                    if monotonic() > self._held_until:
                        await self._listen([])  # somebody else may hold them by now
                for number in await changed.wait(RENEW_S):
                    for listener in self._listeners:
                        listener.changed(int(number))

    async def _listen(self, held: Sequence[Any]) -> None:
        for listener in self._listeners:
            await listener.hold([row.id for row in held if row.platform == listener.platform])
