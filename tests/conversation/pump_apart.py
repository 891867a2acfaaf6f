"""A pump in a process of its own on a slow platform: prints when each message went out. Run by test_pause."""

import asyncio
import sys
import time

from bots import repository as connections
from conversation.pump import Pump
from conversation.types import Gate, Sent, ToSend
from kernel.bus import Bus
from kernel.db import Database

EACH_S = 0.02


class Slow:
    """A platform that takes one message after the other."""

    platform = "webchat"
    repeatable = False

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        return tuple([await self._one(each, may_go) for each in batch])

    async def _one(self, each: ToSend, may_go: Gate) -> Sent:
        if not await may_go(each):
            return Sent(each.id, "held")
        print(f"{time.time()} {each.outbound.text}", flush=True)
        await asyncio.sleep(EACH_S)
        return Sent(each.id, "sent", platform_message_id=str(each.id))


async def main(dsn: str) -> None:
    db, bus = Database(dsn, pool_size=2), Bus(dsn)
    await bus.open()
    async with db.system_uow() as uow:
        await connections.claim(uow, "apart", 300, 10)
    await Pump(db, bus, "apart", [Slow()]).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
