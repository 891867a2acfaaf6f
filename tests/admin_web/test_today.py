"""The first page: what fans asked and got, day by day; whose questions were invented with the demo."""

import html
import re
from datetime import timedelta

from fastapi import FastAPI

from bots import service as bots
from community import service as community
from conversation import approvals_repository
from conversation import repository as conversations
from conversation import service as conversation
from conversation.autonomy import Mode
from kernel.chat import Inbound
from kernel.clock import now
from tests.admin_web.auth.conftest import Browser, Household
from tests.factories.people import set_mode

BASE = "/@ember"


async def test_what_the_demos_fans_ask_is_marked_as_the_demos(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    async with app.state.container.db.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        said = Inbound(connection, "webchat", "d-1", "demo:Robin", "demo:Robin", "Why is it yellow?")
        await conversation.receive(uow, ember.avatar.id, said)
    today = (await owner.client.get(f"{BASE}/today?lang=en")).text
    assert re.search(r"Why is it yellow\?.*?talk-meta[^/]*badge[^/]*Demo</span>", today, re.DOTALL)


async def test_today_counts_two_weeks_day_by_day_the_demos_fans_among_them(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    async def said(user: str, outcome: str) -> int:
        async with app.state.container.db.uow(ember.creator) as uow:
            connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
            line = Inbound(connection, "webchat", f"{user}-1", user, user, "Why is it yellow?")
            taken = await conversation.receive(uow, ember.avatar.id, line)
            await conversations.finish_message(
                uow, taken.message_id, lang="en", outcome=outcome, confidence=None
            )
        return taken.thread_id

    page = (await owner.client.get(f"{BASE}/today?lang=en")).text
    assert "Questions, day by day" not in page, "an empty chart says nothing"
    await said("somebody", "quoted")
    page = (await owner.client.get(f"{BASE}/today?lang=en")).text
    assert "invented with the demo" not in page
    await said("demo:Robin", "declined")
    thread = await said("demo:Mina", "smalltalk:hello")
    async with app.state.container.db.uow(ember.creator) as uow:
        await conversation.backdate(uow, thread, now() - timedelta(days=3))
    page = (await owner.client.get(f"{BASE}/today?lang=en")).text
    assert "invented with the demo" in page
    assert "3 in two weeks" in page
    told = re.findall(r": (\d+) asked, (\d+) answered, (\d+) declined", page)
    assert len(told) == 14
    assert told[-1] == ("2", "1", "1")
    assert told[-4] == ("1", "0", "0")


async def test_a_paused_avatar_is_not_said_to_answer(app: FastAPI, owner: Browser, ember: Household) -> None:
    async with app.state.container.db.uow(ember.creator) as uow:
        await community.update_avatar(uow, ember.avatar.id, live=True)
        await set_mode(uow, ember.avatar.id, Mode.AUTO)
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        line = Inbound(connection, "webchat", "r-1", "robin", "Robin", "Why is it yellow?")
        await conversation.receive(uow, ember.avatar.id, line)
    page = (await owner.client.get(f"{BASE}/today?lang=en")).text
    assert "is answering fans" in page
    assert "on its way" in page
    await owner.post(f"{BASE}/autonomy/pause", {"back": ""})
    page = (await owner.client.get(f"{BASE}/today?lang=en")).text
    assert "is paused: fans get no answers" in page
    assert "waits until you resume" in page
    assert "on its way" not in page
    assert "is answering fans" not in page


async def test_whose_answers_wait_is_told_where_it_goes_live_and_today(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    async def pages() -> tuple[str, str]:
        shown = [(await owner.client.get(f"{BASE}/{page}?lang=en")).text for page in ("setup", "today")]
        return html.unescape(shown[0]).partition('id="live"')[2], html.unescape(shown[1])

    async def take(mode: Mode, *, live: bool = True) -> None:
        async with app.state.container.db.uow(ember.creator) as uow:
            await community.update_avatar(uow, ember.avatar.id, live=live)
            await set_mode(uow, ember.avatar.id, mode)

    await take(Mode.ASK, live=False)
    live, _ = await pages()
    assert "Fans' messages wait for your approval." in live
    assert "Each fan is told at once that the answer comes when a person has looked at it" in live
    assert f'href="{BASE}/approvals"' in live
    await take(Mode.ASK)
    live, today = await pages()
    assert "its answers wait for your approval" in today
    assert "No answer waits for your approval" in today
    async with app.state.container.db.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        line = Inbound(connection, "webchat", "w-1", "robin", "robin", "Why is it yellow?")
        taken = await conversation.receive(uow, ember.avatar.id, line)
        await approvals_repository.add(
            uow, avatar_id=ember.avatar.id, thread_id=taken.thread_id, message_id=taken.message_id,
            reason="ask", lang="en", outcome="quoted", confidence=0.9, parts=[{"text": "Soot", "lang": "en"}],
        )  # fmt: skip
    live, today = await pages()
    assert "1 answer waits for a person." in live
    assert "1 answer waits for a person." in today
    await take(Mode.SHADOW)
    live, today = await pages()
    assert "Fans get no answers from it" in live
    assert "only suggests" in today
    await take(Mode.AUTO)
    live, today = await pages()
    assert "wait for your approval" not in live
    assert "is answering fans" in today


async def test_before_it_is_live_no_page_leads_to_a_chat_that_isnt_there(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    async def page(path: str) -> str:
        return html.unescape((await owner.client.get(f"{BASE}/{path}?lang=en")).text)

    async with app.state.container.db.uow(ember.creator) as uow:
        await community.update_avatar(uow, ember.avatar.id, live=True)
    assert 'href="http://127.0.0.1:8001/c/ember"' in await page("today")
    assert 'href="http://127.0.0.1:8001/c/ember"' in await page("setup")
    async with app.state.container.db.uow(ember.creator) as uow:
        await community.update_avatar(uow, ember.avatar.id, live=False)
    today = await page("today")
    assert "isn't live yet: fans don't find it" in today
    assert f'href="{BASE}/setup"><' in today
    assert "/c/ember" not in today
    setup = await page("setup")
    assert 'href="http://127.0.0.1:8001/c/ember"' not in setup
    assert "Once it is live, fans find it at" in setup
