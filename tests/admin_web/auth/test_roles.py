"""Every route of the admin site: who it answers. A route that is added without a guard fails here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Route

from admin_web.auth import deps
from community.types import Role
from kernel.db import Database
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in

PUBLIC = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /static/{version}/{name:path}",
    "GET /sign-in",
    "GET /sign-in/{token}",
    "POST /sign-in/{token}",
    "POST /sign-in/passkey",
    "POST /sign-in/passkey/options",
    "POST /logout",
}


@dataclass(frozen=True)
class Way:
    """A method on a path, and the role that its guard names (None: whoever is signed in)."""

    method: str
    path: str
    guarded: bool
    role: Role | None

    @property
    def name(self) -> str:
        """As the list above writes it."""
        return f"{self.method} {self.path}"

    def at(self, slug: str) -> str:
        """The path with something in every place."""
        return re.sub(r"\{[^}]*\}", "1", self.path.replace("{slug}", slug))


def ways(app: FastAPI) -> Iterator[Way]:
    """Every way into the site."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        assert isinstance(route, Route), f"{route} is no plain route: say here how it is guarded"
        guards = set(_guards(route.dependant)) if isinstance(route, APIRoute) else set()
        roles = {guard for guard in guards if isinstance(guard, Role)}
        for method in (context.methods or set()) - {"HEAD"}:
            yield Way(
                method, context.path or "", bool(guards), min(roles, default=None, key=list(Role).index)
            )


def _guards(dependant: Dependant) -> Iterator[Role | None]:
    for inner in dependant.dependencies:
        if inner.call is deps.current:
            yield None
        if isinstance(role := getattr(inner.call, "role", None), Role):
            yield role
        yield from _guards(inner)


async def visit(browser: Browser, way: Way, slug: str) -> int:
    headers = {"accept": "application/json", "x-csrf-token": await browser.token()}
    return (await browser.client.request(way.method, way.at(slug), headers=headers)).status_code


@pytest.fixture
async def four(database: Database, browser: NewBrowser, ember: Household) -> dict[Role, Browser]:
    """A signed-in browser for each role."""
    made = {role: browser() for role in Role}
    for role, each in made.items():
        await sign_in(database, each, ember.people[role])
    return made


def test_the_site_has_routes_to_check(app: FastAPI) -> None:
    found = {way.name for way in ways(app)}
    assert found >= PUBLIC
    assert {"GET /", "GET /account", "POST /@{slug}/people", "GET /@{slug}/knowledge"} <= found


async def test_every_route_but_the_public_ones_refuses_who_is_not_signed_in(
    app: FastAPI, browser: NewBrowser, ember: Household
) -> None:
    stranger = browser()
    for way in ways(app):
        if way.name not in PUBLIC:
            assert way.guarded, way.name
            assert await visit(stranger, way, "ember") == 401, way.name


async def test_every_route_refuses_roles_below_its_own(app: FastAPI, four: dict[Role, Browser]) -> None:
    for way in ways(app):
        for role, browser in four.items():
            if way.role and not role.includes(way.role):
                assert await visit(browser, way, "ember") == 403, (way.name, role)


def test_a_viewer_changes_nothing_but_their_own_account(app: FastAPI) -> None:
    for way in ways(app):
        if way.method != "GET" and way.name not in PUBLIC and way.role in (None, Role.VIEWER):
            assert way.path.startswith(("/account", "/sign-in/{token}/join")), way.name


def test_only_owners_manage_people(app: FastAPI) -> None:
    found = {way.role for way in ways(app) if way.path.startswith("/@{slug}/people") and way.method == "POST"}
    assert found == {Role.OWNER}


async def test_every_page_of_an_avatar_is_missing_for_another_creators_owner(
    app: FastAPI, database: Database, browser: NewBrowser, ember: Household, wick: Household
) -> None:
    stranger = browser()
    await sign_in(database, stranger, wick.people[Role.OWNER])
    checked = 0
    for way in ways(app):
        if "{slug}" in way.path:
            assert await visit(stranger, way, "ember") == 404, way.name
            checked += 1
    assert checked > 5


async def test_pages_open_for_the_roles_that_they_name(app: FastAPI, four: dict[Role, Browser]) -> None:
    pages = [way for way in ways(app) if re.fullmatch(r"/@\{slug\}/[a-z]+", way.path) and way.method == "GET"]
    assert pages
    for way in pages:
        for role, browser in four.items():
            if way.role and role.includes(way.role) and not way.path.endswith(("/events", "/portrait")):
                answer = await browser.get(way.at("ember"))
                assert answer.status_code in (200, 303), (way.name, role, answer.text)
