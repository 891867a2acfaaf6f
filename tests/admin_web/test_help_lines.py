"""Lines of help over HTTP: looked at, added, replaced, left out, and read as a fan reads them."""

import html
import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from app import seed
from app.services import Dsn
from community.types import Role
from kernel.clock import now
from kernel.db import Database
from persona_engine.service import help_lines
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.factories.rows import snapshot

HERE = "/@ember/boundaries/help"
FORM = {
    "line": "",
    "name": "Yorisoi Hotline",
    "country": "JP",
    "languages": "ja",
    "phone": "0120-279-338",
    "sms": "",
    "url": "",
    "source": "https://example.org/lines",
    "checked": now().date().isoformat(),
    "on": "on",
}


async def text(browser: Browser, query: str = "") -> str:
    """The page's words."""
    answer = await browser.get(HERE + query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(answer.text))


async def bubble(browser: Browser, country: str, spoken: str) -> str:
    """What a fan would read."""
    page = (await browser.get(f"{HERE}?country={country}&spoken={spoken}")).text
    found = re.search(r'<div class="bubble"[^>]*>(.*?)</div>', page, re.S)
    assert found
    return html.unescape(found[1])


async def keys(app: FastAPI, ember: Household) -> list[str]:
    """The names of the creator's own lines."""
    async with app.state.container.db.uow(ember.creator) as uow:
        return [each.key for each in await help_lines.listed(uow) if each.shipped is None]


async def test_the_packages_lines_are_listed_with_their_sources_and_dates(owner: Browser) -> None:
    assert HERE in (await owner.get("/@ember/boundaries")).text
    page = await text(owner)
    for said in ("Samaritans", "116 123", "https://www.samaritans.org", "Jun 1, 2025", "United Kingdom"):
        assert said in page
    assert "Telephone: <bdi" in page


async def test_a_line_that_is_added_is_read_by_the_fans_it_is_for(owner: Browser) -> None:
    assert "Yorisoi" not in await bubble(owner, "", "ja")
    assert (await owner.post(f"{HERE}/edit", FORM)).headers["location"] == f"{HERE}?saved=1"
    assert "日本：Yorisoi Hotline、0120-279-338\n" in await bubble(owner, "", "ja")
    assert "Japan: Yorisoi Hotline, 0120-279-338\n" in await bubble(owner, "JP", "en")
    assert "Yorisoi" not in await bubble(owner, "", "en")


