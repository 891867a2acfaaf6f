"""Becoming a Telegram bot: connecting one by its token, renewing that, moving its updates, letting it go.

An edge: it opens its own short units of work, and calls Telegram between them.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiogram.types import User

from bots import repository as connections
from bots.errors import (
    AlreadyConnected,
    BadToken,
    BotInUse,
    BotTaken,
    NoPublicAddress,
    NotConnected,
    OtherBot,
)
from bots.service import CONNECTIONS_CHANNEL, TELEGRAM, ensure_connection
from bots.telegram import joining_repository, repository
from bots.telegram.asking import asking
from bots.telegram.client import Client
from bots.telegram.hooks import Hooks, place_of
from bots.telegram.profile import take_back
from bots.telegram.roster import KnownBot, Roster, sealing
from bots.telegram.tasks import PROFILE
from conversation import service as conversation
from kernel.crypto import SecretBox
from kernel.db import Database, UnitOfWork
from kernel.errors import UnderstudyError
from moderation import service as moderation

log = structlog.get_logger(__name__)

REMOVED: Final = "the bot was removed"
"""Why nothing that still waited for a removed bot was sent."""

# The number, and 35 signs today. A pasted message of BotFather's may stand around it.
_TOKEN: Final = re.compile(r"(?<![\w:-])[0-9]{5,16}:[A-Za-z0-9_-]{30,64}(?![\w:-])")


@dataclass(frozen=True, slots=True)
class Joined:
    """A bot that is connected. `notice` is what didn't work at once, though the bot does."""

    connection_id: int
    bot_id: int
    username: str
    notice: UnderstudyError | None = None


def read_token(pasted: str) -> str:
    """The token in what somebody pasted: alone, or within the message that it came in.

    Raises:
        BadToken: there is none, or there are several.
    """
    found: set[str] = set(_TOKEN.findall(pasted))
    if not found:
        raise BadToken(
            "There is no bot's token in this. It looks like 123456789:AAF… and stands in the message that "
            "@BotFather sends when a bot is made; copy it whole."
        )
    if len(found) > 1:
        raise BadToken("There are several tokens in this: paste the one of the bot that the avatar is to be.")
    return found.pop()


def number_in(token: str) -> int:
    """The number of the bot whose token this is; 0 where it is none's."""
    number = token.partition(":")[0]
    return int(number) if number.isdecimal() else 0


