"""The Inbox over HTTP: who may read, who may talk, what is shown of whom."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from fastapi import FastAPI
from psycopg.types.json import Jsonb

from community.types import Role
from conversation.turn import Turns
from kernel.chat import CommandRouter, Medium
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


async def test_a_picture_is_shown_and_a_file_is_saved_of_this_conversation_alone(
    app: FastAPI, database: Database, moderator: Browser, ember: Household, tmp_path: Path
) -> None:
    thread = await talk(app, ember, "Look at this")
    other = await talk(app, ember, "And this") + 1
    source = tmp_path / "flame"
    source.write_bytes(b"a flame")
    stored = app.state.container.files.save_path(ember.creator, source)
    media = [
        Medium("photo", file=stored.sha256, width=9, height=9),
        Medium("document", file=stored.sha256, name="a b.html"),
    ]
    async with database.uow(ember.creator) as uow:
        row = await uow.fetch_one(
            "UPDATE outbound SET payload = payload || %(media)s WHERE id = "
            "(SELECT max(id) FROM outbound WHERE thread_id = %(id)s) RETURNING id",
            {"id": thread, "media": Jsonb({"media": [asdict(each) for each in media]})},
        )
    page = (await moderator.get(f"{BASE}/{thread}")).text
    at = f"{BASE}/{thread}/media/ours/{row.id}"
    assert f'src="{at}/0"' in page
    assert f'href="{at}/1" download' in page
    shown, saved = await moderator.get(f"{at}/0"), await moderator.get(f"{at}/1")
    assert (shown.content, shown.headers["content-type"]) == (b"a flame", "image/jpeg")
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''a%20b.html"
    assert saved.headers["content-type"] == "application/octet-stream", "whatever it is, it isn't opened"
    fans, others = f"{BASE}/{thread}/media/fan/{row.id}/0", f"{BASE}/{other}/media/ours/{row.id}/0"
    for wrong in (f"{at}/2", fans, others):
        assert (await moderator.get(wrong)).status_code == 404, wrong
