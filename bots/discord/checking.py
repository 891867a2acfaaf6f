"""Whether an app can do what is expected of it: each thing looked at, and what to do where it can't.

An edge: it opens its own short units of work, and calls Discord between them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bots.discord import repository
from bots.discord.asking import asking
from bots.discord.client import Api, Client
from bots.discord.failures import REASONS
from bots.discord.joining import READS_CONTENT, SEES_MEMBERS
from bots.discord.profile import FAILED
from bots.discord.rights import invitation, missing, permissions
from bots.discord.roster import Roster, sealing
from bots.errors import NotConnected, Refused, TokenRefused
from bots.findings import Finding
from bots.service import DISCORD
from community import service as community
from community.types import ChatInfo
from kernel.clock import now
from kernel.crypto import SecretBox
from kernel.db import Database
from kernel.errors import UnderstudyError
from kernel.i18n import said

GUILDS_AT_ONCE: Final = 25
"""Servers that are looked at."""

_TROUBLED_FOR: Final = timedelta(hours=1)
_PORTAL: Final = "https://discord.com/developers/applications"


@dataclass(frozen=True, slots=True)
class AppInfo:
    """The app that an avatar is, as its page shows it.

    `state`: active, quarantined, off. `gateway`: it is heard over a socket; `held`: a process listens for it
    now. `token_end` is all that is ever shown of its token. `error` is what went wrong within the last hour,
    `untold` what Discord didn't want of its profile, by what it was. `invitation` lets it into a server,
    `moderation` with a moderator's rights, too; `portal` is its page at Discord.
    """

    connection_id: int
    application_id: int
    name: str
    state: str
    gateway: bool
    held: bool
    reads_all: bool
    token_end: str
    error: str
    error_at: datetime | None
    untold: dict[str, str]
    invitation: str
    moderation: str
    portal: str


class Checks:
    """Looks at avatars' apps."""

    def __init__(self, db: Database, client: Client, roster: Roster, secrets: SecretBox) -> None:
        self._db = db
        self._client = client
        self._roster = roster
        self._secrets = secrets

    async def look(self, creator_id: int, avatar_id: int) -> AppInfo | None:
        """The app that an avatar is, as far as it is known here; None where it is none."""
        async with self._db.uow(creator_id) as uow:
            row = await repository.of_avatar(uow, avatar_id)
        if row is None:
            return None
        lately = row.error_at is not None and row.error_at > now() - _TROUBLED_FOR
        return AppInfo(
            connection_id=row.connection_id,
            application_id=row.application_id,
            name=row.name,
            state=row.state,
            gateway=row.gateway,
            held=row.held,
            reads_all=row.reads_all,
            token_end=self._secrets.open(row.token, sealing(row.application_id))[-4:],
            error=row.error if lately else "",
            error_at=row.error_at,
            untold=row.told.get(FAILED, {}),
            invitation=invitation(row.application_id, moderates=False),
            moderation=invitation(row.application_id, moderates=True),
            portal=f"{_PORTAL}/{row.application_id}/bot",
        )

    async def private_channel(self, creator_id: int, avatar_id: int, user_id: str) -> str:
        """The private chat that an app has with somebody, opened where there is none yet.

        Raises:
            NotConnected: the avatar is no app.
            TokenRefused, Busy, DiscordAway, Refused: Discord.
        """
        api = await self._api(creator_id, avatar_id)
        with asking():
            opened = await api.call("POST", "/users/@me/channels", body={"recipient_id": user_id})
        return str(opened["id"])

    async def examine(self, creator_id: int, avatar_id: int) -> list[Finding]:
        """Ask Discord about an app and its servers. A token that is worth nothing puts it in quarantine.

        Raises:
            NotConnected: the avatar is no app.
        """
        api = await self._api(creator_id, avatar_id)
        async with self._db.uow(creator_id) as uow:
            row = await repository.of_avatar(uow, avatar_id)
            chats = [one for one in await community.chats(uow, avatar_id) if one.platform == DISCORD]
        try:
            with asking():
                told = await api.call("GET", "/applications/@me", patient=False)
                guilds = await api.call("GET", "/users/@me/guilds", patient=False)
        except UnderstudyError as error:
            known = await self._roster.of(row.connection_id)
            if isinstance(error, TokenRefused) and known is not None:
                await self._roster.quarantine(known, REASONS["token"])
            return [Finding(said("Discord"), "fail", said(error.sentence, **error.params))]
        flags = int(told.get("flags") or 0)
        async with self._db.uow(creator_id) as uow:
            await repository.note_reading(uow, row.connection_id, all_=bool(flags & READS_CONTENT))
        self._roster.forget(row.connection_id)
        return [
            Finding(said("Discord"), "ok", said("The token works: this is {name}.", name=str(told["name"]))),
            _listening(row),
            _commands(row, str(told.get("interactions_endpoint_url") or "")),
            *(_intents(flags) if row.gateway else ()),
            *[await _guild(api, row.user_id, one) for one in guilds[:GUILDS_AT_ONCE]],
            *([] if guilds else [_nowhere()]),
            *_channels(chats),
        ]

    async def _api(self, creator_id: int, avatar_id: int) -> Api:
        async with self._db.uow(creator_id) as uow:
            row = await repository.of_avatar(uow, avatar_id)
        if row is None:
            raise NotConnected("This avatar is no Discord app yet.")
        return self._client.app(self._secrets.open(row.token, sealing(row.application_id)))


