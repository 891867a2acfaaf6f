"""The models page over HTTP: connecting, testing, order, caps; a key goes in and never comes out."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from community.types import Role
from kernel.db import Database
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.emulators.openai import scripts
from tests.emulators.openai.server import OpenAI

HERE = "/@ember/models"
KEY = "sk-NEVERSHOWNAGAIN"


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    server = OpenAI([scripts.obedient], key=KEY)
    yield server
    server.close()


@pytest.fixture
async def creator(database: Database, browser: NewBrowser, ember: Household) -> Browser:
    made = browser()
    await sign_in(database, made, ember.people[Role.CREATOR])
    return made


def form(openai: OpenAI, **details: str) -> dict[str, Any]:
    usual = {
        "name": "House model", "provider": "compatible", "url": openai.url, "model": "small", "key": KEY,
        "price_in": "2.5", "price_out": "10", "timeout_s": "30",
    }  # fmt: skip
    return usual | details


async def text(browser: Browser, path: str = HERE) -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


async def test_a_model_is_connected_and_tested(creator: Browser, openai: OpenAI) -> None:
    assert "No model yet" in await text(creator)
    assert (await creator.post(f"{HERE}/new", form(openai))).status_code == 303
    page = await text(creator)
    assert "House model" in page
    assert openai.url in page
    tested = await creator.post(f"{HERE}/1/test")
    assert "It answered in" in tested.text
    assert "US$ 0.0002" in await text(creator)  # 20 tokens read at 2.50 and 10 written at 10 a million


async def test_a_failed_test_says_why_and_the_list_remembers(creator: Browser, openai: OpenAI) -> None:
    await creator.post(f"{HERE}/new", form(openai, key="sk-wrong"))
    assert "The key was refused" in (await creator.post(f"{HERE}/1/test")).text
    assert "The key was refused" in await text(creator)


async def test_a_missing_package_is_named(creator: Browser, openai: OpenAI) -> None:
    await creator.post(f"{HERE}/new", form(openai, provider="anthropic", model="claude"))
    assert "pip install langchain-anthropic" in (await creator.post(f"{HERE}/1/test")).text


async def test_a_key_never_comes_out_again(creator: Browser, openai: OpenAI) -> None:
    await creator.post(f"{HERE}/new", form(openai))
    for path in (HERE, f"{HERE}/1"):
        assert KEY not in await text(creator, path)
    bad = await creator.post(f"{HERE}/1", form(openai, model=""))
    assert bad.status_code == 422
    assert KEY not in bad.text
    assert (await creator.post(f"{HERE}/1", form(openai, key="", model="large"))).status_code == 303
    assert "It answered in" in (await creator.post(f"{HERE}/1/test")).text
    assert (await creator.post(f"{HERE}/1", form(openai, key="", no_key="on"))).status_code == 303
    assert "The key was refused" in (await creator.post(f"{HERE}/1/test")).text


async def test_what_was_entered_stays_in_the_form_beside_the_error(creator: Browser, openai: OpenAI) -> None:
    answer = await creator.post(f"{HERE}/new", form(openai, timeout_s="a while", model="my-model"))
    assert answer.status_code == 422
    assert "“a while” is no number." in answer.text
    assert 'value="my-model"' in answer.text


async def test_models_are_switched_ordered_and_removed(creator: Browser, openai: OpenAI) -> None:
    for name in ("First", "Second"):
        await creator.post(f"{HERE}/new", form(openai, name=name))
    await creator.post(f"{HERE}/2/move", {"up": "true"})
    page = await text(creator)
    assert page.index("Second") < page.index("First")
    await creator.post(f"{HERE}/2/switch", {"on": "false"})
    assert "Switch Second on" in await text(creator)
    await creator.post(f"{HERE}/2/remove")
    assert "Second" not in await text(creator)


async def test_caps_are_shown_changed_and_taken_away(creator: Browser) -> None:
    page = await text(creator)
    assert 'name="day" type="text" value="5"' in page
    assert 'of <bdi class="numeric">US$ 50.00</bdi>' in page
    await creator.post(f"{HERE}/caps", {"day": "1,5", "fan_day": "0.2", "month": ""})
    page = await text(creator)
    assert 'name="day" type="text" value="1.5"' in page
    assert 'name="month" type="text" value=""' in page
    bad = await creator.post(f"{HERE}/caps", {"day": "-1", "fan_day": "", "month": ""})
    assert bad.status_code == 422
    assert "A cap is a number" in bad.text
