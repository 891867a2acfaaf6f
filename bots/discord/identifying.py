"""When sessions may begin: so many a day for each app, one every five seconds for each group of shards."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from bots.discord.client import Api
from kernel.clock import monotonic

BETWEEN_S: Final = 5.0
AT_ONCE: Final = 16
"""Apps of one process that log in at a time."""


class Turns:
    """The turns of one process's apps."""

    def __init__(self, between_s: float = BETWEEN_S) -> None:
        self._between_s = between_s
        self._next: dict[tuple[int, int], float] = {}
        self._at_once: dict[int, int] = {}
        self.room = asyncio.Semaphore(AT_ONCE)

    async def look(self, application_id: int, api: Api) -> tuple[int, float]:
        """Ask Discord how many shards an app is to have, and how many seconds to wait for its next session.

        Raises:
            CallFailed: Discord doesn't say.
        """
        told: Mapping[str, Any] = await api.call("GET", "/gateway/bot")
        limits = told.get("session_start_limit") or {}
        self._at_once[application_id] = max(int(limits.get("max_concurrency") or 1), 1)
        spent = int(limits.get("remaining", 1)) <= 0
        wait = max(float(limits.get("reset_after") or 0) / 1000, self._between_s) if spent else 0.0
        return max(int(told.get("shards") or 1), 1), wait

    async def wait(self, application_id: int, shard: int) -> None:
        """Wait until this shard may begin a session: nobody else of its group does meanwhile."""
        key = (application_id, shard % self._at_once.get(application_id, 1))
        turn = max(self._next.get(key, 0.0), monotonic())
        self._next[key] = turn + self._between_s
        if (pause := turn - monotonic()) > 0:
            await asyncio.sleep(pause)
