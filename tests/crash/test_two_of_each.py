"""Two of each role on one Postgres: whichever is asked knows all; kill -9 of any, and of Postgres, while 200
messages come twice: one answer each, in order.
"""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

import httpx
import pytest

from app.services import Dsn
from community import service as community
from conversation.service import BURST, PER_SECOND
from kernel.db import Database
from tests.admin_web.auth.conftest import Browser
from tests.factories.people import Home, make_home
from tests.support.fleet import UP_WITHIN_S, Fleet, Web, fleet, own_postgres
from tests.support.instance import servers_of
from tests.support.models import as_after_a_start
from tests.support.talks import all_answered_once_and_in_order, talk, until_sent
from tests.support.visitors import Fan, creator_at, hand_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROLES = ("worker", "worker", "bots", "bots", "web", "web")
WORKERS, WEBS = (0, 1), (4, 5)
FANS, EACH = 20, 10
AT_ONCE = 20
FACT = b"The lighthouse of Korrvald is painted green, so that puffins find it in the fog."
ASKED = "What colour is the lighthouse of Korrvald painted?"


@dataclass(frozen=True, slots=True)
class House:
    """What runs, on which database, and who lives there."""

    fleet: Fleet
    dsn: Dsn
    postgres: Path
    home: Home
    owner: int

    @property
    def webs(self) -> tuple[Web, Web]:
        """Where the two webs are reached."""
        return self.fleet.web(WEBS[0]), self.fleet.web(WEBS[1])

    def fan(self, number: int) -> Fan:
        """A fan who hasn't been here."""
        return Fan(self.home.avatar.slug, number)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything is up, with the bundled encoder; started once, as six processes take a while."""
    data = as_after_a_start(tmp_path_factory.mktemp("house"))
    postgres = data / "postgres data"
    with own_postgres(postgres) as dsn:
        home, owner = asyncio.run(somebody_lives_there(dsn))
        with fleet(dsn, data, ROLES) as running:
            asyncio.run(running.all_up())
            yield House(running, dsn, postgres, home, owner)


async def somebody_lives_there(dsn: Dsn) -> tuple[Home, int]:
    database = Database(dsn.app)
    home = await make_home(database)
    async with database.system_uow() as uow:
        owner = await community.ensure_owner(uow, home.creator_id, "Robin")
    await database.close()
    return home, owner


async def test_a_fan_writes_at_one_web_and_hears_the_answer_at_the_other(house: House) -> None:
    one, two = house.webs
    async with house.fan(101) as fan:
        assert await fan.lines(one) == []
        async with fan.listening(two) as ear:
            assert not await fan.say(one, "Hello there")
            answer = await ear.answer_to("Hello there")
        assert await fan.say(two, "Hello there"), (
            "the page had not heard that it was taken, and sent it again"
        )
        said = [("fan", "Hello there"), ("avatar", answer)]
        assert await fan.lines(one) == await fan.lines(two) == said


async def test_a_fan_goes_on_at_the_other_web_when_one_is_killed(house: House) -> None:
    one, two = house.webs
    async with house.fan(102) as fan:
        await fan.lines(one)
        await fan.say(one, "Good morning")
        house.fleet.end(WEBS[0])
        try:
            async with fan.listening(two) as ear:
                await ear.answer_to("Good morning")
                await fan.say(two, "Good morning")
                await fan.say(two, "Thank you")
                await ear.answer_to("Thank you")
        finally:
            house.fleet.start(WEBS[0])
        await house.fleet.up(WEBS[0])
        said = await fan.lines(one)
        assert [who for who, _ in said] == ["fan", "avatar"] * 2
        assert [text for who, text in said if who == "fan"] == ["Good morning", "Thank you"]
        assert await fan.lines(two) == said


async def test_a_fans_allowance_is_one_whichever_web_they_write_at(house: House) -> None:
    began = time.monotonic()
    async with house.fan(103) as fan:
        await fan.lines(house.webs[0])
        sent = (fan.post(house.webs[n % 2], f"Hello {n}", f"m{n}") for n in range(AT_ONCE))
        statuses = Counter(answer.status_code for answer in await asyncio.gather(*sent))
    refilled = (time.monotonic() - began) * PER_SECOND
    assert set(statuses) <= {202, 429}
    assert BURST <= statuses[202] <= BURST + refilled


async def test_who_signs_in_at_one_web_is_known_at_the_other_and_a_link_works_once(house: House) -> None:
    link = await sign_in_link(house)
    cookies = [CookieJar(), CookieJar()]
    at_once = [creator_at(web, jar) for web, jar in zip(house.webs, cookies, strict=True)]
    for each in at_once:
        assert (await each.get(link)).status_code == 200
    entered = await asyncio.gather(*(each.post(link) for each in at_once))
    assert sorted(answer.status_code for answer in entered) == [303, 410]
    winner = next(n for n, answer in enumerate(entered) if answer.status_code == 303)
    here, there = at_once[winner], creator_at(house.webs[1 - winner], cookies[winner])
    assert await here.signed_in()
    assert await there.signed_in()
    assert not await at_once[1 - winner].signed_in()
    # A form from one web's page is taken by the other; who signs out there is signed out here.
    form = {"csrf_token": await here.token()}
    assert (await there.post("/logout", form)).headers["location"] == "/sign-in"
    assert not await here.signed_in()
    for each in (*at_once, there):
        await each.client.aclose()


async def test_what_is_uploaded_at_one_web_is_answered_from_by_either_worker(house: House) -> None:
    one, two = house.webs
    cookies, slug = CookieJar(), house.home.avatar.slug
    async with creator_at(one, cookies).client as here, creator_at(two, cookies).client as there:
        await Browser(here).post(await sign_in_link(house))
        first = await hand_in(Browser(here), slug, "korrvald.txt", FACT)
        again = await hand_in(Browser(there), slug, "korrvald.txt", FACT)
    assert (first.status_code, first.headers.get("x-known")) == (200, None)
    assert again.headers["x-known"]
    answers, answered = [""], [0.0]
    async with asyncio.timeout(UP_WITHIN_S):
        while not (all(answered) and all("green" in answer for answer in answers)):
            before = await answers_of_workers(house)
            answers = await asyncio.gather(*(asked(house, two, 110 + n) for n in range(6)))
            after = await answers_of_workers(house)
            answered = [now - then for now, then in zip(after, before, strict=True)]


async def asked(house: House, web: Web, number: int) -> str:
    async with house.fan(number) as fan:
        return await fan.ask(web, ASKED)


async def answers_of_workers(house: House) -> list[float]:
    """How many answers each worker has given."""
    counts = []
    async with httpx.AsyncClient(trust_env=False) as collector:
        for index in WORKERS:
            metrics = (await collector.get(f"{house.fleet.status(index)}/metrics")).text
            counts.append(
                sum(map(float, re.findall(r"^understudy_answers_total\{.*\} (.*)$", metrics, re.M)))
            )
    return counts


async def sign_in_link(house: House) -> str:
    """The path of a link that signs the owner in once."""
    database = Database(house.dsn.app)
    async with database.system_uow() as uow:
        token = await community.issue_login_link(uow, house.owner)
    await database.close()
    return f"/sign-in/{token}"


async def test_every_message_is_answered_once_and_in_order_whoever_dies(house: House) -> None:
    async with house.fleet.supervised():
        talks = talk(house.webs, [house.fan(n + 1) for n in range(FANS)], EACH)
        await asyncio.gather(kill_at_random(house), talks)
        await all_answered_once_and_in_order(house.dsn, FANS, EACH)


async def kill_at_random(house: House) -> None:
    """End each process once, and start its successor; then end Postgres. Once answers are being given."""
    await until_sent(house.dsn, 1)
    for index in random.sample(range(len(ROLES)), k=len(ROLES)):
        await asyncio.sleep(1.5)
        house.fleet.end(index)
        house.fleet.start(index)
    await asyncio.sleep(1.5)
    servers = servers_of(house.postgres)
    assert servers
    for server in servers:
        server.kill()  # its supervisor, this process, starts it again
