"""The web chat behind its pages: who a browser's fan is, taking a message in, following the answers.

The pages of fans (public) and the Playground (admin) are two faces of this.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from weakref import WeakValueDictionary

from bots import service as bots
from community import service as community
from conversation import service as conversation
from conversation.types import Received, Room, Transcript
from kernel.bus import Bus
from kernel.chat import Inbound
from kernel.clock import monotonic
from kernel.db import Database, UnitOfWork
from kernel.errors import BadInput

PLATFORM = bots.WEBCHAT
_KNOWN_FOR_S = 5.0
_LOOK_AGAIN_S = 10.0
# A first message that another process took in is found by looking.
_FIRST_LOOK_S = 3.0
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class WebChat:
    """The web chat of one process."""

    def __init__(self, db: Database, bus: Bus, intake: conversation.Intake) -> None:
        self._db = db
        self._bus = bus
        self._intake = intake
        self._rooms: dict[str, tuple[float, Room]] = {}
        # Who listens before having written is woken by their first message; gone with its last waiter.
        self._first: WeakValueDictionary[tuple[int, str], asyncio.Event] = WeakValueDictionary()

    async def room(self, slug: str) -> Room:
        """The chat at `/c/{slug}`, remembered for a few seconds.

        Raises:
            NoSuchAvatar: nobody lives there.
        """
        known = self._rooms.get(slug)
        if known and known[0] > monotonic():
            return known[1]
        async with self._db.system_uow() as uow:
            avatar = await community.avatar_by_slug(uow, slug)
        async with self._db.uow(avatar.creator_id) as uow:
            room = Room(avatar, await bots.ensure_connection(uow, avatar.id, PLATFORM))
        if len(self._rooms) > 10_000:
            self._rooms.clear()
        self._rooms[slug] = (monotonic() + _KNOWN_FOR_S, room)
        return room

    def forget(self, slug: str) -> None:
        """Look an avatar up again at the next request, not only after a few seconds."""
        self._rooms.pop(slug, None)

    async def say(
        self,
        room: Room,
        user_id: str,
        text: str,
        client_id: str,
        *,
        name: str = "",
        hint: str | None = None,
        chosen: str | None = None,
    ) -> Received:
        """Take a message in; the same `client_id` again is the same message.

        Raises:
            BadMessage, TooManyMessages: it was not taken.
            BadInput: no page of ours makes such a `client_id`.
        """
        if not _CLIENT_ID.fullmatch(client_id):
            raise BadInput("This page is out of date: load it again.")
        inbound = Inbound(
            connection_id=room.connection_id,
            platform=PLATFORM,
            update_id=f"{user_id}:{client_id}",
            chat_id=user_id,
            user_id=user_id,
            user_name=name,
            text=text,
            language_hint=hint,
            chosen_language=chosen,
        )
        received = await self._intake.take(room.avatar.creator_id, room.avatar.id, inbound)
        if first := self._first.get((room.connection_id, user_id)):
            first.set()
        return received

    async def think(self, room: Room, user_id: str, answer: str, kind: str | None) -> bool:
        """Keep what a fan thinks of an answer in their chat; False where there is no such answer."""
        async with self._db.uow(room.avatar.creator_id) as uow:
            return await conversation.feedback.give(
                uow,
                connection_id=room.connection_id,
                chat_id=user_id,
                platform_message_id=answer,
                platform=PLATFORM,
                user_id=user_id,
                kind=kind,
            )

    async def fan_id(self, room: Room, user_id: str) -> int | None:
        """The fan of a browser that has written before."""
        async with self._db.uow(room.avatar.creator_id) as uow:
            found = await community.find_fan(uow, PLATFORM, user_id)
        return found.id if found else None

    async def transcript(self, room: Room, user_id: str, after: str = "") -> tuple[int | None, Transcript]:
        """The fan's thread, if there is one yet, and what was said in it since a cursor."""
        async with self._db.uow(room.avatar.creator_id) as uow:
            thread = await self._find(uow, room, user_id)
            if thread is None:
                return None, Transcript((), False, "")
            found = await conversation.transcript(uow, thread, after)
        return thread, _own(found, user_id)

    async def follow(self, room: Room, user_id: str, after: str) -> AsyncIterator[Transcript]:
        """What is said from a cursor on, as it comes; an empty one when only `typing` or `person` changed.

        It ends where the thread has been erased.
        """
        thread = await self._thread(room, user_id)
        stands: tuple[bool, bool] | None = None  # how it stood when the page was made, nobody knows
        async with self._bus.subscribe(
            conversation.SENT_CHANNEL, f"{room.avatar.creator_id}:{thread}"
        ) as woken:
            while True:
                async with self._db.uow(room.avatar.creator_id) as uow:
                    uow.commit_with_next()
                    found = _own(await conversation.transcript(uow, thread, after), user_id)
                if found.erased:
                    return
                if found.lines or (found.typing, found.person) != stands:
                    yield found
                after, stands = found.cursor, (found.typing, found.person)
                await woken.wait(_LOOK_AGAIN_S)

    async def _thread(self, room: Room, user_id: str) -> int:
        """The fan's thread; waits for their first message."""
        while True:
            key = (room.connection_id, user_id)
            first = self._first.get(key)
            if first is None:
                first = self._first[key] = asyncio.Event()
            async with self._db.uow(room.avatar.creator_id) as uow:
                thread = await self._find(uow, room, user_id)
            if thread is not None:
                return thread
            with suppress(TimeoutError):
                async with asyncio.timeout(_FIRST_LOOK_S):
                    await first.wait()

    async def _find(self, uow: UnitOfWork, room: Room, user_id: str) -> int | None:
        return await conversation.find_thread(
            uow, connection_id=room.connection_id, platform=PLATFORM, user_id=user_id, chat_id=user_id
        )


def _own(found: Transcript, user_id: str) -> Transcript:
    """A transcript whose lines bear the page's own names for its messages."""
    prefix = f"{user_id}:"
    lines = tuple(
        replace(line, client_id=line.client_id.removeprefix(prefix)) if line.client_id else line
        for line in found.lines
    )
    return replace(found, lines=lines)
