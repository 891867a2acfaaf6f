"""A creator of one's own: naming it, making another beside it, deleting one, each apart from the others."""

import re

import pytest
from fastapi import FastAPI

from app import seed
from app.services import Dsn
from bots import service as bots
from community import service as community
from community.types import Role
from kernel import lang
from kernel.db import Database
from memory import service as memory
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.tenancy.conftest import NoJobs
from tests.tenancy.test_two_creators import snapshot

FIELDS = {"time_zone": "UTC", "languages": ["en"]}


async def names(database: Database) -> dict[str, str]:
    """By address, in whose name each avatar speaks."""
    async with database.system_uow() as uow:
        return {each.slug: each.creator_name for each in await community.avatars(uow)}


def value_of(page: str, field: str) -> str:
    found = re.search(rf'name="{field}" type="text" value="([^"]*)"', page)
    assert found, f"no field {field}"
    return found[1]


async def test_a_first_avatar_speaks_for_whom_its_owner_names(
    app: FastAPI, database: Database, browser: NewBrowser
) -> None:
    app.state.container.settings.demo = False
    await seed.first_start(app.state.container)
    async with database.system_uow() as uow:
        account = await community.ensure_owner(uow, await seed.first_creator(uow), "Owner")
    visitor = browser()
    await sign_in(database, visitor, account)
    assert value_of((await visitor.get("/new")).text, "creator_name") == ""
    unnamed = await visitor.post("/new", {"name": "Spark", "address": "spark", **FIELDS})
    assert unnamed.status_code == 422
    assert await names(database) == {}
    named = {"name": "Spark", "address": "spark", "creator_name": "Ada Flint", **FIELDS}
    made = await visitor.post("/new", named)
    assert made.headers["location"] == "/@spark/setup"
    assert await names(database) == {"spark": "Ada Flint"}


async def test_setup_changes_for_whom_the_avatar_stands_in(database: Database, owner: Browser) -> None:
    assert value_of((await owner.get("/@ember/setup")).text, "creator_name") == "Ember"
    await owner.post("/@ember/setup", {"name": "Ember", "creator_name": "Ada Flint", **FIELDS})
    assert await names(database) == {"ember": "Ada Flint"}


async def test_an_owner_makes_another_creator_and_finds_both_in_the_menu(
    database: Database, owner: Browser
) -> None:
    assert 'href="/creators/new"' in (await owner.get("/@ember/today")).text
    assert (await owner.get("/creators/new")).status_code == 200
    assert (await owner.post("/creators/new", {"name": " "})).status_code == 422
    assert (await owner.post("/creators/new", {"name": "Ada Flint"})).headers["location"] == "/new"
    form = (await owner.get("/new")).text
    assert value_of(form, "creator_name") == "Ada Flint"
    assert "Ember" in form  # the way back
    await owner.post("/new", {"name": "Spark", "address": "spark", **FIELDS})
    assert await names(database) == {"ember": "Ember", "spark": "Ada Flint"}
    assert "Ember</bdi></button>" in (await owner.get("/@spark/today")).text


async def test_a_page_of_ones_other_creator_offers_to_change_to_that_one(
    browser: NewBrowser, database: Database, owner: Browser, ember: Household, wick: Household
) -> None:
    async with database.system_uow() as uow:
        await community.add_member(uow, wick.creator, ember.people[Role.OWNER], Role.VIEWER)
    page = "/@wick/knowledge?state=failed"
    offered = await owner.get(page)
    assert offered.status_code == 404
    assert f'name="back" value="{page}"' in offered.text
    assert "Work for Wick" in offered.text
    chosen = await owner.post("/account/creator", {"creator_id": wick.creator, "back": page})
    assert chosen.headers["location"] == page
    assert (await owner.get(page)).status_code == 200
    assert "Work for Ember" in (await owner.get("/@ember/today")).text


async def test_a_page_of_a_creator_of_others_is_not_there(owner: Browser, wick: Household) -> None:
    gone = await owner.get(f"/@{wick.avatar.slug}/today")
    assert gone.status_code == 404
    assert "Work for" not in gone.text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
async def test_changing_creators_leads_to_no_other_site(owner: Browser, ember: Household, back: str) -> None:
    chosen = await owner.post("/account/creator", {"creator_id": ember.creator, "back": back})
    assert chosen.headers["location"] == "/"


