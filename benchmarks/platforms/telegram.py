"""Telegram, its people and a language model of no latency, in a process of their own.

The benchmark starts it and tells it by lines what to do: "joined", then rounds as JSON, each then "go".
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.beside import next_line, say
from benchmarks.fans import QUESTIONS, Round
from benchmarks.platforms.playing import played
from benchmarks.platforms.stage import SAID, Account, Stage
from kernel import loop
from tests.emulators.openai.scripts import says
from tests.emulators.openai.server import OpenAI
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.people import Bot, Json, User
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.visitors import Visitor
from tests.emulators.telegram.world import World

_PATIENCE_S = 60.0


class Listening(World):
    """A world that notes when a bot says something in a private chat.

    `unasked` counts what nobody waits for: a second answer, or one that came too late.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unasked = 0
        self._awaited: dict[tuple[int, int], asyncio.Future[float]] = {}

    def answer(self, bot: Bot, user: User) -> asyncio.Future[float]:
        """When (`time.perf_counter`) the bot says something to somebody next."""
        awaited = self._awaited[bot.id, user.id] = asyncio.get_running_loop().create_future()
        return awaited

    def post(self, chat: Chat, sender: User | None, content: Json, **more: Any) -> Json:
        """Put a message into a chat, as every world does."""
        message = super().post(chat, sender, content, **more)
        if isinstance(sender, Bot) and chat.peer is not None:
            awaited = self._awaited.pop((sender.id, chat.peer.id), None)
            if awaited is None or awaited.done():
                self.unasked += 1
            else:
                awaited.set_result(time.perf_counter())
        return message


@dataclass
class Fan:
    """Somebody who writes to one bot."""

    world: Listening
    bot: Bot
    number: int

    def __post_init__(self) -> None:
        self._lang = list(QUESTIONS)[self.number % len(QUESTIONS)]
        self._visitor = Visitor(self.world, self.world.user(f"Fan {self.number}", self._lang.lower()))

    async def ask(self, number: int) -> float:
        """Say something; milliseconds until its answer."""
        asked = QUESTIONS[self._lang]
        answered = self.world.answer(self.bot, self._visitor.user)
        begun = time.perf_counter()
        self._visitor.says(self.bot, asked[number % len(asked)])
        async with asyncio.timeout(_PATIENCE_S):
            return 1000 * (await answered - begun)


async def _all_poll(bots: Sequence[Bot]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not all(bot.poller for bot in bots):  # noqa: ASYNC110 - the emulator tells nobody of it
            await asyncio.sleep(0.05)


async def main(count: int) -> None:
    """Have so many bots, and play rounds until there are no more."""
    world = Listening()
    bots = [world.bot(f"Bench{number}Bot") for number in range(count)]
    model = OpenAI([says(SAID)])
    async with TelegramServer(world, strict=False) as server:
        accounts = [Account(bot.id, bot.username, bot.token) for bot in bots]
        say(json.dumps(asdict(Stage(server.url, model.url, accounts))))
        while told := await next_line():
            if told.startswith("joined"):
                await _all_poll(bots)
                say("polled")
            else:
                wanted = Round(**json.loads(told))
                numbers = range(wanted.first, wanted.first + wanted.fans)
                fans = [Fan(world, bots[number % len(bots)], number) for number in numbers]
                await played(fans, wanted.messages, lambda: world.unasked)
    model.close()


if __name__ == "__main__":
    loop.run(main(int(sys.argv[1])))
