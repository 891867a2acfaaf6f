"""A creator connects a bot in a browser, sees the checklist, and removes the bot."""

from typing import Any

import pytest

from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.test_accessibility import check
from tests.emulators.telegram import stage
from tests.emulators.telegram.server import TelegramServer


@pytest.fixture(scope="module")
def place(telegram: TelegramServer) -> stage.Stage:
    return stage.set_up(telegram.world)


@pytest.mark.parametrize(
    "look", [{"viewport": DESK}, {"viewport": PHONE, "locale": "ar"}], ids=["desk", "phone in arabic"]
)
def test_connecting_a_bot(admin: Open, place: stage.Stage, look: dict[str, Any]) -> None:
    page = admin("channels", **look)
    check(page)
    page.locator("input[name=token]").fill("not a token")
    page.locator("form[action$='/connect'] button").click()
    page.get_by_role("alert").wait_for()
    page.locator("input[name=token]").fill(place.bot.token)
    page.locator("form[action$='/connect'] button").click()
    page.get_by_text("@EmberStandInBot").first.wait_for()
    assert place.bot.token not in page.content()
    page.locator("#checks .finding").first.wait_for()
    check(page)
    page.locator("form[action$='/remove'] button").click()
    page.locator("#confirm-yes").click()
    page.locator("form[action$='/connect']").wait_for()
    check(page)
