"""What was stopped is listed with what stopped it, counted by that, and put right where it was wrong."""

import html
import re
from datetime import timedelta

from fastapi import FastAPI

from bots import service as bots
from community.types import Role
from conversation import repository as conversations
from conversation import service as conversation
from kernel.chat import Inbound
from kernel.clock import now
from kernel.db import Database
from persona_engine import service as persona
from persona_engine.service import Reply
from persona_engine.types import Step, Trace
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.admin_web.test_boundaries import RULE, current, saved

PAGE = "/@ember/boundaries/stopped"


async def heard(app: FastAPI, ember: Household, *said: tuple[str, str], days_ago: int = 0) -> None:
    """Messages of fans, each with what became of it."""
    async with app.state.container.db.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        for text, outcome in said:
            user = f"demo:{text}"  # whose messages may be dated back
            taken = await conversation.receive(
                uow, ember.avatar.id, Inbound(connection, "webchat", user, user, user, text)
            )
            await conversations.finish_message(
                uow, taken.message_id, lang="en", outcome=outcome, confidence=None
            )
            await conversation.backdate(uow, taken.thread_id, now() - timedelta(days=days_ago))


def listed(page: str) -> list[str]:
    return re.findall(r'class="talk-question">([^<]+)<', page)


def message_of(page: str) -> int:
    """The first message that is listed."""
    found = re.search(r"playground/why/(\d+)", page)
    assert found
    return int(found[1])


async def test_it_is_listed_by_what_stopped_it_and_counted(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await heard(app, ember, ("long ago", "handover:medical"), days_ago=40)
    await heard(
        app, ember, ("my chest hurts", "handover:medical"), ("your address?", "forbidden:whereabouts"),
        ("which dose?", "handover:medical"), ("I took pills", "crisis"), ("who won?", "only"),
        ("gone", "forbidden:deleted"), ("why yellow?", "quoted"), ("hi", "smalltalk:greeting"),
    )  # fmt: skip
    page = (await owner.client.get(PAGE)).text
    assert listed(page)[:6] == [
        "gone",
        "who won?",
        "I took pills",
        "which dose?",
        "your address?",
        "my chest hurts",
    ]
    assert "why yellow?" not in page
    assert "A boundary that was deleted" in page
    medical = (await owner.client.get(f"{PAGE}?by=medical")).text
    assert listed(medical) == ["which dose?", "my chest hurts", "long ago"]
    assert listed((await owner.client.get(f"{PAGE}?by=crisis")).text) == ["I took pills"]
    assert listed((await owner.client.get(f"{PAGE}?by=forged%27--")).text) == []
    counted = re.findall(r'by=(\w+)"[^>]*>.*?numeric">(\d+)<', page)
    assert dict(counted) == {"medical": "2", "whereabouts": "1", "deleted": "1", "only": "1", "crisis": "1"}
    assert "Messages in the last 30 days: 6." in (await owner.client.get("/@ember/boundaries")).text


async def test_older_ones_are_a_click_away(app: FastAPI, owner: Browser, ember: Household) -> None:
    await heard(app, ember, *((f"number {number}", "handover:medical") for number in range(40)))
    page = (await owner.client.get(f"{PAGE}?by=medical")).text
    assert listed(page) == [f"number {number}" for number in range(39, 9, -1)]
    earlier = re.search(r'href="([^"]*before=\d+)"', page)
    assert earlier
    rest = (await owner.client.get(earlier[1].replace("&amp;", "&"))).text
    assert listed(rest) == [f"number {number}" for number in range(9, -1, -1)]
    assert "before=" not in rest


async def test_what_was_stopped_wrongly_is_put_right_in_place(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await heard(app, ember, ("can I stop now?", "handover:medical"), ("how do wicks work?", "only"))
    page = (await owner.client.get(PAGE)).text
    assert "can I stop now?” was stopped wrongly" in page
    assert "belongs to the topics" not in page, "there are no only topics any more"
    topic = await saved(app, owner, ember, name="Wax", kind="only")
    assert "belongs to the topics" in (await owner.client.get(PAGE)).text
    message = message_of((await owner.client.get(f"{PAGE}?by=only")).text)
    answer = await owner.post(f"{PAGE}/belongs?message={message}", {"rule": topic.id})
    assert answer.status_code == 303
    kept = (await current(app, ember)).document.rule(topic.id)
    assert kept is not None
    assert kept.examples[-1] == "how do wicks work?"
    assert (await owner.post(f"{PAGE}/belongs?message={message}", {"rule": "gone"})).status_code == 404
    assert (await owner.post(f"{PAGE}/belongs?message=999", {"rule": topic.id})).status_code == 404


async def test_a_viewer_sees_it_and_alters_nothing(
    app: FastAPI, database: Database, browser: NewBrowser, ember: Household
) -> None:
    await heard(app, ember, ("can I stop now?", "handover:medical"))
    viewer = browser()
    await sign_in(database, viewer, ember.people[Role.VIEWER])
    page = (await viewer.client.get(PAGE)).text
    assert "can I stop now?" in page
    assert "This was wrong" not in page
    assert (await viewer.post(f"{PAGE}/belongs", {"rule": "medical"})).status_code == 403
    assert RULE["name"] not in page


async def test_the_sentence_of_the_content_that_a_rule_was_found_in_is_named_and_becomes_the_exception(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    rule = await saved(app, owner, ember)
    await heard(app, ember, ("Who is Biscuit?", f"forbidden:{rule.id}"))
    message = message_of((await owner.client.get(PAGE)).text)
    beside = ["The election was on a Sunday.", "I voted for nobody & nothing."]
    data = {"rule_id": rule.id, "rule": rule.name, "confidence": 0.9, "example": "?", "parts": beside}
    step = Step("content", "forbidden", "found", 1.0, data | {"text": " … ".join(beside)})
    async with app.state.container.db.uow(ember.creator) as uow:
        reply = Reply((), "en", f"forbidden:{rule.id}", Trace((step,)))
        await persona.record(uow, ember.avatar.id, message, reply)
    named = " … ".join(beside)
    assert f"beside it: “{named}”" in html.unescape((await owner.client.get(PAGE)).text)
    why = await owner.client.get(f"/@ember/playground/why/{message}")
    assert f"“{named}” falls under “Politics”" in html.unescape(why.text)
    action = re.search(r'action="([^"]*/exception[^"]*)"', why.text)
    assert action
    assert (await owner.post(action[1], {"rule": rule.id})).status_code == 303
    kept = (await current(app, ember)).document.rule(rule.id)
    assert kept is not None
    assert kept.exceptions == tuple(beside)
    async with app.state.container.db.uow(ember.creator) as uow:
        assert not await uow.fetch("SELECT 1 FROM fan_wording"), "they are the creator's"
