"""Approvals, autonomy and pauses over HTTP: who may do what, what a form may hold, what the frame shows."""

import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from community.types import Role
from conversation import approvals, autonomy
from conversation import service as conversation
from conversation.autonomy import Mode
from conversation.turn import Turns
from kernel.chat import CommandRouter
from kernel.db import Database
from persona_engine import repository as traces
from persona_engine.service import Asked, PersonaContext, Reply
from persona_engine.types import Step, Trace
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.conversation.stand_ins import Avatar
from tests.factories.people import set_mode

BASE = "/@ember/approvals"


@pytest.fixture
async def moderator(database: Database, browser: NewBrowser, ember: Household) -> Browser:
    """A moderator of Ember."""
    made = browser()
    await sign_in(database, made, ember.people[Role.MODERATOR])
    return made


async def ask(
    app: FastAPI, ember: Household, text: str, *, mode: Mode = Mode.ASK, avatar: Avatar | None = None
) -> int:
    """Have a fan say something, answered in a mode; its thread."""
    container = app.state.container
    async with container.db.uow(ember.creator) as uow:
        await set_mode(uow, ember.avatar.id, mode)
    room = await container.webchat.room("ember")
    received = await container.webchat.say(room, "visitor", text, re.sub(r"\W", "", text))
    await Turns(container.db, avatar or Avatar(), CommandRouter()).run(ember.creator, received.thread_id)
    return int(received.thread_id)


async def first(app: FastAPI, ember: Household) -> int:
    async with app.state.container.db.uow(ember.creator) as uow:
        return (await approvals.waiting(uow, ember.avatar.id))[0].id


async def last_sent(app: FastAPI, ember: Household) -> str:
    async with app.state.container.db.uow(ember.creator) as uow:
        row = await uow.fetch_one("SELECT payload FROM outbound ORDER BY id DESC LIMIT 1")
    return str(row.payload["text"])


