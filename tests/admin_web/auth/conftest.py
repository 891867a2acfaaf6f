"""The admin site's sign-in over HTTP, on a real database, and browsers to visit it with."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from admin_web.auth import deps
from app import pg_place
from app.container import Container, Roles
from app.services import Dsn
from app.sites import admin_site
from community import service as community
from community.types import AvatarInfo, Role
from kernel.db import Database
from kernel.settings import Settings
from tests.admin_web.auth.authenticator import Authenticator
from tests.factories.people import set_mode

ORIGIN = "http://localhost:8000"


@pytest.fixture
async def app(dsn: Dsn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastAPI]:
    """The admin's site on this test's database, with no worker behind it; a search isn't waited for long."""
    # What lies on this machine isn't measured by every page of its health: that takes seconds.
    monkeypatch.setattr(pg_place, "SYSTEM_HOME", tmp_path / "databases")
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    container = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
    await container.open()
    patient = container.memory.ask
    container.memory.ask = partial(patient, timeout_s=0.3)  # type: ignore[method-assign] # this one's only
    yield admin_site(container, ORIGIN)
    await container.close()


class Browser:
    """A browser: keeps cookies, carries the form token of its pages, follows nothing by itself."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self._tokens: dict[str | None, str] = {}

    async def get(self, path: str, **headers: str) -> Response:
        """Open a page."""
        return await self.client.get(path, headers={"accept": "text/html"} | headers)

    async def post(self, path: str, data: dict[str, Any] | None = None) -> Response:
        """Send a form."""
        form = {"csrf_token": await self.token()} | (data or {})
        return await self.client.post(path, data=form, headers={"accept": "text/html", "origin": self.origin})

    async def send(self, path: str, body: dict[str, Any] | None = None) -> Response:
        """Send JSON, as the page's script does."""
        headers = {
            "accept": "application/json",
            "x-csrf-token": await self.token(),
            "origin": self.origin,
        }
        return await self.client.post(path, json=body or {}, headers=headers)

    async def token(self) -> str:
        """The form token of this browser's pages."""
        if self.cookie not in self._tokens:
            page = await self.client.get("/no-such-page", headers={"accept": "text/html"})
            token = page.text.partition('name="csrf-token" content="')[2].partition('"')[0]
            self._tokens[self.cookie] = token
        return self._tokens[self.cookie]

    async def signed_in(self) -> bool:
        """Whether one's own account's page opens."""
        return (await self.get("/account")).status_code == 200

    @property
    def origin(self) -> str:
        """The origin that its pages have."""
        return str(self.client.base_url).rstrip("/")

    @property
    def cookie(self) -> str | None:
        """Its session."""
        jar = self.client.cookies
        return jar.get(deps.SESSION_COOKIE) or jar.get(f"__Host-{deps.SESSION_COOKIE}")

    async def add_passkey(self, name: str = "This device") -> Authenticator:
        """Add a passkey to the account that is signed in."""
        device = Authenticator()
        options = (await self.send("/account/passkeys/options")).json()
        body = {"credential": device.create(options, self.origin), "name": name}
        assert (await self.send("/account/passkeys", body)).status_code == 200
        return device

    async def use_passkey(self, device: Authenticator, **body: str) -> Response:
        """Sign in with a passkey, as an authenticator that counts."""
        options = (await self.send("/sign-in/passkey/options")).json()
        device.counter += 1
        credential = device.get(options, self.origin)
        return await self.send("/sign-in/passkey", {"credential": credential} | body)


NewBrowser = Callable[..., Browser]


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[NewBrowser]:
    """Makes browsers, each with cookies of its own."""
    async with AsyncExitStack() as stack:
        clients: list[AsyncClient] = []

        def make(origin: str = ORIGIN, address: str = "127.0.0.1") -> Browser:
            transport = ASGITransport(app, client=(address, 50_000))
            client = AsyncClient(transport=transport, base_url=origin)
            clients.append(client)
            stack.push_async_callback(client.aclose)
            return Browser(client)

        yield make


@dataclass
class Household:
    """A creator with an avatar and a person in each role."""

    avatar: AvatarInfo
    people: dict[Role, int]

    @property
    def creator(self) -> int:
        """The creator's number."""
        return self.avatar.creator_id


async def household(database: Database, slug: str) -> Household:
    """Found a creator with an avatar at `slug` and a person in each role."""
    people = {}
    async with database.system_uow() as uow:
        creator = await community.create_creator(uow, slug.title())
        people[Role.OWNER] = await community.ensure_owner(uow, creator, "Robin")
        for role in (Role.CREATOR, Role.MODERATOR, Role.VIEWER):
            token = await community.invite(uow, creator, role.title(), role)
            people[role] = (await community.look_at_link(uow, token)).account_id
    async with database.uow(creator) as uow:
        avatar = await community.create_avatar(uow, slug=slug, name=slug.title(), languages=["en"])
        await set_mode(uow, avatar.id)
    return Household(avatar, people)


@pytest.fixture
async def ember(database: Database) -> Household:
    """A household."""
    return await household(database, "ember")


@pytest.fixture
async def wick(database: Database) -> Household:
    """Another household."""
    return await household(database, "wick")


async def link_for(database: Database, account_id: int) -> str:
    """The path of a sign-in link."""
    async with database.system_uow() as uow:
        return f"/sign-in/{await community.issue_login_link(uow, account_id)}"


async def sign_in(database: Database, browser: Browser, account_id: int) -> None:
    """Sign a browser in by a link."""
    answer = await browser.post(await link_for(database, account_id))
    assert answer.status_code == 303, answer.text


@pytest.fixture
async def owner(database: Database, browser: NewBrowser, ember: Household) -> Browser:
    """A browser in which the owner of Ember is signed in."""
    made = browser()
    await sign_in(database, made, ember.people[Role.OWNER])
    return made
