"""A bot at the other end of the wire, with no library at all: REST calls and gateway connections."""

import asyncio
import io
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

from tests.emulators.discord.people import App, Json
from tests.emulators.discord.server import DiscordServer

ALL_INTENTS = (1 << 27) - 1 - sum(1 << one for one in (17, 18, 19, 22, 23))
_END = b"\x00\x00\xff\xff"


@dataclass
class Said:
    """An answer: its status, its body, its headers."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> int:
        """Discord's code, 0 where all is well."""
        return self.body.get("code", 0) if isinstance(self.body, dict) else 0


@dataclass
class Listener:
    """One connection to the gateway."""

    socket: aiohttp.ClientWebSocketResponse
    inflate: Any = None
    session_id: str = ""
    sequence: int | None = None
    heard: list[Json] = field(default_factory=list)

    async def next(self, within_s: float = 5.0) -> Json:
        """The next message.

        Raises:
            ConnectionError: the connection has ended; its code is the argument.
        """
        message = await asyncio.wait_for(self.socket.receive(), within_s)
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            raise ConnectionError(self.socket.close_code)
        data = message.data
        if isinstance(data, bytes):
            assert data.endswith(_END)
            data = self.inflate.decompress(data)
        said: Json = json.loads(data)
        if said["s"] is not None:
            self.sequence = said["s"]
        if said["t"] == "READY":
            self.session_id = said["d"]["session_id"]
        self.heard.append(said)
        return said

    async def event(self, name: str) -> Json:
        """The next event of this name; the others are passed over."""
        while True:
            said = await self.next()
            if said["t"] == name:
                data: Json = said["d"]
                return data

    async def op(self, number: int) -> Any:
        """The next message that is no event and carries this number."""
        while True:
            said = await self.next()
            if said["op"] == number:
                return said["d"]

    async def silence(self, seconds: float = 0.1) -> list[str]:
        """The names of the events that come within a moment."""
        names = []
        try:
            while True:
                names.append((await self.next(seconds))["t"])
        except TimeoutError:
            return names

    async def send(self, op: int, data: Any) -> None:
        """Say something."""
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, app: App, intents: int = ALL_INTENTS, **more: Any) -> Self:
        """Begin a session."""
        properties = {"os": "linux", "browser": "none", "device": "none"}
        await self.send(2, {"token": app.token, "intents": intents, "properties": properties} | more)
        return self

    async def resume(self, app: App, session_id: str, sequence: int | None) -> Self:
        """Go on with one."""
        await self.send(6, {"token": app.token, "session_id": session_id, "seq": sequence})
        return self

    async def end(self) -> int | None:
        """Wait for the end; its code."""
        while True:
            try:
                await self.next()
            except ConnectionError:
                return self.socket.close_code


@dataclass
class Wire:
    """Calls and connections of one app."""

    server: DiscordServer
    app: App
    session: aiohttp.ClientSession

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> Said:
        """A call of REST; `token` in place of the app's own, `reason`, `files`, `query`."""
        token = more.pop("token", self.app.token)
        headers = {"Authorization": f"Bot {token}"} if token else {}
        if reason := more.pop("reason", None):
            headers["X-Audit-Log-Reason"] = reason
        given: dict[str, Any] = {"params": more.pop("query", None)}
        if files := more.pop("files", None):
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", json.dumps(body or {}), content_type="application/json")
            for number, (name, content, mime) in enumerate(files):
                form.add_field(f"files[{number}]", io.BytesIO(content), filename=name, content_type=mime)
            given["data"] = form
        elif body is not None:
            given["json"] = body
        assert not more
        async with self.session.request(
            method, f"{self.server.url}{path}", headers=headers, **given
        ) as answer:
            text = await answer.text()
            kind = answer.content_type == "application/json"
            return Said(answer.status, json.loads(text) if text and kind else text, dict(answer.headers))

    @asynccontextmanager
    async def connect(self, query: str = "?v=10&encoding=json") -> AsyncIterator[Listener]:
        """A connection, after its HELLO."""
        async with self.session.ws_connect(self.server.gateway.url + query) as socket:
            listener = Listener(socket, zlib.decompressobj() if "zlib-stream" in query else None)
            yield listener

    @asynccontextmanager
    async def listen(self, intents: int = ALL_INTENTS, **more: Any) -> AsyncIterator[Listener]:
        """A connection with a session, after its GUILD_CREATEs."""
        async with self.connect() as listener:
            await listener.op(10)
            await listener.identify(self.app, intents, **more)
            ready = await listener.event("READY")
            for _ in ready["guilds"] if intents & 1 else ():
                await listener.event("GUILD_CREATE")
            yield listener
