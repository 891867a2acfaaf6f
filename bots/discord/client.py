"""Calling Discord's REST: one HTTP session for every app of the process.

discord.py keeps the gateway (`session.py`), and asks through here, too: so there is one session, one set of
rates for each app, and no call that waits or is repeated without whoever made it knowing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import orjson

from bots.discord.failures import (
    INTERACTION_TOKEN,
    Broken,
    CallFailed,
    Limited,
    NoAnswer,
    TooSoon,
    Unauthorized,
)
from bots.discord.rates import Rates, Refusals
from kernel.clock import monotonic

PATIENCE_S, CONNECT_S, UPLOAD_S = 20.0, 5.0, 300.0
LONGEST_WAIT_S: Final = 30.0
"""How long a call that is patient waits for its turn, each time."""

_SOON_S: Final = 0.05
_TIMES: Final = 3
_WHY: Final = "X-Audit-Log-Reason"
_MAJOR: Final = ("channel_id", "guild_id", "webhook_id", "webhook_token")
_AGENT: Final = "DiscordBot (https://github.com/understudy, 1)"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes along with a call."""

    name: str
    content: bytes


class Api:
    """One app's calls."""

    def __init__(self, client: "Client", token: str) -> None:
        self._client = client
        self._token = token
        self.rates = Rates(client.clock, client.pace)

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, str | int] | None = None,
        files: Sequence[Upload] = (),
        patient: bool = True,
        priority: int = 0,
        why: str = "",
        **names: str | int,
    ) -> Any:
        """Make one call; what it was answered with. `path` is a template that `names` fill.

        `patient`: it waits for its turn, and asks again where Discord wants to be asked later; otherwise that
        raises at once. What may have been carried out is never repeated. `priority`: above 0 it may wait, and
        leaves some of the app's rate to what may not. `why` stands in the guild's own log.

        Raises:
            CallFailed: see there.
        """
        filled = path.format_map({name: quote(str(value), safe="") for name, value in names.items()})
        major = "/".join(str(names[name]) for name in _MAJOR if name in names)
        return await self.ask(
            method, filled, f"{method} {path}", major, body=body, query=query, files=files, patient=patient,
            priority=priority, headers={_WHY: quote(why, safe="")} if why else None,
        )  # fmt: skip

    async def ask(
        self,
        method: str,
        path: str,
        route: str,
        major: str,
        *,
        body: Any = None,
        query: Mapping[str, str | int] | None = None,
        files: Sequence[Upload] = (),
        headers: Mapping[str, str] | None = None,
        patient: bool = True,
        priority: int = 0,
    ) -> Any:
        """As `call`, of a path that is filled already: `route` and `major` say whose rate it is."""
        for once_more in reversed(range(_TIMES)):
            await self._turn(route, major, patient, priority)
            try:
                return await self._once(method, path, route, major, body, query, files, headers or {})
            except Limited:
                if not (patient and once_more):
                    raise
        raise AssertionError  # the last time raises

    async def _turn(self, route: str, major: str, patient: bool, priority: int) -> None:
        while wait := max(self.rates.wait(route, major, priority=priority), self._client.refusals.wait()):
            if not patient or wait > LONGEST_WAIT_S:
                raise TooSoon(max(wait, _SOON_S))
            await asyncio.sleep(wait)

    async def _once(
        self,
        method: str,
        path: str,
        route: str,
        major: str,
        body: Any,
        query: Mapping[str, str | int] | None,
        files: Sequence[Upload],
        headers: Mapping[str, str],
    ) -> Any:
        sent: dict[str, Any] = {"headers": {"Authorization": f"Bot {self._token}", "User-Agent": _AGENT}}
        sent["headers"] |= headers
        if files:
            sent["data"] = _form(body, files)
        elif body is not None:
            sent["data"] = orjson.dumps(body)
            sent["headers"]["Content-Type"] = "application/json"
        limit = UPLOAD_S if files else PATIENCE_S
        patience = aiohttp.ClientTimeout(total=limit, sock_connect=CONNECT_S)
        try:
            with self.rates.spend(route, major):
                async with self._client.session.request(
                    method, f"{self._client.api}{path}", params=query, timeout=patience, **sent
                ) as answer:
                    said = await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NoAnswer(type(error).__name__, left=False) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Its own words may hold the address, and so an interaction's token.
            raise NoAnswer(type(error).__name__, left=True) from None
        self.rates.heard(route, major, answer.headers)
        return self._read(answer, said, route, major)

    def _read(self, answer: aiohttp.ClientResponse, said: bytes, route: str, major: str) -> Any:
        """What an answer says, or the refusal that it is."""
        told = _value(said) if said else None
        if answer.status < 300:
            return told
        about = told if isinstance(told, dict) else {}
        code, words = about.get("code") or 0, str(about.get("message") or answer.reason or "")
        shared = answer.headers.get("X-RateLimit-Scope") == "shared"
        if answer.status in (401, 403) or (answer.status == 429 and not shared):
            self._client.refusals.count()
        if answer.status == 429:
            # Without Discord's own words it is what stands before it: the whole address is to wait.
            wait = float(about.get("retry_after") or answer.headers.get("Retry-After") or 60)
            everywhere = bool(about.get("global")) or not about
            raise Limited(self.rates.refused(route, major, wait, everywhere=everywhere), words)
        if answer.status == 401 and code != INTERACTION_TOKEN:
            raise Unauthorized(401, code, words)
        if answer.status >= 500:
            raise Broken(answer.status, code, words)
        raise CallFailed(answer.status, code, f"{words} {_details(about.get('errors'))}".strip())


