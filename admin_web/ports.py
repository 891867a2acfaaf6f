"""What the admin's pages take from `request.app.state.container`, as ports: `app` fits them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol, cast

from starlette.requests import Request

from community.types import Entitlements
from conversation.types import Received, Room, Transcript
from kernel.bus import Bus
from kernel.chat import Medium
from kernel.crypto import SecretBox
from kernel.db import Database
from kernel.errors import UnderstudyError
from kernel.files import FileStore
from kernel.jobs import Jobs
from kernel.settings import Settings
from memory.service import Memory
from persona_engine.service import Drafts, boundaries, learning


class WebChat(Protocol):
    """The web chat, of which the Playground is a second face."""

    async def room(self, slug: str) -> Room:
        """The chat of an avatar; raises NoSuchAvatar."""
        ...

    def forget(self, slug: str) -> None:
        """Look an avatar up again at the next request."""
        ...

    async def say(
        self,
        room: Room,
        user_id: str,
        text: str,
        client_id: str,
        *,
        name: str = "",
        hint: str | None = None,
        chosen: str | None = None,
    ) -> Received:
        """Take a message in, once for each `client_id`."""
        ...

    async def transcript(self, room: Room, user_id: str, after: str = "") -> tuple[int | None, Transcript]:
        """What was said since a cursor."""
        ...

    def follow(self, room: Room, user_id: str, after: str) -> AsyncIterator[Transcript]:
        """What is said from a cursor on, as it comes."""
        ...


class Finding(Protocol):
    """One finding of the doctor: `state` is ok, warn or fail, `advice` what to do about it."""

    @property
    def name(self) -> str:
        """What was looked at."""
        ...

    @property
    def state(self) -> str:
        """How it is."""
        ...

    @property
    def found(self) -> str:
        """What was found."""
        ...

    @property
    def advice(self) -> str:
        """What to do."""
        ...


class AddressBook(Protocol):
    """Where the sites are reached."""

    def public(self) -> str:
        """The fans' site, without a slash at its end."""
        ...


class TelegramBot(Protocol):
    """The bot that an avatar is, as the page shows it: `bots.telegram.checking.BotInfo`."""

    @property
    def connection_id(self) -> int:
        """Its connection."""
        ...

    @property
    def state(self) -> str:
        """Whether it is active, quarantined or off."""
        ...


class TelegramChecks(Protocol):
    """Looks at avatars' bots."""

    async def look(self, creator_id: int, avatar_id: int) -> TelegramBot | None:
        """The bot that an avatar is, as far as it is known here."""
        ...

    async def examine(self, creator_id: int, avatar_id: int) -> Sequence[Finding]:
        """What Telegram says of it and of its chats."""
        ...


class Joined(Protocol):
    """A bot that is connected."""

    @property
    def notice(self) -> UnderstudyError | None:
        """What didn't work at once, though the bot does."""
        ...


class TelegramJoining(Protocol):
    """Connects avatars with bots; each raises what Telegram, or another avatar's bot, has against it."""

    async def connect(self, creator_id: int, avatar_id: int, pasted: str, *, take_over: bool) -> Joined:
        """Make an avatar the bot of a pasted token."""
        ...

    async def rotate(self, creator_id: int, avatar_id: int, pasted: str) -> Joined:
        """Give its bot another token."""
        ...

    async def switch(self, creator_id: int, avatar_id: int, *, webhook: bool) -> None:
        """Have its messages posted here, or fetch them."""
        ...

    async def tell_again(self, creator_id: int, avatar_id: int) -> None:
        """Have its profile told anew."""
        ...

    async def remove(self, creator_id: int, avatar_id: int) -> None:
        """Let its bot go."""
        ...

    async def remove_all(self, creator_id: int) -> None:
        """Let every bot of a creator's go."""
        ...


class DiscordApp(Protocol):
    """The app that an avatar is, as the page shows it: `bots.discord.checking.AppInfo`."""

    @property
    def connection_id(self) -> int:
        """Its connection."""
        ...

    @property
    def state(self) -> str:
        """Whether it is active, quarantined or off."""
        ...

    @property
    def name(self) -> str:
        """What it is called."""
        ...


class DiscordChecks(Protocol):
    """Looks at avatars' apps."""

    async def look(self, creator_id: int, avatar_id: int) -> DiscordApp | None:
        """The app that an avatar is, as far as it is known here."""
        ...

    async def examine(self, creator_id: int, avatar_id: int) -> Sequence[Finding]:
        """What Discord says of it and of its servers."""
        ...

    async def private_channel(self, creator_id: int, avatar_id: int, user_id: str) -> str:
        """The private chat that it has with somebody."""
        ...


