"""Doing in Telegram what moderation has decided. Each call may be made twice with the effect of once."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import ChatPermissions

from bots.service import TELEGRAM
from bots.telegram.client import Client
from bots.telegram.failures import REASONS
from bots.telegram.rates import Rates
from bots.telegram.roster import KnownBot, Roster
from conversation import service as conversation
from kernel.clock import now
from kernel.db import Database
from moderation.service import NEEDS
from moderation.types import Act, Ended, Verb

log = structlog.get_logger(__name__)

AGAIN_S: Final = 5.0
REFUSED_S: Final = 60.0
AT_ONCE: Final = 100
"""Messages that one call may delete."""

_SHORTEST: Final = timedelta(seconds=35)
_EVERYTHING: Final = tuple(ChatPermissions.model_fields)
_NOTHING: Final = ChatPermissions(**dict.fromkeys(_EVERYTHING, False))
_ALL: Final = ChatPermissions(**dict.fromkeys(_EVERYTHING, True))

# In the words of refusals, each in lower case; the first that is found says what it is about.
_WORDS: Final = (
    ("protected", ("is an administrator", "chat owner", "restrict self", "user_admin_invalid")),
    ("supergroup", ("available only for supergroups", "for supergroup and channel")),
    ("gone", ("user not found", "participant_id_invalid", "user_id_invalid", "user_not_participant",
              "sender chat not found", "hide_requester_missing")),
    ("outside", ("chat not found", "chat_admin_required", "not a member", "was kicked")),
    # An administrator with that right deletes what he likes.
    ("right", ("not enough rights", "message can't be deleted", "_forbidden", "need administrator")),
)  # fmt: skip
_GONE: Final = frozenset({ChatMemberStatus.KICKED, ChatMemberStatus.LEFT})
_THERE: Final = ("user_already_participant", "chat_not_modified", "not modified")


class TelegramEnforcer:
    """Moderates on Telegram connections."""

    platform = TELEGRAM

    def __init__(self, db: Database, client: Client, roster: Roster, rates: Rates) -> None:
        self._db = db
        self._client = client
        self._roster = roster
        self._rates = rates

    async def act(self, act: Act) -> Ended:
        """Do it, or say when to try again."""
        bot = await self._roster.of(act.connection_id)
        if bot is None:
            return Ended("failed", "outside")
        if bot.state != "active":
            self._roster.forget(act.connection_id)
            return Ended("queued", "outside", REFUSED_S)
        if wait := self._rates.stopped(bot.bot_id):
            return Ended("queued", "", wait)
        try:
            return await self._do(self._client.bot(bot.token), act)
        except AiogramError as error:
            return await self._after(error, bot, act)

    async def _do(self, api: Bot, act: Act) -> Ended:
        chat, user = int(act.room), int(act.user_id or 0)
        if act.verb is Verb.DELETE:
            return await self._delete(api, act)
        # Who speaks as a channel has no rights of their own.
        if user < 0 and act.verb not in (Verb.BAN, Verb.UNBAN):
            return Ended("failed", "channel")
        if act.until is not None and act.until <= now():
            return Ended("done")
        # What is to end sooner would never end: Telegram takes less than half a minute for good.
        until = act.until and max(act.until, now() + _SHORTEST)
        call: Awaitable[Any]
        match act.verb:
            case Verb.RESTRICT:
                call = api.restrict_chat_member(chat, user, permissions=_NOTHING, until_date=until)
            case Verb.RELEASE:
                call = api.restrict_chat_member(chat, user, permissions=_ALL)
            case Verb.BAN if user < 0:
                call = api.ban_chat_sender_chat(chat, user)
            case Verb.BAN:
                call = api.ban_chat_member(chat, user, until_date=until)
            case Verb.UNBAN if user < 0:
                call = api.unban_chat_sender_chat(chat, user)
            case Verb.UNBAN:
                call = api.unban_chat_member(chat, user, only_if_banned=True)
            case Verb.APPROVE:
                call = api.approve_chat_join_request(chat, user)
            case Verb.DECLINE:
                call = api.decline_chat_join_request(chat, user)
            case Verb.KICK:
                call = _put_out(api, chat, user)
        await call
        return Ended("done")

    async def _delete(self, api: Bot, act: Act) -> Ended:
        """Delete the messages before one, and itself: in a group they are numbered one after the other."""
        if ":" in act.place:
            # Those of the other topics lie between them, and nothing tells which is whose.
            return Ended("failed", "topic")
        last = int(act.args["to"])
        first = int(act.args["start"]) if act.args["start"] else last - int(act.args["count"])
        numbers = range(max(first, last - int(act.args["count"]), 1), last + 1)
        for begin in range(0, len(numbers), AT_ONCE):
            await api.delete_messages(int(act.room), list(numbers[begin : begin + AT_ONCE]))
        return Ended("done")

    async def _after(self, error: AiogramError, bot: KnownBot, act: Act) -> Ended:
        match error:
            case TelegramRetryAfter():
                return Ended("queued", "lost", self._rates.stop(bot.bot_id, error.retry_after))
            case TelegramMigrateToChat():
                async with self._db.uow(act.creator_id) as uow:
                    await conversation.chat_moved(
                        uow, act.connection_id, act.room, str(error.migrate_to_chat_id)
                    )
                return Ended("queued", "", 0.0)
            case TelegramUnauthorizedError() | TelegramNotFound():
                self._client.forget(bot.token)
                await self._roster.quarantine(bot, REASONS["token"])
                return Ended("queued", "outside", REFUSED_S)
            case TelegramForbiddenError():
                return Ended("failed", "outside")
            case TelegramBadRequest():
                return _refused(error.message, act)
            case _:
                # Whether it was done or not: it is done again.
                return Ended("queued", "lost", AGAIN_S)


async def _put_out(api: Bot, chat: int, user: int) -> None:
    """Put somebody out who may come again. Whoever is banned by then stays so: this would let them in."""
    if (await api.get_chat_member(chat, user)).status not in _GONE:
        await api.unban_chat_member(chat, user)


def _refused(said: str, act: Act) -> Ended:
    """What a refusal means."""
    words = said.lower()
    if any(each in words for each in _THERE):
        return Ended("done")
    code = next((code for code, each in _WORDS if any(word in words for word in each)), "")
    if not code:
        log.warning("telegram.not_enforced", verb=act.verb, said=said)
        return Ended("failed", "outside")
    return Ended("failed", f"right.{NEEDS[TELEGRAM][act.verb]}" if code == "right" else code)
