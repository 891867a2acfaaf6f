"""Connecting an avatar with a Discord app by its bot's token, and letting it go."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from bots import repository as connections
from bots.discord import repository
from bots.discord.asking import asking
from bots.discord.client import Client
from bots.discord.commands import Published
from bots.discord.failures import REASONS
from bots.discord.roster import Roster, sealing
from bots.errors import AlreadyConnected, BadToken, BotInUse, BotTaken, NoPublicAddress, NotConnected
from bots.service import CONNECTIONS_CHANNEL, DISCORD, ensure_connection
from conversation import service as conversation
from kernel.crypto import SecretBox
from kernel.db import Database, UnitOfWork
from kernel.errors import UnderstudyError
from moderation import service as moderation

log = structlog.get_logger(__name__)

READS_CONTENT: Final = 1 << 18 | 1 << 19
"""An application's flags: it is granted the Message Content intent, in few servers or in many."""

SEES_MEMBERS: Final = 1 << 14 | 1 << 15

PROFILE: Final = "discord.profile"
"""The job that tells an app's profile."""

# The bot's number in base64, a moment, a proof.
_TOKEN: Final = re.compile(r"(?<![\w.-])[\w-]{18,32}\.[\w-]{5,10}\.[\w-]{27,60}(?![\w.-])")


@dataclass(frozen=True, slots=True)
class Joined:
    """An app that is connected. `reads_all`: it is granted the Message Content intent."""

    connection_id: int
    application_id: int
    name: str
    reads_all: bool


def read_token(pasted: str) -> str:
    """The token in what somebody pasted.

    Raises:
        BadToken: there is none, or there are several.
    """
    found: set[str] = set(_TOKEN.findall(pasted))
    if len(found) != 1:
        raise BadToken(
            "There is no single app's token in this. Open the app in Discord's developer portal, choose Bot, "
            "then Reset Token, and copy what it shows whole."
        )
    return found.pop()