def _listening(row: Any) -> Finding:
    name = said("This instance")
    if not row.held:
        return Finding(
            name,
            "fail",
            said("No process listens for this app just now."),
            said(
                "Reload this page in half a minute; if it stays so, the operator should start the role "
                "“bots”."
            ),
        )
    if row.gateway:
        return Finding(name, "ok", said("A process listens and sends."))
    return Finding(name, "ok", said("A process sends; only commands and buttons are heard."))


def _commands(row: Any, endpoint: str) -> Finding:
    """Whether Discord hands interactions over as they are awaited here."""
    name = said("Commands")
    if bool(endpoint) == row.gateway:
        return Finding(
            name,
            "fail",
            said("Discord posts commands to another program.")
            if endpoint
            else said("Discord doesn't post commands here any more: it couldn't reach this instance."),
            said("Press “Set up again”. If it comes back, the operator should look at PUBLIC_URL."),
        )
    return Finding(
        name, "ok", said("They come by the connection.") if row.gateway else said("Discord posts them here.")
    )


def _intents(flags: int) -> list[Finding]:
    content, members = said("Message Content intent"), said("Server Members intent")
    return [
        Finding(content, "ok", said("It is on: it reads what is said in its threads and in forums, too."))
        if flags & READS_CONTENT
        else Finding(
            content,
            "warn",
            said("It is off: in servers the avatar reads messages that mention it alone."),
            said("In the developer portal: Bot, Privileged Gateway Intents, switch it on. Then press “Set up "
                 "again”."),
        ),
        Finding(members, "ok", said("It is on: the avatar knows who joins, and can welcome them."))
        if flags & SEES_MEMBERS
        else Finding(
            members,
            "warn",
            said("It is off: newcomers can't be welcomed."),
            said("In the developer portal: Bot, Privileged Gateway Intents, switch it on. Then press “Set up "
                 "again”."),
        ),
    ]  # fmt: skip


def _nowhere() -> Finding:
    return Finding(
        said("Servers"),
        "warn",
        said("It is in no server yet."),
        said("Open the invitation on this page, and choose your server."),
    )


async def _guild(api: Api, user_id: int, told: Any) -> Finding:
    """What its roles let it do in a server; a channel may take some of it away again."""
    name = str(told.get("name") or told["id"])
    try:
        with asking():
            guild = await api.call("GET", "/guilds/{guild_id}", guild_id=told["id"])
            me = await api.call(
                "GET", "/guilds/{guild_id}/members/{user_id}", guild_id=told["id"], user_id=user_id
            )
    except Refused:
        return Finding(name, "warn", said("It isn't there any more."), said("Invite it again."))
    except UnderstudyError as error:
        return Finding(name, "warn", said(error.sentence, **error.params))
    if lacking := missing(permissions(guild, me)):
        return Finding(
            name,
            "fail",
            said("Rights that it hasn't there: {rights}", rights=", ".join(map(_spoken, lacking))),
            said("Open the invitation on this page once more and choose this server: it asks for them."),
        )
    return Finding(name, "ok", said("It has the rights to read and to answer."))


def _channels(chats: list[ChatInfo]) -> list[Finding]:
    """The channels in which it sees what is said, and can't answer."""
    return [
        Finding(
            f"#{one.title or one.platform_chat_id}",
            "warn",
            said("It may not write here."),
            said("In the channel's settings: Permissions, add the app, and let it send messages."),
        )
        for one in chats
        if one.state == "member" and "send_messages" not in one.rights
    ]


def _spoken(right: str) -> str:
    """A right as Discord's own pages call it, in English."""
    return right.replace("_", " ").capitalize()
