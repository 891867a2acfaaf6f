"""Signing in with a real browser: its scripts, its own (virtual) authenticator, and the site's policy."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Page, async_playwright, expect

from community.types import Role
from kernel.db import Database
from tests.admin_web.auth.conftest import Household, link_for

pytestmark = pytest.mark.browser

_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    """Where the site is served for this test."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve([listener]))
    yield f"http://localhost:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def page(address: str) -> AsyncIterator[Page]:
    """A page of a browser on the site, with an authenticator in the machine."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("no Chromium on this machine: `understudy doctor` says how to get it")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(base_url=address)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Policy" in line.text else None)
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})
        yield page
        await browser.close()
    assert complaints == []


async def test_a_newcomer_needs_no_click_and_afterwards_no_link(
    database: Database, page: Page, ember: Household
) -> None:
    link = await link_for(database, ember.people[Role.OWNER])
    await page.goto(link)
    await page.wait_for_url("**/@ember/today")
    await page.goto("/account")
    await page.get_by_label("Name of the new passkey").fill("Laptop")
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_text("Laptop", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_role("alert")).to_contain_text("already")

    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.get_by_role("button", name="Yes, do it").click()
    await page.wait_for_url("**/sign-in")
    await page.goto(link)
    await expect(page.get_by_role("heading")).to_have_text("This link is used up")
    await page.goto("/account")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.wait_for_url("**/account")
    await expect(page.get_by_text("Last used")).to_be_visible()


async def test_a_browser_without_a_passkey_of_ours_is_told_what_to_do(page: Page) -> None:
    await page.goto("/sign-in")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("alert")).to_contain_text("one-time link")
    await page.get_by_text("No passkey yet?").click()
    await expect(page.get_by_text("understudy login-link")).to_be_visible()
