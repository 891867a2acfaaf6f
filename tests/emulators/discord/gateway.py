"""The gateway: HELLO, IDENTIFY, READY, heartbeats, RESUME, and what a client may ask for."""

import asyncio
import contextlib
import json
from collections import deque
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from tests.emulators.discord.events import GUILDS, Event
from tests.emulators.discord.people import MEMBERS, PRIVILEGED, App, Json
from tests.emulators.discord.sessions import RESUMED_WITHIN_S, Connection, Session, zlib_stream, zstd_stream
from tests.emulators.discord.world import World

UNKNOWN_OP, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN, ALREADY = 4001, 4002, 4003, 4004, 4005
TOO_FAST, TIMED_OUT, BAD_SHARD, SHARDING_REQUIRED, BAD_VERSION = 4008, 4009, 4010, 4011, 4012
BAD_INTENTS, DISALLOWED_INTENTS = 4013, 4014
_LARGEST = 4096
_COMMANDS, _WITHIN_S = 120, 60.0
_ALL_INTENTS = (1 << 27) - 1
_GUILDS_OF_A_SHARD = 2500
_CHUNK = 1000
_STREAMS = {"": None, "zlib-stream": zlib_stream, "zstd-stream": zstd_stream}
ACK = b'{"op":11,"d":null,"s":null,"t":null}'


