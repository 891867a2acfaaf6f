"""Files that are handed in by the browser: what becomes of each, how large it may be, how called."""

import json
from collections.abc import AsyncIterator
from urllib.parse import unquote

from fastapi import FastAPI

from tests.admin_web.auth.conftest import Browser, Household
from tests.admin_web.test_pages import BASE, hand_in, items


async def test_the_same_content_is_one_item(app: FastAPI, owner: Browser, ember: Household) -> None:
    first = await hand_in(owner, "a/wax.txt", b"Wax melts.", tier="Makers", licence="CC0-1.0")
    assert (first.status_code, first.headers.get("x-known")) == (200, None)
    again = await hand_in(owner, "other name.txt", b"Wax melts.")
    assert unquote(again.headers["x-known"]) == "It is here already; only “Makers” sees it, as before."
    (item,) = await items(app, ember)
    assert (item.name, item.tier, item.licence, item.size) == ("a/wax.txt", "Makers", "CC0-1.0", 10)


async def test_what_an_export_doesn_t_say_of_itself_is_handed_in_with_it(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    export = await hand_in(owner, "result.json", b"{}", channel="@candlelab", author="Ember")
    assert export.status_code == 200
    async with app.state.container.db.uow(ember.creator) as uow:
        row = await uow.fetch_one("SELECT options FROM source WHERE name = 'result.json'")
    assert row.options == {"channel": "@candlelab", "author": "Ember"}


async def test_what_is_handed_in_again_for_a_tier_says_that_it_is_for_the_tier_now(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await hand_in(owner, "wax.txt", b"Wax melts.")
    told = []
    for tier in ("", "Makers", "Makers", "Others", ""):
        again = await hand_in(owner, "wax.txt", b"Wax melts.", tier=tier)
        told.append(unquote(again.headers["x-known"]).removeprefix("It is here already; "))
    as_before = "only “Makers” sees it, as before."
    assert told == ["everyone sees it, as before.", "now only “Makers” sees it.", *[as_before] * 3]
    told = []
    for tier in ("", "Makers"):
        answer = await owner.post(f"{BASE}/knowledge/url", {"url": "https://wax.example/", "tier": tier})
        told.append(json.loads(answer.headers.get("hx-trigger", "{}")).get("toast"))
    assert told == [None, "It is here already; now only “Makers” sees it."]
    assert {item.tier for item in await items(app, ember)} == {"Makers"}


async def test_of_a_folder_handed_in_again_each_file_says_what_became_of_it(owner: Browser) -> None:
    folder = {"notes/wax.txt": b"Wax melts.", "notes/wick.txt": b"A wick is plaited."}
    for name, body in folder.items():
        assert "x-known" not in (await hand_in(owner, name, body)).headers
    changed = await hand_in(owner, "notes/wax.txt", b"Wax melts at sixty-two degrees.")
    assert "with other content is here too" in unquote(changed.headers["x-known"])
    same = await hand_in(owner, "notes/wick.txt", folder["notes/wick.txt"])
    assert "here already" in unquote(same.headers["x-known"])
    assert "x-known" not in (await hand_in(owner, "notes/soot.txt", b"Soot glows.")).headers


async def test_a_large_file_passes_and_one_too_large_leaves_nothing(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    app.state.container.settings.max_upload_mb = 3
    assert (await hand_in(owner, "large.txt", b"x" * (2 << 20))).status_code == 200
    refused = await hand_in(owner, "larger.txt", b"x" * (4 << 20))
    assert refused.status_code == 413
    assert "larger than 3 MB" in refused.json()["message"]
    assert len(await items(app, ember)) == 1


async def test_one_that_is_stated_to_be_too_large_is_refused_before_it_comes(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    stated = (app.state.container.settings.max_upload_mb << 20) + 1
    headers = {"x-csrf-token": await owner.token(), "accept": "application/json"}
    sent = 0

    async def film() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(3):
            sent += 1
            yield b"x"

    refused = await owner.client.post(
        f"{BASE}/knowledge/files?name=film.mp4",
        content=film(),
        headers=headers | {"content-length": str(stated)},
    )
    assert (refused.status_code, sent) == (413, 0)
    assert await items(app, ember) == ()


async def test_a_name_cannot_leave_its_place(app: FastAPI, owner: Browser, ember: Household) -> None:
    assert (await hand_in(owner, "../../../etc/passwd\x00.txt", b"Wick.")).status_code == 200
    (item,) = await items(app, ember)
    path = app.state.container.files.path(ember.creator, item.sha256)
    assert path.is_relative_to(app.state.container.settings.data)
    assert path.read_bytes() == b"Wick."
