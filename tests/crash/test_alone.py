"""Kill -9 of a process that does everything, which stores no job for the answers that it is at."""

import asyncio
from pathlib import Path

import pytest

from app.services import Dsn
from kernel.db import Database
from tests.factories.people import make_home
from tests.support.fleet import NO_ENCODER, Fleet, fleet, own_postgres
from tests.support.talks import all_answered_once_and_in_order, talk, until_sent
from tests.support.visitors import Fan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FANS, EACH = 20, 10
KILLS = 3


async def test_every_message_is_answered_once_and_in_order_by_whoever_comes_after(tmp_path: Path) -> None:
    with own_postgres(tmp_path / "postgres data") as dsn:
        database = Database(dsn.app)
        slug = (await make_home(database)).avatar.slug
        await database.close()
        with fleet(dsn, tmp_path, ["web,bots,worker"], **NO_ENCODER) as running:
            await running.all_up()
            talks = talk([running.web(0)], [Fan(slug, number + 1) for number in range(FANS)], EACH)
            await asyncio.gather(kill_whenever_it_answers(running, dsn), talks)
            await all_answered_once_and_in_order(dsn, FANS, EACH)


async def kill_whenever_it_answers(running: Fleet, dsn: Dsn) -> None:
    sent = 0
    for _ in range(KILLS):
        sent = await until_sent(dsn, sent + 1)
        running.end(0)
        running.start(0)
