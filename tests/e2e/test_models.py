"""A creator connects a model in a browser, tests it, sees what it costs; the page fits every window."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.test_accessibility import check
from tests.emulators.openai import scripts
from tests.emulators.openai.server import OpenAI


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    server = OpenAI([scripts.obedient])
    yield server
    server.close()


@pytest.mark.parametrize("look", [{"viewport": DESK}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_connecting_a_model(admin: Open, openai: OpenAI, look: dict[str, Any]) -> None:
    page = admin("models/new", **look)
    page.get_by_label("Address").fill(openai.url)
    page.get_by_label("Model", exact=True).fill("small")
    page.get_by_label("Your name for it").fill("House model")
    page.get_by_label("Price of a million tokens written").fill("10")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test House model").click()
    page.get_by_text("It answered in").wait_for()
    check(page)
    openai.plays(scripts.failing(404))
    page.get_by_role("button", name="Test House model").click()
    page.get_by_text("There is no such model").wait_for()
    page.reload()
    check(page)
    page.get_by_role("link", name="Edit House model").click()
    check(page)
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Remove House model").click()
    page.locator("#confirm-yes").click()
    page.get_by_text("No model yet").wait_for()