async def test_what_waits_is_listed_and_counted_and_sent(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    await ask(app, ember, "quoted 0.9 it is <b>yellow</b>")
    page = (await moderator.get(BASE)).text
    assert "it is &lt;b&gt;yellow" in page
    assert "90% sure" in page
    assert re.search(r'data-count="approvals">1<', page)
    answer = await moderator.post(f"{BASE}/{await first(app, ember)}/send")
    assert answer.status_code == 303
    page = (await moderator.get(BASE)).text
    assert "Nothing waits" in page
    assert "Moderator" in page.partition("Decided lately")[2]
    assert "yellow" in await last_sent(app, ember)


async def test_why_it_is_what_it_is_opens_from_what_waits_and_from_the_last_questions(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    await ask(app, ember, "quoted 0.9 it is yellow")
    async with app.state.container.db.uow(ember.creator) as uow:
        (waits,) = await approvals.waiting(uow, ember.avatar.id)
        steps = [{"name": "gate", "decision": "answer", "reason": "compared", "ms": 1.0,
                  "data": {"confidence": 0.9, "threshold": 0.5}}]  # fmt: skip
        await traces.add_trace(
            uow, message_id=waits.message_id, avatar_id=ember.avatar.id, kind="quoted", trace={"steps": steps}
        )
    for page in (BASE, BASE.replace("approvals", "today")):
        shown = (await moderator.get(page)).text
        (why,) = re.findall(r'hx-get="([^"]+/playground/why/\d+)" hx-target="#reason-body"', shown)
        assert 'id="reason-body"' in shown
        assert "Every step" in (await moderator.get(why)).text


async def test_why_nothing_was_sent_is_that_a_person_answers(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    class Greeted(Avatar):
        async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
            made = await super().respond(asked, context)
            steps = ("small talk", "greeting", "whole"), ("answer", "template", "small_talk")
            return replace(made, trace=Trace(tuple(Step(*each, 0.1) for each in steps)))

    await ask(app, ember, "handover:x - somebody comes")
    await ask(app, ember, "smalltalk:greeting - hi", avatar=Greeted())
    async with app.state.container.db.uow(ember.creator) as uow:
        (message,) = await uow.fetch("SELECT id FROM message WHERE outcome = 'to_person'")
    facts, _, steps = (await moderator.get(f"/@ember/playground/why/{message.id}")).text.partition(
        "Every step"
    )
    assert "left to a person" in facts
    assert "a person is answering this conversation" in facts
    assert "mall talk" not in facts
    assert "A fixed text" not in facts
    assert "Small talk" in steps


async def test_it_is_sent_once_and_in_a_persons_words(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    await ask(app, ember, "quoted 0.9 it is yellow")
    waiting = await first(app, ember)
    assert (await moderator.post(f"{BASE}/{waiting}/send", {"text": "x" * 4097})).status_code == 422
    assert (
        await moderator.post(f"{BASE}/{waiting}/send", {"text": "It glows.\r\nReally."})
    ).status_code == 303
    assert await last_sent(app, ember) == "It glows.\nReally."
    again = await moderator.post(f"{BASE}/{waiting}/send")
    assert (again.status_code, "has decided this already" in again.text) == (409, True)
    assert (await moderator.post(f"{BASE}/{waiting}/drop")).status_code == 409
    assert (await moderator.post(f"{BASE}/{waiting + 9}/send")).status_code == 404


async def test_the_list_comes_again_only_where_it_has_changed(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    await ask(app, ember, "quoted 0.9 it is yellow")
    page = (await moderator.get(BASE)).text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    assert (await moderator.get(f"{BASE}/live?seen={seen}")).status_code == 204
    await ask(app, ember, "quoted 0.9 it is blue")
    changed = await moderator.get(f"{BASE}/live?seen={seen}")
    assert (changed.status_code, "it is blue" in changed.text) == (200, True)


async def test_a_thread_is_answered_and_given_back(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    thread = await ask(app, ember, "handover:x - somebody comes")
    page = (await moderator.get(BASE)).text
    assert "Waiting for a person" in page
    assert "waits for you" in page
    form = {"once": "abcdefgh", "seen": "0", "text": "I'm here."}
    assert (await moderator.post(f"{BASE}/threads/{thread}/answer", form)).status_code == 303
    assert (await moderator.post(f"{BASE}/threads/{thread}/answer", form)).status_code == 303
    assert await last_sent(app, ember) == "I'm here."
    late = await moderator.post(f"{BASE}/threads/{thread}/answer", form | {"once": "ijklmnop"})
    assert late.status_code == 409
    assert (await moderator.post(f"{BASE}/threads/{thread}/back")).status_code == 303
    assert "Waiting for a person" not in (await moderator.get(BASE)).text


async def test_a_viewer_only_looks(
    app: FastAPI, database: Database, browser: NewBrowser, ember: Household
) -> None:
    await ask(app, ember, "quoted 0.9 it is yellow")
    viewer = browser()
    await sign_in(database, viewer, ember.people[Role.VIEWER])
    page = await viewer.get(BASE)
    assert "it is yellow" in page.text
    assert "Send the answer" not in page.text
    assert "Pause" not in page.text
    waiting = await first(app, ember)
    for path in (f"{BASE}/{waiting}/send", f"{BASE}/{waiting}/drop", "/@ember/autonomy/pause"):
        assert (await viewer.post(path)).status_code == 403, path
    assert await first(app, ember) == waiting


async def test_without_the_pages_token_nothing_is_sent(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    await ask(app, ember, "quoted 0.9 it is yellow")
    waiting = await first(app, ember)
    answer = await moderator.client.post(
        f"{BASE}/{waiting}/send", headers={"origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403
    assert await first(app, ember) == waiting


async def test_a_pause_names_who_and_since_when_on_every_page(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    answer = await moderator.post("/@ember/autonomy/pause", {"back": "/@ember/knowledge"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/@ember/knowledge")
    for page in ("today", "knowledge", "health"):
        told = (await moderator.get(f"/@ember/{page}")).text
        assert "Paused: nothing is sent." in told
        assert "By Moderator" in told
    await moderator.post("/@ember/autonomy/resume")
    assert "Paused: nothing" not in (await moderator.get("/@ember/today")).text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/@ember/../x", "", "/\\evil"])
async def test_the_way_back_leads_nowhere_else(moderator: Browser, back: str) -> None:
    answer = await moderator.post("/@ember/autonomy/pause", {"back": back})
    assert answer.headers["location"] == "/@ember/today"


async def test_the_operators_stop_shows_on_every_page_and_in_health(
    app: FastAPI, moderator: Browser, database: Database
) -> None:
    async with database.system_uow() as uow:
        await autonomy.pause_all(uow, "operator")
    for page in ("today", "health"):
        assert "The operator has stopped every avatar" in (await moderator.get(f"/@ember/{page}")).text
    assert "understudy resume --all" in (await moderator.get("/@ember/health/live")).text


# ---- settings ----

SETTINGS: dict[str, Any] = {"mode": "auto", "threshold": "80"}


async def test_settings_are_kept_and_shown(app: FastAPI, owner: Browser, ember: Household) -> None:
    hours = {"duty_0_from": "09:00", "duty_0_to": "17:00", "quiet_6_from": "22:00", "quiet_6_to": "07:00"}
    assert (await owner.post("/@ember/autonomy", SETTINGS | hours | {"off_mode": "ask"})).status_code == 303
    async with app.state.container.db.uow(ember.creator) as uow:
        found = await conversation.autonomy.settings(uow, ember.avatar.id)
    assert (found.mode, found.threshold, found.off_mode) == (Mode.AUTO, 0.8, Mode.ASK)
    assert found.duty.to_json() == {"0": ["09:00", "17:00"]}
    assert found.quiet.to_json() == {"6": ["22:00", "07:00"]}
    page = (await owner.get("/@ember/autonomy")).text
    assert re.search(r'name="duty_0_from" value="09:00" aria-label="Monday, on duty from"', page)
    assert re.search(r'value="auto" checked', page)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "wild"}, {"threshold": "101"}, {"off_mode": "wild"},
        {"duty_0_from": "09:00"}, {"quiet_3_to": "25:00", "quiet_3_from": "01:00"},
    ],
)  # fmt: skip
async def test_settings_that_are_none_are_refused(
    app: FastAPI, owner: Browser, ember: Household, wrong: dict[str, str]
) -> None:
    assert (await owner.post("/@ember/autonomy", SETTINGS | wrong)).status_code == 422
    async with app.state.container.db.uow(ember.creator) as uow:
        assert (await conversation.autonomy.settings(uow, ember.avatar.id)).threshold == 0.0


async def test_a_threshold_is_tried_on_the_last_answers(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    for text in ("quoted 0.9 one", "quoted 0.6 two", "declined 0.1 three"):
        await ask(app, ember, text, mode=Mode.AUTO)
    for threshold, low in ((50, 0), (70, 1), (100, 2)):
        told = (await owner.get(f"/@ember/autonomy/waits?threshold={threshold}")).text
        assert f"Of the last 2 answers {low} would have waited" in told


async def goes_back(app: FastAPI, ember: Household, thread: int, by: int) -> None:
    """Have a fan be left to a person, and go back to the avatar."""
    assert await ask(app, ember, f"handover:x - {by}", mode=Mode.AUTO) == thread
    async with app.state.container.db.uow(ember.creator) as uow:
        assert await approvals.return_to_avatar(uow, ember.avatar.id, thread, by=by)


async def test_a_fan_who_went_back_to_the_avatar_is_shown_until_seen(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    thread = await ask(app, ember, "quoted - one", mode=Mode.AUTO)
    await goes_back(app, ember, thread, 1)
    page = (await moderator.get(BASE)).text
    assert "Waiting for a person" not in page
    assert "handover:x" in page.partition("Went back to the avatar")[2]
    (since,) = re.findall('name="since" value="([^"]+)"', page)
    await goes_back(app, ember, thread, 2)
    assert (await moderator.post(f"{BASE}/threads/{thread}/seen", {"since": since})).status_code == 303
    assert (await moderator.post(f"{BASE}/threads/{thread}/seen", {})).status_code == 303
    page = (await moderator.get(BASE)).text
    assert "Went back to the avatar" in page, "what was seen is the first time, not the one after it"
    (since,) = re.findall('name="since" value="([^"]+)"', page)
    assert (await moderator.post(f"{BASE}/threads/{thread}/seen", {"since": since})).status_code == 303
    assert "Went back to the avatar" not in (await moderator.get(BASE)).text


@pytest.mark.parametrize("since", ["yesterday", "2026-01-01T00:00:00", "9" * 400])
async def test_what_was_seen_is_a_moment(moderator: Browser, since: str) -> None:
    assert (await moderator.post(f"{BASE}/threads/1/seen", {"since": since})).status_code == 422


async def test_a_reply_isnt_reworded_into_what_no_avatar_says(
    app: FastAPI, moderator: Browser, ember: Household
) -> None:
    await ask(app, ember, "quoted 0.9 it is yellow")
    waiting = await first(app, ember)
    for text in ("Yes, I'm a real person, not a bot.", "Your money doubles, guaranteed."):
        answer = await moderator.post(f"{BASE}/{waiting}/send", {"text": text})
        assert answer.status_code == 422
        assert "ord it differently" in answer.text
    assert await first(app, ember) == waiting
