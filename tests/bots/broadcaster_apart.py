"""A process that moves broadcasts on and sends, by a faster clock, until it is killed. Run by tests."""

import asyncio
import sys
from pathlib import Path

from app.container import Container, Roles
from bots.discord.client import Client
from bots.holder import Holder
from bots.telegram.rates import Rates
from conversation import broadcasts
from kernel.settings import Settings
from tests.emulators.clock import Clock


async def main(dsn: str, data: str, telegram: str, discord: str, pace: str) -> None:
    settings = Settings(_env_file=None, data_dir=Path(data), telegram_api=telegram)
    house = Container(settings, dsn, roles=Roles(web=False, worker=False))
    clock = Clock(float(pace))
    house.telegram_rates = Rates(clock.now, clock.pace)
    house.discord = Client(discord, "", clock.now, clock.pace)
    # Seconds of this clock, but for what looking costs.
    broadcasts.TICK_S = max(clock.real(broadcasts.TICK_S), 0.2)  # type: ignore[misc]
    await house.open()
    async with asyncio.TaskGroup() as group:
        group.create_task(Holder(house.db, house.bus, house.name, house.pump).run())
        group.create_task(house.broadcasts.run_forever())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
