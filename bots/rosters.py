"""Which bot of a platform's each connection is: looked up once, remembered until it changes."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

import structlog

from bots.service import CONNECTIONS_CHANNEL
from kernel.bus import Bus
from kernel.db import Database, UnitOfWork

log = structlog.get_logger(__name__)

_LOOK_AGAIN_S: Final = 60.0


class Known(Protocol):
    """A connection's bot."""

    @property
    def connection_id(self) -> int:
        """Its connection."""
        ...

    @property
    def creator_id(self) -> int:
        """Whose it is."""
        ...

    @property
    def state(self) -> str:
        """ "active", or why it neither hears nor says anything."""
        ...


Bot = TypeVar("Bot", bound=Known)


class Rosters(ABC, Generic[Bot]):
    """The bots of one platform, by connection and by the platform's own number of them."""

    platform: str

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[int, Bot] = {}
        self._connections: dict[int, int] = {}

    async def of(self, connection_id: int) -> Bot | None:
        """The bot of a connection; None where it is none of this platform's, or not any more."""
        return (await self.several([connection_id])).get(connection_id)

    async def several(self, connection_ids: Iterable[int]) -> dict[int, Bot]:
        """The bots of these connections, by connection; those that are none are left out."""
        wanted = list(connection_ids)
        if unknown := [number for number in wanted if number not in self._known]:
            async with self._db.system_uow() as uow:
                rows = await self._rows(uow, unknown)
            for row in rows:
                self._keep(row)
        return {number: self._known[number] for number in wanted if number in self._known}

    async def is_creators(self, creator_id: int, connection_id: int) -> bool:
        """Whether a connection is a bot of this creator's on the platform."""
        known = await self.of(connection_id)
        return known is not None and known.creator_id == creator_id

    async def by_number(self, number: int) -> Bot | None:
        """The bot that the platform knows by this number."""
        known = self._known.get(self._connections.get(number, 0))
        if known is None:
            async with self._db.system_uow() as uow:
                row = await self._row(uow, number)
            known = self._keep(row) if row else None
        return known

    async def active(self, connection_id: int) -> Bot | None:
        """The bot of a connection that this process holds, looked up again where it wasn't active.

        It may have been mended elsewhere.
        """
        found = await self.of(connection_id)
        if found is not None and found.state != "active":
            self.forget(connection_id)
            found = await self.of(connection_id)
        return found

    async def follow(self, bus: Bus) -> None:
        """Forget what has changed, until cancelled: for a process that holds no connections."""
        async with bus.subscribe(CONNECTIONS_CHANNEL) as changed:
            while True:
                for number in await changed.wait(_LOOK_AGAIN_S):
                    self.forget(int(number))

    async def quarantine(self, bot: Bot, reason: str) -> bool:
        """Have nobody hold, hear or send a bot whose token the platform refuses; False where it has another
        one by now. Either way it is looked up again at the next question.
        """
        async with self._db.system_uow() as uow:
            lost = await self._refused(uow, bot, reason)
            await uow.notify(CONNECTIONS_CHANNEL, str(bot.connection_id))
        self.forget(bot.connection_id)
        if lost:
            log.warning(f"{self.platform}.quarantined", connection=bot.connection_id, bot=self._number(bot))
        return lost

    def forget(self, connection_id: int) -> None:
        """Look a bot up again at the next question."""
        if known := self._known.pop(connection_id, None):
            self._connections.pop(self._number(known), None)

    def _keep(self, row: Any) -> Bot:
        known = self._made(row)
        self._known[known.connection_id] = known
        self._connections[self._number(known)] = known.connection_id
        return known

    @abstractmethod
    async def _rows(self, uow: UnitOfWork, connection_ids: list[int]) -> Sequence[Any]:
        """What is stored of the bots of connections; in a system unit of work."""

    @abstractmethod
    async def _row(self, uow: UnitOfWork, number: int) -> Any:
        """What is stored of the bot of this number; None where it is nobody's."""

    @abstractmethod
    async def _refused(self, uow: UnitOfWork, bot: Bot, reason: str) -> bool:
        """Store that a bot's token is refused; whether it is its token still."""

    @abstractmethod
    def _made(self, row: Any) -> Bot:
        """A bot, its token opened."""

    @abstractmethod
    def _number(self, bot: Bot) -> int:
        """The platform's own number of a bot."""
