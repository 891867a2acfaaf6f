"""Our bots in a process of their own: `python -m benchmarks.platforms.ours`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from app.container import Container
from app.instance import free_port
from app.runner import Runner
from app.warming import warm
from benchmarks.common import settings_in
from benchmarks.fans import QUESTIONS
from benchmarks.platforms.stage import Account, Bots, Stage, play
from benchmarks.reply_path import Instant
from bots.discord import repository as discord_repository
from bots.discord import roster as discord_roster
from bots.discord.client import Client
from bots.service import CONNECTIONS_CHANNEL, DISCORD, TELEGRAM, ensure_connection
from bots.telegram import joining_repository
from bots.telegram.files import SentFiles
from bots.telegram.rates import Rates
from bots.telegram.roster import sealing
from bots.telegram.sender import TelegramSender
from community import service as community
from conversation.service import autonomy
from kernel import logs, loop
from kernel.clock import monotonic
from kernel.db import UnitOfWork
from persona_engine.service import Persona

_NO_RATES = 1_000.0
"""How much faster than the system's Discord's clock is, so that no rate of ours holds anything up."""


class Unlimited(Rates):
    """Telegram's rates are kept account of, but not kept: fans here write as fast as they are answered."""

    def wait(self, bot_id: int, chat_id: int, *, count: int = 1, priority: int = 0) -> float:
        """No time, whatever was sent."""
        super().wait(bot_id, chat_id, count=count, priority=priority)
        return 0.0


class Ours:
    """An avatar for each bot, each of a creator of its own, in one process that does everything."""

    def __init__(self, container: Container, kind: str, accounts: Sequence[Account]) -> None:
        self._container = container
        self._kind = kind
        self._accounts = accounts
        self._avatars: list[tuple[int, int]] = []

    async def make(self) -> None:
        """Make the avatars, which are in no chat yet."""
        for account in self._accounts:
            async with self._container.db.system_uow() as uow:
                creator = await community.create_creator(uow, account.username)
                await uow.become(creator)
                avatar = await community.create_avatar(
                    uow,
                    slug=account.username.lower().replace(" ", "-"),
                    name=account.username,
                    languages=list(QUESTIONS),
                    live=True,
                )
                await autonomy.save(uow, avatar.id, autonomy.Autonomy(autonomy.Mode.AUTO))
            self._avatars.append((creator, avatar.id))

    async def join(self) -> str:
        """Connect each, as pasting its token does, but for what the platform is asked and told then."""
        for account, (creator, avatar) in zip(self._accounts, self._avatars, strict=True):
            async with self._container.db.uow(creator) as uow:
                if self._kind == "telegram":
                    connection = await self._in_telegram(uow, account, avatar)
                else:
                    connection = await self._in_discord(uow, account, avatar)
                await uow.notify(CONNECTIONS_CHANNEL, str(connection))
        return self._container.addresses.public() if self._kind == "posted" else ""

    async def _in_telegram(self, uow: UnitOfWork, account: Account, avatar: int) -> int:
        about = {"bot": account.id, "username": account.username, "name": account.username}
        about |= {"managed": False, "joins": True, "reads": False}
        connection = await ensure_connection(uow, avatar, TELEGRAM)
        sealed = self._container.secrets.seal(account.token, sealing(account.id))
        assert await joining_repository.add(uow, connection, avatar, sealed, about)
        return connection

    async def _in_discord(self, uow: UnitOfWork, account: Account, avatar: int) -> int:
        about = {"application": account.id, "user": account.id, "name": account.username}
        about |= {"key": account.key, "reads": True}
        connection = await ensure_connection(uow, avatar, DISCORD)
        sealed = self._container.secrets.seal(account.token, discord_roster.sealing(account.id))
        assert await discord_repository.add(uow, connection, avatar, sealed, about)
        await discord_repository.set_gateway(uow, connection, sealed, on=self._kind == "gateways")
        return connection

    async def check(self) -> Mapping[str, int]:
        """How many messages were quoted, traced, and how many answers were queued and sent."""
        async with self._container.db.system_uow() as uow:
            row = await uow.fetch_one(
                "SELECT (SELECT count(*) FROM message) AS messages, "
                "(SELECT count(*) FROM message WHERE outcome = 'quoted') AS quoted, "
                "(SELECT count(*) FROM decision_trace) AS traced, "
                "(SELECT count(*) FROM outbound) AS queued, "
                "(SELECT count(*) FROM outbound WHERE state = 'sent') AS sent"
            )
        return dict(row._asdict())


@asynccontextmanager
async def ours(stage: Stage) -> AsyncIterator[Bots]:
    """As `understudy run` has it. Recall alone is a stand-in of no latency."""
    logs.configure("WARNING", as_json=False)
    port = free_port(0, "127.0.0.1")
    where = {"telegram_api": stage.api, "public_url": "https://chat.bench.dev"}
    if stage.kind != "telegram":
        where = {"discord_api": stage.api, "discord_gateway": stage.gateway}
    settings = settings_in(stage.data, admin_port=0, public_port=port, **where)
    container = Container(settings, stage.dsn)
    container.persona = Persona(Instant(), container.entitlements, container.guard)
    container.discord = Client(
        settings.discord_api, settings.discord_gateway, lambda: _NO_RATES * monotonic(), _NO_RATES
    )
    files = SentFiles(container.db, container.files, container.relays)
    container.telegram_sender = TelegramSender(
        container.db,
        container.telegram,
        container.telegram_bots,
        files,
        container.addresses.public,
        Unlimited(),
    )
    runner = Runner(container)
    async with runner.running():
        bots = Ours(container, stage.kind, stage.accounts)
        await bots.make()
        await warm(container)
        yield bots
        runner.stop()


if __name__ == "__main__":
    loop.run(play(ours))
