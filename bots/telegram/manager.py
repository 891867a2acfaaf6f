"""The operator's bot that makes bots: by a link from the admin web, a person has one made for an avatar.

One process listens to it. An edge: it opens its own short units of work, and calls Telegram between them.
Everything may come twice: a bot that is connected is connected again, with the token that it has now.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    KeyboardButton,
    KeyboardButtonRequestManagedBot,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
    User,
)
from aiogram.utils.token import TokenValidationError

from bots.errors import Busy, ManagerRefused, NoManager, NotConnected, Refused, TelegramAway, TokenRefused
from bots.shown import cut
from bots.telegram import joining_repository, repository
from bots.telegram import wishes_repository as wishes
from bots.telegram.asking import asking
from bots.telegram.client import Client
from bots.telegram.joining import Joining
from bots.telegram.profile import MOST_NAME
from bots.telegram.roster import sealing
from community import service as community
from community.types import AvatarInfo
from kernel.clock import now
from kernel.crypto import SecretBox
from kernel.db import DATABASE_AWAY, Database
from kernel.errors import UnderstudyError
from kernel.i18n import t, tell
from kernel.ids import token, token_hash
from kernel.lang import DEFAULT, normalise

log = structlog.get_logger(__name__)

WISHED_FOR: Final = timedelta(minutes=30)
"""How long a link is good, and how long somebody who has opened it may take."""

_PREFIX: Final = "make_"
_START: Final = re.compile(rf"/start {_PREFIX}([\w-]{{10,58}})")
_ALLOWED: Final = ("message", "managed_bot")
_LISTEN_S, _LEASE_S, _PAUSE_S = 20, 60.0, 5.0
_MOST_USERNAME: Final = 32
_REFUSED: Final = (TelegramUnauthorizedError, TelegramNotFound, ManagerRefused)


@dataclass(frozen=True, slots=True)
class Wish:
    """A link by which a bot is made for an avatar, once, and until when."""

    url: str
    expires_at: datetime


def suggested_username(avatar: AvatarInfo) -> str:
    """An address for an avatar's bot, as Telegram wants them: letters, digits, "_", ending in "bot"."""
    letters = re.sub(r"[^a-z0-9]+", "_", avatar.slug.lower()).strip("_")
    if not letters[:1].isalpha():
        letters = f"avatar_{letters}"
    return f"{letters[: _MOST_USERNAME - len('_ai_bot')].rstrip('_')}_ai_bot"


