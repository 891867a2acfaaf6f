"""Which app each connection is: its token opened, remembered until it changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bots.discord import repository
from bots.rosters import Rosters
from bots.service import DISCORD
from kernel.crypto import SecretBox
from kernel.db import Database, UnitOfWork


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


class Roster(Rosters[KnownApp]):
    """The apps of the instance, by connection and by their own number."""

    platform = DISCORD

    def __init__(self, db: Database, secrets: SecretBox) -> None:
        super().__init__(db)
        self._secrets = secrets

    async def _rows(self, uow: UnitOfWork, connection_ids: list[int]) -> Sequence[Any]:
        return await repository.apps_of(uow, connection_ids)

    async def _row(self, uow: UnitOfWork, number: int) -> Any:
        return await repository.app(uow, number)

    async def _refused(self, uow: UnitOfWork, bot: KnownApp, reason: str) -> bool:
        return await repository.quarantine(uow, bot.connection_id, bot.sealed, reason)

    def _number(self, bot: KnownApp) -> int:
        return bot.application_id

    def _made(self, row: Any) -> KnownApp:
        return KnownApp(
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
