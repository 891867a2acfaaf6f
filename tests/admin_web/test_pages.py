"""What the admin's pages accept, refuse and keep, over HTTP on a real database."""

import asyncio
import html
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image
from PIL.ExifTags import Base as Exif

from admin_web.place import ENTRIES
from bots import service as bots
from community import service as community
from community.types import AvatarInfo, Role
from conversation import service as conversation
from kernel.chat import Inbound
from kernel.db import Database
from memory import importer
from memory import service as memory
from memory.readers.errors import ReadError
from memory.readers.options import Refused
from memory.types import IndexState, SourceInfo
from persona_engine import service as persona
from persona_engine.decisions import Reply, Step, Trace
from persona_engine.types import Formality, StyleCard
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in

BASE = "/@ember"


async def hand_in(browser: Browser, name: str, body: bytes, **query: str) -> Any:
    return await browser.client.post(
        f"{BASE}/knowledge/files",
        params={"name": name} | query,
        content=body,
        headers={"x-csrf-token": await browser.token(), "accept": "application/json, text/html"},
    )


async def items(app: FastAPI, ember: Household) -> tuple[SourceInfo, ...]:
    async with app.state.container.db.uow(ember.creator) as uow:
        return (await memory.list_sources(uow)).items


async def avatar(app: FastAPI, ember: Household) -> AvatarInfo:
    async with app.state.container.db.uow(ember.creator) as uow:
        return await community.get_avatar(uow, ember.avatar.id)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "http://user:pw@x.test/", "nothing", ""]
)
async def test_an_address_that_cannot_be_fetched_is_refused_at_once(owner: Browser, url: str) -> None:
    answer = await owner.post(f"{BASE}/knowledge/url", {"url": url})
    assert answer.status_code == 422
    assert "class" in answer.text


async def test_choosing_nothing_says_so(owner: Browser) -> None:
    answer = await owner.post(f"{BASE}/knowledge/many", {"action": "delete"})
    assert answer.status_code == 422
    assert "Choose one or more" in answer.text


async def test_the_filter_by_language_leaves_the_page_in_the_readers(owner: Browser) -> None:
    form = (await owner.get(f"{BASE}/knowledge")).text.partition('class="filters"')[2].partition("</form>")[0]
    fields = re.findall(r'name="(\w+)"', form)
    assert len(fields) == 4
    for field in fields:
        assert '<html lang="en"' in (await owner.get(f"{BASE}/knowledge?{field}=es")).text, field


async def test_a_misspelt_filter_counts_as_none(owner: Browser) -> None:
    await hand_in(owner, "wax.txt", b"Wax melts.")
    assert "wax.txt" in (await owner.get(f"{BASE}/knowledge?state=nonsense&visibility=x")).text
    assert "wax.txt" not in (await owner.get(f"{BASE}/knowledge?state=failed")).text
    assert (await owner.get(f"{BASE}/knowledge?page=0")).status_code == 422


def picture(**options: Any) -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[Exif.Make] = "Spy camera at home"
    Image.new("RGB", (64, 80), "orange").save(made, "JPEG", exif=exif, **options)
    return made.getvalue()


async def portrait(browser: Browser, body: bytes) -> Any:
    return await browser.client.post(
        f"{BASE}/setup/portrait",
        files={"portrait": ("me.jpg", body, "image/jpeg")},
        data={"csrf_token": await browser.token()},
        headers={"accept": "text/html"},
    )


async def test_a_portrait_loses_what_the_camera_wrote(app: FastAPI, owner: Browser, ember: Household) -> None:
    payload = picture() + b"<script>alert(1)</script>"
    assert (await portrait(owner, payload)).status_code == 303
    shown = await owner.get(f"{BASE}/portrait")
    assert shown.headers["content-type"] == "image/jpeg"
    assert b"Spy camera" not in shown.content
    assert b"<script>" not in shown.content
    assert (await avatar(app, ember)).portrait


