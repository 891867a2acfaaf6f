"""Up to which message each channel of an app was heard: from there it is read after a session that was lost.

A mark never passes a message that has come and isn't taken in. Nor one that may still come: what overtakes
another on its way is seldom further ahead than seconds, so what was taken in is marked some seconds later.
What is read twice has a name already.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from heapq import nlargest
from typing import Final

from bots.discord import repository
from bots.discord.messages import Place
from bots.discord.roster import KnownApp
from kernel.db import Database

QUIET: Final = timedelta(days=7)
"""The mark of a channel in which nothing was said for so long is forgotten.

What is said there while nobody listens is later than all that was heard anywhere, and is read from there.
"""


class Marks:
    """One run's marks, in memory; they are written down from time to time."""

    def __init__(self, app: KnownApp, db: Database) -> None:
        self._app = app
        self._db = db
        self._marks: dict[int, int] = {}
        self._rooms: dict[int, str] = {}
        self._changed: set[int] = set()
        # By channel: what has come and isn't taken in; what was taken in lately, and before that.
        self._waiting: dict[int, Counter[int]] = {}
        self._young: dict[int, int] = {}
        self._settling: dict[int, int] = {}

    async def recall(self) -> None:
        """Know how far each channel was heard, before anything new comes."""
        async with self._db.uow(self._app.creator_id) as uow:
            await repository.forget_quiet(uow, self._app.connection_id, QUIET)
            rows = await repository.marks(uow, self._app.connection_id)
        self._marks = {row.channel_id: row.last_id for row in rows}
        self._rooms = {row.channel_id: row.room for row in rows}

    def of(self, channel: int) -> int | None:
        """The last message that a channel was heard up to; None where it has no mark."""
        return self._marks.get(channel)

    @property
    def newest(self) -> int | None:
        """The newest message that was heard anywhere; None where nothing ever was."""
        return max(self._marks.values(), default=None)

    def private(self, most: int) -> list[int]:
        """The private chats in which something was said last."""
        every = (number for number, room in self._rooms.items() if not room)
        return nlargest(most, every, key=self._marks.__getitem__)

    def reach(self, place: Place, message: int) -> None:
        """A channel was heard so far, and nothing before that is to come any more."""
        if message > self._marks.get(place.channel, -1):
            self._marks[place.channel] = message
            self._rooms[place.channel] = place.room
            self._changed.add(place.channel)

    def comes(self, channel: int, message: int) -> None:
        """A message is there that isn't taken in yet."""
        self._waiting.setdefault(channel, Counter())[message] += 1

    def taken(self, place: Place | None, channel: int, message: int) -> None:
        """It is safe with us, or nothing of ours (no `place`)."""
        waiting = self._waiting.get(channel, Counter[int]())
        waiting[message] -= 1
        if waiting[message] <= 0:
            del waiting[message]
        if not waiting:
            self._waiting.pop(channel, None)
        if place is not None:
            self._rooms[channel] = place.room
            self._young[channel] = max(message, self._young.get(channel, 0))

    async def write(self) -> None:
        """Write down what has changed; what was taken in the second time after that."""
        for channel, message in list(self._settling.items()):
            first = min(self._waiting.get(channel, ()), default=message + 1)
            self.reach(Place(channel, self._rooms.get(channel, "")), min(message, first - 1))
            if message < first:
                del self._settling[channel]
        for channel, message in self._young.items():
            self._settling[channel] = max(message, self._settling.get(channel, 0))
        self._young.clear()
        await self.write_reached()

    async def write_reached(self) -> None:
        """Write down how far channels were heard for sure."""
        changed, self._changed = self._changed, set()
        if not changed:
            return
        heard = [(one, self._rooms.get(one, ""), self._marks[one]) for one in sorted(changed)]
        try:
            async with self._db.uow(self._app.creator_id) as uow:
                await repository.mark(uow, self._app.connection_id, heard)
        except BaseException:
            self._changed |= changed
            raise

    async def forget(self, channels: Iterable[int]) -> None:
        """Channels and threads are there no more, with the threads in them."""
        gone = set(channels)
        async with self._db.uow(self._app.creator_id) as uow:
            await repository.forget_channels(uow, self._app.connection_id, sorted(gone))
        self._drop(one for one, room in self._rooms.items() if one in gone or (room and int(room) in gone))

    async def keep_only(self, rooms: Iterable[int]) -> None:
        """The app's guilds have these channels, and no others."""
        there = {str(room) for room in rooms}
        await self.forget(int(room) for room in set(self._rooms.values()) - there if room)

    async def forget_quiet(self) -> None:
        """Keep no marks of channels in which nothing is said any more."""
        async with self._db.uow(self._app.creator_id) as uow:
            gone = await repository.forget_quiet(uow, self._app.connection_id, QUIET)
        self._drop(one for one in gone if one not in self._changed)

    def _drop(self, channels: Iterable[int]) -> None:
        for one in list(channels):
            for known in (self._marks, self._rooms, self._young, self._settling):
                known.pop(one, None)
            self._changed.discard(one)
