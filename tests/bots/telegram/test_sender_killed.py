"""A sender that is killed in the midst of sending: nothing arrives twice, nothing is lost without a word."""

import asyncio
import itertools
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.container import Container
from bots import repository as connections
from conversation import repository
from conversation.pump import IN_HAND, Pump
from kernel.chat import Outbound
from tests.emulators.telegram import stage
from tests.emulators.telegram.server import TelegramServer
from tests.factories.people import Home

APART = Path(__file__).with_name("sender_apart.py")
MESSAGES, SOME = 40, 9


def slow_to_answer(telegram: TelegramServer, seconds: float) -> asyncio.Event:
    """Have Telegram do at once what it is asked, and take its time to say so; set after some messages."""
    around, some, sent = telegram.world.faults.around, asyncio.Event(), itertools.count(1)

    async def slowly(
        method: str,
        bot_id: int,
        sleep: Callable[[float], Awaitable[None]],
        do: Callable[[], Awaitable[object]],
    ) -> object:
        done = await around(method, bot_id, sleep, do)
        if method == "sendMessage":
            if next(sent) == SOME:
                some.set()
            await asyncio.sleep(seconds)
        return done

    telegram.world.faults.around = slowly  # type: ignore[method-assign]  # this test's Telegram is slow
    return some


@pytest.mark.slow
async def test_who_is_killed_while_sending_leaves_nothing_twice_and_nothing_lost(
    house: Container,
    home: Home,
    joined: int,
    telegram: TelegramServer,
    place: stage.Stage,
) -> None:
    in_the_midst = slow_to_answer(telegram, 0.05)
    chats = [telegram.world.private_chat(place.bot, telegram.world.user(f"Fan {n}")) for n in range(MESSAGES)]
    async with house.db.uow(home.creator_id) as uow:
        for number, chat in enumerate(chats):
            await repository.add_outbound(
                uow, thread_id=None, connection_id=joined, message_id=None, once=f"n:{number}",
                payload=Outbound(f"message {number}", "en").to_json(), chat_id=str(chat.id),
            )  # fmt: skip

    def arrived() -> list[str]:
        return [one["text"] for chat in chats for one in chat.messages.values()]

    process = await asyncio.create_subprocess_exec(
        sys.executable, str(APART), house.dsn, str(house.settings.data), telegram.url
    )
    try:
        async with asyncio.timeout(60):
            await in_the_midst.wait()
    finally:
        process.kill()
        await process.wait()
    at_death = len(arrived())

    async with house.db.system_uow() as uow:
        await uow.send("UPDATE connection SET lease_until = now() - interval '1 second'")
    async with house.db.system_uow() as uow:
        await connections.claim(uow, house.name, 600, 10)
    heir = Pump(house.db, house.bus, house.name, [house.telegram_sender])
    await heir.recover()
    async with asyncio.timeout(30):
        while (left := await states(house)).get("queued"):
            await heir.once()
            await asyncio.sleep(0.05)
    assert set(left) <= {"sent", "unknown"}
    assert max(Counter(arrived()).values()) == 1
    assert 0 < left.get("unknown", 0) <= IN_HAND, "what was in hand when its process died"
    assert len(arrived()) + left.get("unknown", 0) >= MESSAGES
    assert at_death <= len(arrived())


async def states(house: Container) -> dict[str, Any]:
    """How many messages are in which state."""
    async with house.db.system_uow() as uow:
        rows = await uow.fetch("SELECT state, count(*) AS count FROM outbound GROUP BY state")
    return {row.state: row.count for row in rows}