async def test_a_line_is_changed_switched_off_and_deleted(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await owner.post(f"{HERE}/edit", FORM)
    (key,) = await keys(app, ember)
    shown = html.unescape((await owner.get(f"{HERE}/edit?line={key}")).text)
    assert 'value="0120-279-338"' in shown
    await owner.post(f"{HERE}/edit", FORM | {"line": key, "sms": "85258"})
    assert "SMS 85258" in await bubble(owner, "", "ja")
    await owner.post(f"{HERE}/switch", {"line": key, "on": "false"})
    assert "Yorisoi" not in await bubble(owner, "", "ja")
    await owner.post(f"{HERE}/switch", {"line": key, "on": "true"})
    assert "Yorisoi" in await bubble(owner, "", "ja")
    await owner.post(f"{HERE}/remove", {"line": key})
    assert await keys(app, ember) == []
    assert (await owner.post(f"{HERE}/remove", {"line": key})).status_code == 303, "twice is once"


async def test_a_packages_line_is_replaced_and_had_again_as_it_came(owner: Browser) -> None:
    spanish = FORM | {
        "line": "es-024", "name": "024", "country": "ES", "languages": "es", "phone": "024",
        "url": "https://linea024.example",
    }  # fmt: skip
    await owner.post(f"{HERE}/edit", spanish)
    assert "España: 024, https://linea024.example\n" in await bubble(owner, "ES", "es")
    assert "As it came" in await text(owner)
    await owner.post(f"{HERE}/remove", {"line": "es-024"})
    assert "España: 024\n" in await bubble(owner, "ES", "es")
    assert "As it came" not in await text(owner)


async def test_where_nothing_is_left_the_page_says_so_and_the_general_text_stays(owner: Browser) -> None:
    await owner.post(f"{HERE}/switch", {"line": "fr-3114", "on": "false"})
    assert "3114" not in await bubble(owner, "FR", "fr")
    assert "112" in await bubble(owner, "FR", "fr")
    assert "the general text alone" in await text(owner, "?country=FR&spoken=fr")


async def test_what_cannot_be_kept_stands_in_the_form_with_what_to_do(owner: Browser) -> None:
    bad = FORM | {
        "name": "Ring <b>me</b>", "country": "JP", "languages": "ja", "phone": "0800-TALK",
        "url": "http://help.example", "source": "", "checked": (now() + timedelta(days=3)).date().isoformat(),
    }  # fmt: skip
    answer = await owner.post(f"{HERE}/edit", bad)
    assert answer.status_code == 422
    assert "<b>me" not in answer.text
    page = html.unescape(answer.text)
    for field in ("name", "phone", "url", "checked"):
        assert f'value="{bad[field]}"' in page, "nothing that was typed is lost"
    assert re.search(r'value="JP" selected', page)
    assert re.search(r'value="ja" checked', page)
    for told in ("Nothing is saved yet", "can't be dialled", "begins with https://", "still to come",
                 "where you checked this"):  # fmt: skip
        assert told in page
    assert page.count('aria-invalid="true"') == 4
    assert "Ring" not in await text(owner)


async def test_a_form_of_nonsense_is_told_what_is_wrong(owner: Browser) -> None:
    for nonsense in (
        {},
        {"line": "no-such-line"},
        {"languages": "tlh", "country": "ZZZZZ"},
        {"name": "\x00", "phone": "\x00", "checked": "9" * 5_000},
    ):
        answer = await owner.post(f"{HERE}/edit", nonsense)
        assert (answer.status_code, "Nothing is saved yet" in answer.text) == (422, True)


async def test_a_line_deleted_meanwhile_is_offered_as_a_new_one(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    late = await owner.post(f"{HERE}/edit", FORM | {"line": "4711"})
    assert late.status_code == 409
    assert "deleted meanwhile" in late.text
    assert 'name="line" value=""' in late.text
    assert 'value="Yorisoi Hotline"' in late.text
    assert await keys(app, ember) == []
    assert (await owner.post(f"{HERE}/switch", {"line": "4711", "on": "true"})).status_code == 404
    assert (await owner.get(f"{HERE}/edit?line=4711")).status_code == 404


async def test_a_line_checked_more_than_a_year_ago_is_kept_with_a_warning(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    async with app.state.container.db.uow(ember.creator) as uow:
        for each in await help_lines.listed(uow):
            await help_lines.switch(uow, each.key, on=False)
    old = (now() - timedelta(days=400)).date().isoformat()
    assert (await owner.post(f"{HERE}/edit", FORM | {"checked": old})).status_code == 303
    page = await text(owner)
    assert "1 line in force was checked more than a year ago" in page
    assert "look again" in page
    (key,) = await keys(app, ember)
    await owner.post(f"{HERE}/edit", FORM | {"line": key})
    assert "more than a year ago" not in await text(owner)


async def test_a_line_without_languages_says_where_it_is_not_named(owner: Browser) -> None:
    form = {name: value for name, value in FORM.items() if name != "languages"}
    assert (await owner.post(f"{HERE}/edit", form)).status_code == 303
    assert "Named only where a fan's country is known" in await text(owner)
    assert "Yorisoi" not in await bubble(owner, "", "ja")
    assert "Yorisoi" in await bubble(owner, "JP", "ja")


@pytest.mark.parametrize("query", ["?country=XX&spoken=tlh", "?country=&spoken=", "?country=gb"])
async def test_a_preview_of_what_is_nowhere_is_that_of_the_first_language(owner: Browser, query: str) -> None:
    assert "116 123" in await text(owner, query)
    assert "I'm glad you wrote." in await text(owner, query)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR])
async def test_who_may_only_look_changes_nothing(
    app: FastAPI, database: Database, browser: NewBrowser, ember: Household, role: Role
) -> None:
    made = browser()
    await sign_in(database, made, ember.people[role])
    page = await text(made)
    assert ("Samaritans" in page, "New line" in page, "Switch off" in page) == (True, False, False)
    assert (await made.get(f"{HERE}/edit")).status_code == 403
    assert (await made.post(f"{HERE}/edit", FORM)).status_code == 403
    for action in ("switch", "remove"):
        assert (await made.post(f"{HERE}/{action}", {"line": "us-988"})).status_code == 403
    assert await keys(app, ember) == []


async def test_the_lines_go_with_their_creator(
    app: FastAPI, dsn: Dsn, owner: Browser, ember: Household, wick: Household
) -> None:
    await owner.post(f"{HERE}/edit", FORM)
    assert len(snapshot(dsn, ember.creator)["help_line"]) == 1
    await owner.post("/creators/new", {"name": "Ada Flint"})
    await owner.post("/account/creator", {"creator_id": ember.creator})
    assert (await owner.post("/creators/delete", {"name": "Ember"})).headers["location"] == "/"
    await seed.first_start(app.state.container)
    assert not snapshot(dsn, ember.creator)["help_line"]


@pytest.mark.parametrize("lang", ["zh-Hans", "es", "ja", "ar"])
async def test_the_page_and_its_faults_are_told_in_the_readers_language(owner: Browser, lang: str) -> None:
    page = (await owner.get(f"{HERE}?lang={lang}")).text
    assert "Lines of help" not in page
    answer = (await owner.post(f"{HERE}/edit", FORM | {"phone": "x"})).text
    assert re.search("[“«「]\u2068?x\u2069?[”»」]", answer)
    assert "be dialled" not in answer
