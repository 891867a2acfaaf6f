"""Broadcasts over HTTP: who may write one, what is shown before it goes, how it is stopped."""

import io
import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import Response
from PIL import Image

from community import service as community
from community.types import NoEntitlements, Role
from conversation import service as conversation
from conversation.broadcasts import Broadcasts
from kernel.clock import now
from kernel.db import Database
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in

BASE = "/@ember/broadcasts"
ACTS = ("try", "start", "pause", "resume", "cancel", "discard")


@pytest.fixture
async def moderator(database: Database, browser: NewBrowser, ember: Household) -> Browser:
    """A moderator of Ember."""
    made = browser()
    await sign_in(database, made, ember.people[Role.MODERATOR])
    return made


async def reader(app: FastAPI, ember: Household, name: str) -> None:
    """A fan in the web chat who has asked for news."""
    container = app.state.container
    room = await container.webchat.room("ember")
    await container.webchat.say(room, name, "Hello", "one", name=name)
    async with container.db.uow(ember.creator) as uow:
        found = await community.find_fan(uow, "webchat", name)
        assert found
        await conversation.broadcasts.want(uow, found.id, wanted=True)


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "orange").save(file, "PNG")
    return file.getvalue()


async def with_picture(browser: Browser, content: bytes) -> Response:
    fields = {"csrf_token": await browser.token(), "broadcast_id": "0", "text-en": "Look"}
    return await browser.client.post(
        f"{BASE}/save", data=fields, files={"picture": ("a.png", content)}, headers={"origin": browser.origin}
    )


async def test_nothing_was_sent_yet(moderator: Browser) -> None:
    assert "Nothing was sent yet" in (await moderator.get(BASE)).text


async def test_it_is_written_seen_sent_paused_and_cancelled(
    app: FastAPI, database: Database, moderator: Browser, ember: Household
) -> None:
    for name in ("ada", "bo"):
        await reader(app, ember, name)
    assert "2 fans" in (await moderator.post(f"{BASE}/reach", data={})).text
    assert "0 fans" in (await moderator.post(f"{BASE}/reach", data={"languages": "ja"})).text
    refused = await moderator.post(f"{BASE}/save", data={"broadcast_id": "0"})
    assert refused.status_code == 422
    made = await moderator.post(f"{BASE}/save", data={"broadcast_id": "0", "text-en": "A <b>new</b> candle"})
    assert made.status_code == 303
    at = made.headers["location"]
    page = (await moderator.get(at)).text
    assert "A &lt;b&gt;new&lt;/b&gt; candle" in page
    assert "News from" in page
    assert "2 fans" in page
    number = at.rpartition("/")[2]
    edited = {"broadcast_id": number, "text-en": "Another candle", "text-es": "Otra vela"}
    assert (await moderator.post(f"{BASE}/save", data=edited)).status_code == 303
    assert "Otra vela" in (await moderator.get(f"{at}/edit")).text
    assert (await moderator.post(f"{at}/start")).status_code == 303
    for _ in range(2):
        await Broadcasts(database, NoEntitlements()).tick()
    assert "It was for 2 fans when it began." in (await moderator.get(at)).text
    assert (await moderator.post(f"{at}/pause")).status_code == 303
    assert "paused" in (await moderator.get(BASE)).text
    assert (await moderator.post(f"{at}/resume")).status_code == 303
    assert (await moderator.post(f"{at}/cancel")).status_code == 303
    await Broadcasts(database, NoEntitlements()).tick()
    assert "cancelled" in (await moderator.get(at)).text
    assert (await moderator.post(f"{at}/start")).status_code == 409


async def test_the_lists_are_sent_anew_where_they_are_other_than_before(moderator: Browser) -> None:
    made = await moderator.post(f"{BASE}/save", data={"broadcast_id": "0", "text-en": "Hello"})
    at = made.headers["location"]
    for path, start in ((BASE, "seen"), (at, "seen")):
        seen = re.search(rf'name="{start}" value="(\w+)"', (await moderator.get(path)).text)
        assert seen
        assert (await moderator.get(f"{path}/live?seen={seen[1]}")).status_code == 204
        assert (await moderator.get(f"{path}/live?seen=x")).status_code == 200


async def test_it_waits_for_a_moment_of_the_creators_clock(moderator: Browser) -> None:
    made = await moderator.post(f"{BASE}/save", data={"broadcast_id": "0", "text-en": "Hello"})
    at = made.headers["location"]
    for wrong in ("2001-01-01T10:00", "soon", "2999-01-01T10:00"):
        answer = await moderator.post(f"{at}/start", data={"at": wrong})
        assert answer.status_code == 422
        assert "within the next year" in answer.text
    soon = (now() + timedelta(hours=2)).isoformat()[:16]
    assert (await moderator.post(f"{at}/start", data={"at": soon})).status_code == 303
    assert "waits for its time" in (await moderator.get(at)).text


async def test_a_picture_goes_with_it_and_may_be_taken_off(moderator: Browser) -> None:
    made = await with_picture(moderator, picture())
    at = made.headers["location"]
    assert (await moderator.get(f"{at}/picture")).headers["content-type"] == "image/png"
    number = at.rpartition("/")[2]
    fields = {"broadcast_id": number, "text-en": "Look", "no_picture": "on"}
    assert (await moderator.post(f"{BASE}/save", data=fields)).status_code == 303
    assert (await moderator.get(f"{at}/picture")).status_code == 404
    assert (await with_picture(moderator, b"no picture")).status_code == 422


async def test_whom_the_avatar_knows_in_no_chat_gets_no_test(moderator: Browser) -> None:
    made = await moderator.post(f"{BASE}/save", data={"broadcast_id": "0", "text-en": "Hello"})
    answer = await moderator.post(f"{made.headers['location']}/try")
    assert answer.status_code == 409
    assert "Say first in a chat who you are" in answer.text


async def test_a_viewer_neither_reads_nor_sends(
    database: Database, browser: NewBrowser, moderator: Browser, ember: Household
) -> None:
    made = await moderator.post(f"{BASE}/save", data={"broadcast_id": "0", "text-en": "Hello"})
    at = made.headers["location"]
    viewer = browser()
    await sign_in(database, viewer, ember.people[Role.VIEWER])
    for path in (BASE, f"{BASE}/new", at, f"{at}/edit", f"{at}/live"):
        assert (await viewer.get(path)).status_code == 403, path
    for act in ACTS:
        assert (await viewer.post(f"{at}/{act}")).status_code == 403, act
    assert (await viewer.post(f"{BASE}/save", data={"text-en": "Hello"})).status_code == 403