class Joining:
    """Connects avatars with apps. `public_url` is what reaches this instance from outside, if anything."""

    def __init__(
        self,
        db: Database,
        client: Client,
        roster: Roster,
        secrets: SecretBox,
        published: Published,
        public_url: str | None,
    ) -> None:
        self._published = published
        self._db = db
        self._client = client
        self._roster = roster
        self._secrets = secrets
        self._public_url = public_url

    async def connect(
        self, creator_id: int, avatar_id: int, pasted: str, *, take_over: bool = False
    ) -> Joined:
        """Make an avatar the app of this token; the same again is the same app, with this token from now on.

        `take_over`: even where another program is posted the app's commands, which ends then.

        Raises:
            BadToken, TokenRefused, Busy, DiscordAway, Refused: the token, or Discord.
            AlreadyConnected, BotTaken, BotInUse: the avatar has an app, or the app a master.
        """
        token = read_token(pasted)
        about = await self._look_at(token)
        application, endpoint = about["application"], about["endpoint"]
        if endpoint and endpoint != self._address_of(application) and not take_over:
            raise BotInUse(
                "Another program receives this app's commands, at {place}. Take it over only if that program "
                "is yours and may end.",
                place=(urlsplit(endpoint).hostname or "")[:100],
            )
        sealed = self._secrets.seal(token, sealing(application))
        async with self._db.uow(creator_id) as uow:
            connection = await ensure_connection(uow, avatar_id, DISCORD)
            await connections.lock(uow, connection)
            known = await repository.of_avatar(uow, avatar_id)
            if known is not None and known.application_id != application:
                raise AlreadyConnected("This avatar is another Discord app already. Disconnect that first.")
            if known is not None:
                await repository.renew(uow, connection, sealed, about)
            elif not await repository.add(uow, connection, avatar_id, sealed, about):
                raise BotTaken("This app is another avatar's already. Make another one.")
            await connections.set_state(uow, connection, "active")
            await self._tell(uow, connection)
            await uow.defer(PROFILE, creator_id=creator_id, avatar_id=avatar_id)
        self._roster.forget(connection)
        log.info("discord.connected", connection=connection, app=application)
        posted = known is not None and not known.gateway
        if endpoint != (wanted := self._address_of(application) if posted else ""):
            await self._point(token, wanted)
        if app := await self._roster.of(connection):
            await self._published.tell(app)
        return Joined(connection, application, about["name"], about["reads"])

    async def switch(self, creator_id: int, avatar_id: int, *, gateway: bool) -> None:
        """Have an app heard over a socket, or only by the commands and buttons that Discord posts to us.

        Raises:
            NotConnected: the avatar is no app.
            NoPublicAddress: nothing reaches this instance from outside.
            TokenRefused, Busy, DiscordAway, Refused: Discord; then it stays as it was.
        """
        known = await self._known(creator_id, avatar_id)
        address = self._address_of(known.application_id)
        if not gateway and not address:
            raise NoPublicAddress(
                "Discord can't reach this instance: its operator has to set PUBLIC_URL to an https:// "
                "address."
            )
        token = self._token(known)
        await self._point(token, "" if gateway else address)
        # Sealed anew it is another token to whoever holds the app: its session begins again, with the rights
        # that it has now.
        sealed = self._secrets.seal(token, sealing(known.application_id))
        async with self._db.uow(creator_id) as uow:
            await repository.set_gateway(uow, known.connection_id, sealed, on=gateway)
            await self._tell(uow, known.connection_id)
        self._roster.forget(known.connection_id)

    async def tell_again(self, creator_id: int, avatar_id: int) -> None:
        """Have an app's profile and commands told anew, all of it.

        Raises:
            NotConnected: the avatar is no app.
        """
        known = await self._known(creator_id, avatar_id)
        async with self._db.uow(creator_id) as uow:
            await repository.forget_told(uow, known.connection_id)
            await uow.defer(PROFILE, creator_id=creator_id, avatar_id=avatar_id)

    async def remove(self, creator_id: int, avatar_id: int) -> None:
        """Let an app go: its token is forgotten, what waits for it fails, its commands are taken back.

        Raises:
            NotConnected: the avatar is no app.
        """
        known = await self._known(creator_id, avatar_id)
        token = self._token(known)
        async with self._db.uow(creator_id) as uow:
            await connections.lock(uow, known.connection_id)
            await connections.set_state(uow, known.connection_id, "off")
            await repository.remove(uow, known.connection_id)
            await moderation.give_up(uow, known.connection_id)
            await conversation.deliveries.give_up(uow, known.connection_id, REASONS["removed"])
            await self._tell(uow, known.connection_id)
        self._roster.forget(known.connection_id)
        api = self._client.app(token)
        try:
            with asking():
                await api.call(
                    "PUT", "/applications/{application_id}/commands", body=[],
                    application_id=known.application_id, patient=False,
                )  # fmt: skip
                await api.call(
                    "PATCH", "/applications/@me", body={"description": "", "interactions_endpoint_url": None},
                    patient=False,
                )  # fmt: skip
        except UnderstudyError as error:  # its token may be worth nothing any more: that is why it is removed
            log.info("discord.left_behind", app=known.application_id, error=error.message)
        self._client.forget(token)
        log.info("discord.removed", connection=known.connection_id, app=known.application_id)

    async def remove_all(self, creator_id: int) -> None:
        """Let every app of a creator's go, as the creator does."""
        async with self._db.uow(creator_id) as uow:
            rows = await repository.of_creator(uow, creator_id)
        for row in rows:
            await self.remove(creator_id, row.avatar_id)

    def _address_of(self, application_id: int) -> str:
        """Where an app's interactions are posted; empty where nothing reaches this instance."""
        return f"{self._public_url}/discord/{application_id}" if self._public_url else ""

    async def _point(self, token: str, address: str) -> None:
        """Have Discord post interactions there, or send them by the gateway. It looks whether it can."""
        with asking():
            await self._client.app(token).call(
                "PATCH", "/applications/@me", body={"interactions_endpoint_url": address or None},
                patient=False,
            )  # fmt: skip

    async def _look_at(self, token: str) -> dict[str, Any]:
        """What Discord says of the app whose token this is."""
        api = self._client.app(token)
        try:
            with asking():
                told = await api.call("GET", "/applications/@me", patient=False)
                me = told.get("bot") or await api.call("GET", "/users/@me", patient=False)
        except UnderstudyError:
            self._client.forget(token)
            raise
        return {
            "application": int(told["id"]),
            "user": int(me["id"]),
            "name": str(told["name"]),
            "key": str(told["verify_key"]),
            "reads": bool(int(told.get("flags") or 0) & READS_CONTENT),
            "endpoint": str(told.get("interactions_endpoint_url") or ""),
        }

    async def _known(self, creator_id: int, avatar_id: int) -> Any:
        async with self._db.uow(creator_id) as uow:
            found = await repository.of_avatar(uow, avatar_id)
        if found is None:
            raise NotConnected("This avatar is no Discord app yet.")
        return found

    def _token(self, known: Any) -> str:
        return self._secrets.open(known.token, sealing(known.application_id))

    async def _tell(self, uow: UnitOfWork, connection_id: int) -> None:
        """Have the process that holds a connection look at it again."""
        await uow.notify(CONNECTIONS_CHANNEL, str(connection_id))
