"""Discord on the loopback: REST at `url`, the gateway at `gateway.url`, the CDN beside them.

It keeps its state in `world`; tests act there as people (`visitors.py`), bots over the wire.
"""

import json
import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

import orjson
from aiohttp import web

from tests.emulators.discord import spec
from tests.emulators.discord.calling import ROUTES, Call, Route, Status
from tests.emulators.discord.errors import ApiError, Invalid, NotEmulated, no_route, refused, unauthorized
from tests.emulators.discord.faults import NoAnswer
from tests.emulators.discord.files import Uploaded
from tests.emulators.discord.gateway import Gateway
from tests.emulators.discord.interactions import Interaction
from tests.emulators.discord.people import App, Json
from tests.emulators.discord.posting import Poster
from tests.emulators.discord.routes import (
    account,
    channels,
    commands,
    guilds,
    interactions,
    members,
    messages,
    reactions,
    threads,
)
from tests.emulators.discord.world import World

__all__ = [
    "Called", "DiscordServer", "account", "channels", "commands", "guilds", "interactions", "members",
    "messages", "reactions", "threads",
]  # fmt: skip

_LARGEST = 110 * 1024 * 1024
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


@dataclass(frozen=True)
class Called:
    """A call that came, and the status and code it was answered with (0: all well, or no answer)."""

    app_id: int
    route: str
    path: dict[str, str]
    given: Any
    status: int
    code: int = 0
    reason: str | None = None


