"""Which app each connection is: its token opened, remembered until it changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog

from bots.discord import repository
from bots.service import CONNECTIONS_CHANNEL
from kernel.bus import Bus
from kernel.crypto import SecretBox
from kernel.db import Database

log = structlog.get_logger(__name__)

_LOOK_AGAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class KnownApp:
    """An avatar's app. `gateway`: it is heard over a socket of ours; otherwise by posted interactions alone.

    `user_id` is its bot's; `public_key` (hex) proves what is posted. `name` is its avatar's; `live`: that is
    open to fans. `sealed` is its token as it is stored, by which two are told apart.
    """

    connection_id: int
    creator_id: int
    avatar_id: int
    application_id: int
    user_id: int
    public_key: str
    gateway: bool
    reads_all: bool
    state: str
    token: str = field(repr=False)
    sealed: str = field(default="", repr=False)
    live: bool = True
    name: str = ""


def sealing(application_id: int) -> str:
    """What an app's sealed token is bound to."""
    return f"discord_app.token:{application_id}"


class Roster:
    """The apps of the instance, by connection and by their own number."""

    def __init__(self, db: Database, secrets: SecretBox) -> None:
        self._db = db
        self._secrets = secrets
        self._known: dict[int, KnownApp] = {}
        self._connections: dict[int, int] = {}

    async def of(self, connection_id: int) -> KnownApp | None:
        """The app of a connection; None where it is no Discord app, or not any more."""
        return (await self.several([connection_id])).get(connection_id)

    async def several(self, connection_ids: Iterable[int]) -> dict[int, KnownApp]:
        """The apps of these connections, by connection; those that are none are left out."""
        wanted = list(connection_ids)
        if unknown := [number for number in wanted if number not in self._known]:
            async with self._db.system_uow() as uow:
                rows = await repository.apps_of(uow, unknown)
            for row in rows:
                self._keep(row)
        return {number: self._known[number] for number in wanted if number in self._known}

    async def by_application(self, application_id: int) -> KnownApp | None:
        """The app of this number."""
        known = self._known.get(self._connections.get(application_id, 0))
        if known is None:
            async with self._db.system_uow() as uow:
                row = await repository.app(uow, application_id)
            known = self._keep(row) if row else None
        return known

    async def follow(self, bus: Bus) -> None:
        """Forget what has changed, until cancelled: for a process that holds no connections."""
        async with bus.subscribe(CONNECTIONS_CHANNEL) as changed:
            while True:
                for number in await changed.wait(_LOOK_AGAIN_S):
                    self.forget(int(number))

    async def quarantine(self, app: KnownApp, reason: str) -> bool:
        """Have nobody hold, hear or send an app whose token Discord refuses; False where it has another one
        by now. Either way it is looked up again at the next question.
        """
        async with self._db.system_uow() as uow:
            lost = await repository.quarantine(uow, app.connection_id, app.sealed, reason)
            await uow.notify(CONNECTIONS_CHANNEL, str(app.connection_id))
        self.forget(app.connection_id)
        if lost:
            log.warning("discord.quarantined", connection=app.connection_id, app=app.application_id)
        return lost

    def forget(self, connection_id: int) -> None:
        """Look an app up again at the next question."""
        if known := self._known.pop(connection_id, None):
            self._connections.pop(known.application_id, None)

    def _keep(self, row: Any) -> KnownApp:
        known = KnownApp(
            connection_id=row.connection_id,
            creator_id=row.creator_id,
            avatar_id=row.avatar_id,
            application_id=row.application_id,
            user_id=row.user_id,
            public_key=row.public_key,
            gateway=row.gateway,
            reads_all=row.reads_all,
            state=row.state,
            token=self._secrets.open(row.token, sealing(row.application_id)),
            sealed=row.token,
            live=row.live,
            name=row.name,
        )
        self._known[known.connection_id] = known
        self._connections[known.application_id] = known.connection_id
        return known
