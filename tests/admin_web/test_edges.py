"""Odd input at the admin's edges is refused, never a failure of ours."""

import pytest
from fastapi import FastAPI

from tests.admin_web.auth.conftest import Browser, NewBrowser

HUGE = "9" * 20


@pytest.mark.parametrize(
    "path",
    [
        f"knowledge/{HUGE}",
        "knowledge/" + "9" * 5000,
        "knowledge?q=%00",
        "knowledge?kind=%00&lang=%00",
        "knowledge/search?q=%00",
        f"playground/why/{HUGE}",
        f"style/diff?one=1&other={HUGE}",
        f"style/diff?one=1&other={2**62}",
    ],
)
async def test_odd_addresses_are_refused(owner: Browser, path: str) -> None:
    assert 400 <= (await owner.get(f"/@ember/{path}")).status_code < 500


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("knowledge/many", {"action": "delete", "ids": HUGE}),
        ("knowledge/many", {"action": "visibility", "ids": "1", "value": "go\0ld"}),
        (f"knowledge/{HUGE}/delete", {}),
        ("knowledge/url", {"url": "https://example.org/\0"}),
        ("knowledge/url", {"url": "https://example.org/", "tier": "go\0ld"}),
        (f"style/restore/{HUGE}", {}),
        (f"style/restore/{2**62}", {}),
        (f"people/{HUGE}/remove", {}),
        ("setup", {"name": "Ember", "time_zone": "UTC\0", "languages": "en"}),
        ("playground/messages", {"text": "hi", "client_id": "a\0"}),
    ],
)
async def test_odd_forms_are_refused(owner: Browser, path: str, form: dict[str, str]) -> None:
    assert 400 <= (await owner.post(f"/@ember/{path}", form)).status_code < 500


async def test_a_large_body_is_not_read_before_signing_in(app: FastAPI, browser: NewBrowser) -> None:
    stranger = browser()
    headers = {"x-csrf-token": await stranger.token()}
    for path in ("setup/portrait", "style/card", "knowledge/files?name=a.txt"):
        files = {"portrait": b"x" * 3_000_000, "card": b"x"}
        answer = await stranger.client.post(f"/@ember/{path}", files=files, headers=headers)
        assert answer.status_code == 401, path
    assert app.state.container
