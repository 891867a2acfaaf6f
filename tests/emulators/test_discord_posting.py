"""Interactions over HTTP: signed by Discord, answered in the response, and only by endpoints that check."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.emulators.discord.people import Json
from tests.emulators.discord.posting import SIGNATURE, TIMESTAMP
from tests.emulators.discord.stage import Stage
from tests.emulators.discord.wire import Wire


class Endpoint:
    """An app that is reached by HTTP; `careful`: it looks at the signature. `says` is its next answer."""

    def __init__(self, key: str) -> None:
        self.key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        self.careful = True
        self.says: Any = {"type": 4, "data": {"content": "Hello"}}
        self.status = 200
        self.slow_s = 0.0
        self.got: list[Json] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        signed = request.headers[TIMESTAMP].encode() + body
        try:
            self.key.verify(bytes.fromhex(request.headers[SIGNATURE]), signed)
        except InvalidSignature:
            if self.careful:
                return web.Response(status=401)
        told: Json = json.loads(body)
        if told["type"] == 1:
            return web.json_response({"type": 1})
        self.got.append(told)
        await asyncio.sleep(self.slow_s)
        return web.json_response(self.says) if self.status == 200 else web.Response(status=self.status)


@pytest.fixture
async def endpoint(stage: Stage) -> AsyncIterator[Endpoint]:
    made = Endpoint(stage.app.verify_key)
    app = web.Application()
    app.router.add_post("/", made.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}/"
    yield made
    await runner.cleanup()


async def point(wire: Wire, url: str | None) -> int:
    """Have the app's interactions go to an address; the status of what Discord says to that."""
    return (await wire.call("PATCH", "/applications/@me", {"interactions_endpoint_url": url})).status


@pytest.fixture
async def posted(wire: Wire, endpoint: Endpoint) -> Endpoint:
    """The endpoint, in use, for an app with one command."""
    command = {"name": "ask", "description": "Ask the stand-in"}
    await wire.call("PUT", f"/applications/{wire.app.id}/commands", [command])
    assert await point(wire, endpoint.url) == 200
    return endpoint


class TestTaken:
    async def test_an_endpoint_that_checks_signatures(self, wire: Wire, endpoint: Endpoint) -> None:
        assert await point(wire, endpoint.url) == 200
        told = (await wire.call("GET", "/applications/@me")).body
        assert told["interactions_endpoint_url"] == endpoint.url

    async def test_one_that_takes_whatever_comes_is_refused(self, wire: Wire, endpoint: Endpoint) -> None:
        endpoint.careful = False
        said = await wire.call("PATCH", "/applications/@me", {"interactions_endpoint_url": endpoint.url})
        assert (said.status, said.code) == (400, 50035)
        assert "interactions_endpoint_url" in said.body["errors"]
        assert wire.app.endpoint is None

    async def test_one_where_nobody_is(self, wire: Wire) -> None:
        assert await point(wire, "http://127.0.0.1:9/") == 400

    async def test_one_that_stops_checking_is_taken_out(
        self, wire: Wire, posted: Endpoint, stage: Stage
    ) -> None:
        assert stage.world.poster is not None
        assert await stage.world.poster.checks(wire.app)
        posted.careful = False
        assert not await stage.world.poster.checks(wire.app)
        assert wire.app.endpoint is None


class TestPosted:
    async def test_the_answer_is_the_response(self, posted: Endpoint, stage: Stage) -> None:
        answer = await stage.fan.runs(stage.general, stage.app, "ask").answer()
        assert answer is not None
        assert stage.fan.texts(stage.general) == ["Hello"]
        assert posted.got[0]["data"]["name"] == "ask"

    async def test_the_gateway_hears_nothing_of_it(self, posted: Endpoint, stage: Stage, wire: Wire) -> None:
        async with wire.listen() as listener:
            await stage.fan.runs(stage.general, stage.app, "ask").answer()
            assert (await listener.next())["t"] == "MESSAGE_CREATE"
            assert await listener.silence() == []

    async def test_what_was_deferred_is_filled_by_its_token(
        self, posted: Endpoint, stage: Stage, wire: Wire
    ) -> None:
        posted.says = {"type": 5, "data": {"flags": 64}}
        asked = stage.fan.runs(stage.general, stage.app, "ask")
        assert await asked.acknowledged()
        path = f"/webhooks/{wire.app.id}/{posted.got[0]['token']}/messages/@original"
        said = await wire.call("PATCH", path, {"content": "For you"}, token="")
        assert said.status == 200
        assert stage.fan.texts(stage.general) == ["For you"]
        assert stage.moderator.texts(stage.general) == []

    async def test_it_may_be_taken_now_and_answered_by_calling_back(
        self, posted: Endpoint, stage: Stage, wire: Wire
    ) -> None:
        posted.status = 202
        asked = stage.fan.runs(stage.general, stage.app, "ask")
        assert await asked.until(lambda: bool(posted.got), 3)
        told = posted.got[0]
        path = f"/interactions/{told['id']}/{told['token']}/callback"
        said = await wire.call("POST", path, {"type": 4, "data": {"content": "Later"}}, token="")
        assert said.status == 204
        answer = await asked.answer()
        assert answer is not None
        assert answer.content.text == "Later"

    @pytest.mark.parametrize("status", [401, 500])
    async def test_an_endpoint_in_trouble_answers_nothing(
        self, posted: Endpoint, stage: Stage, status: int
    ) -> None:
        posted.status = status
        asked = stage.fan.runs(stage.general, stage.app, "ask")
        assert await asked.until(lambda: bool(asked.error), 3)
        stage.world.clock.moves(3)
        assert await asked.answer() is None
        assert asked.error == f"status {status}"

    async def test_one_that_is_slow_is_too_late(self, posted: Endpoint, stage: Stage) -> None:
        stage.world.clock.pace, posted.slow_s = 10.0, 0.5
        asked = stage.fan.runs(stage.general, stage.app, "ask")
        assert await asked.answer() is None
        assert await asked.until(lambda: asked.error.startswith("TimeoutError"), 60)

    async def test_what_comes_twice_is_answered_once(self, posted: Endpoint, stage: Stage) -> None:
        stage.world.faults.duplicates = 1.0
        asked = stage.fan.runs(stage.general, stage.app, "ask")
        await asked.answer()
        assert await asked.until(lambda: len(posted.got) == 2, 3)
        assert posted.got[0] == posted.got[1]
        assert stage.fan.texts(stage.general) == ["Hello"]

    async def test_an_answer_that_cannot_be_is_none(self, posted: Endpoint, stage: Stage, wire: Wire) -> None:
        posted.says = {"type": 4, "data": {"content": "  "}}
        asked = stage.fan.runs(stage.general, stage.app, "ask")
        assert await asked.until(lambda: bool(asked.error), 3)
        assert json.loads(asked.error)["code"] == 50006
