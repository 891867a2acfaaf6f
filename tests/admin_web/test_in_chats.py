"""Working from a chat: who is signed in makes a link for themselves, sees it once, and takes it back."""

import re

import pytest
from fastapi import FastAPI

from bots import service as bots
from bots.telegram import joining_repository
from community import service as community
from community.types import Role
from kernel.db import Database
from tests.admin_web.auth.conftest import Household, NewBrowser, sign_in

BASE = "/@ember/in-chats"
LINK = re.compile(r"https://t\.me/ember_bot\?start=staff_([\w-]+)")


@pytest.fixture
async def connected(database: Database, ember: Household) -> Household:
    """An avatar with a bot."""
    async with database.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.TELEGRAM)
        about = {
            "bot": 7, "username": "ember_bot", "name": "Ember", "managed": False, "joins": True,
            "reads": False,
        }  # fmt: skip
        assert await joining_repository.add(uow, connection, ember.avatar.id, "sealed", about)
    return ember


async def test_a_link_is_made_for_who_is_signed_in_and_shown_once(
    app: FastAPI, database: Database, browser: NewBrowser, connected: Household
) -> None:
    visitor = browser()
    await sign_in(database, visitor, connected.people[Role.MODERATOR])
    headers = {"x-csrf-token": await visitor.token()}
    assert not LINK.search((await visitor.client.get(BASE)).text)
    made = LINK.search((await visitor.client.post(f"{BASE}/link", headers=headers)).text)
    assert made
    assert not LINK.search((await visitor.client.get(BASE)).text)
    async with database.uow(connected.creator) as uow:
        fan = await community.ensure_fan(uow, "telegram", "77", "Robin")
    async with database.system_uow() as uow:
        who = await community.bind_staff(uow, connected.creator, made[1], fan_id=fan.id)
    assert who.account_id == connected.people[Role.MODERATOR]
    assert "The bot knows you." in (await visitor.client.get(BASE)).text
    await visitor.client.post(f"{BASE}/forget", headers=headers)
    async with database.uow(connected.creator) as uow:
        assert await community.staff_of(uow, fan.id) is None


async def test_a_viewer_makes_none(
    app: FastAPI, database: Database, browser: NewBrowser, connected: Household
) -> None:
    visitor = browser()
    await sign_in(database, visitor, connected.people[Role.VIEWER])
    headers = {"x-csrf-token": await visitor.token()}
    assert (await visitor.client.post(f"{BASE}/link", headers=headers)).status_code == 403


async def test_without_a_bot_there_is_nothing_to_link(
    app: FastAPI, database: Database, browser: NewBrowser, ember: Household
) -> None:
    visitor = browser()
    await sign_in(database, visitor, ember.people[Role.MODERATOR])
    assert "no bot in Telegram" in (await visitor.client.get(BASE)).text


async def test_fans_read_the_name_of_who_has_chosen_that(
    app: FastAPI, database: Database, browser: NewBrowser, connected: Household
) -> None:
    visitor = browser()
    number = connected.people[Role.MODERATOR]
    await sign_in(database, visitor, number)
    headers = {"x-csrf-token": await visitor.token()}
    page = (await visitor.client.get(BASE)).text
    (value,) = re.findall(r'name="named" value="(\w+)"', page)
    for fields, named in (({"named": value}, True), ({}, False)):
        answer = await visitor.client.post(f"{BASE}/name", headers=headers, data=fields)
        assert answer.status_code == 303
        async with database.uow(connected.creator) as uow:
            assert await community.is_named(uow, number) is named