@pytest.mark.parametrize(
    "body", [b"", b"GIF89a...", b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\n" + bytes(99)]
)
async def test_what_is_no_picture_is_refused(
    app: FastAPI, owner: Browser, ember: Household, body: bytes
) -> None:
    answer = await portrait(owner, body)
    assert answer.status_code == 422
    assert (await avatar(app, ember)).portrait is None


async def test_a_picture_of_too_many_pixels_is_refused(owner: Browser) -> None:
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    assert (await portrait(owner, bomb.getvalue())).status_code == 422


FORM = {"name": "Ember", "time_zone": "Asia/Tokyo", "languages": ["en", "ja"], "consent": "fictional"}


async def test_setup_keeps_what_is_entered(app: FastAPI, owner: Browser, ember: Household) -> None:
    form = FORM | {"tagline_en": "Light", "samples_en": "One?\n\nTwo?\n", "tagline_de": "Licht"}
    assert (await owner.post(f"{BASE}/setup", form)).status_code == 303
    kept = await avatar(app, ember)
    assert (kept.time_zone, kept.languages, kept.consent) == ("Asia/Tokyo", ("en", "ja"), "fictional")
    assert kept.tagline == {"en": "Light"}
    assert kept.samples == {"en": ("One?", "Two?")}


async def test_setup_leaves_the_languages_in_their_places(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    for ticked, kept in ((["ja", "en"], ("en", "ja")), (["ar", "en", "ja"], ("en", "ja", "ar"))):
        await owner.post(f"{BASE}/setup", FORM | {"languages": ticked})
        assert (await avatar(app, ember)).languages == kept, "the first is spoken where nothing tells another"


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"time_zone": "Mars/Base"}, {"languages": ["tlh"]}, {"consent": "no"}]
)
async def test_setup_says_what_is_wrong_and_changes_nothing(
    app: FastAPI, owner: Browser, ember: Household, wrong: dict[str, Any]
) -> None:
    answer = await owner.post(f"{BASE}/setup", FORM | wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert await avatar(app, ember) == ember.avatar


async def test_setup_says_what_is_wrong_in_the_readers_language(owner: Browser) -> None:
    answer = await owner.post(f"{BASE}/setup?lang=es", FORM | {"name": "x" * 81})
    assert answer.status_code == 422
    assert "Un nombre tiene entre 1 y 80 caracteres." in answer.text


async def test_nobody_goes_live_without_consent(app: FastAPI, owner: Browser, ember: Household) -> None:
    assert (await owner.post(f"{BASE}/setup/live", {"live": "true"})).status_code == 422
    await owner.post(f"{BASE}/setup", FORM)
    assert (await owner.post(f"{BASE}/setup/live", {"live": "true"})).status_code == 303
    assert (await avatar(app, ember)).live


async def test_a_creator_without_an_avatar_is_led_to_make_one(
    database: Database, browser: NewBrowser
) -> None:
    async with database.system_uow() as uow:
        creator = await community.create_creator(uow, "Naïve Wax & Co")
        account = await community.ensure_owner(uow, creator, "Robin")
    newcomer = browser()
    await sign_in(database, newcomer, account)
    assert (await newcomer.get("/")).headers["location"] == "/new"
    form = (await newcomer.get("/new")).text
    assert 'value="naive-wax-co"' in form
    made = {"name": "Wax", "address": "wax", "time_zone": "UTC", "languages": ["en"]}
    assert (await newcomer.post("/new", made)).headers["location"] == "/@wax/setup"
    assert (await newcomer.get("/")).headers["location"] == "/@wax/today"
    assert (await newcomer.get("/@wax/setup")).status_code == 200


async def test_an_address_is_taken_once(owner: Browser) -> None:
    form = {"name": "Two", "address": "two", "time_zone": "UTC", "languages": ["en"]}
    assert (await owner.post("/new", form)).headers["location"] == "/@two/setup"
    taken = await owner.post("/new", form)
    assert taken.status_code == 422
    assert (await owner.post("/new", form | {"address": "../x"})).status_code == 422


@pytest.mark.parametrize(("formal", "at"), [(0.0, "4.0%"), (0.5, "50.0%"), (1.0, "96.0%")])
async def test_how_polite_one_is_lies_between_two_named_ends(
    app: FastAPI, owner: Browser, ember: Household, formal: float, at: str
) -> None:
    card = StyleCard(messages=9, formality=(Formality("ja", formal, 9),))
    async with app.state.container.db.uow(ember.creator) as uow:
        await persona.styles.save(uow, ember.avatar.id, card)
    shown = (await owner.get(f"{BASE}/style")).text.partition("How polite")[2].partition("</dl>")[0]
    assert f'cx="{at}"' in shown, "familiar isn't nothing of formal: it has its place as formal has"
    assert re.search("<span>familiar</span>.*<span>formal</span>", shown)


async def test_two_edits_of_one_style_do_not_overwrite_each_other(owner: Browser) -> None:
    assert (await owner.post(f"{BASE}/style/measure")).status_code == 422  # nothing to measure yet
    assert (await owner.post(f"{BASE}/style/edit", {"based_on": "0", "phrases": "mine"})).status_code == 303
    late = await owner.post(f"{BASE}/style/edit", {"based_on": "0", "phrases": "theirs"})
    assert late.status_code == 422
    page = (await owner.get(f"{BASE}/style")).text
    assert "mine" in page
    assert "theirs" not in page
    assert (await owner.get(f"{BASE}/style/diff?one=1&other=9")).status_code == 404
    assert (await owner.post(f"{BASE}/style/restore/9")).status_code == 404


async def send_card(browser: Browser, body: bytes, lang: str = "en") -> Any:
    return await browser.client.post(
        f"{BASE}/style/card",
        params={"lang": lang},
        files={"card": ("card.json", body)},
        data={"csrf_token": await browser.token()},
        headers={"accept": "text/html"},
    )


async def test_a_character_card_goes_out_and_comes_back(owner: Browser) -> None:
    await owner.post(f"{BASE}/style/edit", {"based_on": "0", "phrases": "look closely"})
    card = await owner.get(f"{BASE}/style/card.json")
    assert "attachment" in card.headers["content-disposition"]
    assert card.json()["spec"] == "chara_card_v3"
    assert (await owner.get(f"{BASE}/style/card.png")).status_code == 422  # no picture to put it into
    assert (await send_card(owner, card.content)).headers["location"].endswith("saved=1")
    await portrait(owner, picture())
    assert (await owner.get(f"{BASE}/style/card.png")).content.startswith(b"\x89PNG")


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 50_000, json.dumps({"spec": "chara_card_v9"}).encode()])
async def test_a_hostile_card_is_refused_with_its_reason(owner: Browser, body: bytes) -> None:
    assert (await send_card(owner, body)).status_code == 422


