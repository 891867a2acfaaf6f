"""The People page: inviting, roles, removal; and that nobody reaches another creator's people."""

import re

import pytest

from community import service as community
from community.types import Role
from kernel.db import Database
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in


def link_in(page: str) -> str:
    found = re.search(r'value="http://localhost:8000(/sign-in/[\w-]{43})"', page)
    assert found, page
    return found[1]


async def roles(database: Database, creator: int) -> dict[str, Role]:
    async with database.system_uow() as uow:
        return {each.name: each.role for each in await community.members(uow, creator)}


async def test_who_is_invited_signs_in_by_the_link_in_their_role(
    database: Database, owner: Browser, browser: NewBrowser, ember: Household
) -> None:
    page = await owner.post("/@ember/people", {"name": "Kim", "role": "moderator"})
    assert page.status_code == 200
    assert (await roles(database, ember.creator))["Kim"] is Role.MODERATOR
    kim, link = browser(), link_in(page.text)
    assert "Kim" in (await kim.get(link)).text
    assert (await kim.post(link)).status_code == 303
    assert await kim.signed_in()
    assert (await kim.get("/@ember/people")).status_code == 403
    assert (await browser().post(link)).status_code == 410


async def test_who_is_signed_in_already_can_join_with_their_own_account(
    database: Database, owner: Browser, browser: NewBrowser, ember: Household, wick: Household
) -> None:
    link = link_in((await owner.post("/@ember/people", {"name": "Kim", "role": "viewer"})).text)
    other = browser()
    await sign_in(database, other, wick.people[Role.OWNER])
    page = (await other.get(link)).text
    assert "data-at-once" not in page
    assert f"{link}/join" in page
    before = other.cookie
    assert (await other.post(f"{link}/join")).status_code == 303
    assert other.cookie != before
    assert (await other.get("/@ember/today")).status_code == 200
    assert (await other.get("/@ember/people")).status_code == 403
    assert "Kim" not in await roles(database, ember.creator)


async def test_another_role_signs_its_bearer_out_and_holds_from_then_on(
    database: Database, owner: Browser, browser: NewBrowser, ember: Household
) -> None:
    creator, account = browser(), ember.people[Role.CREATOR]
    await sign_in(database, creator, account)
    assert (await creator.get("/@ember/people")).status_code == 200
    assert (await owner.post(f"/@ember/people/{account}/role", {"role": "viewer"})).status_code == 303
    assert not await creator.signed_in()
    await sign_in(database, creator, account)
    assert (await creator.get("/@ember/people")).status_code == 403


async def test_giving_up_ownership_changes_ones_cookie(
    database: Database, owner: Browser, browser: NewBrowser, ember: Household
) -> None:
    mine, before = ember.people[Role.OWNER], owner.cookie
    refused = await owner.post(f"/@ember/people/{mine}/role", {"role": "viewer"})
    assert refused.status_code == 409
    assert "owner" in refused.text
    await owner.post(f"/@ember/people/{ember.people[Role.CREATOR]}/role", {"role": "owner"})
    assert (await owner.post(f"/@ember/people/{mine}/role", {"role": "viewer"})).status_code == 303
    assert owner.cookie != before
    assert await owner.signed_in()
    assert (await owner.post("/@ember/people", {"name": "Kim", "role": "owner"})).status_code == 403
    stolen = browser()
    stolen.client.cookies.set("understudy_session", before or "")
    assert not await stolen.signed_in()


async def test_who_is_removed_is_out_at_once(
    database: Database, owner: Browser, browser: NewBrowser, ember: Household
) -> None:
    viewer, account = browser(), ember.people[Role.VIEWER]
    await sign_in(database, viewer, account)
    assert (await owner.post(f"/@ember/people/{account}/remove")).status_code == 303
    assert not await viewer.signed_in()
    assert "Viewer" not in await roles(database, ember.creator)
    assert (await owner.post(f"/@ember/people/{ember.people[Role.OWNER]}/remove")).status_code == 409


async def test_an_owner_makes_another_link_for_somebody_who_lost_theirs(
    owner: Browser, browser: NewBrowser, ember: Household
) -> None:
    page = await owner.post(f"/@ember/people/{ember.people[Role.MODERATOR]}/link")
    moderator = browser()
    assert (await moderator.post(link_in(page.text))).status_code == 303
    assert "Moderator" in (await moderator.get("/account")).text


@pytest.mark.parametrize("action", ["role", "remove", "link"])
@pytest.mark.parametrize("slug", ["ember", "wick"])
async def test_an_owner_reaches_nobody_of_another_creator(
    database: Database, owner: Browser, wick: Household, slug: str, action: str
) -> None:
    before = await roles(database, wick.creator)
    path = f"/@{slug}/people/{wick.people[Role.VIEWER]}/{action}"
    assert (await owner.post(path, {"role": "owner"})).status_code == 404
    assert await roles(database, wick.creator) == before


async def test_another_creators_people_page_looks_as_if_it_were_not_there(
    owner: Browser, wick: Household
) -> None:
    theirs, nobodys = await owner.get("/@wick/people"), await owner.get("/@nobody/people")
    assert theirs.status_code == nobodys.status_code == 404
    invited = await owner.post("/@wick/people", {"name": "Spy", "role": "owner"})
    assert invited.status_code == 404


async def test_who_works_for_two_creators_sees_each_in_their_role_there(
    database: Database, browser: NewBrowser, ember: Household, wick: Household
) -> None:
    account = ember.people[Role.OWNER]
    async with database.system_uow() as uow:
        await community.add_member(uow, wick.creator, account, Role.VIEWER)
    person = browser()
    await sign_in(database, person, account)
    assert (await person.get("/@ember/people")).status_code == 200
    before = person.cookie
    assert (await person.post("/account/creator", {"creator_id": wick.creator})).status_code == 303
    assert person.cookie != before
    assert (await person.get("/@wick/today")).status_code == 200
    assert (await person.get("/@wick/people")).status_code == 403


async def test_nobody_switches_to_a_creator_without_a_role_there(owner: Browser, wick: Household) -> None:
    assert (await owner.post("/account/creator", {"creator_id": wick.creator})).status_code == 403


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x"])
async def test_numbers_that_no_row_can_have_are_refused(
    owner: Browser, ember: Household, number: str
) -> None:
    assert (await owner.post(f"/@ember/people/{number}/remove")).status_code == 422
    assert (await owner.post(f"/account/sessions/{number}/end")).status_code == 422


async def test_names_are_shown_as_they_are_written(
    database: Database, owner: Browser, ember: Household
) -> None:
    name = "<script>alert(1)</script>"
    await owner.post("/@ember/people", {"name": name, "role": "viewer"})
    await owner.post("/account/name", {"name": '"><img src=x onerror=alert(1)>'})
    for path in ("/@ember/people", "/account"):
        page = (await owner.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in (await owner.get("/@ember/people")).text
