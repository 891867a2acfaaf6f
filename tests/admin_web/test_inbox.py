"""The Inbox over HTTP: who may read, who may talk, what is shown of whom."""

import re

import pytest
from fastapi import FastAPI

from community.types import Role
from conversation.turn import Turns
from kernel.chat import CommandRouter
from kernel.db import Database
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.conversation.stand_ins import Echo

BASE = "/@ember/inbox"
WRITES = {
    "take": {}, "release": {}, "say": {"text": "Hello", "once": "aaaaaaaa"}, "notes": {"text": "Kind"},
    "tags": {"word": "vip"}, "tags/delete": {"word": "vip"}, "notes/1/delete": {},
}  # fmt: skip


@pytest.fixture
async def moderator(database: Database, browser: NewBrowser, ember: Household) -> Browser:
    """A moderator of Ember."""
    made = browser()
    await sign_in(database, made, ember.people[Role.MODERATOR])
    return made


async def talk(app: FastAPI, ember: Household, text: str) -> int:
    """What a fan says in the web chat; their thread."""
    container = app.state.container
    room = await container.webchat.room("ember")
    received = await container.webchat.say(room, "visitor", text, re.sub(r"\W", "", text), name="Ada")
    await Turns(container.db, Echo(), CommandRouter()).run(ember.creator, received.thread_id)
    return int(received.thread_id)


async def test_an_empty_inbox_says_so(moderator: Browser) -> None:
    assert "Nobody has written yet" in (await moderator.get(BASE)).text


async def test_a_moderator_reads_takes_over_writes_and_gives_back(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    thread = await talk(app, ember, "Is <b>anybody</b> there?")
    listed = (await moderator.get(BASE)).text
    assert "Ada" in listed
    assert "&lt;b&gt;anybody" in listed
    assert "Ada" not in (await moderator.get(f"{BASE}?q=nothing+like+it")).text
    for name, fields in WRITES.items():
        if name not in ("release", "tags/delete", "notes/1/delete"):
            answer = await moderator.post(f"{BASE}/{thread}/{name}", data=fields)
            assert answer.status_code == 303, (name, answer.text)
    page = (await moderator.get(f"{BASE}/{thread}")).text
    for shown in ("You answer this fan", "Hello", "Kind", "vip", "Give back to the avatar"):
        assert shown in page
    assert "Ada" in (await moderator.get(f"{BASE}?only=mine&q=VIP")).text
    for name in ("release", "tags/delete", "notes/1/delete"):
        assert (await moderator.post(f"{BASE}/{thread}/{name}", data=WRITES[name])).status_code == 303
    page = (await moderator.get(f"{BASE}/{thread}")).text
    assert "The avatar answers this fan" in page
    assert "Kind" not in page
    assert "vip" not in page


async def test_a_viewer_reads_and_changes_nothing(
    app: FastAPI, database: Database, browser: NewBrowser, ember: Household
) -> None:
    thread = await talk(app, ember, "Hello?")
    viewer = browser()
    await sign_in(database, viewer, ember.people[Role.VIEWER])
    page = (await viewer.get(f"{BASE}/{thread}")).text
    assert "Hello?" in page
    assert "Take over" not in page
    assert "Add note" not in page
    for name, fields in WRITES.items():
        assert (await viewer.post(f"{BASE}/{thread}/{name}", data=fields)).status_code == 403, name


async def test_whoever_has_not_taken_it_over_is_told_so(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    thread = await talk(app, ember, "Hello?")
    answer = await moderator.post(f"{BASE}/{thread}/say", data=WRITES["say"])
    assert answer.status_code == 409
    assert (await moderator.get(f"{BASE}/999999")).status_code == 404
