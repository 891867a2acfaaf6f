"""What fans were unhappy with stands before the creator until it is corrected or put aside."""

import re

from fastapi import FastAPI

from bots import service as bots
from community.types import Role
from conversation import repository as conversations
from conversation import service as conversation
from kernel.chat import Inbound, Outbound
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.admin_web.test_stopped import listed

PAGE = "/@ember/corrections/flagged"


async def judged(app: FastAPI, ember: Household, text: str, *kinds: str) -> int:
    """A message that was answered, and what fans think of the answer."""
    async with app.state.container.db.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        for number, kind in enumerate(kinds):
            fan = f"{text}-{number}"
            said = Inbound(connection, "webchat", fan, text, fan, text)
            taken = await conversation.receive(uow, ember.avatar.id, said)
            if not number:
                first = taken
                await conversations.finish_message(
                    uow, taken.message_id, lang="en", outcome="quoted", confidence=0.9
                )
                await conversations.add_outbound(
                    uow, thread_id=taken.thread_id, connection_id=connection, message_id=taken.message_id,
                    once=f"reply:{taken.message_id}:0", payload=Outbound(f"re: {text}", "en").to_json(),
                )  # fmt: skip
                await uow.fetch(
                    "UPDATE outbound SET state = 'sent', platform_message_id = %(t)s WHERE state <> 'sent'",
                    {"t": text},
                )
            assert await conversation.feedback.give(
                uow, connection_id=connection, chat_id=text, platform_message_id=text, platform="webchat",
                user_id=fan, kind=kind,
            )  # fmt: skip
    return first.message_id


async def test_it_is_listed_with_how_many_thought_what_and_todays_page_leads_there(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    assert "Nothing is flagged" in (await owner.client.get(PAGE)).text
    assert "/corrections/flagged" not in (await owner.client.get("/@ember/today")).text
    await judged(app, ember, "why yellow?", "good", "good")
    await judged(app, ember, "what is wax?", "bad")
    await judged(app, ember, "is it safe?", "flag", "flag", "bad", "good")
    page = (await owner.client.get(PAGE)).text
    assert listed(page) == ["is it safe?", "what is wax?"]
    assert [each.strip() for each in re.findall(r"((?:dis)?liked once|flagged \d times)", page)] == [
        "flagged 2 times", "disliked once", "liked once", "disliked once",
    ]  # fmt: skip
    today = (await owner.client.get("/@ember/today")).text
    assert "Fans were unhappy with 2 answers." in today
    assert re.search(r"Answers liked this week</dt><dd>3 .*?2 disliked, 2 flagged", today, re.DOTALL)


async def test_what_is_corrected_or_put_aside_is_listed_no_more(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    wax = await judged(app, ember, "what is wax?", "bad")
    safe = await judged(app, ember, "is it safe?", "flag")
    assert f'href="/@ember/corrections/edit?message={safe}"' in (await owner.client.get(PAGE)).text
    fixed = await owner.post(
        f"/@ember/corrections/edit?message={safe}",
        {"text": "Only under a grown-up's eyes.", "questions": "is it safe?", "message": safe},
    )
    assert fixed.status_code == 303
    assert listed((await owner.client.get(PAGE)).text) == ["what is wax?"]
    assert (await owner.post(f"{PAGE}/dismiss", {"message": wax})).status_code == 303
    assert (await owner.post(f"{PAGE}/dismiss", {"message": wax + 1000})).status_code == 404
    assert "Nothing is flagged" in (await owner.client.get(PAGE)).text


async def test_who_only_looks_settles_nothing(app: FastAPI, browser: NewBrowser, ember: Household) -> None:
    wax = await judged(app, ember, "what is wax?", "bad")
    viewer = browser()
    await sign_in(app.state.container.db, viewer, ember.people[Role.VIEWER])
    assert "/dismiss" not in (await viewer.client.get(PAGE)).text
    assert (await viewer.post(f"{PAGE}/dismiss", {"message": wax})).status_code == 403
