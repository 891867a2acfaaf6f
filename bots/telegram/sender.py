"""Sending to Telegram: one connection's batch, its chats side by side, each chat's messages in order.

Nothing is sent twice by itself. A call that was refused, or never began, is tried again or fails; one that
ended without an answer is `unknown`, as Telegram may have carried it out.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import structlog
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import Message
from aiohttp import ClientTimeout

from bots.sending import AGAIN_S, Noting, replaced, side_by_side
from bots.service import CONNECTIONS_CHANNEL, TELEGRAM
from bots.telegram import repository
from bots.telegram.calls import Destination, Said, call, chat_in, edit, file_ids
from bots.telegram.client import PATIENCE_S, Client
from bots.telegram.failures import REASONS, Cause, cause_of, is_too_large, never_left, told
from bots.telegram.files import SentFiles
from bots.telegram.rates import Rates
from bots.telegram.roster import KnownBot, Roster
from bots.telegram.text import Setting, TooLong
from conversation import service as conversation
from conversation.types import Gate, Sent, ToSend
from kernel.db import DATABASE_AWAY, Database
from kernel.errors import NotFound, TooLarge, Unavailable

log = structlog.get_logger(__name__)

UPLOAD_S, CONNECT_S = 300.0, 5.0
_MOST_KEPT: Final = 10_000


@dataclass(slots=True)
class _Batch:
    """One connection's batch under way. `lost`: its token was refused, and there is no other."""

    bot: KnownBot
    may_go: Gate
    lost: bool = False
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """How one message is to be sent: where, below which of the replies that are possible, with what."""

    to: Destination
    answers: str | None
    reply: int = 0
    anew: bool = False
    bare: bool = False
    moved: bool = False

    @property
    def learnt(self) -> bool:
        """Whether a refusal has told how it can't be sent."""
        return bool(self.reply or self.anew or self.bare or self.moved)


