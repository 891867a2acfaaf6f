"""The creator's page of privacy requests, and the fan's own file, over HTTP."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
import pytest
from httpx import ASGITransport, AsyncClient, Response

from app.sites import admin_site, public_site
from community import service as community
from community.types import Role
from tests.admin_web.auth.conftest import ORIGIN, Browser, sign_in
from tests.factories.people import Home
from tests.privacy.conftest import House

PUBLIC = "http://127.0.0.1:8001"
USER, WORD = "0a1b2c3d4e5f", "xylophonically"


@dataclass
class Fan:
    """A browser on the fans' site."""

    client: AsyncClient

    async def post(self, path: str) -> Response:
        """Send a page's form."""
        page = (await self.client.get("/c/nobody", headers={"accept": "text/html"})).text
        token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
        return await self.client.post(path, data={"csrf_token": token}, headers={"origin": PUBLIC})


@pytest.fixture
async def fan(house: House) -> AsyncIterator[Fan]:
    """A fan's browser."""
    transport = ASGITransport(public_site(house.container, PUBLIC))
    async with AsyncClient(transport=transport, base_url=PUBLIC) as client:
        yield Fan(client)


@pytest.fixture
async def admin(house: House, home: Home) -> AsyncIterator[dict[Role, Browser]]:
    """A signed-in browser for each role with the creator."""
    site, db = admin_site(house.container, ORIGIN), house.container.db
    made: dict[Role, Browser] = {}
    async with db.system_uow() as uow:
        people = {Role.OWNER: await community.ensure_owner(uow, home.creator_id, "Robin")}
        for role in (Role.CREATOR, Role.MODERATOR, Role.VIEWER):
            token = await community.invite(uow, home.creator_id, role.title(), role)
            people[role] = (await community.look_at_link(uow, token)).account_id
    for role, account in people.items():
        made[role] = Browser(AsyncClient(transport=ASGITransport(site), base_url=ORIGIN))
        await sign_in(db, made[role], account)
    yield made
    for browser in made.values():
        await browser.client.aclose()


async def link_of(house: House, home: Home) -> str:
    """The path that the last answer's button leads to."""
    async with house.container.db.uow(home.creator_id) as uow:
        row = await uow.fetch_one(
            "SELECT payload->'buttons'->0->>'url' AS url FROM outbound ORDER BY id DESC LIMIT 1"
        )
    return str(row.url)


async def test_a_fan_takes_their_data_by_a_link_that_previews_do_not_spend(
    house: House, home: Home, fan: Fan
) -> None:
    await house.talk(home, USER, f"Tell me {WORD}", "/export")
    path = await link_of(house, home)
    for _ in range(3):
        page = await fan.client.get(path, headers={"accept": "text/html"})
        assert page.status_code == 200
        assert WORD not in page.text
        assert page.headers["cache-control"] == "no-store"
        assert "noindex" in page.text
    file = await fan.post(path)
    assert "attachment" in file.headers["content-disposition"]
    assert file.headers["cache-control"] == "no-store"
    kept = orjson.loads(file.content)["kept"]
    assert [each["text"] for each in kept["message"]] == [f"Tell me {WORD}", "/export"]
    assert [each["platform_user_id"] for each in kept["identity"]] == [USER]
    assert kept["decision_trace"]
    assert (await fan.post(path)).status_code == 404
    assert (await fan.client.get(path, headers={"accept": "text/html"})).status_code == 404


async def test_a_foreign_sites_form_cannot_spend_a_link(house: House, home: Home, fan: Fan) -> None:
    await house.talk(home, USER, "/export")
    path = await link_of(house, home)
    assert (await fan.client.post(path, headers={"origin": "https://elsewhere.test"})).status_code == 403
    assert (await fan.post(path)).status_code == 200


async def test_a_link_of_another_avatar_leads_nowhere(
    house: House, home: Home, other: Home, fan: Fan
) -> None:
    await house.talk(home, USER, "/export")
    path = (await link_of(house, home)).replace(home.avatar.slug, other.avatar.slug)
    assert (await fan.post(path)).status_code == 404


async def test_requests_are_listed_without_whom_they_erased(
    house: House, home: Home, admin: dict[Role, Browser]
) -> None:
    base = f"/@{home.avatar.slug}/privacy"
    assert "No requests yet" in (await admin[Role.OWNER].get(base)).text
    await house.talk(home, USER, f"Tell me {WORD}", "/export", "/forgetme yes")
    page = (await admin[Role.CREATOR].get(base)).text
    assert "Waiting to be fetched" in page
    assert "Under way" in page
    await house.forget()
    page = (await admin[Role.CREATOR].get(base)).text
    assert page.count("Erasure") == 1
    assert "Erased" in page
    assert not re.search(rf"{WORD}|{USER}|Fan \d", page)


async def test_a_creator_erases_a_fan_and_finds_them_by_number_or_last_words(
    house: House, home: Home, admin: dict[Role, Browser]
) -> None:
    await house.talk(home, USER, f"Tell me {WORD}")
    await house.talk(home, "neighbour", "Another question")
    async with house.container.db.uow(home.creator_id) as uow:
        found = await community.find_fan(uow, "webchat", USER)
        assert found
    base = f"/@{home.avatar.slug}/privacy/fans"
    creator = admin[Role.CREATOR]
    page = (await creator.get(base)).text
    assert WORD in page
    assert "Another question" in page
    page = (await creator.get(f"{base}?find={found.id}")).text
    assert WORD in page
    assert "Another question" not in page
    answer = await creator.post(f"{base}/{found.id}/erase")
    assert answer.status_code == 303
    page = (await creator.get(answer.headers["location"])).text
    assert "Erased:" in page
    assert WORD not in page
    assert "Another question" in page
    assert (await creator.post(f"{base}/{found.id}/erase")).status_code == 404
    assert "by you or your people" in (await creator.get(f"/@{home.avatar.slug}/privacy")).text


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.VIEWER])
async def test_others_see_and_erase_nobody(
    house: House, home: Home, admin: dict[Role, Browser], role: Role
) -> None:
    await house.talk(home, USER, "Hello")
    base = f"/@{home.avatar.slug}/privacy"
    assert (await admin[role].get(base)).status_code == 403
    assert (await admin[role].get(f"{base}/fans")).status_code == 403
    assert (await admin[role].post(f"{base}/fans/1/erase")).status_code == 403
    assert "Privacy requests" not in (await admin[role].get(f"/@{home.avatar.slug}/today")).text


async def test_a_page_that_follows_an_erased_conversation_is_told(house: House, home: Home) -> None:
    await house.talk(home, USER, "Hello", "/forgetme yes")
    room = await house.container.webchat.room(home.avatar.slug)
    followed = house.container.webchat.follow(room, USER, "")
    first = await anext(followed)
    assert [line.text for line in first.lines][-1].startswith("I'm erasing")
    await house.forget()
    assert [found async for found in followed] == []


async def test_the_first_answer_shows_who_speaks_above_it(house: House, home: Home, fan: Fan) -> None:
    await house.talk(home, USER, "Hello")
    _, transcript = await house.container.webchat.transcript(
        await house.container.webchat.room(home.avatar.slug), USER
    )
    said = transcript.lines[-1]
    assert said.outbound
    assert home.avatar.creator_name in said.outbound.notice
    assert said.text == "re: Hello"
