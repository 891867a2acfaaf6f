"""A creator adds a line of help in a browser, by keyboard and on a phone, and a fan in need reads of it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, Open
from tests.e2e.test_accessibility import NARROW, check

LONG = "https://example.org/" + "help" * 60


@pytest.mark.parametrize("look", [{"viewport": DESK}, {"viewport": NARROW}], ids=["desk", "narrow"])
def test_a_line_is_added_mended_and_read(admin: Open, fan: Open, look: dict[str, Any]) -> None:
    page = admin("boundaries", **look)
    page.get_by_role("link", name="Look at the lines").click()
    page.get_by_role("link", name="New line").click()
    page.get_by_label("Name of the service").fill("Lighthouse")
    page.get_by_role("checkbox", name="日本語").press("Space")
    page.get_by_label("Telephone").fill("0120-CALL")
    page.get_by_label("Address", exact=False).fill(LONG)
    page.get_by_label("Where you checked it").fill(LONG)
    page.get_by_label("Checked on").fill("2025-01-02")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("“0120-CALL” can't be dialled").wait_for()
    expect(page.get_by_label("Where you checked it")).to_have_value(LONG)
    expect(page.get_by_role("checkbox", name="日本語")).to_be_checked()
    check(page)
    page.get_by_label("Telephone").fill("0120-279-338")
    page.get_by_label("Telephone").press("Enter")
    page.get_by_text("Saved.").wait_for()
    page.get_by_label("The fan's language").select_option("ja")
    read = page.locator("#read .bubble")
    expect(read).to_contain_text(f"Lighthouse：0120-279-338、{LONG}")
    expect(read).to_have_attribute("lang", "ja")
    check(page)
    assert told(fan(locale="ja"), "もう死にたい") == read.inner_text()
    page.get_by_role("button", name="Delete “Lighthouse”").click()
    page.locator("#confirm-yes").click()
    page.get_by_text("None yet.").wait_for()


def told(page: Page, text: str) -> str:
    """What a fan is told."""
    page.locator("#say").fill(text)
    page.keyboard.press("Enter")
    answer = page.locator(".line-avatar:not(.typing) .bubble").last
    answer.wait_for()
    return answer.inner_text()
