"""discord.py, which keeps the gateway. Nothing else imports it, and this is imported when it is first needed.

discord.py hands each message to a task of its own, in which its order and what goes wrong with it are lost.
So what is said is taken from Discord's own words, in order, as it comes; discord.py keeps the socket, the
session and the guilds, and asks for what it needs through our client.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp
import discord
from discord.flags import Intents, MemberCacheFlags
from discord.gateway import DiscordClientWebSocketResponse, DiscordWebSocket, ReconnectWebSocket
from discord.http import HTTPClient, Route
from discord.state import ConnectionState

from bots.discord.client import Client
from bots.discord.failures import NoAnswer, Unauthorized
from bots.discord.guilds import Channel
from bots.discord.messages import FORUMS, Place

Heard = Callable[[str, Mapping[str, Any]], None]

BAD_TOKEN: Final = 4004
WRITTEN: Final = frozenset({0, 5, 15, 16})
"""The types of channel that a community chat is: of text, of news, forums."""

_RIGHTS: Final = (
    "view_channel", "send_messages", "send_messages_in_threads", "read_message_history", "embed_links",
    "attach_files", "add_reactions", "manage_messages", "manage_threads", "manage_channels", "manage_roles",
    "moderate_members", "kick_members", "ban_members",
)  # fmt: skip


class TokenLost(Exception):
    """Discord doesn't know the token any more."""


class NotGranted(Exception):
    """The app isn't granted an intent that was asked for."""


class SessionLost(Exception):
    """Discord has ended the session (op 9). A day has a thousand: beyond those it takes the token away."""