class Manager:
    """The bot that makes bots; `secret` is its token, None where the operator has none.

    `refused`: Telegram wanted nothing of that token, so it isn't asked again. Another one comes by a restart.
    """

    def __init__(
        self,
        db: Database,
        client: Client,
        joining: Joining,
        secrets: SecretBox,
        secret: str | None,
        holder: str,
    ) -> None:
        self._db = db
        self._client = client
        self._joining = joining
        self._secrets = secrets
        self._secret = secret
        self._holder = holder
        self._me: User | None = None
        self.refused = False

    @property
    def there(self) -> bool:
        """Whether the operator has such a bot."""
        return self._secret is not None

    async def wish(self, creator_id: int, avatar_id: int) -> Wish:
        """A link for whoever is to own the avatar's bot.

        Raises:
            NoManager, ManagerRefused: the operator has no bot that makes bots, or its token is worth nothing.
            Busy, TelegramAway, Refused: Telegram.
        """
        with self._asking():
            me = await self._who()
        secret, until = token(18), now() + WISHED_FOR
        async with self._db.uow(creator_id) as uow:
            await wishes.add(uow, avatar_id, token_hash(secret), until)
        return Wish(f"https://t.me/{me.username}?start={_PREFIX}{secret}", until)

    async def renew(self, creator_id: int, avatar_id: int) -> None:
        """Have Telegram give an avatar's managed bot another token, and go on with that.

        Raises:
            NotConnected: the avatar is no bot.
            NoManager, ManagerRefused: there is no manager, or its token is worth nothing.
            TokenRefused, Busy, TelegramAway, Refused: Telegram says no.
        """
        async with self._db.uow(creator_id) as uow:
            known = await joining_repository.of_avatar(uow, avatar_id)
        if known is None:
            raise NotConnected("This avatar has no bot in Telegram yet.")
        with self._asking():
            fresh = await self._api().replace_managed_bot_token(known.bot_id)
        await self._joining.connect(creator_id, avatar_id, fresh, take_over=True, managed=True)

    async def run(self) -> None:
        """Listen until cancelled, whenever no other process does and the token is worth something."""
        offset = 0
        try:
            while not self.refused:
                try:
                    offset = await self.listen(offset)
                except _REFUSED:
                    self.refused = True
                except (AiogramError, TelegramAway, Busy, *DATABASE_AWAY) as problem:
                    log.warning("telegram.manager_failed", error=str(problem))
                    if isinstance(problem, TelegramConflictError):
                        with suppress(AiogramError):
                            await self._api().delete_webhook(drop_pending_updates=False)
                    await asyncio.sleep(_PAUSE_S)
            log.error("telegram.manager_refused", setting="UNDERSTUDY_TELEGRAM_MANAGER_TOKEN")
            await asyncio.Event().wait()
        finally:
            with suppress(*DATABASE_AWAY):
                async with self._db.system_uow() as uow:
                    await wishes.release(uow, self._holder)

    async def listen(self, offset: int = 0, *, for_s: int = _LISTEN_S) -> int:
        """Take in what comes within some seconds; from which update on to ask next.

        What was taken in before something failed comes again, and changes nothing then. What an avatar's fans
        write is never taken: a bot that is an avatar makes no bots until it is removed there.
        """
        me = await self._who()
        async with self._db.system_uow() as uow:
            avatar = await repository.bot(uow, me.id)  # connected before it was to make bots
            mine = avatar is None and await wishes.hold(uow, me.id, me.username or "", self._holder, _LEASE_S)
        if not mine:
            await asyncio.sleep(min(for_s, _PAUSE_S))
            return offset
        updates = await self._api().get_updates(
            offset=offset, timeout=for_s, allowed_updates=list(_ALLOWED), request_timeout=for_s + 10
        )
        for update in updates:
            await self._take(update)
        return max((one.update_id + 1 for one in updates), default=offset)

    async def _take(self, update: Update) -> None:
        if update.managed_bot:
            await self._made(update.managed_bot.user, update.managed_bot.bot_user)
        elif (message := update.message) and message.chat.type == "private" and message.from_user:
            if message.managed_bot_created:
                await self._made(message.from_user, message.managed_bot_created.bot_user)
            else:
                await self._asked(message, message.from_user)

    async def _asked(self, message: Message, person: User) -> None:
        """Offer the button to who has a link; tell everybody else what this bot is for."""
        lang = _language(person)
        link = _START.fullmatch(message.text or "")
        if link is None:
            await self._say(person, t(lang, "manager.stranger"))
            return
        async with self._db.system_uow() as uow:
            wish = await wishes.open_by(uow, token_hash(link[1]), person.id, now() + WISHED_FOR)
            if wish is not None:
                await uow.become(wish.creator_id)
                avatar = await community.get_avatar(uow, wish.avatar_id)
        if wish is None:
            await self._say(person, t(lang, "manager.spent"))
            return
        request = KeyboardButtonRequestManagedBot(
            request_id=wish.id % 2**31,
            suggested_name=cut(avatar.name, MOST_NAME),
            suggested_username=suggested_username(avatar),
        )
        button = KeyboardButton(text=t(lang, "manager.button"), request_managed_bot=request)
        keyboard = ReplyKeyboardMarkup(keyboard=[[button]], resize_keyboard=True, one_time_keyboard=True)
        await self._say(person, t(lang, "manager.offer", name=avatar.name), keyboard)

    async def _made(self, person: User, bot: User) -> None:
        """Connect a bot that was made, or give one its new token.

        Raises:
            TelegramAway, Busy, ManagerRefused: it is to be tried again.
        """
        async with self._db.system_uow() as uow:
            known = await repository.bot(uow, bot.id)
            wish = known or await wishes.opened_by(uow, person.id)
        if wish is None:
            return  # made for nobody of ours
        try:
            with self._asking():
                fresh = await self._api().get_managed_bot_token(bot.id)
            if known is None or fresh != self._secrets.open(known.token, sealing(bot.id)):
                await self._joining.connect(
                    wish.creator_id, wish.avatar_id, fresh, take_over=True, managed=True
                )
        except (TelegramAway, Busy, ManagerRefused):
            raise
        except UnderstudyError as error:
            log.warning("telegram.not_made", bot=bot.id, error=error.message)
            if not isinstance(error, Refused):
                lang = _language(person)
                await self._say(person, tell(lang, error.sentence, error.params), ReplyKeyboardRemove())
            return
        async with self._db.system_uow() as uow:
            news = await wishes.done(uow, person.id, wish.avatar_id)
        if news:
            said = t(_language(person), "manager.made", username=f"@{bot.username}")
            await self._say(person, said, ReplyKeyboardRemove())

    async def _say(
        self, person: User, text: str, keyboard: ReplyKeyboardMarkup | ReplyKeyboardRemove | None = None
    ) -> None:
        # Who has blocked this bot is told nothing; what was done for them stands in the admin web.
        with suppress(TelegramForbiddenError, TelegramBadRequest):
            await self._api().send_message(person.id, text, reply_markup=keyboard)

    async def _who(self) -> User:
        api = self._api()
        if self._me is None:
            self._me = await api.get_me()
        return self._me

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Around calls by this bot: where its own token is refused, that is the operator's to mend."""
        try:
            with asking():
                yield
        except TokenRefused as error:
            self.refused = True
            raise _refusal() from error

    def _api(self) -> Bot:
        if self._secret is None:
            raise NoManager(
                "This instance has no bot that makes bots: its operator has to set "
                "UNDERSTUDY_TELEGRAM_MANAGER_TOKEN. Connect a bot by its token instead."
            )
        if self.refused:
            raise _refusal()
        try:
            return self._client.bot(self._secret)
        except TokenValidationError as error:
            raise _refusal() from error


def _refusal() -> ManagerRefused:
    return ManagerRefused(
        "Telegram refuses this instance's bot that makes bots: its operator has to set "
        "UNDERSTUDY_TELEGRAM_MANAGER_TOKEN anew. Until then, connect bots and renew them by their tokens."
    )


def _language(person: User) -> str:
    return normalise(person.language_code or "") or DEFAULT
