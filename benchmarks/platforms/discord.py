"""Discord and its people in a process of their own: `benchmarks.platforms.discord gateways|posted 50`.

The benchmark tells it by lines what to do, as it does Telegram (`telegram.py`). Over gateways fans write in
private; apps without one are posted what fans ask by a command.
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
from benchmarks.platforms.stage import Account, Stage
from kernel import loop
from tests.emulators.discord.guilds import Channel, Guild
from tests.emulators.discord.messages import Content, Message
from tests.emulators.discord.people import App, User
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.visitors import Visitor
from tests.emulators.discord.world import World

_PATIENCE_S = 120.0
_TELL = "PUT /applications/{application_id}/commands"


class Listening(World):
    """A world that notes when an app says something in private; `unasked`: what nobody waits for."""

    def __init__(self) -> None:
        super().__init__()
        self.unasked = 0
        self._awaited: dict[int, asyncio.Future[float]] = {}

    def answer(self, channel: Channel) -> asyncio.Future[float]:
        """When (`time.perf_counter`) the app says something there next."""
        awaited = self._awaited[channel.id] = asyncio.get_running_loop().create_future()
        return awaited

    def post(self, channel: Channel, author: User, content: Content, **more: Any) -> Message:
        """Put a message into a channel, as every world does."""
        message = super().post(channel, author, content, **more)
        if author.bot and channel.guild is None and more.get("app") is None:
            awaited = self._awaited.pop(channel.id, None)
            if awaited is None or awaited.done():
                self.unasked += 1
            else:
                awaited.set_result(time.perf_counter())
        return message


@dataclass
class Fan:
    """Somebody who has to do with one app."""

    world: Listening
    app: App
    guild: Guild
    number: int
    posted: bool

    def __post_init__(self) -> None:
        self._questions = list(QUESTIONS.values())[self.number % len(QUESTIONS)]
        user = self.world.user(f"fan{self.number}", f"Fan {self.number}")
        self.world.enter(self.guild, user)
        self._visitor = Visitor(self.world, user)
        self._channel = self.world.private_channel(self.app.user, user)

    async def ask(self, number: int) -> float:
        """Say something; milliseconds until its answer."""
        text = self._questions[number % len(self._questions)]
        begun = time.perf_counter()
        async with asyncio.timeout(_PATIENCE_S):
            if self.posted:
                asked = self._visitor.runs(self.app, self.app, "ask", question=text)
                if await asked.answer() is None:
                    raise RuntimeError(f"nobody answered: {asked.error}")
                return 1000 * (time.perf_counter() - begun)
            answered = self.world.answer(self._channel)
            self._visitor.says(self.app, text)
            return 1000 * (await answered - begun)


async def _all_there(server: DiscordServer, apps: Sequence[App], reached: str) -> None:
    """Wait until every app is ready; those that have an address are posted there from now on."""
    async with asyncio.timeout(_PATIENCE_S):
        while len(server.made(_TELL)) < len(apps):  # noqa: ASYNC110 - the emulator tells nobody of it
            await asyncio.sleep(0.05)
        while not reached and not all(app.sessions for app in apps):  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.05)
    for app in apps:
        app.endpoint = f"{reached}/discord/{app.id}" if reached else None


async def main(kind: str, count: int) -> None:
    """Have so many apps, each in a guild of its own, and play rounds until there are no more."""
    world = Listening()
    owner = world.user("bench")
    apps = [world.app(f"Bench {number}", owner) for number in range(count)]
    guilds = [world.guild(f"Guild {number}", owner, app.user) for number, app in enumerate(apps)]
    async with DiscordServer(world, strict=False) as server:
        accounts = [
            Account(app.id, app.name, app.token, app.key.public_key().public_bytes_raw().hex())
            for app in apps
        ]
        say(json.dumps(asdict(Stage(server.url, "", accounts, server.gateway.url))))
        while told := await next_line():
            if told.startswith("joined"):
                await _all_there(server, apps, told.removeprefix("joined").strip())
                say("there")
                continue
            wanted = Round(**json.loads(told))
            numbers = range(wanted.first, wanted.first + wanted.fans)
            fans = [Fan(world, apps[n % count], guilds[n % count], n, kind == "posted") for n in numbers]
            await played(fans, wanted.messages, lambda: world.unasked)
            server.calls.clear()


if __name__ == "__main__":
    loop.run(main(sys.argv[1], int(sys.argv[2])))