class Joining:
    """Connects avatars with bots. `maker` is the bot that makes bots here, if any: it can be no avatar."""

    def __init__(
        self,
        db: Database,
        client: Client,
        roster: Roster,
        hooks: Hooks,
        secrets: SecretBox,
        *,
        maker: int = 0,
    ) -> None:
        self._maker = maker
        self._db = db
        self._client = client
        self._roster = roster
        self._hooks = hooks
        self._secrets = secrets

    async def connect(
        self,
        creator_id: int,
        avatar_id: int,
        pasted: str,
        *,
        take_over: bool = False,
        managed: bool = False,
    ) -> Joined:
        """Make an avatar the bot of this token; the same again is the same bot, with this token from now on.

        `take_over`: even where another program's webhook receives the bot's messages, which ends then.

        Raises:
            BadToken, TokenRefused, Busy, TelegramAway, Refused: the token, or Telegram.
            AlreadyConnected, BotTaken, BotInUse: the avatar has a bot, or the bot a master.
        """
        token = read_token(pasted)
        if self._maker and number_in(token) == self._maker:
            raise BotTaken(
                "This bot makes the bots of this instance, so it can't be an avatar's, too. Make another bot."
            )
        me = await self._look_at(token, take_over=take_over)
        sealed = self._secrets.seal(token, sealing(me.id))
        before = ""
        async with self._db.uow(creator_id) as uow:
            connection_id = await ensure_connection(uow, avatar_id, TELEGRAM)
            await connections.lock(uow, connection_id)
            known = await joining_repository.of_avatar(uow, avatar_id)
            if known is None:
                said = about(me) | {"managed": managed}
                if not await joining_repository.add(uow, connection_id, avatar_id, sealed, said):
                    raise BotTaken(
                        "This bot is another avatar's already. Remove it there first, or make another bot: "
                        "one bot can be one avatar only."
                    )
            elif known.bot_id != me.id:
                raise AlreadyConnected(
                    "This avatar is @{username} already. Remove that bot first; what fans wrote stays.",
                    username=known.username,
                )
            else:
                before = await self._renew(uow, known, sealed, me)
            await connections.set_state(uow, connection_id, "active")
            await self._tell(uow, connection_id)
            await uow.defer(PROFILE, creator_id=creator_id, avatar_id=avatar_id)
        self._drop(connection_id, before)
        log.info("telegram.connected", connection=connection_id, bot=me.id, managed=managed)
        webhook = known.webhook if known else self._hooks.usual
        notice = await self._settle(creator_id, connection_id, webhook=webhook)
        return Joined(connection_id, me.id, me.username or "", notice)

    async def rotate(self, creator_id: int, avatar_id: int, pasted: str) -> Joined:
        """Give an avatar's bot its new token; a bot in quarantine lives again.

        Raises:
            NotConnected: the avatar is no bot.
            OtherBot: the token is another bot's.
            BadToken, TokenRefused, Busy, TelegramAway, Refused: the token, or Telegram.
        """
        token = read_token(pasted)
        known = await self._known(creator_id, avatar_id)
        if number_in(token) != known.bot_id:
            raise OtherBot(
                "This is another bot's token. Paste the new token of @{username}, or remove that bot first.",
                username=known.username,
            )
        return await self.connect(creator_id, avatar_id, token, take_over=True)

    async def switch(self, creator_id: int, avatar_id: int, *, webhook: bool) -> None:
        """Have a bot's updates posted to us, or fetch them. Nothing is lost: Telegram keeps them meanwhile.

        Raises:
            NotConnected: the avatar is no bot.
            NoPublicAddress: nothing reaches this instance from outside.
            TokenRefused, Busy, TelegramAway, Refused: Telegram; then updates are fetched.
        """
        known = await self._known(creator_id, avatar_id)
        if webhook and not self._hooks.possible:
            raise NoPublicAddress(
                "Telegram can't reach this instance: its operator has to set PUBLIC_URL to an https:// "
                "address."
            )
        if notice := await self._settle(creator_id, known.connection_id, webhook=webhook):
            raise notice

    async def tell_again(self, creator_id: int, avatar_id: int) -> None:
        """Have a bot's profile told anew, all of it.

        Raises:
            NotConnected: the avatar is no bot.
        """
        known = await self._known(creator_id, avatar_id)
        async with self._db.uow(creator_id) as uow:
            await joining_repository.keep_told(uow, known.connection_id, {})
            await uow.defer(PROFILE, creator_id=creator_id, avatar_id=avatar_id)

    async def remove(self, creator_id: int, avatar_id: int) -> None:
        """Let a bot go: its token is forgotten, what waits for it fails, what it told Telegram is taken back.

        Raises:
            NotConnected: the avatar is no bot.
        """
        known = await self._known(creator_id, avatar_id)
        token = self._secrets.open(known.token, sealing(known.bot_id))
        async with self._db.uow(creator_id) as uow:
            await connections.lock(uow, known.connection_id)
            await connections.set_state(uow, known.connection_id, "off")
            await joining_repository.remove(uow, known.connection_id)
            await moderation.give_up(uow, known.connection_id)
            await conversation.deliveries.give_up(uow, known.connection_id, REMOVED)
            await self._tell(uow, known.connection_id)
        api = self._client.bot(token)
        try:
            with asking():
                await api.delete_webhook(drop_pending_updates=False)
            await take_back(api, known.told, name=known.name, before=known.name_before)
        except UnderstudyError as error:  # its token may be worth nothing any more: that is why it is removed
            log.info("telegram.left_behind", bot=known.bot_id, error=error.message)
        self._drop(known.connection_id, token)
        log.info("telegram.removed", connection=known.connection_id, bot=known.bot_id)

    async def remove_all(self, creator_id: int) -> None:
        """Let every bot of a creator's go, as the creator does."""
        async with self._db.uow(creator_id) as uow:
            rows = await joining_repository.of_creator(uow, creator_id)
        for row in rows:
            await self.remove(creator_id, row.avatar_id)

    async def _look_at(self, token: str, *, take_over: bool) -> User:
        """Whose token it is; nobody else's program may be served by it, unless that is to end."""
        api = self._client.bot(token)
        try:
            with asking():
                me = await api.get_me()
                hook = await api.get_webhook_info()
        except UnderstudyError:
            self._client.forget(token)
            raise
        if hook.url and hook.url != self._hooks.address_of(me.id) and not take_over:
            raise BotInUse(
                "Another program receives this bot's messages, at {place}. Take it over only if that program "
                "is yours and may end.",
                place=place_of(hook.url),
            )
        return me

    async def _known(self, creator_id: int, avatar_id: int) -> Any:
        async with self._db.uow(creator_id) as uow:
            found = await joining_repository.of_avatar(uow, avatar_id)
        if found is None:
            raise NotConnected("This avatar has no bot in Telegram yet.")
        return found

    async def _renew(self, uow: UnitOfWork, known: Any, sealed: str, me: User) -> str:
        """Keep another token of a bot; the one before."""
        await joining_repository.renew(uow, known.connection_id, sealed)
        await joining_repository.note_about(uow, known.connection_id, about(me))
        return self._secrets.open(known.token, sealing(known.bot_id))

    async def _settle(self, creator_id: int, connection_id: int, *, webhook: bool) -> UnderstudyError | None:
        """Have updates come one way; where Telegram doesn't want to post them, fetched, and why."""
        bot = await self._set(creator_id, connection_id, webhook=webhook)
        try:
            with asking():
                await self._hooks.arrange(bot)
        except UnderstudyError as error:
            if webhook:
                await self._set(creator_id, connection_id, webhook=False)
            async with self._db.uow(creator_id) as uow:
                await repository.note_error(uow, connection_id, error.message)
            return error
        return None

    async def _set(self, creator_id: int, connection_id: int, *, webhook: bool) -> KnownBot:
        async with self._db.uow(creator_id) as uow:
            await joining_repository.set_webhook(uow, connection_id, on=webhook)
            await self._tell(uow, connection_id)
        self._roster.forget(connection_id)
        bot = await self._roster.of(connection_id)
        if bot is None:
            raise NotConnected("This avatar has no bot in Telegram yet.")
        return bot

    async def _tell(self, uow: UnitOfWork, connection_id: int) -> None:
        """Have the process that holds a connection look at it again."""
        await uow.notify(CONNECTIONS_CHANNEL, str(connection_id))

    def _drop(self, connection_id: int, token: str) -> None:
        self._roster.forget(connection_id)
        self._client.forget(token)


def about(me: User) -> dict[str, Any]:
    """What is kept of what a bot says of itself."""
    return {
        "bot": me.id,
        "username": me.username or "",
        "name": me.full_name,
        "joins": bool(me.can_join_groups),
        "reads": bool(me.can_read_all_group_messages),
    }
