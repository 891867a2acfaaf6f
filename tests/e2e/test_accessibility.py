"""Every page in light, dark and on a phone breaks no rule of WCAG 2.2 AA, and fits its window."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import DESK, PHONE, Complaints, Open, owner
from tests.support.instance import Instance

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
LOOKS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": DESK},
    "phone, Arabic": {"viewport": PHONE, "locale": "ar"},
}
# As wide as a page is at four hundred per cent of 1280 pixels (WCAG 1.4.10).
NARROW = {"width": 320, "height": 640}
BROKEN = """() => [...document.querySelectorAll("h1")].flatMap((head) => {
  const walker = document.createTreeWalker(head, NodeFilter.SHOW_TEXT);
  const broken = [];
  for (let node; (node = walker.nextNode()); ) for (const word of node.data.matchAll(/[A-Za-z]+/g)) {
    const range = document.createRange();
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map((it) => it.top)).size > 1) broken.push(word[0]);
  }
  return broken;
})"""
BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Two frames on, and once what still changes its colour has done so.
CHANGED = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const changing = document.getAnimations().filter((each) => each instanceof CSSTransition);
  await Promise.allSettled(changing.map((each) => each.finished));
  await new Promise((done) => setTimeout(done, 50));
}"""
PAGES = [
    "today",
    "inbox",
    "inbox?only=mine",
    "inbox/1",
    "broadcasts",
    "broadcasts/new",
    "broadcasts/1",
    "broadcasts/1/edit",
    "approvals",
    "autonomy",
    "moderation",
    "moderation?kind=mute",
    "moderation/settings",
    "knowledge",
    "knowledge/1",
    "knowledge/search?q=Why+is+the+flame+yellow%3F",
    "style",
    "style/edit",
    "persona",
    "boundaries",
    "boundaries/edit",
    "boundaries/edit?rule=medical",
    "boundaries/stopped",
    "boundaries/help",
    "boundaries/help/edit",
    "boundaries/help/edit?line=us-988",
    "corrections",
    "corrections/edit",
    "corrections/flagged",
    "corrections/edit?answer=1",
    "unanswered",
    "playground",
    "playground/versions",
    "playground/versions?persona=0",
    "channels",
    "channels/discord",
    "models",
    "models/new",
    "setup",
    "health",
    "people",
    "privacy",
    "privacy/fans",
    "/account",
    "/new",
    "/creators/new",
    "/no-such-page",
]


def violations(page: Page, rules: dict[str, Any] = RULES) -> str:
    found = Axe().run(page, options=rules)
    return found.generate_report() if found.violations_count else ""


def check(page: Page) -> None:
    page.wait_for_timeout(250)  # what a page loads after itself, and what moves in
    assert not (found := violations(page)), found
    # The other theme differs in nothing but its colours.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.evaluate(CHANGED)
    assert not (found := violations(page, COLOURS)), f"dark: {found}"
    beyond = page.evaluate(BEYOND)
    assert beyond <= 0, f"the page is {beyond} pixels too wide"


@pytest.fixture(scope="module")
def windows(browser: Browser, instance: Instance, signed_in: Any) -> Iterator[dict[str, Page]]:
    """A window for each look, which goes from page to page: to open one takes as long as to load a page."""
    with ExitStack() as stack:
        opened = {}
        for look, options in LOOKS.items():
            context = browser.new_context(**(owner(instance, signed_in) | options))
            stack.callback(context.close)
            opened[look] = context.new_page()
        yield opened


@pytest.fixture
def look_at(windows: dict[str, Page], instance: Instance, complaints: Complaints) -> Callable[..., Page]:
    """Goes to an admin page in a look: `look_at("today", "desk")`."""

    def go(path: str, look: str) -> Page:
        page = windows[look]
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        page.set_viewport_size(LOOKS[look]["viewport"])
        complaints.hear(page)
        page.goto(path if path.startswith("/") else f"/@{instance.avatar}/{path}")
        return page

    return go


def test_the_check_sees_what_is_wrong(admin: Open) -> None:
    page = admin("/account")
    page.evaluate("document.querySelector('main').innerHTML = '<img src=x><p>text</p><input>'")
    assert "image-alt" in violations(page)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", PAGES)