class _Http(HTTPClient):
    """discord.py's calls, made through our client; its websockets, to where the gateway is."""

    def __init__(self, loop: Any, client: Client) -> None:
        super().__init__(loop)
        self._client = client
        self._sockets: aiohttp.ClientSession | None = None

    async def request(self, route: Route, *, files: Any = None, form: Any = None, **given: Any) -> Any:
        """Make one call, as our own are made."""
        assert self.token is not None and not files and not form  # noqa: S101, PT018 - we send by ourselves
        path = route.url.removeprefix(Route.BASE)
        api = self._client.app(self.token)
        try:
            return await api.ask(
                route.method, path, f"{route.method} {route.path}", route.major_parameters,
                body=given.get("json"), query=given.get("params"),
            )  # fmt: skip
        except Unauthorized as error:
            raise TokenLost from error
        except NoAnswer as error:
            raise aiohttp.ClientConnectionError(str(error)) from None

    async def ws_connect(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        """Open a websocket: Discord's own address stands for the one that is set."""
        usual = str(DiscordWebSocket.DEFAULT_GATEWAY)
        if url.startswith(usual):
            url = f"{self._client.gateway}/{url.removeprefix(usual)}"
        return await super().ws_connect(url, compress=compress)

    async def static_login(self, token: str) -> Any:
        """Be this app from now on; who that is."""
        self._sockets = aiohttp.ClientSession(
            connector=self._client.session.connector,
            connector_owner=False,
            ws_response_class=DiscordClientWebSocketResponse,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        # discord.py keeps its session under a name of its own, and opens websockets by that.
        self._HTTPClient__session = self._sockets
        self.token = token
        return await self.request(Route("GET", "/users/@me"))

    async def close(self) -> None:
        """Close what is its own: the connections are everybody's."""
        if self._sockets is not None:
            await self._sockets.close()


class _State(ConnectionState["Session"]):
    """What discord.py knows of an app's guilds; what is said goes on as Discord says it."""

    def __init__(self, *, heard: Heard, **options: Any) -> None:
        self.heard = heard
        super().__init__(**options)

    def parse_ready(self, data: Any) -> None:
        super().parse_ready(data)
        self.heard("READY", data)

    def parse_resumed(self, data: Any) -> None:
        super().parse_resumed(data)
        self.heard("RESUMED", data or {})

    def parse_guild_create(self, data: Any) -> None:
        super().parse_guild_create(data)
        if data.get("unavailable") is not True:
            self.heard("GUILD_CREATE", data)

    def parse_guild_delete(self, data: Any) -> None:
        guild = self._get_guild(int(data["id"]))
        channels = [one.id for one in guild.channels] if guild else []
        super().parse_guild_delete(data)
        if not data.get("unavailable"):
            self.heard("GUILD_DELETE", {"channels": channels})

    def parse_channel_create(self, data: Any) -> None:
        super().parse_channel_create(data)
        self.heard("CHANNEL_CREATE", data)

    def parse_channel_update(self, data: Any) -> None:
        super().parse_channel_update(data)
        self.heard("CHANNEL_UPDATE", data)

    def parse_channel_delete(self, data: Any) -> None:
        super().parse_channel_delete(data)
        self.heard("CHANNEL_DELETE", data)

    def parse_thread_delete(self, data: Any) -> None:
        super().parse_thread_delete(data)
        self.heard("THREAD_DELETE", data)

    def parse_message_create(self, data: Any) -> None:
        self.heard("MESSAGE_CREATE", data)

    def parse_message_update(self, data: Any) -> None:
        self.heard("MESSAGE_UPDATE", data)

    def parse_message_delete(self, data: Any) -> None:
        self.heard("MESSAGE_DELETE", data)

    def parse_message_delete_bulk(self, data: Any) -> None:
        self.heard("MESSAGE_DELETE_BULK", data)

    def parse_message_reaction_add(self, data: Any) -> None:
        self.heard("MESSAGE_REACTION_ADD", data)

    def parse_message_reaction_remove(self, data: Any) -> None:
        self.heard("MESSAGE_REACTION_REMOVE", data)

    def parse_interaction_create(self, data: Any) -> None:
        self.heard("INTERACTION_CREATE", data)

    def parse_guild_role_create(self, data: Any) -> None:
        super().parse_guild_role_create(data)
        self.heard("GUILD_ROLES", data)

    def parse_guild_role_update(self, data: Any) -> None:
        super().parse_guild_role_update(data)
        self.heard("GUILD_ROLES", data)

    def parse_guild_role_delete(self, data: Any) -> None:
        super().parse_guild_role_delete(data)
        self.heard("GUILD_ROLES", data)

    def parse_guild_member_update(self, data: Any) -> None:
        super().parse_guild_member_update(data)
        if int(data["user"]["id"]) == self.self_id:
            self.heard("GUILD_ROLES", data)

    def parse_guild_member_add(self, data: Any) -> None:
        self.heard("GUILD_MEMBER_ADD", data)


class Session(discord.Client):
    """One app's run at the gateway, or one shard's of it.

    `heard` is called with the name and the words of each event, in order. What it raises ends the run.
    """

    def __init__(
        self,
        client: Client,
        heard: Heard,
        *,
        content: bool,
        members: bool,
        shard: int = 0,
        shards: int = 1,
    ) -> None:
        self._client = client
        self._heard = heard
        intents = Intents(
            guilds=True, guild_messages=True, dm_messages=True, guild_reactions=True, dm_reactions=True,
            message_content=content, members=members,
        )  # fmt: skip
        super().__init__(
            intents=intents,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=MemberCacheFlags.none(),
            shard_id=shard if shards > 1 else None,
            shard_count=shards if shards > 1 else None,
            guild_ready_timeout=0.5,
        )

    def _get_state(self, **options: Any) -> Any:
        self.http = _Http(self.loop, self._client)
        return _State(
            heard=self._heard, dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks,
            http=self.http, **options,
        )  # fmt: skip

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Who begins a run has waited for its turn already."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """End the run where discord.py would begin another session: it would never stop beginning them.

        Nothing here listens to discord.py's other events.
        """
        problem = sys.exception()
        if isinstance(problem, ReconnectWebSocket) and not problem.resume:
            raise SessionLost from problem
        super().dispatch(event, *args, **kwargs)

    async def run_until_it_ends(self, token: str) -> None:
        """Log in and listen.

        Raises:
            TokenLost: Discord doesn't know the token any more.
            SessionLost: the session was ended, and can't be resumed.
            NotGranted: it doesn't grant an intent.
            Exception: whatever else ended the run.
        """
        try:
            await self.login(token)
            await self.connect()
        except discord.PrivilegedIntentsRequired as error:
            raise NotGranted from error
        except discord.ConnectionClosed as error:
            if error.code == BAD_TOKEN:
                raise TokenLost from error
            raise
        finally:
            await self.close()

    def place(self, channel_id: int, guild_id: int) -> Place | None:
        """Where something in a guild is said; None where nobody told of that channel."""
        guild = self.get_guild(guild_id)
        found = guild.get_channel_or_thread(channel_id) if guild else None
        if guild is None or found is None:
            return None
        role = guild.self_role.id if guild.me and guild.self_role else 0
        if isinstance(found, discord.Thread):
            parent = guild.get_channel(found.parent_id)
            forum = parent is not None and parent.type.value in FORUMS
            return Place(found.id, str(found.parent_id), found.owner_id, forum, role, guild_id)
        return Place(found.id, str(found.id), role=role, guild=guild_id)

    def reads(self, channel_id: int, guild_id: int) -> bool:
        """Whether the app may read what was said in a channel, or in a thread of one."""
        guild = self.get_guild(guild_id)
        found = guild.get_channel_or_thread(channel_id) if guild else None
        if isinstance(found, discord.Thread):
            found = found.parent
        if guild is None or guild.me is None or found is None:
            return False
        may = found.permissions_for(guild.me)
        return may.view_channel and may.read_message_history

    def channels(self, guild_id: int) -> list[Channel]:
        """The channels of a guild in which people write."""
        guild = self.get_guild(guild_id)
        if guild is None:
            return []
        found = []
        for one in guild.channels:
            if one.type.value not in WRITTEN:
                continue
            may = one.permissions_for(guild.me) if guild.me else discord.Permissions.none()
            rights = frozenset(name for name in _RIGHTS if getattr(may, name))
            found.append(Channel(one.id, one.type.value, one.name, may.view_channel, rights, guild_id))
        return found

    def rooms(self) -> list[int]:
        """Every channel of every guild that the app is in."""
        return [one.id for guild in self.guilds for one in guild.channels]

    def greets_in(self, guild_id: int) -> int:
        """The channel in which a guild greets who comes; 0 where it has none."""
        guild = self.get_guild(guild_id)
        return guild.system_channel.id if guild and guild.system_channel else 0
