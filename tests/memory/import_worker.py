"""A worker process that reads what is queued until it is killed. `python import_worker.py DSN FOLDER`."""

import asyncio
import sys
from pathlib import Path

from kernel import jobs
from tests.memory.house import House


async def main(dsn: str, folder: Path) -> None:
    # A killed worker's jobs come back within a second here instead of twelve.
    jobs.HEARTBEAT_S, jobs.STALLED_AFTER_S, jobs.SWEEP_EVERY_S = 0.2, 1.0, 0.3
    house = House(dsn, folder)
    house.creator = 1
    async with house.running(), house.working():
        await house.jobs.sweep_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
