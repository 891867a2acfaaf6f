"""A creator connects a Discord app in a browser, sees the checklist, and disconnects it."""

from typing import Any

import pytest

from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.test_accessibility import check
from tests.emulators.discord import stage
from tests.emulators.discord.server import DiscordServer


@pytest.fixture(scope="module")
def place(discord: DiscordServer) -> stage.Stage:
    return stage.set_up(discord.world)


@pytest.mark.parametrize(
    "look", [{"viewport": DESK}, {"viewport": PHONE, "locale": "ar"}], ids=["desk", "phone in arabic"]
)
def test_connecting_an_app(admin: Open, place: stage.Stage, look: dict[str, Any]) -> None:
    page = admin("channels/discord", **look)
    check(page)
    page.locator("input[name=token]").fill("not a token")
    page.locator("form[action$='/connect'] button").click()
    page.get_by_role("alert").wait_for()
    page.locator("input[name=token]").fill(place.app.token)
    page.locator("form[action$='/connect'] button").click()
    page.get_by_text(str(place.app.id)).first.wait_for()
    assert place.app.token not in page.content()
    page.locator("#checks .finding").first.wait_for()
    check(page)
    page.locator("form[action$='/remove'] button").click()
    page.locator("#confirm-yes").click()
    page.locator("form[action$='/connect']").wait_for()
    check(page)
