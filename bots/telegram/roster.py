"""Which bot each connection is: its token opened, remembered until it changes."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import structlog

from bots.service import CONNECTIONS_CHANNEL
from bots.telegram import repository
from kernel.bus import Bus
from kernel.crypto import SecretBox
from kernel.db import Database

log = structlog.get_logger(__name__)

_LOOK_AGAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class KnownBot:
    """An avatar's bot. `webhook`: its updates are posted to us; `reads_all`: its privacy mode is off.

    `name` is its avatar's; `live`: that is open to fans. `sealed` is its token as it is stored, by which two
    are told apart.
    """

    connection_id: int
    creator_id: int
    avatar_id: int
    bot_id: int
    username: str
    webhook: bool
    reads_all: bool
    state: str
    token: str = field(repr=False)
    sealed: str = field(default="", repr=False)
    live: bool = True
    name: str = ""


def sealing(bot_id: int) -> str:
    """What a bot's sealed token is bound to."""
    return f"telegram_bot.token:{bot_id}"


class Roster:
    """The bots of the instance, by connection and by their own number."""

    def __init__(self, db: Database, secrets: SecretBox) -> None:
        self._db = db
        self._secrets = secrets
        self._key = secrets.derive("telegram webhook")
        self._known: dict[int, KnownBot] = {}
        self._connections: dict[int, int] = {}

    async def of(self, connection_id: int) -> KnownBot | None:
        """The bot of a connection; None where it is no Telegram bot, or not any more."""
        return (await self.several([connection_id])).get(connection_id)

    async def several(self, connection_ids: Iterable[int]) -> dict[int, KnownBot]:
        """The bots of these connections, by connection; those that are none are left out."""
        wanted = list(connection_ids)
        if unknown := [number for number in wanted if number not in self._known]:
            async with self._db.system_uow() as uow:
                rows = await repository.bots_of(uow, unknown)
            for row in rows:
                self._keep(row)
        return {number: self._known[number] for number in wanted if number in self._known}

    async def follow(self, bus: Bus) -> None:
        """Forget what has changed, until cancelled: for a process that holds no connections."""
        async with bus.subscribe(CONNECTIONS_CHANNEL) as changed:
            while True:
                for number in await changed.wait(_LOOK_AGAIN_S):
                    self.forget(int(number))

    async def by_bot(self, bot_id: int) -> KnownBot | None:
        """The bot of this number."""
        known = self._known.get(self._connections.get(bot_id, 0))
        if known is None:
            async with self._db.system_uow() as uow:
                row = await repository.bot(uow, bot_id)
            known = self._keep(row) if row else None
        return known

    async def quarantine(self, bot: KnownBot, reason: str) -> bool:
        """Have nobody hold, poll or send a bot whose token Telegram refuses; False where it has another one
        by now. Either way it is looked up again at the next question.
        """
        async with self._db.system_uow() as uow:
            lost = await repository.quarantine(uow, bot.connection_id, bot.sealed, reason)
            await uow.notify(CONNECTIONS_CHANNEL, str(bot.connection_id))
        self.forget(bot.connection_id)
        if lost:
            log.warning("telegram.quarantined", connection=bot.connection_id, bot=bot.bot_id)
        return lost

    def forget(self, connection_id: int) -> None:
        """Look a bot up again at the next question."""
        if known := self._known.pop(connection_id, None):
            self._connections.pop(known.bot_id, None)

    def secret_of(self, bot: KnownBot) -> str:
        """What Telegram proves itself by when it posts this bot's updates; a new token makes a new one."""
        return hmac.new(self._key, f"{bot.bot_id}:{bot.token}".encode(), sha256).hexdigest()

    def _keep(self, row: Any) -> KnownBot:
        known = KnownBot(
            connection_id=row.connection_id,
            creator_id=row.creator_id,
            avatar_id=row.avatar_id,
            bot_id=row.bot_id,
            username=row.username,
            webhook=row.webhook,
            reads_all=row.reads_all,
            state=row.state,
            token=self._secrets.open(row.token, sealing(row.bot_id)),
            sealed=row.token,
            live=row.live,
            name=row.name,
        )
        self._known[known.connection_id] = known
        self._connections[known.bot_id] = known.connection_id
        return known
