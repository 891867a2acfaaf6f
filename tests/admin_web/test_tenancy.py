"""No page, action or stream of the admin reaches another creator's avatar, items, passages or traces."""

import re

import pytest
from fastapi import FastAPI

from community.types import Role
from kernel.db import Database
from memory import service as memory
from memory.types import NewSource
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.admin_web.auth.test_roles import Way, ways


@pytest.fixture
async def thief(database: Database, browser: NewBrowser, wick: Household) -> Browser:
    """The owner of another creator."""
    made = browser()
    await sign_in(database, made, wick.people[Role.OWNER])
    return made


@pytest.fixture
async def item(app: FastAPI, ember: Household) -> int:
    """An item of Ember's."""
    db = app.state.container.db
    async with db.uow(ember.creator) as uow:
        added = await memory.add_files(uow, [NewSource("secret.txt", "a" * 64, 12)])
    return added[0].source.id


async def visit(browser: Browser, way: Way, slug: str, number: int) -> int:
    path = re.sub(r"\{action\}", "delete", way.path.replace("{slug}", slug))
    path = re.sub(r"\{[^}]*\}", str(number), path)
    headers = {"accept": "application/json", "x-csrf-token": await browser.token()}
    return (await browser.client.request(way.method, path, headers=headers)).status_code


async def test_another_creators_avatar_is_not_there(
    app: FastAPI, thief: Browser, ember: Household, item: int
) -> None:
    tried = [way for way in ways(app) if "{slug}" in way.path and "/people" not in way.path]
    assert len(tried) > 25
    for way in tried:
        assert await visit(thief, way, ember.avatar.slug, item) == 404, way.name


async def test_another_creators_item_is_not_there_under_ones_own_avatar(
    app: FastAPI, thief: Browser, wick: Household, ember: Household, item: int
) -> None:
    base = f"/@{wick.avatar.slug}/knowledge"
    assert (await thief.get(f"{base}/{item}")).status_code == 404
    assert (await thief.get(f"{base}/{item}/picture")).status_code == 404
    for action in ("retry", "cancel", "delete", "visibility", "licence"):
        assert (await thief.post(f"{base}/{item}/{action}", {"value": "Mine"})).status_code == 404
        several = await thief.post(f"{base}/many", {"action": action, "ids": [item, 10**9], "value": "Mine"})
        assert several.status_code == 200
        assert "0" in several.headers["hx-trigger"]
    assert (await thief.get(f"/@{wick.avatar.slug}/playground/why/1")).status_code == 404
    async with app.state.container.db.uow(ember.creator) as uow:
        kept = await memory.get_source(uow, item)
    assert (kept.state, kept.tier, kept.licence) == ("queued", None, None)
    assert "secret.txt" not in (await thief.get(base)).text
