"""Connecting an avatar with a Discord app, by its bot's token."""

import re
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bots import repository as connections
from bots.discord import repository
from bots.discord.client import Client
from bots.discord.commands import Published
from bots.discord.failures import CallFailed, Unauthorized
from bots.discord.roster import Roster, sealing
from bots.errors import AlreadyConnected, BadToken, BotTaken, DiscordAway, TokenRefused
from bots.service import CONNECTIONS_CHANNEL, DISCORD, ensure_connection
from kernel.crypto import SecretBox
from kernel.db import Database

log = structlog.get_logger(__name__)

READS_CONTENT: Final = 1 << 18 | 1 << 19
"""An application's flags: it is granted the Message Content intent, in few servers or in many."""

SEES_MEMBERS: Final = 1 << 14 | 1 << 15

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
    """Connects avatars with apps."""

    def __init__(
        self, db: Database, client: Client, roster: Roster, secrets: SecretBox, published: Published
    ) -> None:
        self._published = published
        self._db = db
        self._client = client
        self._roster = roster
        self._secrets = secrets

    async def connect(self, creator_id: int, avatar_id: int, pasted: str, *, gateway: bool = True) -> Joined:
        """Make an avatar the app of this token; the same again is the same app, with this token from now on.

        Raises:
            BadToken, TokenRefused, DiscordAway: the token, or Discord.
            AlreadyConnected, BotTaken: the avatar has an app, or the app a master.
        """
        token = read_token(pasted)
        about = await self._look_at(token) | {"gateway": gateway}
        application = about["application"]
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
            await uow.notify(CONNECTIONS_CHANNEL, str(connection))
        self._roster.forget(connection)
        if app := await self._roster.of(connection):
            await self._published.tell(app)
        log.info("discord.connected", connection=connection, app=application)
        return Joined(connection, application, about["name"], about["reads"])

    async def _look_at(self, token: str) -> dict[str, Any]:
        """What Discord says of the app whose token this is."""
        try:
            told = await self._client.app(token).call("GET", "/applications/@me")
            me = told.get("bot") or await self._client.app(token).call("GET", "/users/@me")
        except Unauthorized:
            self._client.forget(token)
            raise TokenRefused(
                "Discord doesn't know this token. Reset it in the developer portal, and paste the new one."
            ) from None
        except CallFailed as error:
            self._client.forget(token)
            raise DiscordAway(
                "Discord doesn't answer. Check this machine's network, then try again."
            ) from error
        return {
            "application": int(told["id"]),
            "user": int(me["id"]),
            "name": str(told["name"]),
            "key": str(told["verify_key"]),
            "reads": bool(int(told.get("flags") or 0) & READS_CONTENT),
        }
