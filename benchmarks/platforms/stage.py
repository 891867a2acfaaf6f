"""What the processes of this benchmark tell each other, and what bots of any kind can be told."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from benchmarks.beside import next_line, say

SAID = "A candle's flame is yellow because soot glows in it, where there is too little air. " * 2
"""What a bare bot answers, and the model: as much as ours quotes."""


@dataclass(frozen=True, slots=True)
class Account:
    """A bot that its platform knows; `key`: by which Discord signs what it posts to it."""

    id: int
    username: str
    token: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the platform and the model are, and who the bots are to be. The rest is for ours alone.

    `gateway`: of Discord. `kind`: see `__main__`.
    """

    api: str
    model: str
    accounts: Sequence[Account]
    gateway: str = ""
    kind: str = ""
    dsn: str = ""
    data: str = ""

    @classmethod
    def from_json(cls, text: str) -> "Stage":
        """A stage as `asdict` and JSON have made it."""
        told = json.loads(text)
        return cls(**told | {"accounts": [Account(**one) for one in told["accounts"]]})


class Bots(Protocol):
    """One way to be bots."""

    async def join(self) -> str:
        """Begin to be them; where they are reached, if anything is posted to them."""
        ...

    async def check(self) -> Mapping[str, int]:
        """What was stored, if anything is."""
        ...


async def play(kind: Callable[[Stage], AbstractAsyncContextManager[Bots]]) -> None:
    """Be bots of one kind, told by lines (a stage as JSON, "join", "check") until there is nothing more."""
    async with kind(Stage.from_json(await next_line())) as bots:
        say("up")
        while told := await next_line():
            if told == "join":
                say(f"joined {await bots.join()}")
            else:
                say(json.dumps(await bots.check()))
