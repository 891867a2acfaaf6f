"""A process that holds every connection and sends what waits on them, until it is killed. Run by tests."""

import asyncio
import sys
from pathlib import Path

from app.container import Container, Roles
from bots import repository as connections
from kernel.settings import Settings


async def main(dsn: str, data: str, api: str) -> None:
    settings = Settings(_env_file=None, data_dir=Path(data), telegram_api=api)
    house = Container(settings, dsn, roles=Roles(web=False, worker=False))
    await house.open()
    async with house.db.system_uow() as uow:
        await connections.claim(uow, house.name, 600, 10)
    await house.pump.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
