"""A whole process that lives in Telegram: its own loops, real posts, while everything moves or misbehaves."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from app.container import Container
from app.instance import free_port
from app.runner import Runner
from app.services import Dsn
from kernel.settings import Settings
from tests.bots.telegram.living import at_once, texts
from tests.conversation.stand_ins import Echo
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home, make_home

FANS, EACH = 6, 10  # a fan may say twelve at once
PATIENCE_S = 60


@pytest.fixture
async def alive(dsn: Dsn, telegram: TelegramServer, tmp_path: Path) -> AsyncIterator[Container]:
    """A process in every role."""
    port = free_port(0, "127.0.0.1")
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        telegram_api=telegram.url,
        public_url=f"http://127.0.0.1:{port}",
        public_port=port,
        admin_port=0,
    )
    made = Container(settings, dsn.app)
    made.responder = Echo()
    made.telegram_rates = at_once()
    made.warmed.set()
    async with Runner(made).running():
        yield made


@pytest.fixture
async def home(alive: Container, place: Stage) -> Home:
    """An avatar that is the stage's bot."""
    made = await make_home(alive.db)
    await alive.telegram_joining.connect(made.creator_id, made.avatar.id, place.bot.token)
    return made


class Crowd:
    """Fans who each write some messages, and what they hear."""

    def __init__(self, place: Stage) -> None:
        self._place = place
        self.fans = [Visitor(place.world, place.world.user(f"Fan {n}", "en")) for n in range(FANS)]
        for fan in self.fans:
            place.world.private_chat(place.bot, fan.user)

    async def write(self, *, every_s: float) -> None:
        """Each writes all of theirs."""
        for number in range(EACH):
            for fan in self.fans:
                fan.says(self._place.bot, f"message {number}")
            await asyncio.sleep(every_s)

    def heard(self) -> list[Counter[str]]:
        """How often each message was answered, by fan."""
        heard = []
        for fan in self.fans:
            chat = self._place.world.private[self._place.bot.id, fan.user.id]
            said = [text.rpartition("re: ")[2] for text in texts(chat, self._place.bot)]
            heard.append(Counter(said))
        return heard

    async def all_answered_once(self, written: Sequence[int] = (EACH,) * FANS) -> None:
        """Everything is, before patience ends: so many messages of each fan, as far as they have written."""
        wanted = [Counter({f"message {number}": 1 for number in range(count)}) for count in written]
        wanted += [Counter()] * (FANS - len(wanted))
        for _ in range(PATIENCE_S * 5):
            if self.heard() == wanted:
                break
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.5)  # a second answer would come now
        assert self.heard() == wanted


@pytest.fixture
def crowd(home: Home, place: Stage) -> Crowd:
    return Crowd(place)


async def test_everybody_is_answered_by_polling(crowd: Crowd) -> None:
    await crowd.write(every_s=0.01)
    await crowd.all_answered_once()


async def test_everybody_is_answered_by_webhook(alive: Container, home: Home, crowd: Crowd) -> None:
    await alive.telegram_joining.switch(home.creator_id, home.avatar.id, webhook=True)
    await crowd.write(every_s=0.01)
    await crowd.all_answered_once()


async def test_moving_between_polling_and_webhook_under_load_loses_nothing(
    alive: Container, home: Home, crowd: Crowd
) -> None:
    writing = asyncio.create_task(crowd.write(every_s=0.3))
    for number in range(6):
        await alive.telegram_joining.switch(home.creator_id, home.avatar.id, webhook=number % 2 == 0)
        await asyncio.sleep(0.4)
    await writing
    await crowd.all_answered_once()


async def test_a_new_token_under_load_loses_nothing(
    alive: Container, home: Home, crowd: Crowd, place: Stage
) -> None:
    writing = asyncio.create_task(crowd.write(every_s=0.3))
    for _ in range(3):
        await asyncio.sleep(0.7)
        await alive.telegram_joining.rotate(home.creator_id, home.avatar.id, place.bot.renew_token())
    await writing
    await crowd.all_answered_once()


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_updates_twice_late_and_out_of_order_are_answered_once(
    alive: Container, home: Home, crowd: Crowd, place: Stage, webhook: bool
) -> None:
    if webhook:
        await alive.telegram_joining.switch(home.creator_id, home.avatar.id, webhook=True)
    faults = place.world.faults
    faults.duplicates, faults.shuffles, faults.delays = 0.5, 0.5, 0.3
    await crowd.write(every_s=0.05)
    await crowd.all_answered_once()


async def test_what_comes_shuffled_from_one_chat_is_taken_in_as_it_was_written(
    alive: Container, home: Home, crowd: Crowd, place: Stage
) -> None:
    place.world.faults.shuffles = 1.0
    place.bot.updates.clear()  # so that all that comes is of one chat
    for number in range(EACH):
        crowd.fans[0].says(place.bot, f"message {number}")
    await crowd.all_answered_once([EACH])
    async with alive.db.system_uow() as uow:
        rows = await uow.fetch("SELECT text FROM message WHERE text <> '/start' ORDER BY id")
    assert [row.text for row in rows] == [f"message {number}" for number in range(EACH)]


async def test_a_telegram_that_fails_now_and_then_is_asked_again(
    crowd: Crowd, place: Stage, telegram: TelegramServer
) -> None:
    place.world.faults.refuse(502, "Bad Gateway", "getUpdates", times=2)
    place.world.faults.limit(1, "getUpdates")
    place.world.faults.lose_call("getUpdates", times=2)
    await crowd.write(every_s=0.01)
    await crowd.all_answered_once()
