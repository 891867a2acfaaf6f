"""What every site keeps: hosts, origins, form tokens, headers, failures, static files, live streams."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import psycopg
import pytest
import sqlalchemy.exc
from fastapi import FastAPI, Form
from httpx import ASGITransport, AsyncClient
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from kernel.errors import NotFound, NotSignedIn, TooMany
from kernel.web import Places, RateLimiter, ServerEvent, Site, Streams, create_site, event_stream, pages
from kernel.web.ops import ops_router
from kernel.web.security import CSP, Guarding

HOME = "http://site.test"
TEXT = {"accept": "text/html"}


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    (tmp_path / "page.html").write_text(
        '{% extends "base.html" %}{% block body %}{{ csrf_field() }}<p>{{ name }}</p>{% endblock %}'
    )
    site = Site(
        name="Test",
        guarding=Guarding(
            hosts=frozenset({"site.test"}),
            address=HOME,
            secret=b"s" * 32,
            csrf_cookie="csrf",
            session_cookie="session",
            exempt=("/hook",),
        ),
        templates=[tmp_path],
        sign_in="/sign-in",
        max_body=1000,
    )
    app = create_site(site)

    @app.get("/page")
    async def page(request: Request, name: str = "") -> Response:
        return pages(request).page(request, "page.html", {"name": name})

    @app.post("/change")
    async def change(word: Annotated[str, Form()] = "") -> dict[str, str]:
        return {"word": word}

    @app.post("/large", max_body_size=5000)
    async def large(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/hook/1")
    async def hook() -> dict[str, bool]:
        return {"ok": True}

    @app.get("/endless")
    async def endless() -> Response:
        async def events() -> AsyncIterator[ServerEvent]:
            while True:
                yield ServerEvent("news")

        return event_stream(events(), app.state.streams)

    @app.get("/missing")
    async def missing() -> None:
        raise NotFound("No such candle.")

    @app.get("/private")
    async def private() -> None:
        raise NotSignedIn("Please sign in.")

    @app.get("/slow-down")
    async def slow_down() -> None:
        raise TooMany("Wait.", retry_after=7)

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("secret detail")

    async def check() -> str | None:
        return app.state.problem

    async def collect() -> None:
        app.state.collected += 1

    app.state.problem, app.state.collected = None, 0
    app.include_router(ops_router({"database": check}, collect=collect))
    return app


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url=HOME, headers=TEXT) as client:
        yield client


async def token(browser: AsyncClient) -> str:
    page = (await browser.get("/page")).text
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


@pytest.mark.parametrize("path", ["/page", "/missing", "/broken", "/nowhere", "/slow-down"])
async def test_every_answer_carries_the_headers(browser: AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.headers["content-security-policy"] == CSP
    assert "unsafe" not in CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1", "site.test.evil.test", "[::1]:80", ""])
async def test_a_foreign_host_gets_nothing(browser: AsyncClient, host: str) -> None:
    answer = await browser.get("/page", headers={"host": host})
    assert answer.status_code == 421
    assert HOME in answer.text


async def test_a_form_needs_the_token_of_its_own_browser(browser: AsyncClient, app: FastAPI) -> None:
    assert (await browser.post("/change", data={"word": "wax"})).status_code == 403
    mine = await token(browser)
    assert (await browser.post("/change", data={"word": "wax", "csrf_token": mine})).json() == {"word": "wax"}
    assert (await browser.post("/change", headers={"x-csrf-token": mine})).status_code == 200
    async with AsyncClient(transport=ASGITransport(app), base_url=HOME) as other:
        await token(other)
        assert (await other.post("/change", headers={"x-csrf-token": mine})).status_code == 403


async def test_the_token_changes_with_the_session(browser: AsyncClient) -> None:
    before = await token(browser)
    browser.cookies.set("session", "another")
    assert (await browser.post("/change", headers={"x-csrf-token": before})).status_code == 403
    assert (await browser.post("/change", headers={"x-csrf-token": await token(browser)})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": "http://site.test:81"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": HOME},
    ],
)
async def test_another_sites_request_changes_nothing(browser: AsyncClient, headers: dict[str, str]) -> None:
    right = {"x-csrf-token": await token(browser)}
    assert (await browser.post("/change", headers=right | headers)).status_code == 403
    same = {"origin": HOME, "sec-fetch-site": "same-origin"}
    assert (await browser.post("/change", headers=right | same)).status_code == 200


async def test_machines_with_a_proof_of_their_own_need_no_token(browser: AsyncClient) -> None:
    assert (await browser.post("/hook/1")).json() == {"ok": True}


async def test_failures_say_what_to_do_in_the_readers_form(browser: AsyncClient) -> None:
    page = await browser.get("/missing")
    assert page.status_code == 404
    assert "No such candle." in page.text
    machine = await browser.get("/missing", headers={"accept": "application/json"})
    assert machine.json() == {"error": "not_found", "message": "No such candle."}
    part = await browser.get("/missing", headers={"hx-request": "true"})
    assert part.headers["hx-retarget"] == "#toasts"
    assert "<html" not in part.text
    assert (await browser.get("/slow-down")).headers["retry-after"] == "7"
    too_large = await browser.post("/change", data={"word": "w" * 2000})
    assert too_large.status_code == 413
    assert "smaller" in too_large.text
    assert too_large.headers["content-security-policy"] == CSP


async def test_a_body_is_bounded_unless_its_route_takes_more(browser: AsyncClient) -> None:
    headers = {"x-csrf-token": await token(browser)}
    assert (await browser.post("/large", content=b"w" * 4000, headers=headers)).json() == {"bytes": 4000}
    assert (await browser.post("/large", content=b"w" * 6000, headers=headers)).status_code == 413


async def test_a_larger_body_is_read_from_those_alone_who_may_send_one(tmp_path: Path) -> None:
    async def nobody(_: Request) -> None:
        raise HTTPException(401)

    guarding = Guarding(frozenset({"site.test"}), HOME, b"s" * 32, "csrf")
    app = create_site(Site(name="Test", guarding=guarding, templates=[tmp_path], max_body=10, admit=nobody))

    @app.post("/form", max_body_size=5000)
    async def form(word: Annotated[str, Form()]) -> dict[str, str]:
        return {"word": word}

    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"w=w&"

    async with AsyncClient(transport=ASGITransport(app), base_url=HOME) as client:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        assert (await client.post("/form", content=body(), headers=kind)).status_code == 401
    assert read == 0


async def test_a_stream_is_not_searched_for_a_token(app: FastAPI, browser: AsyncClient) -> None:
    @app.post("/stream", max_body_size=1 << 40)
    async def stream(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    mine = await token(browser)
    assert (await browser.post("/stream", data={"csrf_token": mine})).status_code == 403
    assert (await browser.post("/stream", content=b"w", headers={"x-csrf-token": mine})).json() == {
        "bytes": 1
    }


@pytest.mark.parametrize("path", ["/page%00", "/%00", "/" + "9" * 5000])
async def test_no_address_of_ours_is_like_this(browser: AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-security-policy"] == CSP


@pytest.mark.parametrize("kind", [psycopg.DataError, partial(sqlalchemy.exc.DataError, "", None)])
async def test_what_the_database_cannot_store_is_the_senders_to_change(
    app: FastAPI, browser: AsyncClient, kind: Callable[[Exception], Exception]
) -> None:
    @app.get("/stored")
    async def stored() -> None:
        raise kind(ValueError("secret detail"))

    answer = await browser.get("/stored")
    assert answer.status_code == 422
    assert "secret detail" not in answer.text


@pytest.mark.parametrize(
    "kind", [psycopg.OperationalError, partial(sqlalchemy.exc.OperationalError, "", None)]
)
async def test_while_the_database_is_away_it_is_said_to_try_again(
    browser: AsyncClient, app: FastAPI, kind: Callable[[Exception], Exception]
) -> None:
    @app.get("/away")
    async def away() -> None:
        raise kind(ValueError("terminating connection due to administrator command"))

    answer = await browser.get("/away", headers=TEXT)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "Try again in a minute" in answer.text
    assert "administrator" not in answer.text


async def test_an_unexpected_failure_tells_no_detail(browser: AsyncClient) -> None:
    answer = await browser.get("/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Nothing of yours is lost" in answer.text


async def test_who_is_not_signed_in_is_sent_there_and_back(browser: AsyncClient) -> None:
    answer = await browser.get("/private?a=b")
    assert answer.headers["location"] == "/sign-in?next=%2Fprivate%3Fa%3Db"
    part = await browser.get("/private", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in")
    assert (await browser.get("/private", headers={"accept": "application/json"})).status_code == 401


async def test_pages_speak_the_readers_language_and_direction(browser: AsyncClient) -> None:
    arabic = (await browser.get("/page", headers={"accept-language": "ar-EG,en;q=0.5"})).text
    assert '<html lang="ar" dir="rtl"' in arabic
    chosen = await browser.get("/page?lang=ja", headers={"accept-language": "ar"})
    assert '<html lang="ja" dir="ltr"' in chosen.text
    assert '<html lang="ja"' in (await browser.get("/page", headers={"accept-language": "ar"})).text
    assert '<html lang="en"' in (await browser.get("/page?lang=%3Cscript%3E", headers={"cookie": ""})).text


async def test_what_stands_in_a_page_is_inert(browser: AsyncClient) -> None:
    page = (await browser.get("/page", params={"name": "<script>alert(1)</script>"})).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


async def test_static_files_are_kept_for_ever_under_their_version(app: FastAPI, browser: AsyncClient) -> None:
    url = app.state.assets.url("web/css/tokens.css")
    answer = await browser.get(url)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["content-encoding"] == "gzip"
    again = await browser.get(url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    old = await browser.get("/static/000000000000/web/css/tokens.css")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
    assert gzip.compress(answer.content)


@pytest.mark.parametrize(
    "name", ["../../site.py", "..%2f..%2fsite.py", "web/%2e%2e/%2e%2e/site.py", "web/nothing.css"]
)
async def test_nothing_but_static_files_is_served(app: FastAPI, browser: AsyncClient, name: str) -> None:
    answer = await browser.get(f"/static/{app.state.assets.version}/{name}", follow_redirects=True)
    assert answer.status_code == 404


async def test_there_is_no_documentation_page_of_the_framework(browser: AsyncClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await browser.get(path)).status_code == 404


async def test_readiness_names_what_is_wrong(app: FastAPI, browser: AsyncClient) -> None:
    assert (await browser.get("/readyz", headers={"host": "10.0.0.5"})).status_code == 200
    app.state.problem = "the database is away"
    answer = await browser.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "the database is away"}
    assert (await browser.get("/healthz")).status_code == 200


async def test_numbers_are_collected_when_asked_for_and_told_this_machine_alone(
    app: FastAPI, browser: AsyncClient
) -> None:
    assert "# HELP" in (await browser.get("/metrics")).text
    assert app.state.collected == 1
    for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
        assert (await browser.get("/metrics", headers={header: "127.0.0.1"})).status_code == 404
    far = ASGITransport(app, client=("192.0.2.7", 5000))
    async with AsyncClient(transport=far, base_url=HOME) as other:
        assert (await other.get("/metrics")).status_code == 404
    assert app.state.collected == 1


def test_a_limiter_refills_and_forgets_the_oldest() -> None:
    limiter = RateLimiter(per_minute=60, burst=2, max_keys=2)
    assert [limiter.wait_for("a") for _ in range(2)] == [0, 0]
    assert 0 < limiter.wait_for("a") <= 1
    with pytest.raises(TooMany):
        limiter.check("a")
    assert limiter.wait_for("b") == 0
    assert limiter.wait_for("c") == 0
    assert limiter.wait_for("a") == 0, "the oldest key was pushed out"


async def test_a_stream_beats_ends_with_the_site_and_cleans_up() -> None:
    streams, ended = Streams(), asyncio.Event()

    async def events() -> AsyncIterator[ServerEvent]:
        try:
            yield ServerEvent("one\ntwo", name="lines", id="4.2")
            await asyncio.sleep(3600)
        finally:
            ended.set()

    chunks = event_stream(events(), streams, heartbeat_s=0.01).body_iterator
    assert await anext(chunks) == b"retry: 2000\n\n"
    assert await anext(chunks) == b"event: lines\nid: 4.2\ndata: one\ndata: two\n\n"
    assert (await anext(chunks)).startswith(b":")
    streams.close()
    rest = [chunk async for chunk in chunks]
    assert all(chunk.startswith(b":") for chunk in rest)
    assert ended.is_set()


async def test_a_stream_ends_in_time_so_that_its_browser_is_asked_again() -> None:
    async def events() -> AsyncIterator[ServerEvent]:
        await asyncio.sleep(3600)
        yield ServerEvent("never")

    stream = event_stream(events(), Streams(), heartbeat_s=0.01, lifetime_s=0.05).body_iterator
    assert len([chunk async for chunk in stream]) >= 2


async def test_a_stream_ends_soon_after_its_listener_may_no_longer_hear_it() -> None:
    asked, over = iter([True, False]), asyncio.Event()

    async def busy() -> AsyncIterator[ServerEvent]:
        while True:
            await asyncio.sleep(0.005)
            yield ServerEvent("news")

    async def allowed() -> bool:
        return next(asked)

    stream = event_stream(busy(), Streams(), heartbeat_s=0.05, allowed=allowed, ended=over.set)
    async with asyncio.timeout(2):
        await stream({"type": "http", "asgi": {"spec_version": "2.4"}}, _silence, _nowhere)
    assert over.is_set()


async def _silence() -> Message:
    await asyncio.sleep(3600)
    raise AssertionError


async def _nowhere(_: Message) -> None:
    pass


def test_only_so_many_are_in_at_once() -> None:
    places = Places(per_key=1, total=2)
    give_up = places.take("a")
    with pytest.raises(TooMany):
        places.take("a")
    places.take("b")
    with pytest.raises(TooMany):
        places.take("c")
    give_up()
    places.take("c")


def test_an_events_name_and_id_cannot_forge_a_field() -> None:
    wire = ServerEvent("x\r\ny", name="a\ndata: forged", id="1\n\n").encode()
    assert wire == b"event: a data: forged\nid: 1  \ndata: x\ndata: y\n\n"


@pytest.mark.parametrize("path", ["/page?name=wax", "/missing", "/nowhere", "/healthz", "/change"])
async def test_head_is_answered_as_get_is_but_without_a_body(browser: AsyncClient, path: str) -> None:
    head, get = await browser.head(path), await browser.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    for name in ("content-type", "content-security-policy", "content-length"):
        assert head.headers.get(name) == get.headers.get(name), name


async def test_head_of_an_endless_stream_ends(browser: AsyncClient) -> None:
    async with asyncio.timeout(2):
        answer = await browser.head("/endless")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
