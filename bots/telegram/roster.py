"""Which bot each connection is: its token opened, remembered until it changes."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from bots.rosters import Rosters
from bots.service import TELEGRAM
from bots.telegram import repository
from kernel.crypto import SecretBox
from kernel.db import Database, UnitOfWork


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


class Roster(Rosters[KnownBot]):
    """The bots of the instance, by connection and by their own number."""

    platform = TELEGRAM

    def __init__(self, db: Database, secrets: SecretBox) -> None:
        super().__init__(db)
        self._secrets = secrets
        self._key = secrets.derive("telegram webhook")

    def secret_of(self, bot: KnownBot) -> str:
        """What Telegram proves itself by when it posts this bot's updates; a new token makes a new one."""
        return hmac.new(self._key, f"{bot.bot_id}:{bot.token}".encode(), sha256).hexdigest()

    async def _rows(self, uow: UnitOfWork, connection_ids: list[int]) -> Sequence[Any]:
        return await repository.bots_of(uow, connection_ids)

    async def _row(self, uow: UnitOfWork, number: int) -> Any:
        return await repository.bot(uow, number)

    async def _refused(self, uow: UnitOfWork, bot: KnownBot, reason: str) -> bool:
        return await repository.quarantine(uow, bot.connection_id, bot.sealed, reason)

    def _number(self, bot: KnownBot) -> int:
        return bot.bot_id

    def _made(self, row: Any) -> KnownBot:
        return KnownBot(
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
