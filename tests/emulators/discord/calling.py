"""Calls of the API: which routes there are, and what one call brings along."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.discord import permissions
from tests.emulators.discord.errors import invalid, refused, unauthorized, unknown
from tests.emulators.discord.files import Uploaded
from tests.emulators.discord.guilds import Channel, Guild, Member
from tests.emulators.discord.messages import Message
from tests.emulators.discord.people import CONTENT, App, Json, User
from tests.emulators.discord.world import World


@dataclass
class Call:
    """One call: where, by whom, with what. `app` is None where the route needs no token."""

    world: World
    known: App | None
    path: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: Any = field(default_factory=dict)
    files: dict[str, Uploaded] = field(default_factory=dict)
    reason: str | None = None

    @property
    def app(self) -> App:
        """Who calls.

        Raises:
            ApiError: nobody that is known.
        """
        if self.known is None:
            raise unauthorized()
        return self.known

    @property
    def me(self) -> User:
        """The account of the bot that calls."""
        return self.app.user

    @property
    def now(self) -> float:
        """The present moment by the emulator's clock."""
        return self.world.clock.now()

    def number(self, name: str) -> int:
        """An identifier in the address.

        Raises:
            ApiError: it is none.
        """
        text = self.path[name]
        if not (text.isascii() and text.isdigit()):
            raise invalid(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        return int(text)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A number in the query.

        Raises:
            ApiError: it is none, too small or too large.
        """
        text = self.query.get(name)
        if text is None:
            return default
        if not text.lstrip("-").isdigit():
            raise invalid(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not int.')
        if int(text) < least:
            raise invalid(name, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        if int(text) > most:
            raise invalid(name, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
        return int(text)

    def channel(self, rights: int = 0) -> Channel:
        """The channel in the address, where the bot has these rights.

        Raises:
            ApiError: there is none, or it isn't for this bot.
        """
        channel = self.world.channels.get(self.number("channel_id"))
        if channel is None:
            raise unknown("channel")
        permissions.need(channel, self.me.id, rights, self.now)
        return self.world.settled(channel)

    def guild(self, rights: int = 0) -> Guild:
        """The guild in the address, where the bot is a member with these rights.

        Raises:
            ApiError: there is none that it could know, or it may not.
        """
        guild = self.world.guilds.get(self.number("guild_id"))
        if guild is None or self.me.id not in guild.members:
            raise unknown("guild")
        permissions.need_in_guild(guild, self.me.id, rights, self.now)
        return guild

    def user(self, name: str = "user_id") -> User:
        """The user in the address.

        Raises:
            ApiError: there is none.
        """
        found = self.world.users.get(self.number(name))
        if found is None:
            raise unknown("user")
        return found

    def member(self, guild: Guild) -> Member:
        """The member in the address.

        Raises:
            ApiError: they aren't there.
        """
        found = guild.members.get(self.user().id)
        if found is None:
            raise unknown("member")
        return found

    def message(self, channel: Channel, name: str = "message_id") -> Message:
        """The message in the address.

        Raises:
            ApiError: there is none in this channel.
        """
        found = channel.messages.get(self.number(name))
        if found is None:
            raise unknown("message")
        return found

    def seen(self, message: Message) -> Json:
        """A message as the bot that calls gets it."""
        reads = bool(self.app.privileged & CONTENT) or message.concerns(self.app)
        return message.to_json(self.world.files.url, self.now, self.me.id, reads=reads)

    def need_open(self, channel: Channel, *, unlocked: bool = False) -> None:
        """Refuse what can't be done in an archived thread, or in a locked one by who doesn't manage threads.

        Raises:
            ApiError: it is such a thread.
        """
        thread = channel.thread
        if thread is None:
            return
        if thread.archived:
            raise refused(50083)
        if unlocked and thread.locked:
            bits = permissions.inside(channel, self.me.id, self.now)
            if not bits & permissions.May.MANAGE_THREADS:
                raise refused(160005)


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True)
class Route:
    """A route: "POST /channels/{channel_id}/messages", what carries it out, its status where all is well.

    `secret`: the address itself shows that the caller may, there is no token.
    """

    name: str
    handler: Handler
    status: int = 200
    secret: bool = False

    @property
    def method(self) -> str:
        """GET, POST..."""
        return self.name.partition(" ")[0]

    @property
    def template(self) -> str:
        """The address, with the names of what varies in it."""
        return self.name.partition(" ")[2]


@dataclass(frozen=True)
class Status:
    """An answer with a status of its own, where a route has several."""

    status: int
    body: Json | None


ROUTES: dict[str, Route] = {}


def route(name: str, status: int = 200, *, secret: bool = False) -> Callable[[Handler], Handler]:
    """Have a function carry out a route of the API. 204 answers with nothing."""

    def add(handler: Handler) -> Handler:
        ROUTES[name] = Route(name, handler, status, secret)
        return handler

    return add
