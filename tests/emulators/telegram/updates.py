"""How updates reach a bot: long polling with offsets, or a webhook with its secret and its retries."""

import asyncio
import contextlib

import aiohttp

from tests.emulators.clock import Clock
from tests.emulators.telegram.errors import OTHER_POLLER, WEBHOOK_ACTIVE, ApiError
from tests.emulators.telegram.faults import Faults
from tests.emulators.telegram.people import Bot, Json

RETRY_FIRST_S, RETRY_MOST_S = 1.0, 60.0
ANSWER_WITHIN_S = 60.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def _confirm(bot: Bot, before: int) -> None:
    while bot.updates and bot.updates[0]["update_id"] < before:
        bot.confirmed.append(bot.updates.popleft())


async def poll(
    bot: Bot, clock: Clock, faults: Faults, *, offset: int, limit: int, wait_s: float
) -> list[Json]:
    """Answer getUpdates: what lies at or above `offset`, at once or when something comes.

    Raises:
        ApiError: 409, since a webhook is set, or another poller came meanwhile: the newest one goes on.
    """
    if bot.webhook is not None:
        raise ApiError(409, WEBHOOK_ACTIVE)
    bot.poller += 1
    mine = bot.poller
    bot.arrived.set()  # whoever waited before wakes, and is told
    await asyncio.sleep(0)
    if offset < 0:
        _confirm(bot, bot.updates[offset]["update_id"] if len(bot.updates) >= -offset else 0)
    else:
        _confirm(bot, offset)
    until = clock.now() + wait_s
    while True:
        bot.arrived.clear()
        if batch := faults.disturbed(bot, list(bot.updates)[:limit]):
            return batch
        left = clock.real(until - clock.now())
        if left <= 0:
            return []
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(bot.arrived.wait(), min(left, 0.05) if bot.updates else left)
        if bot.poller != mine:
            raise ApiError(409, OTHER_POLLER)
        if bot.webhook is not None:
            raise ApiError(409, WEBHOOK_ACTIVE)


class Deliverer:
    """Posts the updates of the bots that have a webhook, in order, each until it is taken."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._session: aiohttp.ClientSession | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def begin(self, bot: Bot) -> None:
        """Deliver to a bot from now on, until `end`."""
        self.end(bot)
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._tasks[bot.id] = asyncio.create_task(self._deliver(bot, self._session))

    def end(self, bot: Bot) -> None:
        """Deliver to a bot no more."""
        if task := self._tasks.pop(bot.id, None):
            task.cancel()

    async def close(self) -> None:
        """End every delivery."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, bot: Bot, session: aiohttp.ClientSession) -> None:
        wait = RETRY_FIRST_S
        while bot.webhook is not None:
            if not bot.updates:
                bot.arrived.clear()
                await bot.arrived.wait()
                continue
            first = bot.updates[0]
            batch = self._faults.disturbed(bot, [first])
            taken = [await self._post(bot, session, one) for one in batch]
            if first not in batch:
                await self._clock.sleep(0.05)
            elif all(taken):
                _confirm(bot, first["update_id"] + 1)
                wait = RETRY_FIRST_S
            else:
                await self._clock.sleep(wait)
                wait = min(wait * 2, RETRY_MOST_S)

    async def _post(self, bot: Bot, session: aiohttp.ClientSession, update: Json) -> bool:
        hook = bot.webhook
        if hook is None:
            return False
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            limit = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
            async with session.post(hook.url, json=update, headers=headers, timeout=limit) as answer:
                said = (
                    "" if answer.status // 100 == 2 else f"Wrong response from the webhook: {answer.status}"
                )
        except (aiohttp.ClientError, TimeoutError) as problem:
            said = (
                "Connection refused"
                if isinstance(problem, aiohttp.ClientConnectorError)
                else "Read timeout expired"
            )
        if said:
            hook.error, hook.error_at = said, self._clock.now()
        return not said
