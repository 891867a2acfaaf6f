"""Asking Telegram for updates: a loop for each bot that this process holds and that isn't posted to.

An update is confirmed by the next question, after it has been taken in. Nothing of that is stored: what was
not confirmed comes again, and is known by its own name.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramConflictError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import Update

from bots.service import TELEGRAM
from bots.telegram import repository
from bots.telegram.client import Client
from bots.telegram.failures import REASONS
from bots.telegram.hooks import ALLOWED, Hooks
from bots.telegram.reading import read
from bots.telegram.receiver import Receiver
from bots.telegram.roster import KnownBot, Roster
from kernel.db import DATABASE_AWAY, Database

log = structlog.get_logger(__name__)

LISTEN_S: Final = 25
AT_ONCE: Final = 16
PAUSE_FIRST_S, PAUSE_MOST_S = 0.5, 30.0
_WEBHOOK = "webhook is active"


class Polling:
    """The loops of one process."""

    platform = TELEGRAM

    def __init__(
        self, db: Database, client: Client, roster: Roster, hooks: Hooks, receiver: Receiver
    ) -> None:
        self._db = db
        self._client = client
        self._roster = roster
        self._hooks = hooks
        self._receiver = receiver
        self._loops: dict[int, asyncio.Task[None]] = {}
        self._of: dict[int, KnownBot] = {}

    async def hold(self, connections: Iterable[int]) -> None:
        """Poll for these connections, and for no other."""
        held = set(connections)
        for gone in self._of.keys() - held:
            self._end(gone)
        for number, bot in (await self._roster.several(held)).items():
            if self._of.get(number) == bot and not self._broke(number):
                continue
            self._end(number)
            self._of[number] = bot
            listening = self._expect(bot) if bot.webhook and self._hooks.possible else self._poll(bot)
            self._loops[number] = asyncio.create_task(listening, name=f"listen {bot.bot_id}")

    def changed(self, connection_id: int) -> None:
        """Look a bot up again."""
        self._roster.forget(connection_id)

    async def close(self) -> None:
        """Stop; what was taken in and not confirmed comes again."""
        loops = list(self._loops.values())
        for number in list(self._of):
            self._end(number)
        await asyncio.gather(*loops, return_exceptions=True)

    def _broke(self, connection_id: int) -> bool:
        """Whether a loop ended by what nobody foresaw."""
        loop = self._loops[connection_id]
        problem = loop.exception() if loop.done() and not loop.cancelled() else None
        if problem is not None:
            log.error("telegram.loop_broke", loop=loop.get_name(), error=repr(problem))
        return problem is not None

    def _end(self, connection_id: int) -> None:
        self._of.pop(connection_id, None)
        if loop := self._loops.pop(connection_id, None):
            loop.cancel()

    async def _expect(self, bot: KnownBot) -> None:
        """Have a bot's updates posted: whoever arranged it may have died before Telegram knew."""
        pause = PAUSE_FIRST_S
        while True:
            try:
                await self._hooks.arrange(bot)
            except TelegramUnauthorizedError:
                await self._revoked(bot)
            except AiogramError as problem:
                log.warning("telegram.webhook_failed", bot=bot.bot_id, error=str(problem))
                await asyncio.sleep(pause)
                pause = min(2 * pause, PAUSE_MOST_S)
                continue
            return

    async def _poll(self, bot: KnownBot) -> None:
        api = self._client.bot(bot.token)
        offset, pause = 0, PAUSE_FIRST_S
        while True:
            try:
                updates = await updates_of(api, offset)
                await self._take(bot, updates)
            except TelegramUnauthorizedError:
                await self._revoked(bot)
                return
            except TelegramRetryAfter as problem:
                await asyncio.sleep(problem.retry_after)
            except (AiogramError, *DATABASE_AWAY) as problem:
                log.warning("telegram.poll_failed", bot=bot.bot_id, error=str(problem))
                if isinstance(problem, TelegramConflictError):
                    await self._conflict(bot, str(problem))
                await asyncio.sleep(pause)
                pause = min(2 * pause, PAUSE_MOST_S)
            else:
                pause = PAUSE_FIRST_S
                offset = max((one.update_id + 1 for one in updates), default=offset)

    async def _take(self, bot: KnownBot, updates: list[Update]) -> None:
        """Take a batch in: each chat's in order, some chats at once."""
        chats: dict[int, list[Update]] = {}
        for one in sorted(updates, key=lambda one: one.update_id):
            chats.setdefault(_chat_of(one), []).append(one)
        room = asyncio.Semaphore(AT_ONCE)

        async def take(own: list[Update]) -> None:
            async with room:
                for one in own:
                    await self._receiver.take(bot, one)

        ended = await asyncio.gather(*(take(own) for own in chats.values()), return_exceptions=True)
        for problem in ended:
            if isinstance(problem, BaseException):
                raise problem

    async def _revoked(self, bot: KnownBot) -> None:
        """The token is worth nothing: nobody asks again with it."""
        self._client.forget(bot.token)
        await self._roster.quarantine(bot, REASONS["token"])

    async def _conflict(self, bot: KnownBot, said: str) -> None:
        """Somebody else listens: a webhook of before, which goes; or another program, which is told."""
        if _WEBHOOK in said:
            await self._hooks.arrange(bot)
            return
        async with self._db.system_uow() as uow:
            await repository.note_error(uow, bot.connection_id, REASONS["conflict"])


async def updates_of(api: Bot, offset: int, *, listen_s: int = LISTEN_S) -> list[Update]:
    """What has come; an update that can't be read is passed over, and hinders no other."""
    try:
        return await api.get_updates(
            offset=offset,
            limit=100,
            timeout=listen_s,
            allowed_updates=list(ALLOWED),
            request_timeout=listen_s + 10,
        )
    except ClientDecodeError as problem:
        if not isinstance(problem.data, dict):
            raise
        return [one for each in problem.data.get("result", ()) if (one := read(api, each)) is not None]


def _chat_of(update: Update) -> int:
    """The chat that an update is about; 0 where none."""
    message = update.message or update.edited_message or update.channel_post or update.edited_channel_post
    if message:
        return message.chat.id
    if update.callback_query and update.callback_query.message:
        return update.callback_query.message.chat.id
    about = update.message_reaction or update.my_chat_member or update.chat_member or update.chat_join_request
    return about.chat.id if about else 0
