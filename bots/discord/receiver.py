"""Taking in what Discord tells, however it comes: once a method returns, that is safe with us.

Everything here may come twice, late, or in another order: each thing that is kept has a name of its own.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import structlog

from bots.discord import repository
from bots.discord.client import Client
from bots.discord.failures import CallFailed
from bots.discord.guilds import seen
from bots.discord.messages import Json, Place, number_at, spoken, update_id
from bots.discord.pointing import pointed
from bots.discord.roster import KnownApp
from bots.service import DISCORD
from bots.typing import CannotShow, Typing
from community import service as community
from community.types import ChatNews
from conversation import service as conversation
from conversation.errors import BadMessage, TooManyMessages
from conversation.service import STAFF, Received
from kernel.chat import ORDERS, Addressed, Inbound, called
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from moderation import service as moderation
from moderation.types import Person

log = structlog.get_logger(__name__)

_RIGHTS: Final = frozenset({"privacy", "export", "forgetme", "terms", "stop"})
_MOST_KEPT: Final = 50_000
_TYPES_FOR_S: Final = 9.0
"""Discord shows it for ten seconds."""


class Receiver:
    """Takes in what is said to any app."""

    def __init__(self, db: Database, client: Client, typing: Typing) -> None:
        self._db = db
        self._client = client
        self._typing = typing
        self._private: set[tuple[int, int]] = set()
        self._deleted: dict[tuple[int, int], None] = {}

    async def said(self, app: KnownApp, place: Place, message: Json) -> None:
        """Take a message in, or what its sender has made of it since.

        Raises:
            DATABASE_AWAY: it wasn't; try again.
        """
        inbound = spoken(app, place, message)
        if inbound is None or (app.connection_id, int(message["id"])) in self._deleted:
            return
        if inbound.room and inbound.addressed is Addressed.NOBODY and inbound.edited_at is None:
            return
        if inbound.edited_at is None:
            await self.point(app, place, inbound, pointed(app, message, inbound.text))
        elif inbound.addressed is Addressed.COMMAND:
            async with self._db.uow(app.creator_id) as uow:
                await moderation.reworded(uow, app.connection_id, inbound.update_id)
        received = await self.receive(app, place, inbound)
        # Of a post that names nobody it isn't sure that there will be an answer.
        perhaps = received is None or received.silent or inbound.addressed is Addressed.POST
        if received and not (received.duplicate or perhaps):
            shown = partial(self._types, app, place.channel)
            self._typing.begin(app.connection_id, place.chat_id, shown, _TYPES_FOR_S)

    async def point(self, app: KnownApp, place: Place, inbound: Inbound, person: Person | None) -> None:
        """Keep whom an order is about, and the server that it is given in, before it is taken in."""
        if not inbound.room or called(inbound.text) not in ORDERS:
            return
        async with self._db.uow(app.creator_id) as uow:
            if await community.staff_role(uow, DISCORD, inbound.user_id) is None:
                return
            chat = await community.chat_at(uow, app.connection_id, place.room)
            if place.guild and (chat is None or not chat.linked):
                # Of channels an app without a socket hears nothing but this.
                news = ChatNews(
                    app.connection_id, DISCORD, place.room, chat.kind if chat else "group",
                    title=chat.title if chat else "", linked=str(place.guild),
                )  # fmt: skip
                await community.note_chat(uow, app.avatar_id, news, seen=seen())
            if person is not None:
                await moderation.point_at(
                    uow, DISCORD, app.connection_id, inbound.update_id, by=inbound.user_id, person=person
                )

    async def deleted(self, app: KnownApp, message_id: int) -> bool:
        """Forget a message that was deleted; False while it is being answered: then ask again.

        Told of it late or once more, we don't take it in again. Only this process can be: another session is
        told nothing of the past, and in no history stands what was deleted.
        """
        self._deleted[app.connection_id, message_id] = None
        if len(self._deleted) > _MOST_KEPT:
            del self._deleted[next(iter(self._deleted))]
        async with self._db.uow(app.creator_id) as uow:
            return await conversation.deletions.forget(uow, app.connection_id, update_id(app, message_id))

    async def receive(
        self, app: KnownApp, place: Place, inbound: Inbound, sealed: Mapping[str, Any] | None = None
    ) -> Received | None:
        """Take what somebody said in; None where nothing of it is kept.

        `sealed` is the interaction that it came by, to be kept with it.

        Raises:
            DATABASE_AWAY: it wasn't; try again.
        """
        if not app.live and not await self._opened(app, inbound):
            return None
        try:
            async with self._db.uow(app.creator_id) as uow:
                await self._remember(uow, app, place, inbound)
                received = await conversation.receive(uow, app.avatar_id, inbound)
                if sealed and received.message_id and not received.duplicate:
                    await repository.forget_interactions(uow, app.connection_id)
                    await repository.keep_interaction(uow, app.connection_id, received.message_id, **sealed)
        except BadMessage as problem:
            log.info("discord.unreadable", app=app.application_id, code=problem.code)
            return None
        except TooManyMessages as problem:
            if not inbound.room:
                async with self._db.uow(app.creator_id) as uow:
                    await conversation.ask_to_wait(uow, inbound, problem.retry_after)
            return None
        if not inbound.room:
            if len(self._private) >= _MOST_KEPT:
                self._private.clear()
            self._private.add((app.connection_id, place.channel))
        return None if received.passed_over else received

    async def reacted(
        self, app: KnownApp, place: Place, user_id: str, message_id: str, emoji: str, *, added: bool
    ) -> None:
        """Take in what somebody thinks of an answer, by a reaction; taking it away takes it back."""
        kind = conversation.feedback.reaction_kind([emoji])
        if kind is not None:
            await self.judged(app, place, user_id, message_id, kind if added else None)

    async def judged(
        self, app: KnownApp, place: Place, user_id: str, message_id: str, kind: str | None
    ) -> bool:
        """Keep what somebody thinks of an answer; whether there was something to keep."""
        async with self._db.uow(app.creator_id) as uow:
            return await conversation.feedback.give(
                uow,
                connection_id=app.connection_id,
                chat_id=place.chat_id,
                platform_message_id=message_id,
                platform=DISCORD,
                user_id=user_id,
                kind=kind,
            )

    async def _types(self, app: KnownApp, channel: int) -> None:
        try:
            await self._client.app(app.token).call(
                "POST", "/channels/{channel_id}/typing", channel_id=channel, patient=False
            )
        except CallFailed as error:
            raise CannotShow from error

    async def _remember(self, uow: UnitOfWork, app: KnownApp, place: Place, inbound: Inbound) -> None:
        """Know a private chat from this on: Discord lists none of them when we come back.

        What was said in it before may have been erased, and isn't read again.
        """
        if not place.room and (app.connection_id, place.channel) not in self._private:
            heard = number_at(inbound.sent_at or now()) - 1
            await repository.mark(uow, app.connection_id, [(place.channel, "", heard)])

    async def _opened(self, app: KnownApp, inbound: Inbound) -> bool:
        """Whether an avatar that isn't live hears somebody: the creator's people, and who wants their rights.

        Everybody else is told in private that it isn't open; in a guild it says nothing.
        """
        argument = inbound.text.partition(" ")[2]
        name = called(inbound.text)
        if not inbound.room and (name in _RIGHTS or (name == "start" and argument.startswith(STAFF))):
            return True
        async with self._db.uow(app.creator_id) as uow:
            if await community.staff_role(uow, inbound.platform, inbound.user_id):
                return True
            if not inbound.room:
                await conversation.say_closed(uow, app.avatar_id, inbound)
        return False
