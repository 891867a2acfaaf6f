"""Taking updates in, however they come: once `take` returns, an update is safe with us and may be confirmed.

Everything here may come twice, late, or in another order: each thing that is kept has a name of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from aiogram.exceptions import AiogramError
from aiogram.types import (
    CallbackQuery,
    Message,
    MessageReactionUpdated,
    PreCheckoutQuery,
    ReactionTypeEmoji,
    Update,
    User,
)

from bots.service import TELEGRAM
from bots.telegram.client import Client
from bots.telegram.memberships import Memberships
from bots.telegram.pointing import Names, pointed
from bots.telegram.posts import Posts
from bots.telegram.roster import KnownBot
from bots.telegram.text import FLAG, GOOD, OF_OUTBOUND
from bots.telegram.typing import EVERY_S, show
from bots.telegram.updates import pressed, said_by_button, spoken, thread_of
from bots.telegram.watching import Watching
from bots.typing import Typing
from community import service as community
from conversation import service as conversation
from conversation.errors import BadMessage, TooManyMessages
from conversation.service import STAFF
from kernel.chat import ORDERS, Addressed, CommandRouter, Inbound, called
from kernel.db import DATABASE_AWAY, Database
from kernel.i18n import t
from kernel.lang import DEFAULT, normalise
from moderation import service as moderation

log = structlog.get_logger(__name__)


_OPINIONS: Final = {GOOD: "good", FLAG: "flag"}
_RIGHTS: Final = frozenset({"privacy", "export", "forgetme", "terms", "stop"})


class Receiver:
    """Takes updates of any bot in."""

    def __init__(
        self,
        db: Database,
        client: Client,
        commands: CommandRouter,
        typing: Typing,
        posts: Posts,
        watching: Watching,
    ) -> None:
        self._db = db
        self._client = client
        self._commands = commands
        self._typing = typing
        self._posts = posts
        self._intake = conversation.Intake(db, commands)
        self._watching = watching
        self._memberships = Memberships(db, watching)
        self._names = Names()
        self._asides: set[asyncio.Task[None]] = set()

    async def take(self, bot: KnownBot, update: Update) -> None:
        """Take one update in.

        Raises:
            DATABASE_AWAY: it wasn't; try again. Whatever else goes wrong would go wrong again: it is logged.
        """
        try:
            await self._take(bot, update)
        except DATABASE_AWAY:
            raise
        except Exception:
            log.exception("telegram.update_failed", bot=bot.bot_id, update=update.update_id)

    async def _take(self, bot: KnownBot, update: Update) -> None:
        if update.message:
            await self._message(bot, update.message, update.update_id)
        elif update.edited_message:
            if not await self._watching.message(bot, update.edited_message):
                await self._said(bot, update.edited_message)
        elif post := update.channel_post or update.edited_channel_post:
            if not await self._memberships.told_by(bot, post, update.update_id):
                await self._posts.keep(bot, post)
        elif update.callback_query:
            await self._pressed(bot, update.callback_query)
        elif update.message_reaction:
            await self._reacted(bot, update.message_reaction, update.update_id)
        elif update.my_chat_member:
            await self._memberships.changed(bot, update.my_chat_member, update.update_id)
        elif update.chat_member:
            await self._memberships.member_changed(bot, update.chat_member)
        elif update.chat_join_request:
            await self._watching.asks(bot, update.chat_join_request)
        elif update.pre_checkout_query:
            self._decline(bot, update.pre_checkout_query)

    async def _message(self, bot: KnownBot, message: Message, number: int) -> None:
        self._names.hear(bot, message)
        if await self._memberships.told_by(bot, message, number):
            return
        if not await self._watching.message(bot, message):
            await self._said(bot, message)

    async def _said(self, bot: KnownBot, message: Message) -> None:
        """What somebody wrote, or what they have made of it since."""
        said = spoken(bot, message, self._commands.commands)
        if said is None:
            return
        inbound = await self._placed(bot, said.inbound, said.thread, below=said.below_post)
        if inbound.room and inbound.addressed is Addressed.NOBODY and inbound.edited_at is None:
            return
        if inbound.room and inbound.addressed is Addressed.COMMAND and called(inbound.text) in ORDERS:
            await self._point(bot, inbound, message)
        await self._receive(bot, inbound)

    async def _point(self, bot: KnownBot, inbound: Inbound, message: Message) -> None:
        """Keep whom an order is about, before it is taken in; no longer, where it says something else."""
        if inbound.edited_at is not None:
            async with self._db.uow(bot.creator_id) as uow:
                await moderation.reworded(uow, bot.connection_id, inbound.update_id)
            return
        person = pointed(bot, message, inbound.text, self._names)
        if person is not None:
            async with self._db.uow(bot.creator_id) as uow:
                await moderation.point_at(
                    uow, TELEGRAM, bot.connection_id, inbound.update_id, by=inbound.user_id, person=person
                )

    async def _placed(self, bot: KnownBot, inbound: Inbound, thread: str, *, below: bool = False) -> Inbound:
        """A message that stands in a chain of replies, put below the channel's post where one began it.

        A comment on the post itself (`below`) is for the avatar where the chat's settings say so. What
        members reply to each other isn't; further down a post is known by who was heard below it before.
        """
        if not (inbound.room and thread and inbound.chat_id == inbound.room):
            return inbound
        place = f"{inbound.room}/{thread}"
        if below:
            meant = Addressed.POST if inbound.addressed is Addressed.NOBODY else inbound.addressed
            return replace(inbound, chat_id=place, addressed=meant)
        if inbound.addressed is Addressed.NOBODY:
            return inbound
        async with self._db.uow(bot.creator_id) as uow:
            known = await conversation.is_place(uow, bot.connection_id, place)
        return replace(inbound, chat_id=place) if known else inbound

    async def _receive(self, bot: KnownBot, inbound: Inbound) -> None:
        """Take a message in, and show that it is being answered."""
        if not bot.live and not await self._opened(bot, inbound):
            return
        try:
            received = await self._intake.take(bot.creator_id, bot.avatar_id, inbound)
        except BadMessage as problem:
            log.info("telegram.unreadable", bot=bot.bot_id, code=problem.code)
            return
        except TooManyMessages as problem:
            if not inbound.room:
                async with self._db.uow(bot.creator_id) as uow:
                    await conversation.ask_to_wait(uow, inbound, problem.retry_after)
            return
        # Of a comment that names nobody it isn't sure that there will be an answer.
        perhaps = received.silent or inbound.addressed is Addressed.POST
        if not (received.duplicate or received.passed_over or perhaps):
            shown = partial(show, self._client.bot(bot.token), inbound.chat_id)
            self._typing.begin(bot.connection_id, inbound.chat_id, shown, EVERY_S)

    async def _opened(self, bot: KnownBot, inbound: Inbound) -> bool:
        """Whether an avatar that isn't live hears somebody: the creator's people, and who wants their rights.

        Everybody else is told in private that it isn't open; in a group it says nothing.
        """
        argument = inbound.text.partition(" ")[2]
        name = called(inbound.text)
        if not inbound.room and (name in _RIGHTS or (name == "start" and argument.startswith(STAFF))):
            return True
        async with self._db.uow(bot.creator_id) as uow:
            if await community.staff_role(uow, inbound.platform, inbound.user_id):
                return True
            if not inbound.room:
                await conversation.say_closed(uow, bot.avatar_id, inbound)
        return False

    async def _pressed(self, bot: KnownBot, query: CallbackQuery) -> None:
        thanks = ""
        if (solved := await self._watching.solved(bot, query)) is not None:
            api = self._client.bot(bot.token)
            self._aside(lambda: api.answer_callback_query(query.id, text=solved or None))
            return
        inbound = pressed(bot, query)
        message = query.message
        data = query.data or ""
        if inbound is None and message and data.startswith(OF_OUTBOUND):
            async with self._db.uow(bot.creator_id) as uow:
                text = await conversation.button_text(uow, bot.connection_id, data.removeprefix(OF_OUTBOUND))
            inbound = said_by_button(bot, query, message, text) if text else None
        if inbound is not None and message:
            await self._receive(bot, await self._placed(bot, inbound, thread_of(message)))
        elif (
            message
            and (opinion := _OPINIONS.get(data))
            and await self._judged(bot, query.from_user.id, message.chat.id, message.message_id, opinion)
        ):
            thanks = t(_spoken_by(query.from_user), f"feedback.{opinion}")
        self._aside(lambda: self._client.bot(bot.token).answer_callback_query(query.id, text=thanks or None))

    async def _reacted(self, bot: KnownBot, reaction: MessageReactionUpdated, number: int) -> None:
        if reaction.user is None or reaction.user.is_bot:
            return
        emoji = [one.emoji for one in reaction.new_reaction if isinstance(one, ReactionTypeEmoji)]
        kind = conversation.feedback.reaction_kind(emoji)
        # Telegram's clock tells seconds; within one the updates' numbers tell what was last. It is put into
        # the second before: what the fan says by a button or a command from now on is later.
        at = reaction.date - timedelta(microseconds=1_000_000 - number % 1_000_000)
        await self._judged(bot, reaction.user.id, reaction.chat.id, reaction.message_id, kind, at=at)

    async def _judged(
        self, bot: KnownBot, user: int, chat: int, message: int, kind: str | None, at: datetime | None = None
    ) -> bool:
        async with self._db.uow(bot.creator_id) as uow:
            return await conversation.feedback.give(
                uow,
                connection_id=bot.connection_id,
                chat_id=str(chat),
                platform_message_id=str(message),
                platform=TELEGRAM,
                user_id=str(user),
                kind=kind,
                at=at,
            )

    def _decline(self, bot: KnownBot, query: PreCheckoutQuery) -> None:
        """Nothing is for sale yet; who is left without an answer for ten seconds is told nothing at all."""
        said = t(_spoken_by(query.from_user), "payment.unknown")
        self._aside(
            lambda: self._client.bot(bot.token).answer_pre_checkout_query(
                query.id, ok=False, error_message=said
            )
        )

    def _aside(self, call: Callable[[], Awaitable[Any]]) -> None:
        """Call Telegram without waiting: a courtesy, that nothing hangs on."""
        task = asyncio.create_task(_courtesy(call), name="telegram courtesy")
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    def close(self) -> None:
        """Stop what is only a courtesy."""
        for task in self._asides:
            task.cancel()


def _spoken_by(user: User) -> str:
    """The language of somebody's Telegram, for what is said beside a conversation."""
    return normalise(user.language_code) or DEFAULT


async def _courtesy(call: Callable[[], Awaitable[Any]]) -> None:
    try:
        await call()
    except AiogramError as problem:
        log.info("telegram.courtesy_failed", error=str(problem))
