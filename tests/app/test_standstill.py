"""The operator's switch: one command stops every avatar, beside a running instance or without one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from app.services import Dsn
from conversation import autonomy
from conversation.autonomy import Pause
from kernel.db import Database
from tests.app.conftest import Command


def standstill(dsn: Dsn) -> Pause | None:
    async def look() -> Pause | None:
        database = Database(dsn.app)
        async with database.system_uow() as uow:
            found = await autonomy.standstill(uow)
        await database.close()
        return found

    return asyncio.run(look())


def test_it_is_thrown_and_lifted(dsn: Dsn, tmp_path: Path, on: Callable[..., Command]) -> None:
    understudy = on(tmp_path, DATABASE_URL=dsn.app)
    assert understudy("pause").code == 2, "it has to be said that all are meant"
    assert "nothing is sent until" in understudy("pause", "--all").out
    stopped = standstill(dsn)
    assert stopped
    assert stopped.by == "operator"
    assert "Going on" in understudy("resume", "--all").out
    assert "Nothing was stopped" in understudy("resume", "--all").out
    assert standstill(dsn) is None