def test_an_admin_page(look_at: Callable[..., Page], path: str, look: str) -> None:
    page = look_at(path, look)
    check(page)
    page.set_viewport_size(NARROW)
    page.evaluate(CHANGED)
    assert page.evaluate(BEYOND) <= 0
    assert not page.evaluate(BROKEN), "a heading breaks between words only"
    assert page.locator(".tabs").evaluate_all("all => all.every(it => it.scrollWidth <= it.clientWidth)")


@pytest.mark.parametrize("path", ["today", "unanswered"])
def test_no_fans_message_makes_a_page_wider(fan: Open, admin: Open, path: str) -> None:
    chat = fan(viewport=NARROW)
    for word in ("x" * 1500, "What is " + "y" * 1500 + "?"):
        chat.get_by_label("Your message").fill(word)
        chat.keyboard.press("Enter")
        chat.locator(".line-fan").last.wait_for()
    chat.locator(".line-avatar").nth(1).wait_for()
    assert chat.evaluate(BEYOND) <= 0
    page = admin(path)
    page.get_by_text("x" * 100).or_(page.get_by_text("y" * 100)).first.wait_for()
    assert page.evaluate(BEYOND) <= 0


def test_a_chat_with_a_long_name_stays_on_a_narrow_page(fan: Open) -> None:
    page = fan(viewport={"width": 390, "height": 700})
    page.evaluate(
        "document.querySelector('.chat-who h1').textContent = 'Ember Wick of the Candle Lab '.repeat(3)"
    )
    assert page.evaluate(BEYOND) <= 0


def test_a_long_path_that_the_doctor_names_stays_on_a_narrow_page(admin: Open) -> None:
    page = admin("health", viewport=NARROW)
    found = page.locator(".finding p.small").first
    found.evaluate("it => { it.textContent = '/a-long-name'.repeat(40); }")
    assert page.evaluate(BEYOND) <= 0


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_a_search_fields_sign_stands_beside_its_text(admin: Open, locale: str) -> None:
    field = admin("corrections", viewport=NARROW, locale=locale).locator(".search-field")
    side = "Right" if locale == "ar" else "Left"
    space = field.locator(".input").evaluate(f"it => parseFloat(getComputedStyle(it).padding{side})")
    box, sign = field.bounding_box(), field.locator(".icon").bounding_box()
    assert box
    assert sign
    taken = box["x"] + box["width"] - sign["x"] if locale == "ar" else sign["x"] + sign["width"] - box["x"]
    assert taken <= space


@pytest.mark.parametrize("locale", ["en", "zh-CN", "es", "ja", "ar"])
def test_the_fans_chat_at_320_pixels(fan: Open, locale: str) -> None:
    page = fan(viewport=NARROW, locale=locale)
    assert page.evaluate(BEYOND) <= 0
    box = page.locator("#page-lang").bounding_box()
    assert box
    assert box["width"] >= 44


@pytest.mark.parametrize("look", LOOKS)
def test_the_fans_chat(fan: Open, look: str) -> None:
    page = fan(**LOOKS[look])
    check(page)
    page.locator(".sample").first.click()
    page.locator(".line-avatar:not(.typing)").first.wait_for()
    check(page)


@pytest.mark.parametrize("opener", ["Add an address", "Delete"])
def test_a_dialog(admin: Open, opener: str) -> None:
    page = admin("knowledge")
    page.get_by_role("button", name=opener).first.click()
    page.locator("dialog[open]").wait_for()
    check(page)


def test_the_reason_of_a_reply_on_a_phone(admin: Open) -> None:
    page = admin("playground?run=axe", viewport=PHONE)
    page.locator("#say").fill("Why is the flame yellow?")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Why this reply").first.click(timeout=30_000)
    page.locator(".why-facts").wait_for()
    check(page)
    page.keyboard.press("Escape")
    assert not page.locator("#why").is_visible()


def test_a_source_in_its_place(fan: Open) -> None:
    page = fan()
    page.goto(page.url.replace("/c/", "/s/") + "/1")
    page.locator("#passage").wait_for()
    check(page)


def test_signing_in(fan: Open, instance: Any) -> None:
    page = fan()
    page.goto(f"{instance.admin}/sign-in")
    check(page)
