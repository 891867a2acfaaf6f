"""A Bot API server on the loopback: calls come by HTTP, as forms, files or JSON; answers are Telegram's.

It keeps its state in `world`; tests act there as people (`visitors.py`), bots over the wire.
"""

import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.emulators.telegram import spec
from tests.emulators.telegram.calling import METHODS, Call, Uploaded
from tests.emulators.telegram.errors import NO_METHOD, UNAUTHORIZED, ApiError, NotEmulated, bad
from tests.emulators.telegram.faults import NoAnswer
from tests.emulators.telegram.methods import editing, members, profile, queries, sending, topics
from tests.emulators.telegram.people import Bot
from tests.emulators.telegram.world import World

__all__ = ["Called", "TelegramServer", "editing", "members", "profile", "queries", "sending", "topics"]

_LARGEST = 60 * 1024 * 1024


@dataclass(frozen=True)
class Called:
    """A call that came, and the status it was answered with."""

    bot_id: int
    method: str
    given: dict[str, Any]
    status: int


class TelegramServer:
    """Serves a world's bots at `url` until it is closed.

    `complaints` are requests that the published specification refuses, and answers of ours that it would not
    know: whoever uses this emulator ends by looking that there are none.
    """

    def __init__(self, world: World | None = None, *, strict: bool = True) -> None:
        self.world = world or World()
        self.calls: list[Called] = []
        self.complaints: list[str] = []
        self.url = ""
        self._spec = spec.load() if strict else None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=2048)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.world.deliverer.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def made(self, method: str, bot: Bot | None = None) -> list[Called]:
        """The calls of a method so far, by one bot or by any."""
        return [one for one in self.calls if one.method == method and (bot is None or one.bot_id == bot.id)]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.by_token(request.match_info["token"])
        method = METHODS.get(request.match_info["method"].lower())
        given: dict[str, Any] = {}
        name = method.name if method else request.match_info["method"]
        try:
            if bot is None:
                raise ApiError(401, UNAUTHORIZED)
            given, files = await _read(request)
            if method is None:
                if self._spec and self._spec.name_of(name):
                    raise NotEmulated(f"method {name}")
                raise ApiError(404, NO_METHOD)
            self._check_call(name, given, files)
            call = Call(self.world, bot, files)
            result = await self.world.faults.around(
                name, bot.id, self.world.clock.sleep, lambda: method.carry_out(call, given)
            )
            self._check_answer(name, result)
            status, answer = 200, {"ok": True, "result": result}
        except ApiError as refused:
            if isinstance(refused, NotEmulated):
                self.complaints.append(refused.description)
            status, answer = refused.status, refused.to_json()
        except NoAnswer:
            self.calls.append(Called(bot.id if bot else 0, name, given, 0))
            if request.transport is not None:
                request.transport.abort()
            raise
        self.calls.append(Called(bot.id if bot else 0, name, given, status))
        return web.json_response(answer, status=status)

    def _check_call(self, name: str, given: dict[str, Any], files: dict[str, Uploaded]) -> None:
        if self._spec and (problems := self._spec.problems_of_call(name, given, frozenset(files))):
            self.complaints += [f"{name}: {one}" for one in problems]
            raise bad(problems[0])

    def _check_answer(self, name: str, result: Any) -> None:
        if self._spec is None:
            return
        results = (
            [("Update", one) for one in result] if name == "getUpdates" and isinstance(result, list) else []
        )
        problems = [problem for kind, one in results for problem in self._spec.problems_of(kind, one)]
        if not results:
            problems = self._spec.problems_of_answer(name, result)
        self.complaints += [f"answer of {name}: {one}" for one in problems]

    async def _download(self, request: web.Request) -> web.Response:
        bot = self.world.by_token(request.match_info["token"])
        if bot is None:
            return web.json_response(ApiError(401, UNAUTHORIZED).to_json(), status=401)
        file = self.world.files.at(bot.id, request.match_info["path"])
        if file is None:
            return web.json_response(ApiError(404, "Not Found").to_json(), status=404)
        return web.Response(body=file.content, content_type="application/octet-stream")


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, Uploaded]]:
    """The parameters and files of a request, however they were sent."""
    given: dict[str, Any] = dict(request.query)
    files: dict[str, Uploaded] = {}
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise bad("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad("can't parse JSON object")
        return given | {name: value for name, value in body.items() if value is not None}, files
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Uploaded(value.file.read(), value.filename, value.content_type)
        else:
            given[name] = value
    return given, files
