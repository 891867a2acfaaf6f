"""A whole instance with the demo creator, and real browsers on it whose every complaint fails the test."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which
from typing import Any, LiteralString, TypeVar

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from app import pg_place
from app.demo import DEMO
from app.services import Dsn
from tests.emulators.discord.server import DiscordServer
from tests.emulators.telegram.server import TelegramServer
from tests.support.instance import Instance, running
from tests.support.models import as_after_a_start
from tests.support.postgres import Cloner
from tests.support.source import ROOT

Open = Callable[..., Page]
Server = TypeVar("Server", TelegramServer, DiscordServer)
DOCUMENTS = ("persona", "style", "boundaries")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}
_READY_S = 150
# Of each document the version in force; 0 is what every avatar begins with.
_NEWEST: dict[str, LiteralString] = {
    name: f"SELECT coalesce(max(version), 0) FROM {table}, avatar WHERE avatar.id = avatar_id AND slug = %s"
    for name, table in zip(DOCUMENTS, ("persona", "style_card", "boundaries"), strict=True)
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here needs a browser and an instance."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="session")
def instance_dsn(cloner: Cloner) -> Iterator[Dsn]:
    """The instance's database."""
    with cloner.clone() as dsn:
        yield dsn


@contextmanager
def _beside(server: Server) -> Iterator[Server]:
    """Have a platform run with an event loop of its own beside the browser's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=type(server).__name__)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    yield server
    asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()
    assert server.complaints == []


@pytest.fixture(scope="session")
def telegram() -> Iterator[TelegramServer]:
    """The instance's Telegram."""
    with _beside(TelegramServer()) as server:
        yield server


@pytest.fixture(scope="session")
def discord() -> Iterator[DiscordServer]:
    """The instance's Discord."""
    with _beside(DiscordServer()) as server:
        yield server


@pytest.fixture(scope="session")
def instance(
    instance_dsn: Dsn,
    tmp_path_factory: pytest.TempPathFactory,
    telegram: TelegramServer,
    discord: DiscordServer,
) -> Iterator[Instance]:
    """The instance, with the demo creator's content read."""
    data = as_after_a_start(tmp_path_factory.mktemp("house") / "data")
    where = {
        "DATABASE_URL": instance_dsn.owner,
        "UNDERSTUDY_TELEGRAM_API": telegram.url,
        "UNDERSTUDY_DISCORD_API": discord.url,
        "UNDERSTUDY_DISCORD_GATEWAY": discord.gateway.url,
    }
    with running(data, cwd=ROOT, **where) as started:
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
def signed_in(browser: Browser, instance: Instance, instance_dsn: Dsn, cookies: dict[str, Any]) -> Any:
    """The cookies of the owner's browser, once all of the demo can be asked for and its fans have asked."""
    if not cookies:
        cookies.update(_sign_in(browser, instance, instance_dsn))
    return cookies


def _last_is_answered(dsn: Dsn) -> bool:
    last = DEMO.conversations[-1]
    wanted = f"demo:{last.fan}:demo-{len(last.messages) - 1}"
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        found = connection.execute(
            "SELECT answered_at FROM message WHERE update_id = %s", [wanted]
        ).fetchone()
    return bool(found and found[0])


def _sign_in(browser: Browser, instance: Instance, dsn: Dsn) -> Any:
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
    while not _last_is_answered(dsn):
        assert time.monotonic() < deadline, "the demo's fans were not answered in time"
        page.wait_for_timeout(500)
    state = context.storage_state()
    context.close()
    return state


# A request that a page gives up for a newer one is told as an error, too.
_EXPECTED = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")


class Complaints(list[str]):
    """What a browser complained of: script errors and what the policy refused."""

    def __init__(self) -> None:
        super().__init__()
        self._left = ExitStack()

    def hear(self, page: Page) -> None:
        """Listen to a page, until `leave`."""
        for event, heard in (
            ("pageerror", lambda error: self.append(str(error))),
            ("console", self._console),
            ("dialog", lambda dialog: self.append(f"a dialog: {dialog.message}")),
        ):
            page.on(event, heard)
            self._left.callback(page.remove_listener, event, heard)

    def leave(self) -> None:
        """Listen no longer."""
        self._left.close()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_EXPECTED):
            self.append(message.text)


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Heard at the end of every test."""
    heard = Complaints()
    yield heard
    heard.leave()
    assert heard == []


@pytest.fixture
def as_found(browser: Browser, instance: Instance, instance_dsn: Dsn, signed_in: Any) -> Iterator[None]:
    """Puts the versions back in force that a test found: the tests share one avatar, in any order."""
    before = _in_force(instance_dsn, instance)
    yield
    for name, version in _in_force(instance_dsn, instance).items():
        if version != before[name]:
            with contextlib.closing(browser.new_context(**owner(instance, signed_in))) as context:
                page = context.new_page()
                page.goto(f"/@{instance.avatar}/{name}")
                with page.expect_navigation():
                    page.locator(f"form[action$='/restore/{before[name]}']").evaluate("form => form.submit()")


def owner(instance: Instance, signed_in: Any) -> dict[str, Any]:
    """What a new context needs, to be the owner's browser."""
    return {"base_url": instance.admin, "storage_state": signed_in, "locale": "en-GB"}


def _in_force(dsn: Dsn, instance: Instance) -> dict[str, int]:
    """By document, the version that is in force."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        found = {name: connection.execute(_NEWEST[name], (instance.avatar,)).fetchone() for name in DOCUMENTS}
    return {name: row[0] for name, row in found.items() if row}


@pytest.fixture
def admin(
    browser: Browser, instance: Instance, signed_in: Any, as_found: None, complaints: Complaints
) -> Iterator[Open]:
    """Opens an admin page as the owner: `admin("knowledge", viewport=PHONE, color_scheme="dark")`."""
    with ExitStack() as stack:

        def open_page(path: str, **options: Any) -> Page:
            context = browser.new_context(**(owner(instance, signed_in) | {"viewport": DESK} | options))
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
