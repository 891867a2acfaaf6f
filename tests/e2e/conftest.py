"""A whole instance with the demo creator, and real browsers on it whose every complaint fails the test."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from app import pg_place
from app.demo import DEMO
from tests.support.instance import Instance, running
from tests.support.postgres import Cloner
from tests.support.source import ROOT

Open = Callable[..., Page]
DOCUMENTS = ("persona", "style", "boundaries")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}
_READY_S = 150
_VERSION = re.compile(r'<td class="cell-title numeric">(\d+)')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here needs a browser and an instance."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="session")
def instance(cloner: Cloner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The instance, with the demo creator's content read."""
    data = tmp_path_factory.mktemp("house") / "data"
    with cloner.clone() as dsn, running(data, cwd=ROOT, DATABASE_URL=dsn.owner) as started:
        yield started
        started.stop()
    pg_place.remove(data)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of this machine, for one file: its event loop must not outlive the browser's tests."""
    chromium = which("chromium") or which("chromium-browser")
    if not chromium:
        pytest.skip("no Chromium on this machine: `understudy doctor` says how to get it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def cookies() -> dict[str, Any]:
    """What signing in gave: the link works once."""
    return {}


@pytest.fixture(scope="module")
def signed_in(browser: Browser, instance: Instance, cookies: dict[str, Any]) -> Any:
    """The cookies of the owner's browser, once all of the demo can be asked for and its fans have asked."""
    if not cookies:
        cookies.update(_sign_in(browser, instance))
    return cookies


def _sign_in(browser: Browser, instance: Instance) -> Any:
    context = browser.new_context(base_url=instance.admin)
    page = context.new_page()
    page.goto(instance.sign_in)
    page.wait_for_url("**/today")
    deadline = time.monotonic() + _READY_S
    page.goto(f"/@{instance.avatar}/knowledge")
    while page.locator("[data-state=queued], [data-state=reading]").count():
        assert time.monotonic() < deadline, "the demo's posts were not read in time"
        page.wait_for_timeout(500)
        page.reload()
    # The demo's fans speak one after the other, and what they ask is among what tests look at.
    page.goto(f"/@{instance.avatar}/today")
    last = DEMO.conversations[-1].messages[-1]
    while not page.locator("li", has_text=last).locator(".talk-answer").count():
        assert time.monotonic() < deadline, "the demo's fans were not answered in time"
        page.wait_for_timeout(500)
        page.reload()
    state = context.storage_state()
    context.close()
    return state


class Complaints(list[str]):
    """What a browser complained of: script errors and what the policy refused."""

    def hear(self, page: Page) -> None:
        """Listen to a page."""
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("console", self._console)
        page.on("dialog", lambda dialog: self.append(f"a dialog: {dialog.message}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.append(message.text)


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Heard at the end of every test."""
    heard = Complaints()
    yield heard
    assert heard == []


@pytest.fixture
def as_found(browser: Browser, instance: Instance, signed_in: Any) -> Iterator[None]:
    """Puts the versions back in force that a test found: the tests share one avatar, in any order."""
    with ExitStack() as stack:
        context = browser.new_context(base_url=instance.admin, storage_state=signed_in, locale="en-GB")
        stack.callback(context.close)
        before = {each: _in_force(context, instance, each) for each in DOCUMENTS}
        yield
        for name, version in before.items():
            if _in_force(context, instance, name) != version:
                page = context.new_page()
                page.goto(f"/@{instance.avatar}/{name}")
                with page.expect_navigation():
                    page.locator(f"form[action$='/restore/{version}']").evaluate("form => form.submit()")


def _in_force(context: BrowserContext, instance: Instance, document: str) -> str:
    """The version of a document that is in force: the first of its page's list."""
    shown = context.request.get(f"/@{instance.avatar}/{document}").text()
    found = _VERSION.search(shown)
    assert found, f"no versions on the page of {document}"
    return found[1]


@pytest.fixture
def admin(
    browser: Browser, instance: Instance, signed_in: Any, as_found: None, complaints: Complaints
) -> Iterator[Open]:
    """Opens an admin page as the owner: `admin("knowledge", viewport=PHONE, color_scheme="dark")`."""
    with ExitStack() as stack:

        def open_page(path: str, **options: Any) -> Page:
            context = browser.new_context(
                base_url=instance.admin,
                storage_state=signed_in,
                **({"viewport": DESK, "locale": "en-GB"} | options),
            )
            return _page(
                stack, context, complaints, path if path.startswith("/") else f"/@{instance.avatar}/{path}"
            )

        yield open_page


@pytest.fixture
def fan(browser: Browser, instance: Instance, complaints: Complaints) -> Iterator[Open]:
    """Opens the fans' chat in a new browser: `fan(locale="ar")`."""
    with ExitStack() as stack:

        def open_page(**options: Any) -> Page:
            context = browser.new_context(
                base_url=instance.public, **({"viewport": PHONE, "locale": "en-GB"} | options)
            )
            return _page(stack, context, complaints, f"/c/{instance.avatar}")

        yield open_page


def _page(stack: ExitStack, context: BrowserContext, complaints: Complaints, path: str) -> Page:
    stack.callback(context.close)
    page = context.new_page()
    complaints.hear(page)
    page.goto(path)
    return page
