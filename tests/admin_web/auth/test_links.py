"""Sign-in links over HTTP: what fetches them, who uses them, what comes after."""

import asyncio
import re
from datetime import timedelta

import pytest

from community.types import Role
from kernel.clock import shifted
from kernel.db import Database
from tests.admin_web.auth.conftest import Household, NewBrowser, link_for, sign_in


async def test_fetching_a_link_ahead_does_not_use_it_up(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    link = await link_for(database, ember.people[Role.OWNER])
    preview = await browser().get(link, **{"user-agent": "TelegramBot (like TwitterBot)"})
    assert "Robin" in preview.text
    person = browser()
    assert (await person.get(link)).status_code == 200
    assert (await person.post(link)).headers["location"] == "/"
    assert await person.signed_in()


async def test_the_page_presses_its_own_button_unless_it_is_fetched_ahead(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    link = await link_for(database, ember.people[Role.OWNER])
    assert "data-at-once" in (await browser().get(link)).text
    ahead = await browser().get(link, **{"sec-purpose": "prefetch;prerender"})
    assert "data-at-once" not in ahead.text
    assert "<button" in ahead.text


async def test_a_used_link_says_how_to_get_another(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    link = await link_for(database, ember.people[Role.OWNER])
    assert (await browser().post(link)).status_code == 303
    late = browser()
    for answer in (await late.get(link), await late.post(link)):
        assert answer.status_code == 410
        assert "understudy login-link" in answer.text
    assert late.cookie is None
    assert not await late.signed_in()


async def test_an_old_or_invented_link_says_how_to_get_another(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    link = await link_for(database, ember.people[Role.OWNER])
    with shifted(timedelta(minutes=16)):
        old = await browser().post(link)
    invented = await browser().post("/sign-in/" + "A" * 43)
    for answer in (old, invented):
        assert answer.status_code == 410
        assert "understudy login-link" in answer.text


async def test_two_browsers_that_use_one_link_at_once(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    link = await link_for(database, ember.people[Role.OWNER])
    browsers = [browser() for _ in range(5)]
    for each in browsers:
        await each.get(link)
    answers = await asyncio.gather(*(each.post(link) for each in browsers))
    assert sorted(each.status_code for each in answers) == [303, 410, 410, 410, 410]
    assert sum([await each.signed_in() for each in browsers]) == 1


async def test_a_link_of_another_site_cannot_sign_somebody_in(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    link, person = await link_for(database, ember.people[Role.OWNER]), browser()
    token = await person.token()
    foreign = await person.client.post(
        link, data={"csrf_token": token}, headers={"origin": "https://evil.example"}
    )
    without = await person.client.post(link, headers={"accept": "text/html"})
    assert (foreign.status_code, without.status_code) == (403, 403)
    assert person.cookie is None


async def test_the_cookie_that_a_browser_had_before_is_dead_after_signing_in(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    person, attacker = browser(), browser()
    await sign_in(database, person, ember.people[Role.VIEWER])
    planted = person.cookie
    attacker.client.cookies.set("understudy_session", planted or "")
    assert await attacker.signed_in()
    await sign_in(database, person, ember.people[Role.OWNER])
    assert person.cookie != planted
    assert await person.signed_in()
    assert not await attacker.signed_in()


async def test_an_invented_cookie_is_neither_signed_in_nor_adopted(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    person = browser()
    person.client.cookies.set("understudy_session", "chosen-by-somebody-else")
    assert not await person.signed_in()
    person.client.cookies.clear()
    await sign_in(database, person, ember.people[Role.OWNER])
    assert person.cookie not in (None, "chosen-by-somebody-else")


async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    answer = await browser().post(await link_for(database, ember.people[Role.OWNER]))
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("understudy_session="))
    assert {"httponly", "path=/", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "domain" not in cookie.lower()
    secure = browser("https://localhost")
    answer = await secure.post(await link_for(database, ember.people[Role.OWNER]))
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "understudy_session" in c)
    assert cookie.startswith("__Host-understudy_session=")
    assert {"secure", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert await secure.signed_in()


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    person = browser()
    sent = await person.get("/account?tab=keys")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=%2Faccount%3Ftab%3Dkeys")
    data = await person.client.get("/account", headers={"accept": "application/json"})
    assert (data.status_code, data.json()["error"]) == (401, "not_signed_in")
    part = await person.client.get("/account", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in")
    await sign_in(database, person, ember.people[Role.OWNER])
    again = await person.get("/sign-in?next=%2Faccount%3Ftab%3Dkeys")
    assert (again.status_code, again.headers["location"]) == (303, "/account?tab=keys")


async def test_signing_in_never_leads_off_the_site(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    person = browser()
    await sign_in(database, person, ember.people[Role.OWNER])
    for target in (
        *("//evil.example", "///evil.example", "https://evil.example/", "/\\evil.example", "/x\\y"),
        *("evil", "javascript:alert(1)", "/x\r\nset-cookie: a=b", "/\t/evil.example", "", "/sign-in"),
    ):
        answer = await person.client.get("/sign-in", params={"next": target})
        assert answer.headers["location"] == "/", target


async def test_a_revoked_session_is_out_at_once(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    here, there = browser(), browser()
    for each in (here, there):
        await sign_in(database, each, ember.people[Role.OWNER])
    page = (await here.get("/account")).text
    numbers = re.findall(r"/account/sessions/(\d+)/end", page)
    assert len(numbers) == 1
    assert (await here.post(f"/account/sessions/{numbers[0]}/end")).status_code == 303
    assert not await there.signed_in()
    assert await here.signed_in()


async def test_signing_out_ends_this_session_and_signing_out_everywhere_all(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    here, there = browser(), browser()
    for each in (here, there):
        await sign_in(database, each, ember.people[Role.OWNER])
    stolen = browser()
    stolen.client.cookies.set("understudy_session", here.cookie or "")
    assert (await here.post("/logout")).headers["location"] == "/sign-in"
    assert here.cookie is None
    assert not await stolen.signed_in()
    assert await there.signed_in()
    await sign_in(database, here, ember.people[Role.OWNER])
    assert (await here.post("/account/sessions/end")).status_code == 303
    assert not await here.signed_in()
    assert not await there.signed_in()


async def test_attempts_are_limited_for_each_address(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    guesser, other = browser(), browser(address="203.0.113.7")
    codes = [(await guesser.get("/sign-in/" + "A" * 43)).status_code for _ in range(40)]
    assert codes[:30] == [410] * 30
    assert set(codes[31:]) == {429}
    refused = await guesser.post(await link_for(database, ember.people[Role.OWNER]))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    await sign_in(database, other, ember.people[Role.OWNER])


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18.0 Safari/605",
            "Safari · macOS",
        ),
        ("<b>curl</b>/8", "&lt;b&gt;curl&lt;/b&gt;/8"),
    ],
)
async def test_browsers_are_listed_by_the_names_that_people_give_them(
    database: Database, browser: NewBrowser, ember: Household, agent: str, name: str
) -> None:
    person = browser()
    person.client.headers["user-agent"] = agent
    await sign_in(database, person, ember.people[Role.OWNER])
    assert name in (await person.get("/account")).text


async def test_who_sends_a_link_twice_by_a_second_click_stays_signed_in(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    link, person = await link_for(database, ember.people[Role.OWNER]), browser()
    first, second = await person.post(link), await person.post(link)
    assert [each.headers["location"] for each in (first, second, await person.get(link))] == ["/", "/", "/"]
    assert await person.signed_in()
