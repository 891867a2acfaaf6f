"""The page Moderation: cases are found, opened and undone; how warnings count; who is trusted no more."""

import pytest
from fastapi import FastAPI

from bots import service as bots
from community import service as community
from community.types import ChatNews, Role
from kernel.db import Database
from moderation import cases
from moderation import service as moderation
from moderation.cases import Decision, Place
from moderation.types import Kind
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in

BASE = "/@ember/moderation"
SETTINGS = {"mute_at": "2", "mute_h": "6", "ban_at": "4", "decay_days": "10"}


@pytest.fixture
async def moderator(database: Database, browser: NewBrowser, ember: Household) -> Browser:
    made = browser()
    await sign_in(database, made, ember.people[Role.MODERATOR])
    return made


@pytest.fixture
async def creator(database: Database, browser: NewBrowser, ember: Household) -> Browser:
    made = browser()
    await sign_in(database, made, ember.people[Role.CREATOR])
    return made


@pytest.fixture(autouse=True)
async def warned(database: Database, ember: Household) -> int:
    """Ana was warned: the fan's number."""
    async with database.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        place = Place(ember.avatar.id, connection, "webchat", "-1", "", "en")
        whom = await cases.whom(uow, "webchat", "ana", "Ana <b>", "Buy my wax")
        await cases.warn(uow, place, Decision(Kind.WARN, "one", "Robin", reason="rude"), whom)
        await moderation.trust(uow, whom.fan_id, by="Robin")
    return whom.fan_id


async def test_cases_are_listed_found_and_shown(moderator: Browser) -> None:
    page = (await moderator.client.get(BASE)).text
    assert "Case 1" in page
    assert "Ana &lt;b&gt;" in page
    for query, there in (
        ("kind=warn", True),
        ("kind=ban", False),
        ("who=ana", True),
        ("state=undone", False),
    ):
        assert ("Case 1" in (await moderator.client.get(f"{BASE}?{query}")).text) is there, query
    case = (await moderator.client.get(f"{BASE}/cases/1")).text
    assert "Buy my wax" in case
    assert "rude" in case
    assert (await moderator.client.get(f"{BASE}/cases/2")).status_code == 404


async def test_cases_of_the_demos_fans_are_marked_as_the_demos(
    database: Database, ember: Household, moderator: Browser
) -> None:
    mark = "</svg>demo</span>"
    before = (await moderator.client.get(BASE)).text
    async with database.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        place = Place(ember.avatar.id, connection, "webchat", "demo", "", "en")
        whom = await cases.whom(uow, "webchat", "demo:Mina", "Mina")
        case = await cases.warn(uow, place, Decision(Kind.WARN, "demo", "Robin"), whom)
        await moderation.appeals.lodge(uow, case, whom.fan_id, connection, "demo:Mina", "en", "Sorry!")
    after = (await moderator.client.get(BASE)).text
    assert (before.count(mark), after.count(mark)) == (0, 2), "in the list, and in that of appeals"
    assert mark in (await moderator.client.get(f"{BASE}/cases/{case.number}")).text
    assert mark not in (await moderator.client.get(f"{BASE}/cases/1")).text


async def test_a_case_is_undone_once_and_the_list_says_so(moderator: Browser) -> None:
    seen = (await moderator.client.get(BASE)).text.partition('name="seen" value="')[2].partition('"')[0]
    assert (await moderator.client.get(f"{BASE}/live?seen={seen}")).status_code == 204
    assert (await moderator.post(f"{BASE}/cases/1/undo", {})).status_code == 303
    assert "undone" in (await moderator.client.get(f"{BASE}/live?seen={seen}")).text
    assert (await moderator.post(f"{BASE}/cases/1/undo", {})).status_code == 409


async def test_how_warnings_count_is_the_creators_to_say(
    database: Database, ember: Household, moderator: Browser, creator: Browser
) -> None:
    assert (await moderator.post(f"{BASE}/settings", SETTINGS)).status_code == 403
    assert (await creator.post(f"{BASE}/settings", SETTINGS | {"dry": "on"})).status_code == 303
    async with database.uow(ember.creator) as uow:
        now = await moderation.settings(uow)
    assert (now.mute_at, now.mute_h, now.ban_at, now.decay_days, now.dry) == (2, 6, 4, 10, True)
    wrong = await creator.post(f"{BASE}/settings", SETTINGS | {"mute_h": "wax"})
    assert wrong.status_code == 422
    assert "is no whole number" in wrong.text
    assert 'value="wax"' in wrong.text


async def test_a_groups_rules_are_switched_on_changed_and_off(
    database: Database, ember: Household, moderator: Browser, creator: Browser
) -> None:
    async with database.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        news = ChatNews(connection, "telegram", "-100", "group", "Candle lab")
        chat = await community.note_chat(uow, ember.avatar.id, news, seen=1)
    at = f"{BASE}/chats/{chat.id}"
    assert at in (await moderator.client.get(f"{BASE}/settings")).text
    assert (await moderator.post(f"{at}/calm", {"on": "true"})).status_code == 403

    async def now() -> moderation.Rules:
        async with database.uow(ember.creator) as uow:
            return (await moderation.watched(uow, connection, "-100")).rules

    assert (await creator.post(f"{at}/calm", {"on": "true"})).status_code == 303
    assert await now() == moderation.CALM
    numbers = {name: str(least) for name, (least, _) in moderation.LIMITS.items()}
    given = numbers | {"captcha": "question", "links": "on", "phrases": "free  money\n\nwax"}
    assert (await creator.post(at, given)).status_code == 303
    rules = await now()
    assert (rules.captcha, rules.links, rules.media) == ("question", True, False)
    assert rules.phrases == ("free money", "wax")
    wrong = await creator.post(at, given | {"raid_s": "0"})
    assert (wrong.status_code, "from 5 to 3600" in wrong.text) == (422, True)
    assert (await creator.post(f"{at}/calm", {"on": "false"})).status_code == 303
    assert not (await now()).on


async def test_where_nobody_can_act_there_are_no_rules_to_confirm(
    database: Database, ember: Household, creator: Browser
) -> None:
    async with database.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.DISCORD)
        news = ChatNews(connection, "discord", "77", "channel_in_guild", "wick-talk")
        chat = await community.note_chat(uow, ember.avatar.id, news, seen=1)
    settings = (await creator.client.get(f"{BASE}/settings")).text
    assert "wick-talk" not in settings
    assert "rules that act by themselves don't yet" in settings
    at = f"{BASE}/chats/{chat.id}"
    assert (await creator.client.get(at)).status_code == 404
    assert (await creator.post(f"{at}/calm", {"on": "true"})).status_code == 404


async def test_who_is_trusted_is_listed_and_can_be_trusted_no_more(
    app: FastAPI, moderator: Browser, warned: int
) -> None:
    assert "Ana &lt;b&gt;" in (await moderator.client.get(f"{BASE}/settings")).text
    assert (await moderator.post(f"{BASE}/trusted/remove", {"fan": str(warned)})).status_code == 303
    assert "Nobody yet." in (await moderator.client.get(f"{BASE}/settings")).text