class TelegramSender:
    """Sends what waits on Telegram connections. `public` is the public site's address now.

    `over` is told of each connection and chat that has got what it waited for.
    """

    platform = TELEGRAM
    repeatable = False

    def __init__(
        self,
        db: Database,
        client: Client,
        roster: Roster,
        files: SentFiles,
        public: Callable[[], str],
        rates: Rates | None = None,
        over: Callable[[int, str], None] | None = None,
    ) -> None:
        self._over = over
        self._db = db
        self._client = client
        self._roster = roster
        self._files = files
        self._public = public
        self._rates = rates or Rates()
        self._noting = Noting(db, TELEGRAM, REASONS, repository.note_error)
        self._begun: dict[int, _Attempt] = {}

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        """Send these, of one connection; one result each."""
        try:
            bot = await self._roster.active(batch[0].connection_id)
        except (*DATABASE_AWAY, Unavailable) as error:
            return tuple(Sent(one.id, "queued", error=told(error), retry_after_s=AGAIN_S) for one in batch)
        if bot is None:
            return tuple(_failed(one, "removed") for one in batch)
        if bot.state != "active":
            return tuple(Sent(one.id, "held") for one in batch)
        under_way = _Batch(bot, may_go)
        ended = await side_by_side(
            batch,
            lambda one: chat_in(one.chat_id),
            partial(self._one, under_way),
            between_s=self._rates.between,
        )
        if self._over:
            for one in batch:
                self._over(one.connection_id, one.chat_id)
        return ended

    async def _one(self, batch: _Batch, one: ToSend) -> Sent:
        try:
            attempt = self._begun.pop(one.id, None) or _Attempt(Destination.of(one.chat_id), one.answers)
        except ValueError:
            return _failed(one, "nowhere")
        try:
            while isinstance(ended := await self._try(batch, one, attempt), _Attempt):
                attempt = ended
            if ended.state in ("queued", "held"):
                self._keep(one, attempt)
            return ended
        # It was away before the call, or after a refusal: nothing else that is kept of a call can fail.
        except DATABASE_AWAY as error:
            return Sent(one.id, "queued", error=told(error), retry_after_s=AGAIN_S)
        # Whatever else it was, nobody knows what arrived; the other chats go on.
        except Exception as error:
            log.exception("telegram.sender_failed", outbound=one.id)
            return Sent(one.id, "unknown", error=told(error))

    def _keep(self, one: ToSend, attempt: _Attempt) -> None:
        """Go on with what was learnt of a message when its turn comes again, instead of learning it again."""
        if len(self._begun) >= _MOST_KEPT:
            self._begun.clear()
        if attempt.learnt:
            self._begun[one.id] = attempt

    async def _try(self, batch: _Batch, one: ToSend, attempt: _Attempt) -> _Attempt | Sent:
        """Make one call; how that ended, or how to try at once again."""
        bot, to = batch.bot, attempt.to
        replies = to.replies(attempt.answers)
        media = () if one.outbound.edits else one.outbound.media
        setting = Setting(bot.username, self._public(), private=to.chat > 0)
        try:
            files = await self._files.of(one.creator_id, one.connection_id, media, anew=attempt.anew)
            if one.outbound.edits:
                name = await replaced(self._db, one, REASONS["unsent"])
                if isinstance(name, Sent):
                    return name
                made = edit(one, to, name, setting, bare=attempt.bare)
            else:
                made = call(one, to, replies[attempt.reply], files, setting, bare=attempt.bare)
        except NotFound:
            return await self._failed(one, "missing")
        except Unavailable as error:
            return Sent(one.id, "queued", error=told(error), retry_after_s=AGAIN_S)
        except TooLarge:
            return await self._failed(one, "too_large")
        except TooLong:
            return await self._failed(one, "too_long")
        except ValueError as error:
            return Sent(one.id, "failed", error=told(error))
        if batch.lost or not await batch.may_go(one):
            return Sent(one.id, "held")
        count = max(len(media), 1)
        if wait := self._rates.wait(bot.bot_id, to.chat, count=count, priority=one.priority):
            return Sent(one.id, "queued", retry_after_s=wait)
        try:
            with self._rates.under_way(bot.bot_id, to.chat, count=count):
                sent = await self._call(bot, made, uploads=any(not isinstance(file, str) for file in files))
        except AiogramError as error:
            return await self._after(error, batch, bot, one, attempt, known=any(map(_is_name, files)))
        if one.outbound.edits:
            return Sent(one.id, "sent")
        messages = sent if isinstance(sent, list) else [sent]
        if uploaded := [
            found for found, file in zip(file_ids(media, messages), files, strict=False) if not _is_name(file)
        ]:
            await self._remember(one, uploaded)
        await self._call_itself(bot, messages[0])
        return Sent(one.id, "sent", platform_message_id=str(messages[0].message_id))

    async def _call(self, bot: KnownBot, made: TelegramMethod[Any], *, uploads: bool) -> Any:
        patience = ClientTimeout(total=UPLOAD_S if uploads else PATIENCE_S, sock_connect=CONNECT_S)
        # aiogram hands the time-out on to aiohttp, which takes more than the number that aiogram declares.
        return await self._client.bot(bot.token)(made, request_timeout=patience)  # type: ignore[arg-type]

    async def _after(
        self,
        error: AiogramError,
        batch: _Batch,
        bot: KnownBot,
        one: ToSend,
        attempt: _Attempt,
        *,
        known: bool,
    ) -> _Attempt | Sent:
        """What becomes of a call that failed. `known`: it named files that Telegram had before."""
        match error:
            case TelegramRetryAfter():
                await self._note(one, "waits")
                wait = self._rates.stop(bot.bot_id, error.retry_after)
                return Sent(one.id, "queued", error=REASONS["waits"], retry_after_s=wait)
            case TelegramMigrateToChat() if not attempt.moved:
                return await self._moved(one, attempt, error.migrate_to_chat_id)
            case TelegramUnauthorizedError() | TelegramNotFound():
                return await self._refused(batch, bot, one, attempt)
            case TelegramForbiddenError():
                log.info("telegram.blocked", connection=one.connection_id, said=told(error))
                failed = await self._failed(one, "blocked", of_bot=False)
                return replace(failed, unreachable=attempt.to.chat > 0)
            case _ if is_too_large(error):
                return await self._failed(one, "too_large")
            case TelegramBadRequest():
                return await self._bad(error, one, attempt, known=known)
            case TelegramNetworkError() if never_left(error):
                await self._note(one, "lost")
                return Sent(one.id, "queued", error=told(error), retry_after_s=AGAIN_S)
            case TelegramNetworkError() | TelegramServerError():
                await self._note(one, "lost")
                return Sent(one.id, "unknown", error=told(error))
            case TelegramAPIError():
                return Sent(one.id, "failed", error=told(error))
            case _:
                return Sent(one.id, "unknown", error=told(error))

    async def _bad(
        self, error: TelegramBadRequest, one: ToSend, attempt: _Attempt, *, known: bool
    ) -> _Attempt | Sent:
        """After a refusal, which changed nothing: in another way, or not at all."""
        cause = cause_of(error.message)
        if one.outbound.edits and cause is Cause.SAME:
            return Sent(one.id, "sent")
        if cause is Cause.REPLY and attempt.reply + 1 < len(attempt.to.replies(attempt.answers)):
            return replace(attempt, reply=attempt.reply + 1)
        if cause is Cause.FILE and known and not attempt.anew:
            return replace(attempt, anew=True)
        if cause is Cause.DRESS and not attempt.bare:
            log.warning("telegram.sent_bare", connection=one.connection_id, said=told(error))
            return replace(attempt, bare=True)
        if cause.value in REASONS:
            return await self._failed(one, cause.value)
        return Sent(one.id, "failed", error=told(error))

    async def _moved(self, one: ToSend, attempt: _Attempt, new: int) -> _Attempt:
        """A group has become a supergroup, in which messages have other numbers."""
        async with self._db.uow(one.creator_id) as uow:
            await conversation.chat_moved(uow, one.connection_id, str(attempt.to.chat), str(new))
        return replace(attempt, to=Destination(new), answers=None, reply=0, moved=True)

    async def _refused(self, batch: _Batch, bot: KnownBot, one: ToSend, attempt: _Attempt) -> _Attempt | Sent:
        """Telegram doesn't know the token: there is another one already, or nobody sends with it any more."""
        async with batch.checking:
            if not batch.lost and batch.bot.token == bot.token:
                self._client.forget(bot.token)
                lost = await self._roster.quarantine(bot, REASONS["token"])
                fresh = None if lost else await self._roster.of(one.connection_id)
                if fresh is not None and fresh.state == "active":
                    batch.bot = fresh
                else:
                    batch.lost = True
        return Sent(one.id, "held") if batch.lost else attempt

    async def _failed(self, one: ToSend, code: str, *, of_bot: bool = True) -> Sent:
        await self._note(one, code, of_bot=of_bot)
        return _failed(one, code)

    async def _note(self, one: ToSend, code: str, *, of_bot: bool = True) -> None:
        await self._noting.note(one, chat_in(one.chat_id), code, of_bot=of_bot)

    async def _call_itself(self, bot: KnownBot, sent: Message | Said) -> None:
        """Hear to what name a bot answers now: its owner may give it another, and nobody tells it so."""
        me = sent.from_user
        if me is None or me.id != bot.bot_id or me.username in (None, bot.username):
            return
        try:
            async with self._db.uow(bot.creator_id) as uow:
                await repository.rename(uow, bot.connection_id, me.username or "")
                await uow.notify(CONNECTIONS_CHANNEL, str(bot.connection_id))
        except DATABASE_AWAY:
            log.warning("telegram.not_renamed", connection=bot.connection_id)
        self._roster.forget(bot.connection_id)

    async def _remember(self, one: ToSend, found: list[Any]) -> None:
        """Keep Telegram's names of the files; a message that was sent stays sent, even if that fails."""
        try:
            await self._files.remember(one.creator_id, one.connection_id, found)
        except DATABASE_AWAY:
            log.warning("telegram.files_not_remembered", outbound=one.id)


def _is_name(file: object) -> bool:
    return isinstance(file, str)


def _failed(one: ToSend, code: str) -> Sent:
    return Sent(one.id, "failed", error=REASONS[code])