class Client:
    """The apps of one process. `api`, `gateway`: Discord's addresses, or those of what stands in for it.

    `clock`, `pace`: see `rates`.
    """

    def __init__(
        self, api: str, gateway: str, clock: Callable[[], float] = monotonic, pace: float = 1.0
    ) -> None:
        self.api = api
        self.gateway = gateway
        self.clock = clock
        self.pace = pace
        self.refusals = Refusals(clock, pace)
        self._apps: dict[str, Api] = {}
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The HTTP session; made when it is first used."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    def app(self, token: str) -> Api:
        """The app of a token."""
        known = self._apps.get(token)
        if known is None:
            known = self._apps[token] = Api(self, token)
        return known

    def forget(self, token: str) -> None:
        """Keep nothing of an app that is ours no more."""
        self._apps.pop(token, None)

    async def download(self, url: str, *, limit: int) -> AsyncIterator[bytes]:
        """A file that a message has named, in pieces; it ends where `limit` bytes are passed.

        Raises:
            CallFailed: it isn't there any more.
        """
        got = 0
        async with self.session.get(url, timeout=aiohttp.ClientTimeout(total=PATIENCE_S)) as answer:
            if answer.status != 200:
                raise CallFailed(answer.status)
            async for piece in answer.content.iter_chunked(1 << 16):
                got += len(piece)
                if got > limit:
                    return
                yield piece

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()


def _form(body: Any, files: Sequence[Upload]) -> aiohttp.FormData:
    # Discord reads no escaped brackets in a field's name.
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", orjson.dumps(body).decode(), content_type="application/json")
    for number, file in enumerate(files):
        form.add_field(f"files[{number}]", file.content, filename=file.name)
    return form


def _value(said: bytes) -> Any:
    try:
        return orjson.loads(said)
    except orjson.JSONDecodeError:
        return None


def _details(errors: Any, place: str = "") -> str:
    """What Discord says is wrong with which field."""
    if not isinstance(errors, dict):
        return ""
    own = [f"{place}: {one.get('message', '')}" for one in errors.get("_errors", ()) if isinstance(one, dict)]
    inner = (
        _details(each, f"{place}.{name}" if place else name)
        for name, each in errors.items()
        if name != "_errors"
    )
    return "; ".join(one for one in (*own, *inner) if one)