@pytest.mark.parametrize("role", [Role.CREATOR, Role.MODERATOR, Role.VIEWER])
async def test_only_an_owner_makes_or_deletes_creators(
    database: Database, browser: NewBrowser, ember: Household, role: Role
) -> None:
    visitor = browser()
    await sign_in(database, visitor, ember.people[role])
    assert (await visitor.get("/creators/new")).status_code == 403
    assert (await visitor.post("/creators/new", {"name": "Ada Flint"})).status_code == 403
    assert (await visitor.post("/creators/delete", {"name": "Ember"})).status_code == 403
    assert 'href="/creators/new"' not in (await visitor.get("/@ember/today")).text


async def test_the_last_creator_stays_and_so_does_one_whose_name_is_mistyped(
    database: Database, owner: Browser
) -> None:
    assert (await owner.post("/creators/delete", {"name": "Ember"})).status_code == 409
    await owner.post("/creators/new", {"name": "Ada Flint"})
    assert (await owner.post("/creators/delete", {"name": "Ember"})).status_code == 409
    assert await names(database) == {"ember": "Ember"}


async def test_a_creator_that_is_deleted_is_gone_and_the_others_are_untouched(
    app: FastAPI, dsn: Dsn, database: Database, owner: Browser, ember: Household, wick: Household
) -> None:
    container = app.state.container
    database.jobs = container.db.jobs = NoJobs()
    async with database.uow(ember.creator) as uow:
        await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        await memory.add_url(uow, "https://example.org/wax")
        await community.ensure_fan(uow, "webchat", "fan", "Robin")
    before = snapshot(dsn, wick.creator)
    await owner.post("/creators/new", {"name": "Ada Flint"})
    await owner.post("/account/creator", {"creator_id": ember.creator})
    assert "Delete this creator" in (await owner.get("/@ember/setup")).text
    assert (await owner.post("/creators/delete", {"name": "Ember"})).headers["location"] == "/"
    assert await names(database) == {"wick": "Wick"}
    assert (await owner.get("/@ember/today")).status_code == 404
    async with database.system_uow() as uow:
        assert ember.creator not in await community.creator_ids(uow)
    rest = snapshot(dsn, ember.creator)
    assert not rest["fan"] and not rest["membership"] and not rest["connection"]  # noqa: PT018 - one thought
    assert all("deleting" in row for row in rest["source"])
    # What it imported has been erased by a worker: the next start leaves no row of it, and no second demo.
    await seed.first_start(container)
    assert not any(snapshot(dsn, ember.creator).values())
    assert snapshot(dsn, wick.creator) == before


async def test_a_creator_added_at_the_command_line_belongs_to_whom_the_link_signs_in(
    app: FastAPI, database: Database, ember: Household, owner: Browser
) -> None:
    await seed.add_creator(app.state.container, "Ada Flint")
    assert "Ada Flint</bdi></button>" in (await owner.get("/@ember/today")).text


async def test_a_form_that_is_out_of_date_is_refused_with_a_page(owner: Browser) -> None:
    token = await owner.token()
    await owner.post("/creators/new", {"name": "Ada Flint"})
    form = {"csrf_token": token, "name": "Another"}
    answer = await owner.client.post("/creators/new", data=form, headers={"accept": "text/html"})
    assert answer.status_code == 403


async def test_a_new_avatar_answers_in_every_language_unless_its_maker_takes_some_away(
    owner: Browser,
) -> None:
    def chosen(page: str) -> list[str]:
        return re.findall(r'name="languages" value="([^"]+)" checked', page)

    assert chosen((await owner.get("/new")).text) == list(lang.SUPPORTED)
    wrong = {"name": "Spark", "address": "NOT GOOD", "time_zone": "UTC", "languages": ["en", "ja"]}
    assert chosen((await owner.post("/new", wrong)).text) == ["en", "ja"]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Inés Calloway", "ines-calloway"),
        ("Łukasz O'Wójcik", "lukasz-owojcik"),
        ("İbrahim Strauß", "ibrahim-strauss"),
        ("Mads Kjærgård", "mads-kjaergard"),
        ("Œuvre Guðmundsson", "oeuvre-gudmundsson"),
        ("Волков", "volkov"),
        ("Ελένη", "eleni"),
        ("さくら", "sakura"),
        ("김하나", "gimhana"),
        ("Studio 54", "studio-54"),
        ("林小雨", ""),
        ("Lin 林小雨", "lin"),
        ("مريم", ""),
    ],
)
async def test_a_name_suggests_an_address_as_it_is_spelt_in_latin_letters_where_that_is_known(
    owner: Browser, name: str, address: str
) -> None:
    await owner.post("/creators/new", {"name": name})
    assert value_of((await owner.get("/new")).text, "address") == address
