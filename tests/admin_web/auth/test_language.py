"""The pages' language follows who is signed in, from one browser to the next."""

from community.types import Role
from kernel.db import Database
from tests.admin_web.auth.conftest import Household, NewBrowser, sign_in


async def test_a_language_that_was_chosen_follows_its_account(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    desk, phone = browser(), browser()
    await sign_in(database, desk, ember.people[Role.OWNER])
    await sign_in(database, phone, ember.people[Role.OWNER])
    spanish = {"accept-language": "es"}
    assert '<html lang="es"' in (await phone.get("/account", **spanish)).text
    assert '<html lang="ja"' in (await desk.get("/account?lang=ja")).text
    assert '<html lang="ja"' in (await phone.get("/account", **spanish)).text
    assert '<html lang="ar"' in (await phone.get("/account?lang=ar")).text
    assert '<html lang="ar"' in (await desk.get("/account")).text


async def test_each_person_has_a_language_of_their_own_and_only_one_of_the_pages(
    database: Database, browser: NewBrowser, ember: Household
) -> None:
    owner, viewer = browser(), browser()
    await sign_in(database, owner, ember.people[Role.OWNER])
    await sign_in(database, viewer, ember.people[Role.VIEWER])
    await owner.get("/account?lang=ja")
    assert '<html lang="en"' in (await viewer.get("/account")).text
    assert '<html lang="ja"' in (await owner.get("/account?lang=tlh")).text
    assert '<html lang="ja"' in (await owner.get("/account")).text
