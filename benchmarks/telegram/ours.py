"""Our bots in a process of their own: `python -m benchmarks.telegram.ours`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from app.container import Container
from app.runner import Runner
from app.warming import warm
from benchmarks.common import settings_in
from benchmarks.fans import QUESTIONS
from benchmarks.reply_path import Instant
from benchmarks.telegram.stage import Account, Bots, Stage, play
from bots.service import CONNECTIONS_CHANNEL, TELEGRAM, ensure_connection
from bots.telegram import joining_repository
from bots.telegram.files import SentFiles
from bots.telegram.rates import Rates
from bots.telegram.roster import sealing
from bots.telegram.sender import TelegramSender
from community import service as community
from conversation.service import autonomy
from kernel import logs, loop
from persona_engine.service import Persona


class Unlimited(Rates):
    """Telegram's rates are kept account of, but not kept: fans here write as fast as they are answered."""

    def wait(self, bot_id: int, chat_id: int, *, count: int = 1, priority: int = 0) -> float:
        """No time, whatever was sent."""
        super().wait(bot_id, chat_id, count=count, priority=priority)
        return 0.0


class Ours:
    """An avatar for each bot, each of a creator of its own, in one process that does everything."""

    def __init__(self, container: Container, accounts: Sequence[Account]) -> None:
        self._container = container
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
                    slug=account.username.lower(),
                    name=account.username,
                    languages=list(QUESTIONS),
                    live=True,
                )
                await autonomy.save(uow, avatar.id, autonomy.Autonomy(autonomy.Mode.AUTO))
            self._avatars.append((creator, avatar.id))

    async def join(self) -> None:
        """Connect each, as pasting its token does, but for what Telegram is asked and told then."""
        secrets = self._container.secrets
        for account, (creator, avatar) in zip(self._accounts, self._avatars, strict=True):
            about = {"bot": account.id, "username": account.username, "name": account.username}
            about |= {"managed": False, "joins": True, "reads": False}
            async with self._container.db.uow(creator) as uow:
                connection = await ensure_connection(uow, avatar, TELEGRAM)
                sealed = secrets.seal(account.token, sealing(account.id))
                assert await joining_repository.add(uow, connection, avatar, sealed, about)
                await uow.notify(CONNECTIONS_CHANNEL, str(connection))

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
    settings = settings_in(
        stage.data, admin_port=0, public_port=0, public_url="https://chat.bench.dev", telegram_api=stage.api
    )
    container = Container(settings, stage.dsn)
    container.persona = Persona(Instant(), container.entitlements, container.guard)
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
        bots = Ours(container, stage.accounts)
        await bots.make()
        await warm(container)
        yield bots
        runner.stop()


if __name__ == "__main__":
    loop.run(play(ours))