class Closed(Exception):
    """The connection is to end with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Gateway:
    """Serves a world's apps over websockets.

    `heartbeat_ms`: how often they are to give a sign of life, by the system's clock.
    """

    def __init__(self, world: World, heartbeat_ms: int = 41_250) -> None:
        self.world = world
        self.heartbeat_ms = heartbeat_ms
        self.url = ""
        self.heartbeats = 0
        self.resumed: list[int] = []
        self.identified: list[int] = []
        self._open: set[Connection] = set()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=1 << 20, autoping=True, timeout=0.2, compress=False)
        await socket.prepare(request)
        stream = _STREAMS.get(request.query.get("compress", ""), zlib_stream)
        connection = Connection(request, socket, stream() if stream else None)
        writer = asyncio.create_task(connection.write())
        self._open.add(connection)
        try:
            if request.query.get("v") not in ("9", "10"):
                raise Closed(BAD_VERSION)
            if request.query.get("encoding", "json") != "json":
                raise Closed(DECODE_ERROR)
            connection.push(_op(10, {"heartbeat_interval": self.heartbeat_ms, "_trace": []}))
            await self._read(socket, connection)
        except Closed as end:
            connection.close(end.code)
            with contextlib.suppress(TimeoutError, ConnectionError):
                await asyncio.wait_for(asyncio.shield(writer), 1)
        finally:
            self._open.discard(connection)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            session = connection.session
            if session is not None and session.connection is connection:
                session.connection, session.left_at = None, self.world.clock.now()
                if socket.close_code in (1000, 1001):
                    session.app.sessions.pop(session.id, None)
        return socket

    async def close(self) -> None:
        """End every connection."""
        for one in list(self._open):
            one.drop()

    async def _read(self, socket: web.WebSocketResponse, connection: Connection) -> None:
        commands: deque[float] = deque()
        while True:
            try:
                message = await socket.receive(timeout=self.heartbeat_ms / 1000 * 2)
            except TimeoutError:
                raise Closed(TIMED_OUT) from None
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            if len(message.data) > _LARGEST:
                raise Closed(DECODE_ERROR)
            now = self.world.clock.now()
            commands.append(now)
            while commands[0] <= now - _WITHIN_S:
                commands.popleft()
            if len(commands) > _COMMANDS:
                raise Closed(TOO_FAST)
            try:
                said = orjson.loads(message.data)
                op, data = said["op"], said.get("d")
            except (ValueError, TypeError, KeyError):
                raise Closed(DECODE_ERROR) from None
            self._obey(connection, op, data)

    def _obey(self, connection: Connection, op: int, data: Any) -> None:
        session = connection.session
        if op == 1:
            self.heartbeats += 1
            if session is None or session.acknowledges:
                connection.push(ACK)
        elif op in (2, 6):
            if session is not None:
                raise Closed(ALREADY)
            if not isinstance(data, dict):
                raise Closed(DECODE_ERROR)
            (self._identify if op == 2 else self._resume)(connection, data)
        elif session is None:
            raise Closed(NOT_AUTHENTICATED)
        elif op == 8:
            self._chunk(session, data)
        elif op not in (3, 4):
            raise Closed(UNKNOWN_OP)

    # A session

    def _app(self, data: Json) -> App:
        app = self.world.by_token(str(data.get("token")).removeprefix("Bot "))
        if app is None:
            self.world.limits.refused_by_token += 1
            raise Closed(BAD_TOKEN)
        return app

    def _identify(self, connection: Connection, data: Json) -> None:
        app = self._app(data)
        intents, shard = data.get("intents"), data.get("shard") or [0, 1]
        if not isinstance(intents, int) or intents & ~_ALL_INTENTS or intents < 0:
            raise Closed(BAD_INTENTS)
        if intents & PRIVILEGED & ~app.privileged:
            raise Closed(DISALLOWED_INTENTS)
        if not isinstance(shard, list) or len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            raise Closed(BAD_SHARD)
        mine = [one for one in self.world.guilds_of(app) if (one.id >> 22) % shard[1] == shard[0]]
        if len(mine) > _GUILDS_OF_A_SHARD:
            raise Closed(SHARDING_REQUIRED)
        if not self.world.limits.may_identify(app, shard[0]):
            connection.push(_op(9, False))
            return
        self.identified.append(app.id)
        session = Session(app, self.world.faults, (shard[0], shard[1]), intents)
        self._listen(session, connection)
        app.sessions[session.id] = session
        ready = {
            "v": 10,
            "user": self.world.myself(app),
            "guilds": [{"id": str(one.id), "unavailable": True} for one in mine],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": shard,
            "application": {"id": str(app.id), "flags": app.flags},
            "private_channels": [],
            "relationships": [],
            "_trace": [],
        }
        session.tell(Event("READY", ready))
        if intents & GUILDS:
            for guild in mine:
                session.tell(Event("GUILD_CREATE", self.world.whole(guild, session), guild.id))

    def _resume(self, connection: Connection, data: Json) -> None:
        app = self._app(data)
        session = app.sessions.get(str(data.get("session_id")))
        since = data.get("seq")
        late = (
            session is not None
            and session.left_at is not None
            and self.world.clock.now() - session.left_at > RESUMED_WITHIN_S
        )
        if session is None or late or not isinstance(since, int):
            connection.push(_op(9, False))
            return
        if session.connection is not None:
            session.connection.close(4000)
        self._listen(session, connection)
        if not session.replay(since):
            session.connection = connection.session = None
            app.sessions.pop(session.id, None)
            connection.push(_op(9, False))
            return
        self.resumed.append(app.id)
        session.tell(Event("RESUMED", {"_trace": []}))

    def _listen(self, session: Session, connection: Connection) -> None:
        session.connection, session.left_at, session.acknowledges = connection, None, True
        connection.session = session

    # What a client asks for

    def _chunk(self, session: Session, data: Json) -> None:
        try:
            guild = self.world.guilds.get(int(data["guild_id"]))
            query, wanted = data.get("query"), data.get("user_ids")
            limit = int(data.get("limit") or 0)
        except (KeyError, ValueError, TypeError):
            raise Closed(DECODE_ERROR) from None
        if guild is None or session.app.user.id not in guild.members:
            return
        if wanted is not None:
            ids = [int(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
            found = [guild.members[one] for one in ids if one in guild.members]
            missing = [str(one) for one in ids if one not in guild.members]
        else:
            if not query and not session.intents & MEMBERS:
                raise Closed(DISALLOWED_INTENTS)
            called = str(query or "").lower()
            found = [
                one for one in guild.members.values()
                if any(name.lower().startswith(called) for name in (one.user.username, one.nick) if name)
            ]  # fmt: skip
            found, missing = found[:limit] if limit else found, []
        bundles = [found[at : at + _CHUNK] for at in range(0, len(found), _CHUNK)] or [[]]
        for index, bundle in enumerate(bundles):
            told: Json = {
                "guild_id": str(guild.id),
                "members": [one.to_json() for one in bundle],
                "chunk_index": index,
                "chunk_count": len(bundles),
            }
            told |= {"not_found": missing} if missing else {}
            told |= {"nonce": data["nonce"]} if data.get("nonce") else {}
            session.tell(Event("GUILD_MEMBERS_CHUNK", told, guild.id))


def _op(number: int, data: Any) -> bytes:
    return json.dumps({"op": number, "d": data, "s": None, "t": None}).encode()
