"""An avatar that lives in an emulated Telegram, moved step by step by a test, as its processes move it."""

import time
from dataclasses import dataclass

from app.container import Container
from bots.holder import Holder
from bots.telegram.polling import updates_of
from bots.telegram.rates import Rates
from bots.telegram.roster import KnownBot
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.people import Bot, Json


def at_once() -> Rates:
    """Telegram's rates, by a clock so fast that nobody waits for them."""
    return Rates(lambda: 10_000 * time.monotonic(), pace=10_000)


@dataclass
class Living:
    """One process's work for one bot. `offset` is what it has confirmed, which it forgets when it ends."""

    container: Container
    connection_id: int
    offset: int = 0

    def __post_init__(self) -> None:
        """It hears only when it is told to, and its rates hold nothing up."""
        own = self.container
        own.telegram_rates = at_once()
        own.holder = Holder(own.db, own.bus, own.name, own.pump)

    async def bot(self) -> KnownBot:
        """The bot as this process knows it."""
        found = await self.container.telegram_bots.of(self.connection_id)
        assert found
        return found

    async def hear(self) -> int:
        """Ask for updates once and take them in; how many there were."""
        bot = await self.bot()
        updates = await updates_of(self.container.telegram.bot(bot.token), self.offset, listen_s=0)
        for one in updates:
            await self.container.telegram_receiver.take(bot, one)
            self.offset = max(self.offset, one.update_id + 1)
        return len(updates)

    async def answer(self) -> None:
        """Have everything answered that waits."""
        async with self.container.db.system_uow() as uow:
            waiting = await uow.fetch(
                "SELECT DISTINCT creator_id, thread_id FROM message WHERE state = 'new' ORDER BY thread_id"
            )
        for row in waiting:
            await self.container.turns.run(row.creator_id, row.thread_id)

    async def send(self) -> None:
        """Have everything done and sent that waits."""
        await self.container.holder.tick()
        while await self.container.acting.once():
            pass
        while await self.container.pump.once():
            pass

    async def goes_on(self) -> None:
        """All of it, until nothing is left to do."""
        while await self.hear():
            pass
        await self.answer()
        await self.send()


def said(chat: Chat, bot: Bot) -> list[Json]:
    """What a bot has sent to a chat, in order."""
    return [one for _, one in sorted(chat.messages.items()) if one.get("from", {}).get("id") == bot.id]


def texts(chat: Chat, bot: Bot) -> list[str]:
    """What a bot has said in a chat."""
    return [one.get("text") or one.get("caption") or "" for one in said(chat, bot)]