class DiscordJoining(Protocol):
    """Connects avatars with apps; each raises what Discord, or another avatar's app, has against it."""

    async def connect(self, creator_id: int, avatar_id: int, pasted: str, *, take_over: bool) -> object:
        """Make an avatar the app of a pasted token, or give its app another one."""
        ...

    async def switch(self, creator_id: int, avatar_id: int, *, gateway: bool) -> None:
        """Have it heard over a connection, or its commands posted here."""
        ...

    async def tell_again(self, creator_id: int, avatar_id: int) -> None:
        """Have its profile told anew."""
        ...

    async def remove(self, creator_id: int, avatar_id: int) -> None:
        """Let its app go."""
        ...

    async def remove_all(self, creator_id: int) -> None:
        """Let every app of a creator's go."""
        ...


class Wish(Protocol):
    """A link by which a bot is made for an avatar."""

    @property
    def url(self) -> str:
        """Where it leads."""
        ...

    @property
    def expires_at(self) -> datetime:
        """Until when it is good."""
        ...


class TelegramManager(Protocol):
    """The operator's bot that makes bots."""

    @property
    def there(self) -> bool:
        """Whether there is one."""
        ...

    @property
    def refused(self) -> bool:
        """Whether Telegram has refused its token."""
        ...

    async def wish(self, creator_id: int, avatar_id: int) -> Wish:
        """A link for whoever is to own an avatar's bot."""
        ...

    async def renew(self, creator_id: int, avatar_id: int) -> None:
        """Give a bot that was made so another token."""
        ...


class RuleBook(Protocol):
    """The rules of groups, as this process remembers them; `ruled` are the platforms on which they act."""

    ruled: frozenset[str]

    def forget(self) -> None:
        """Look again at the next question."""
        ...


class Container(Protocol):
    """The parts of this process that the pages use."""

    db: Database
    bus: Bus
    jobs: Jobs
    files: FileStore
    settings: Settings

    @property
    def entitlements(self) -> Entitlements:
        """What fans may see."""
        ...

    @property
    def secrets(self) -> SecretBox:
        """Encrypts what must not lie open in the database."""
        ...

    @property
    def drafts(self) -> Drafts:
        """Asks language models."""
        ...

    @property
    def judge(self) -> boundaries.Judge:
        """Asks a creator's models what a message is about."""
        ...

    @property
    def guard(self) -> boundaries.Guard:
        """Holds messages against boundaries."""
        ...

    @property
    def memory(self) -> Memory:
        """What the avatars know."""
        ...

    @property
    def taught(self) -> learning.Taught:
        """The answers that people have taught."""
        ...

    @property
    def clusters(self) -> learning.Clusters:
        """What puts the same questions together."""
        ...

    @property
    def webchat(self) -> WebChat:
        """The web chat."""
        ...

    @property
    def rule_book(self) -> RuleBook:
        """The rules of groups."""
        ...

    @property
    def addresses(self) -> AddressBook:
        """Where the sites are reached."""
        ...

    @property
    def telegram_joining(self) -> TelegramJoining:
        """Connects avatars with Telegram's bots."""
        ...

    @property
    def telegram_manager(self) -> TelegramManager:
        """The operator's bot that makes bots."""
        ...

    @property
    def telegram_checks(self) -> TelegramChecks:
        """Looks at avatars' bots."""
        ...

    @property
    def discord_joining(self) -> DiscordJoining:
        """Connects avatars with Discord's apps."""
        ...

    @property
    def discord_checks(self) -> DiscordChecks:
        """Looks at avatars' apps."""
        ...

    async def bot_name(self, creator_id: int, avatar_id: int) -> str:
        """The name of an avatar's bot in Telegram; empty where it has none."""
        ...

    async def said_file(self, creator_id: int, connection_id: int, medium: Medium, *, by_fan: bool) -> bytes:
        """What stands beside what was said on a connection.

        Raises:
            NotFound, TooLarge, Unavailable: it isn't to be had, or not now.
        """
        ...

    def findings(self) -> Sequence[Finding]:
        """What the doctor says of this machine (blocking)."""
        ...


def container_of(request: Request) -> Container:
    """The parts of this process that the pages use."""
    return cast(Container, request.app.state.container)