async def test_a_card_is_refused_in_the_readers_language_with_the_field_that_is_wrong(owner: Browser) -> None:
    card = {"spec": "chara_card_v3", "data": {"name": "Ember", "description": 7}}
    answer = await send_card(owner, json.dumps(card).encode(), lang="zh-Hans")
    assert answer.status_code == 422
    assert "角色卡的 `description` 必须是文本。" in answer.text


async def test_the_qr_code_is_a_picture_and_nothing_else(owner: Browser) -> None:
    answer = await owner.get(f"{BASE}/today/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    tags = {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(answer.text).iter()}
    assert tags <= {"svg", "g", "path"}


async def test_an_empty_search_asks_no_worker(owner: Browser) -> None:
    assert "What would a fan ask?" in (await owner.get(f"{BASE}/knowledge/search?q=+++")).text


async def test_pages_open_for_a_viewer_without_what_they_may_not_do(
    database: Database, browser: NewBrowser, ember: Household, owner: Browser
) -> None:
    await hand_in(owner, "wax.txt", b"Wax melts.")
    viewer = browser()
    await sign_in(database, viewer, ember.people[Role.VIEWER])
    page = await viewer.get(f"{BASE}/knowledge")
    assert "wax.txt" in page.text
    for control in ("data-pick", "hx-post", "add-url", "/setup", "/playground"):
        assert control not in page.text
    for path in ("today", "style", "health", "health/live", "today/figures"):
        assert (await viewer.get(f"{BASE}/{path}")).status_code == 200, path


async def test_health_tells_of_an_index_that_is_taking_changes_in(
    app: FastAPI, owner: Browser, ember: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = app.state.container.memory
    monkeypatch.setattr(kept, "recalls", True)
    for behind, told in ((True, "being taken in"), (False, "in it")):

        async def states(behind: bool = behind) -> tuple[IndexState, ...]:
            return (IndexState(ember.creator, 7, behind),)

        monkeypatch.setattr(kept, "index_states", states)
        assert told in (await owner.get(f"{BASE}/health/live")).text


async def test_why_a_reply_to_several_questions_tells_of_each(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    steps = []
    for number, text in enumerate(("We open at eight.", "Park behind the church."), 1):
        steps.append(Step("part", "apart", "asked", 0.1, {"number": number, "question": f"Q{number}?"}))
        quoted = {"quote": text, "title": "Visit", "length": number, "model": "quoting"}
        steps.append(Step("answer", "quoted", "quoted", 0.1, quoted))
    async with app.state.container.db.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        inbound = Inbound(connection, "webchat", "update", "fan", "fan", "Q1? Q2?")
        asked = (await conversation.receive(uow, ember.avatar.id, inbound)).message_id
        await persona.record(uow, ember.avatar.id, asked, Reply((), "en", "quoted", Trace(tuple(steps))))
    page = (await owner.get(f"{BASE}/playground/why/{asked}")).text
    for told in (
        "question 1",
        "“Q1?”",
        "question 2",
        "“Q2?”",
        "We open at eight.",
        "Park behind the church.",
    ):
        assert told in page
    assert "2 characters from" in page
    assert "1 characters from" in page


async def test_why_a_reply_is_told_in_the_readers_language(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    gate = Step("gate", "answer", "compared", 0.1, {"confidence": 0.83, "threshold": 0.3})
    earlier = Step("gate", "answer", "confidence 0.83, needed 0.30", 0.1, gate.data)
    async with app.state.container.db.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        asked = []
        for step in (gate, earlier):
            inbound = Inbound(connection, "webchat", f"update-{len(asked)}", "fan", "fan", "Why?")
            asked.append((await conversation.receive(uow, ember.avatar.id, inbound)).message_id)
            reply = Reply((), "en", "quoted", Trace((step,)))
            await persona.record(uow, ember.avatar.id, asked[-1], reply)
    page = (await owner.get(f"{BASE}/playground/why/{asked[0]}?lang=zh-Hans")).text
    assert "<strong>门槛</strong> <span>通过</span>" in page
    assert "置信度 0.83，需要 0.30" in page
    assert (
        "confidence 0.83, needed 0.30" in (await owner.get(f"{BASE}/playground/why/{asked[1]}?lang=es")).text
    )


async def test_an_archive_that_brought_nothing_new_links_what_was_here(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await hand_in(owner, "wax.txt", b"Wax melts.")
    await hand_in(owner, "bundle.zip", b"PK stands for what a worker would open")
    async with app.state.container.db.uow(ember.creator) as uow:
        bundle, wax = (await memory.list_sources(uow)).items
        claim = await importer.claim(uow, bundle.id)
        assert claim
        read = importer.Reading("zip", "bundle", (), container=True, members=2, known=(wax.id, wax.id))
        await importer.finish(uow, claim, read)
    row = (await owner.client.get(f"{BASE}/knowledge")).text
    assert "All 2 files in it were here already." in row
    assert f'href="{BASE}/knowledge/{bundle.id}#known"' in row
    page = (await owner.client.get(f"{BASE}/knowledge/{bundle.id}")).text
    assert re.search(rf'id="known".*?href="{BASE}/knowledge/{wax.id}"', page, re.DOTALL)
    assert "No passages yet" not in page


@pytest.mark.parametrize("several", [False, True])
async def test_only_saying_so_shows_an_item_of_a_tier_to_everyone(
    app: FastAPI, owner: Browser, ember: Household, several: bool
) -> None:
    await hand_in(owner, "wax.txt", b"Wax melts.", tier="Makers")
    (item,) = await items(app, ember)
    path, form = f"{BASE}/knowledge/{item.id}/visibility", dict[str, Any]()
    if several:
        path, form = f"{BASE}/knowledge/many", {"action": "visibility", "ids": item.id}
    for nothing in ({}, {"value": ""}, {"value": "  "}):
        assert (await owner.post(path, form | nothing)).status_code == 422
        assert (await items(app, ember))[0].tier == "Makers"
    assert (await owner.post(path, form | {"value": "everyone"})).status_code in {200, 303}
    assert (await items(app, ember))[0].tier is None


async def test_what_several_items_are_told_leaves_the_filter_as_it_is(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    for name in ("R&D of wax.txt", "wicks.txt"):
        await hand_in(owner, name, name.encode())
    ids = {item.name: item.id for item in await items(app, ember)}
    form = {"action": "visibility", "value": "Makers", "ids": ids["R&D of wax.txt"]}
    listed = (await owner.post(f"{BASE}/knowledge/many?q=R%26D&page=9", form)).text
    assert f"source-{ids['R&D of wax.txt']}" in listed
    assert f"source-{ids['wicks.txt']}" not in listed
    assert "knowledge/many?q=R%26D&amp;page=1" in listed


async def test_an_archive_whose_files_could_not_be_read_says_so_and_is_no_content(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await hand_in(owner, "bundle.zip", b"PK stands for what a worker would open")
    async with app.state.container.db.uow(ember.creator) as uow:
        claim = await importer.claim(uow, (await memory.list_sources(uow)).items[0].id)
        assert claim
        refused = tuple(Refused(f"{name}.pdf", ReadError("empty")) for name in "abc")
        await importer.finish(uow, claim, importer.Reading("zip", "", (), container=True, refused=refused))
    listed = (await owner.client.get(f"{BASE}/knowledge")).text
    row = re.search(rf'<tr id="source-{claim.source_id}".*?</tr>', listed, re.DOTALL)
    assert row
    assert "None of its 3 files could be read." in row[0]
    assert 'data-state="failed"' in row[0]
    assert f"{claim.source_id}/retry" in row[0]
    inside = (await owner.client.get(f"{BASE}/knowledge/{claim.source_id}")).text
    assert inside.count("The file is empty.") == 3
    health = (await owner.client.get(f"{BASE}/health/live")).text
    assert re.search(r"<bdi>bundle[^<]*</bdi></a><p[^>]*>None of its 3 files could be read\.</p>", health)
    setup = (await owner.client.get(f"{BASE}/setup")).text
    assert re.search(r'class="step-open"><a href="/@ember/knowledge"', setup)


async def test_health_tells_how_many_workers_run(app: FastAPI, owner: Browser) -> None:
    assert "Workers running: 0" in (await owner.client.get(f"{BASE}/health/live")).text
    working = asyncio.create_task(app.state.container.jobs.run(["unheard of"], concurrency=1))
    try:
        for _ in range(100):
            told = (await owner.client.get(f"{BASE}/health/live")).text
            if "Workers running: 1" in told:
                break
            await asyncio.sleep(0.1)
        assert "Workers running: 1" in told
    finally:
        working.cancel()
        await asyncio.wait({working})


async def test_a_size_keeps_its_unit_behind_it_among_words_that_run_to_the_left(owner: Browser) -> None:
    shown = html.unescape((await owner.client.get(f"{BASE}/health?lang=ar")).text)
    assert re.search("\N{FIRST STRONG ISOLATE}[\\d.,٠-٩]+ [kMGT]?B\N{POP DIRECTIONAL ISOLATE}", shown)


def test_each_page_of_the_side_has_a_key_of_its_own() -> None:
    keys = [entry.key for entry in ENTRIES]
    assert len(set(keys)) == len(keys)