class DiscordServer:
    """Serves a world's apps until it is closed.

    `complaints` are requests that Discord's own document refuses, and answers of ours that it would not know:
    whoever uses this emulator ends by looking that there are none. `strict=False` spares the time.
    """

    def __init__(
        self, world: World | None = None, *, strict: bool = True, heartbeat_ms: int = 41_250
    ) -> None:
        self.world = world or World()
        self.gateway = Gateway(self.world, heartbeat_ms)
        self.poster = self.world.poster = Poster(self.world, self._take_answer)
        self.calls: list[Called] = []
        self.complaints: list[str] = []
        self.url = ""
        self._spec = spec.load() if strict else None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_LARGEST)
        for one in sorted(ROUTES.values(), key=lambda one: one.template.replace("{", "~")):
            app.router.add_route(one.method, f"/api/v10{one.template}", self._caller(one))
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/{kind:(ephemeral-)?attachments}/{channel}/{number}/{name}", self._download)
        app.router.add_route("*", "/api/{path:.*}", self._unknown)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=2048)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.world.files.url = f"http://{host}:{port}"
        self.url = f"http://{host}:{port}/api/v10"
        self.gateway.url = f"ws://{host}:{port}/gateway/"
        self.world.gateway_url = self.gateway.url
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.close()
        await self.poster.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def made(self, route: str, app: App | None = None) -> list[Called]:
        """The calls of a route so far, by one app or by any."""
        return [one for one in self.calls if one.route == route and (app is None or one.app_id == app.id)]

    def _caller(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def call(request: web.Request) -> web.StreamResponse:
            return await self._call(route, request)

        return call

    async def _call(self, route: Route, request: web.Request) -> web.StreamResponse:
        world, path = self.world, dict(request.match_info)
        token = request.headers.get("Authorization", "").removeprefix("Bot ")
        app = world.by_token(token) if token else None
        app_id = app.id if app else 0
        reason = (
            unquote(request.headers["X-Audit-Log-Reason"])
            if "X-Audit-Log-Reason" in request.headers
            else None
        )
        given: Any = None
        headers: dict[str, str] = {}
        status, code, answer = route.status, 0, None
        try:
            if world.limits.shut_out:
                self.calls.append(Called(app_id, route.name, path, given, 429, 0, reason))
                return web.Response(
                    status=429, text="<html>error code: 1015</html>", content_type="text/html"
                )
            if app is None and not route.secret:
                raise unauthorized()
            major = "/".join(path[one] for one in _MAJOR if one in path)
            headers = world.limits.spend(app_id, route.name, major)
            given, files = await _read(request)
            self._check_call(route, dict(request.query), given)
            call = Call(world, app, path, dict(request.query), given, files, reason)
            answer = await world.faults.around(
                route.name, app_id, world.clock.sleep, lambda: route.handler(call)
            )
            if isinstance(answer, Status):
                status, answer = answer.status, answer.body
            self._check_answer(route, status, answer)
        except ApiError as refusal:
            if isinstance(refusal, NotEmulated):
                self.complaints.append(refusal.message)
            world.limits.count(app_id, refusal)
            status, code, answer = refusal.status, refusal.code, refusal.to_json()
            headers = headers | refusal.headers
        except (KeyError, ValueError, TypeError, AttributeError, AssertionError) as broken:
            # Whatever a request does to the emulator, a test that meets it must not pass.
            self.complaints.append(f"{route.name}: {type(broken).__name__}: {broken}")
            raise
        except NoAnswer:
            self.calls.append(Called(app_id, route.name, path, given, 0, 0, reason))
            if request.transport is not None:
                request.transport.abort()
            raise
        self.calls.append(Called(app_id, route.name, path, given, status, code, reason))
        if answer is None:
            return web.Response(status=status, headers=headers)
        return web.Response(
            status=status, headers=headers, body=orjson.dumps(answer), content_type="application/json"
        )

    def _check_call(self, route: Route, query: dict[str, str], given: Any) -> None:
        if self._spec and (
            problems := self._spec.problems_of_call(route.method, route.template, query, given)
        ):
            self.complaints += [f"{route.name}: {where}: {said}" for where, _, said in problems]
            raise Invalid(problems)

    def _check_answer(self, route: Route, status: int, answer: Any) -> None:
        if self._spec is not None:
            problems = self._spec.problems_of_answer(route.method, route.template, status, answer)
            self.complaints += [f"answer of {route.name}: {one}" for one in problems]

    def _take_answer(self, interaction: Interaction, said: Json) -> None:
        """Take what an app's endpoint said, as if it had called back."""
        if self._spec is not None:
            problems = self._spec.problems_of_call("POST", CALLBACK, {}, said)
            self.complaints += [f"answer to an interaction: {where}: {what}" for where, _, what in problems]
        if not interaction.answered:
            interactions.answer(Call(self.world, interaction.app, {}), interaction, said)

    async def _unknown(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api/v10")
        refusal = no_route()
        if self._spec is not None and self._spec.find(request.method, path):
            refusal = NotEmulated(f"{request.method} {path}")
            self.complaints.append(refusal.message)
        self.calls.append(Called(0, f"{request.method} {path}", {}, None, refusal.status))
        return web.json_response(refusal.to_json(), status=refusal.status)

    async def _download(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        found = self.world.files.at(
            int(number) if number.isdigit() else 0, request.query.get("ex", ""), self.world.clock.now()
        )
        if found is None:
            return web.Response(status=404, text="This content is no longer available.")
        kind = found.file.mime or "application/octet-stream"
        return web.Response(body=found.file.content, headers={"Content-Type": kind})


async def _read(request: web.Request) -> tuple[Any, dict[str, Uploaded]]:
    """The body and the files of a request.

    Raises:
        ApiError: it is no JSON.
    """
    files: dict[str, Uploaded] = {}
    if request.content_type.startswith("multipart/"):
        given: Any = {}
        for name, value in (await request.post()).items():
            if name == "payload_json":
                given = _parsed(value.file.read() if isinstance(value, web.FileField) else value)
            elif isinstance(value, web.FileField):
                files[name] = Uploaded(value.file.read(), value.filename, _mime(value))
            elif isinstance(value, bytes | bytearray):
                files[name] = Uploaded(bytes(value), name, "application/octet-stream")
            else:
                given[name] = value
        return given, files
    text = await request.read()
    return (_parsed(text) if text else None), files


def _mime(field: web.FileField) -> str:
    """A file's type: Discord looks at its name where the sender says nothing of use."""
    if field.content_type and field.content_type != "application/octet-stream":
        return field.content_type
    return mimetypes.guess_type(field.filename)[0] or "application/octet-stream"


def _parsed(text: str | bytes | bytearray) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise refused(50109) from None
